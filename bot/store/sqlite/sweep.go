package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"xiaoer/bot/engine"
)

const (
	sweepBatch = 100            // rows that are forgotten at once, so that turns do not wait long behind it
	passBatch  = 1000           // conversations that are looked at at once, so that no reader holds the log for long
	passEvery  = 24 * time.Hour // between looks at all conversations
)

// Sweep forgets what has been kept long enough, in batches between which turns are committed. Conversations are looked
// at once a day only: to find the old ones by an index, each turn would have to move its own in it.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	for _, old := range []struct {
		name, query string
		keep        time.Duration
	}{
		{"answers", deleteAnswers, engine.KeepAnswers},
		{"traces", deleteTraces, engine.KeepTexts},
		{"late replies", deleteSent, engine.KeepDelivered},
		{"unread replies", deleteUnread, engine.KeepAnswers},
		{"records", deleteRecords, engine.KeepTexts},
	} {
		if err := s.sweep(ctx, old.query, millis(now.Add(-old.keep))); err != nil {
			return fmt.Errorf("sweep %s: %w", old.name, err)
		}
	}
	if !s.passed.begin(now) {
		return nil
	}
	err := s.sweepConversations(ctx, millis(now.Add(-engine.KeepTexts)))
	s.passed.end(err == nil)
	if err != nil {
		return fmt.Errorf("sweep conversations: %w", err)
	}
	return nil
}

// sweep drops batches until one is not full.
func (s *Store) sweep(ctx context.Context, query string, before int64) error {
	for {
		var dropped int64
		err := s.writer.do(ctx, func(c *session) (err error) {
			dropped, err = c.exec(query, before, sweepBatch)
			return err
		})
		if err != nil || dropped < sweepBatch {
			return err
		}
	}
}

// sweepConversations goes through all conversations and forgets those that nobody touched.
func (s *Store) sweepConversations(ctx context.Context, before int64) error {
	var last engine.Key
	for {
		var seen int
		var old []engine.Key
		err := s.each(ctx, selectConversations, []any{last.Shop, last.Conversation, passBatch}, func(row *sql.Rows) error {
			var touched int64
			if err := row.Scan(&last.Shop, &last.Conversation, &touched); err != nil {
				return err
			}
			if seen++; touched < before {
				old = append(old, last)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for len(old) > 0 {
			batch := old[:min(len(old), sweepBatch)]
			old = old[len(batch):]
			if err := s.writer.do(ctx, func(c *session) error { return forget(c, batch, before) }); err != nil {
				return err
			}
		}
		if seen < passBatch {
			return nil
		}
	}
}

// forget drops those conversations that are still old and want nothing, with their late replies, and takes them off the desks.
func forget(c *session, keys []engine.Key, before int64) error {
	for _, k := range keys {
		waiting, gone, err := c.returned(deleteConversation, k.Shop, k.Conversation, before)
		if err != nil {
			return err
		}
		if !gone {
			continue
		}
		if err := moveDesk(c, k.Shop, waiting, ""); err != nil {
			return err
		}
		if _, err := c.exec(deleteLate, k.Shop, k.Conversation); err != nil {
			return err
		}
	}
	return nil
}

// A lastPass says when all conversations were looked at last. The zero lastPass is long ago.
type lastPass struct {
	mu     sync.Mutex
	under  bool
	at, on time.Time // of the last that ended well, and of the one that is under way
}

// begin is true when a pass is due and nobody else makes it.
func (p *lastPass) begin(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.under || !p.at.IsZero() && now.Sub(p.at).Abs() < passEvery {
		return false
	}
	p.under, p.on = true, now
	return true
}

func (p *lastPass) end(well bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.under = false; well {
		p.at = p.on
	}
}
