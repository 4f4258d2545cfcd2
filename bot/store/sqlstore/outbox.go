package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

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
	err := s.each(ctx, selectReplies, []any{k.Shop, k.Conversation, after, max(limit, 1)}, func(row Row) error {
		found = true
		var id, body sql.NullString
		if err := row.Scan(&id, &body); err != nil || !body.Valid || len(out) >= limit {
			return err
		}
		var l engine.Late
		if err := read("late reply", body.String, &l); err != nil {
			s.passOver("late reply", k.Shop, id.String, err)
			return nil
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

// Acknowledge says that whoever reads a conversation's late replies has got those up to this one. Most calls find nothing to change, and
// then it only reads.
func (s *Store) Acknowledge(ctx context.Context, k engine.Key, upTo string, now time.Time) error {
	unread, err := s.texts(ctx, selectUnread, k.Shop, k.Conversation, upTo)
	if err != nil || len(unread) == 0 {
		return err
	}
	return s.db.Write(ctx, func(to Tx) error {
		_, err := to.Exec(acknowledgeLate, k.Shop, k.Conversation, upTo, millis(now))
		return err
	})
}

// Pending lists what is to be delivered now. What cannot be read is a dead letter: it must hold nobody else up.
func (s *Store) Pending(ctx context.Context, q engine.Query) ([]engine.Delivery, error) {
	var broken []engine.Settlement
	out, err := fairly(q, selectPending, selectPendingFairly,
		func(query string, args ...any) (found []engine.Delivery, err error) {
			broken = nil
			err = s.each(ctx, query, args, func(row Row) error {
				e := engine.Settlement{State: engine.DeadLetter, At: q.Now}
				var body string
				if err := row.Scan(&e.Shop, &e.Conversation, &e.ID, &e.Attempts, &body); err != nil {
					return err
				}
				d := engine.Delivery{Attempts: e.Attempts}
				if err := read("late reply", body, &d.Late); err != nil {
					e.Error = err.Error()
					broken = append(broken, e)
					s.passOver("late reply", e.Shop, e.ID, err)
					return nil
				}
				found = append(found, d)
				return nil
			})
			return found, err
		},
		func(d engine.Delivery) string { return d.Key.Shop })
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	for _, e := range broken {
		if err := s.Settle(ctx, e); err != nil {
			s.logger.Error("give a late reply up that cannot be read", "shop", e.Shop, "id", e.ID, "err", err)
		}
	}
	return out, nil
}

// Settle records how an attempt ended, and lets the next reply of the conversation follow.
func (s *Store) Settle(ctx context.Context, e engine.Settlement) error {
	if e.State != engine.TryLater {
		return s.settle(ctx, e)
	}
	return s.db.Write(ctx, func(to Tx) error { return postpone(to, e) })
}

// postpone lets a reply be tried later, unless another has taken or settled it since.
func postpone(to Tx, e engine.Settlement) error {
	args := []any{e.Shop, e.Conversation, e.ID, e.Attempts, e.Error, millisAfter(e.Next)}
	if e.Taken.IsZero() {
		return found(to.Exec(tryLater, args...))
	}
	n, err := to.Exec(tryLeased, append(args, millisAfter(e.Taken))...)
	if err != nil || n > 0 {
		return err
	}
	return notTaken(to, e)
}
