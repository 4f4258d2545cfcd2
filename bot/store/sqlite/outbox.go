package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"xiaoer/bot/engine"
)

// States of a late reply beside those that a settlement gives it.
const (
	pending = "pending" // to be delivered; the store makes it queued while others are before it
	queued  = "queued"
	unsent  = "unsent" // waits to be read, because its shop has no callback
)

func stateOf(l *engine.Late) string {
	if l.Deliver {
		return pending
	}
	return unsent
}

// Replies lists the late replies of a conversation.
func (s *Store) Replies(ctx context.Context, k engine.Key, after string, limit int) ([]engine.Late, error) {
	out := []engine.Late{}
	found := false
	err := s.each(ctx, selectReplies, []any{k.Shop, k.Conversation, after, max(limit, 1)}, func(row *sql.Rows) error {
		found = true
		var body sql.NullString
		if err := row.Scan(&body); err != nil || !body.Valid || len(out) >= limit {
			return err
		}
		var l engine.Late
		if err := read("late reply", body.String, &l); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("list replies: %w", err)
	case !found:
		return nil, engine.ErrNotFound
	}
	return out, nil
}

// Pending lists what is to be delivered now.
func (s *Store) Pending(ctx context.Context, q engine.Query) ([]engine.Delivery, error) {
	out, err := fairly(q, selectPending, selectPendingFairly,
		func(query string, args ...any) (found []engine.Delivery, err error) {
			err = s.each(ctx, query, args, func(row *sql.Rows) error {
				var shop, body string
				var d engine.Delivery
				if err := row.Scan(&shop, &d.Attempts, &body); err != nil {
					return err
				}
				found = append(found, d)
				return read("late reply", body, &found[len(found)-1].Late)
			})
			return found, err
		},
		func(d engine.Delivery) string { return d.Key.Shop })
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return out, nil
}

// Settle records how an attempt ended, and lets the next reply of the conversation follow.
func (s *Store) Settle(ctx context.Context, e engine.Settlement) error {
	return s.writer.do(ctx, func(to *session) error {
		var n int64
		var err error
		if e.State == engine.TryLater {
			n, err = to.exec(tryLater, e.Shop, e.Conversation, e.ID, e.Attempts, e.Error, millisAfter(e.Next))
		} else {
			n, err = to.exec(settleLate, e.Shop, e.Conversation, e.ID, e.Attempts, e.Error, string(e.State), millis(e.At))
		}
		switch {
		case err != nil:
			return err
		case n == 0:
			return engine.ErrNotFound
		case e.State == engine.TryLater:
			return nil
		}
		_, err = to.exec(promoteLate, e.Shop, e.Conversation)
		return err
	})
}
