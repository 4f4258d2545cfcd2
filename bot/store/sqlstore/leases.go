package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaoer/bot/engine"
)

// A lease is a later time: what is taken is moved to its end.
const (
	// takeTimer: $3 now, $4 until.
	takeTimer = `UPDATE conversations SET due_at = $4 WHERE shop_id = $1 AND id = $2 AND due_at <= $3`

	// takeLate: $4 attempts, $5 now, $6 until.
	takeLate = `
UPDATE late_replies SET next_at = $6
WHERE shop_id = $1 AND conversation_id = $2 AND id = $3 AND state = 'pending' AND attempts = $4 AND next_at <= $5`
)

var _ engine.Leases = (*Store)(nil)

// TakeTimers moves what is due still to the end of the lease.
func (s *Store) TakeTimers(ctx context.Context, now, until time.Time, of []engine.Timer) ([]engine.Timer, error) {
	out, err := takeAll(ctx, s.db, of, func(t engine.Timer) engine.Key { return t.Key }, func(to Tx, t engine.Timer) (int64, error) {
		return to.Exec(takeTimer, t.Shop, t.Conversation, millis(now), millisAfter(until))
	})
	if err != nil {
		return nil, fmt.Errorf("take timers: %w", err)
	}
	return out, nil
}

// TakeDeliveries moves what is to be delivered still to the end of the lease.
func (s *Store) TakeDeliveries(ctx context.Context, now, until time.Time, of []engine.Delivery) ([]engine.Delivery, error) {
	out, err := takeAll(ctx, s.db, of, func(d engine.Delivery) engine.Key { return d.Key }, func(to Tx, d engine.Delivery) (int64, error) {
		return to.Exec(takeLate, d.Key.Shop, d.Key.Conversation, d.ID, d.Attempts, millis(now), millisAfter(until))
	})
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	return out, nil
}

// takeAll takes one after the other in the order of their keys, so that of two who take the same neither waits for the other in a circle.
func takeAll[T any](ctx context.Context, db Database, of []T, key func(T) engine.Key, take func(Tx, T) (int64, error)) (out []T, err error) {
	if len(of) == 0 {
		return nil, nil
	}
	sorted := slices.SortedFunc(slices.Values(of), func(a, b T) int {
		x, y := key(a), key(b)
		if c := strings.Compare(x.Shop, y.Shop); c != 0 {
			return c
		}
		return strings.Compare(x.Conversation, y.Conversation)
	})
	err = db.Write(ctx, func(to Tx) error {
		out = nil
		for _, one := range sorted {
			n, err := take(to, one)
			if err != nil {
				return err
			}
			if n > 0 {
				out = append(out, one)
			}
		}
		return nil
	})
	return out, err
}
