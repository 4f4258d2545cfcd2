package postgres

import (
	"context"
	"fmt"
	"time"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// A lease is a later time, as package sqlstore writes it. All that is wanted is taken by one statement in one round trip; what another
// process is taking, or a turn is changing, at this moment is left to them.
const (
	// takeTimers: $1 and $2 shops and conversations, $3 now, $4 until.
	takeTimers = `
WITH wanted AS (
	SELECT c.shop_id, c.id FROM conversations c JOIN unnest($1::text[], $2::text[]) w (shop_id, id) ON c.shop_id = w.shop_id AND c.id = w.id
	WHERE c.due_at <= $3 FOR UPDATE OF c SKIP LOCKED)
UPDATE conversations c SET due_at = $4 FROM wanted w WHERE c.shop_id = w.shop_id AND c.id = w.id RETURNING c.shop_id, c.id`

	// takeLate: $1, $2 and $3 shops, conversations and ids, $4 attempts, $5 now, $6 until.
	takeLate = `
WITH wanted AS (
	SELECT l.shop_id, l.conversation_id, l.seq FROM late_replies l
	JOIN unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) w (shop_id, conversation_id, id, attempts)
	ON l.shop_id = w.shop_id AND l.conversation_id = w.conversation_id AND l.id = w.id AND l.attempts = w.attempts
	WHERE l.state = 'pending' AND l.next_at <= $5 FOR UPDATE OF l SKIP LOCKED)
UPDATE late_replies l SET next_at = $6 FROM wanted w
WHERE l.shop_id = w.shop_id AND l.conversation_id = w.conversation_id AND l.seq = w.seq RETURNING l.shop_id, l.id`
)

var _ engine.Leases = (*Store)(nil)

// TakeTimers moves what is due still to the end of the lease.
func (s *Store) TakeTimers(ctx context.Context, now, until time.Time, of []engine.Timer) ([]engine.Timer, error) {
	shops, talks := make([]string, len(of)), make([]string, len(of))
	for i := range of {
		shops[i], talks[i] = storable(of[i].Shop), storable(of[i].Conversation)
	}
	taken, err := s.take(ctx, takeTimers, len(of), shops, talks, now.UnixMilli(), millisAfter(until))
	if err != nil {
		return nil, fmt.Errorf("take timers: %w", err)
	}
	var out []engine.Timer
	for i := range of {
		if taken[[2]string{shops[i], talks[i]}] {
			out = append(out, of[i])
		}
	}
	return out, nil
}

// TakeDeliveries moves what is to be delivered still to the end of the lease.
func (s *Store) TakeDeliveries(ctx context.Context, now, until time.Time, of []engine.Delivery) ([]engine.Delivery, error) {
	shops, talks, ids, attempts := make([]string, len(of)), make([]string, len(of)), make([]string, len(of)), make([]int64, len(of))
	for i := range of {
		shops[i], talks[i], ids[i] = storable(of[i].Key.Shop), storable(of[i].Key.Conversation), storable(of[i].ID)
		attempts[i] = int64(of[i].Attempts)
	}
	taken, err := s.take(ctx, takeLate, len(of), shops, talks, ids, attempts, now.UnixMilli(), millisAfter(until))
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	var out []engine.Delivery
	for i := range of {
		if taken[[2]string{shops[i], ids[i]}] {
			out = append(out, of[i])
		}
	}
	return out, nil
}

// take runs a statement that returns shops and names.
func (s *Store) take(ctx context.Context, query string, wanted int, args ...any) (map[[2]string]bool, error) {
	if wanted == 0 {
		return nil, nil
	}
	taken := make(map[[2]string]bool, wanted)
	err := s.db.change(ctx, query, args, func(row sqlstore.Row) error {
		var pair [2]string
		err := row.Scan(&pair[0], &pair[1])
		taken[pair] = true
		return err
	})
	return taken, err
}

// millisAfter is a time as it is kept, rounded up, so that nothing happens before its time.
func millisAfter(t time.Time) int64 { return t.Add(time.Millisecond - time.Nanosecond).UnixMilli() }
