package sqlite

import (
	"context"
	"fmt"
	"time"

	"xiaoer/bot/engine"
)

// sweepBatch is how many rows are forgotten at once, so that turns do not wait long behind it.
const sweepBatch = 100

// Sweep forgets what has been kept long enough, in batches between which turns are committed.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	for _, old := range []struct {
		name string
		keep time.Duration
		drop func(*session, int64) (int64, error)
	}{
		{"answers", engine.KeepAnswers, dropBy(deleteAnswers)},
		{"traces", engine.KeepTexts, dropBy(deleteTraces)},
		{"late replies", engine.KeepDelivered, dropBy(deleteSent)},
		{"unread replies", engine.KeepAnswers, dropBy(deleteUnread)},
		{"conversations", engine.KeepTexts, dropConversations},
		{"records", engine.KeepTexts, dropBy(deleteRecords)},
	} {
		before := millis(now.Add(-old.keep))
		if err := s.sweep(ctx, func(c *session) (int64, error) { return old.drop(c, before) }); err != nil {
			return fmt.Errorf("sweep %s: %w", old.name, err)
		}
	}
	return nil
}

// sweep drops batches until one is not full.
func (s *Store) sweep(ctx context.Context, drop func(*session) (int64, error)) error {
	for {
		var dropped int64
		err := s.writer.do(ctx, func(c *session) (err error) {
			dropped, err = drop(c)
			return err
		})
		if err != nil || dropped < sweepBatch {
			return err
		}
	}
}

func dropBy(query string) func(*session, int64) (int64, error) {
	return func(c *session, before int64) (int64, error) { return c.exec(query, before, sweepBatch) }
}

// dropConversations forgets conversations with their late replies, and takes them off the desks.
func dropConversations(c *session, before int64) (int64, error) {
	type forgotten struct{ shop, id, waiting string }
	var all []forgotten
	rows, err := c.query(selectForgotten, before, sweepBatch)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var f forgotten
		if err := rows.Scan(&f.shop, &f.id, &f.waiting); err != nil {
			return 0, err
		}
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for _, f := range all {
		if err := moveDesk(c, f.shop, f.waiting, ""); err != nil {
			return 0, err
		}
		for _, query := range []string{deleteLate, deleteConversation} {
			if _, err := c.exec(query, f.shop, f.id); err != nil {
				return 0, err
			}
		}
	}
	return int64(len(all)), nil
}
