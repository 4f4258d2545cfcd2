package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xiaoer/bot/engine"
)

// window is how many times the limit is looked at before each shop's part is looked at by itself.
const window = 4

// Due lists the conversations whose time has come.
func (s *Store) Due(ctx context.Context, q engine.Query) ([]engine.Timer, error) {
	out, err := fairly(q, selectDue, selectDueFairly,
		func(query string, args ...any) (found []engine.Timer, err error) {
			err = s.each(ctx, query, args, func(row Row) error {
				var t engine.Timer
				var at int64
				if err := row.Scan(&t.Shop, &t.Conversation, &at); err != nil {
					return err
				}
				t.At = moment(at)
				found = append(found, t)
				return nil
			})
			return found, err
		},
		func(t engine.Timer) string { return t.Shop })
	if err != nil {
		return nil, fmt.Errorf("list timers: %w", err)
	}
	return out, nil
}

// NextDue is the earliest time of all.
func (s *Store) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	var first sql.NullInt64
	err = s.each(ctx, selectNextDue, nil, func(row Row) error { return row.Scan(&first) })
	if err != nil {
		return time.Time{}, false, fmt.Errorf("find the next timer: %w", err)
	}
	if !first.Valid {
		return time.Time{}, false, nil
	}
	return moment(first.Int64), true, nil
}

// PutOff moves a timer that rang too early.
func (s *Store) PutOff(ctx context.Context, k engine.Key, version int64, until time.Time) error {
	err := s.db.Write(ctx, func(to Tx) error {
		_, err := to.Exec(putOff, k.Shop, k.Conversation, version, millisAfter(until))
		return err
	})
	if err != nil {
		return fmt.Errorf("put a timer off: %w", err)
	}
	return nil
}

// fairly lists what is due, earliest first, at most q.PerShop of one shop. It looks at the first few; only when there
// is more, each shop's part is looked at by itself.
func fairly[T any](q engine.Query, plain, fair string, list func(query string, args ...any) ([]T, error), shop func(T) string) ([]T, error) {
	perShop := min(q.PerShop, q.Limit)
	if perShop <= 0 {
		return nil, nil
	}
	most := window * q.Limit
	found, err := list(plain, millis(q.Now), most)
	if err != nil {
		return nil, err
	}
	if len(found) < most {
		return share(found, q.Limit, perShop, shop), nil
	}
	return list(fair, millis(q.Now), perShop, q.Limit)
}

// share takes the first ones, and of each shop no more than its share.
func share[T any](found []T, limit, perShop int, shop func(T) string) (out []T) {
	taken := map[string]int{}
	for _, f := range found {
		if len(out) < limit && taken[shop(f)] < perShop {
			taken[shop(f)]++
			out = append(out, f)
		}
	}
	return out
}
