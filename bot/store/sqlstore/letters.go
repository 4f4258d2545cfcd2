package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// Letters lists late replies as an operator sees them.
func (s *Store) Letters(ctx context.Context, shop, state, after string, limit int) ([]desk.Letter, error) {
	out := []desk.Letter{}
	query, args := selectLetters, []any{shop, after, max(limit, 0)}
	switch state {
	case "":
	case string(engine.DeadLetter):
		query = selectDeadLetters
	default:
		query, args = selectLettersIn, append(args, state)
	}
	err := s.each(ctx, query, args, func(row Row) error {
		var l desk.Letter
		var at, next int64
		err := row.Scan(&l.ID, &l.Shop, &l.Conversation, &l.State, &l.Attempts, &l.Error, &at, &next)
		if l.At = moment(at); l.State == pending || l.State == queued {
			l.Next = moment(next)
		}
		out = append(out, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list late replies: %w", err)
	}
	return out, nil
}

// Resend puts a dead or dropped reply into its conversation's queue again, in its old place.
func (s *Store) Resend(ctx context.Context, shop, id string, now time.Time, by desk.Entry) error {
	return s.audited(ctx, by, func(to Tx) error {
		if err := s.lock(to, lockTalkOf, shop, id); err != nil {
			return err
		}
		var conversation string
		ok, err := returned(to, resendLate, []any{shop, id, millis(now)}, &conversation)
		switch {
		case err != nil:
			return err
		case !ok:
			return engine.ErrNotFound
		}
		if _, err := to.Exec(postponeLate, shop, conversation); err != nil {
			return err
		}
		_, err = to.Exec(promoteLate, shop, conversation)
		return err
	})
}

// Backlog says how much waits to be delivered, and how many cases are open.
func (s *Store) Backlog(ctx context.Context) (b engine.Backlog, err error) {
	var oldest sql.NullInt64
	err = s.each(ctx, selectWaiting, nil, func(row Row) error { return row.Scan(&b.Waiting, &oldest) })
	if err != nil {
		return engine.Backlog{}, fmt.Errorf("count what waits: %w", err)
	}
	if oldest.Valid {
		b.Oldest = moment(oldest.Int64)
	}
	err = s.each(ctx, selectDead, nil, func(row Row) error { return row.Scan(&b.Dead, &oldest) })
	if err != nil {
		return engine.Backlog{}, fmt.Errorf("count dead letters: %w", err)
	}
	err = s.each(ctx, selectOpen, nil, func(row Row) error { return row.Scan(&b.Cases) })
	if err != nil {
		return engine.Backlog{}, fmt.Errorf("count open cases: %w", err)
	}
	return b, nil
}

// Deliveries says how the delivery of each late reply of a conversation stands.
func (s *Store) Deliveries(ctx context.Context, k engine.Key) ([]desk.Delivered, error) {
	out := []desk.Delivered{}
	err := s.each(ctx, selectDeliveries, []any{k.Shop, k.Conversation}, func(row Row) error {
		var d desk.Delivered
		err := row.Scan(&d.ID, &d.State)
		out = append(out, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return out, nil
}
