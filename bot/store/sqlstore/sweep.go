package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"xiaoer/bot/engine"
)

const (
	sweepBatch = 100            // rows that are forgotten at once, so that turns do not wait long behind it
	passBatch  = 1000           // conversations that are looked at at once, so that no reader holds the log for long
	passEvery  = 24 * time.Hour // between looks at all conversations

	// leastUnserved is how long a timer or a late reply has waited at least when its shop counts as gone, however short texts are kept.
	leastUnserved = 7 * 24 * time.Hour
)

// Sweep forgets what has been kept long enough, in batches between which turns are committed. Conversations are looked
// at once a day only: to find the old ones by an index, each turn would have to move its own in it. What cannot be forgotten now does not
// keep the rest.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	var all error
	for _, old := range []struct {
		name, query string
		keep        time.Duration
	}{
		{"late replies", deleteSent, s.keep.Delivered},
		{"unread replies", deleteUnread, s.keep.Answers},
		{"records", deleteRecords, s.keep.Texts},
		{"cases", deleteCases, s.keep.Texts},
		{"the audit", deleteEntries, s.keep.Audit},
		{"who was at the desk", deletePresence, s.keep.Presence},
		{"pauses", deletePauses, 0},
		{"documents", deleteDocuments, 0},
	} {
		if err := s.sweep(ctx, old.query, millis(now.Add(-old.keep))); err != nil {
			all = errors.Join(all, fmt.Errorf("sweep %s: %w", old.name, err))
		}
		if ctx.Err() != nil {
			return all
		}
	}
	return errors.Join(all, s.sweepTurns(ctx, now), s.sweepTalks(ctx, now))
}

// sweepTalks looks at all conversations, when it is time to.
func (s *Store) sweepTalks(ctx context.Context, now time.Time) error {
	if !s.passed.begin(now, passEvery) {
		return nil
	}
	before := now.Add(-s.keep.Texts)
	served := before
	if least := now.Add(-leastUnserved); least.Before(before) {
		served = least
	}
	err := s.sweepConversations(ctx, millis(before), millis(served))
	if err == nil {
		err = s.sweep(ctx, deleteLost, millis(before))
	}
	if err == nil {
		err = s.sweepParts(ctx)
	}
	s.passed.end(err == nil)
	if err != nil {
		return fmt.Errorf("sweep conversations: %w", err)
	}
	return nil
}

// sweep drops batches until there is nothing left to drop.
func (s *Store) sweep(ctx context.Context, query string, before int64) error {
	for {
		var dropped int64
		err := s.db.Write(ctx, func(c Tx) (err error) {
			dropped, err = c.Exec(query, before, sweepBatch)
			return err
		})
		if err != nil || dropped == 0 {
			return err
		}
	}
}

// sweepConversations goes through all conversations and forgets those that nobody touched before a time, or served since another.
func (s *Store) sweepConversations(ctx context.Context, before, served int64) error {
	var last engine.Key
	for {
		var seen int
		var old []engine.Key
		err := s.each(ctx, selectConversations, []any{last.Shop, last.Conversation, passBatch}, func(row Row) error {
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
			if err := s.db.Write(ctx, func(c Tx) error { return forget(c, batch, before, served) }); err != nil {
				return err
			}
		}
		if seen < passBatch {
			return nil
		}
	}
}

// forget drops those conversations that are still old and want nothing, with their late replies and cases, and takes them off the
// desks.
func forget(c Tx, keys []engine.Key, before, served int64) error {
	for _, k := range keys {
		var body, waiting string
		late, err := returned(c, selectUnserved, []any{k.Shop, k.Conversation, before, served}, &body)
		if err != nil {
			return err
		}
		if late && engine.WantsServing([]byte(body), moment(served)) {
			continue
		}
		gone, err := returned(c, deleteConversation, []any{k.Shop, k.Conversation, before, served}, &waiting)
		if err != nil {
			return err
		}
		if !gone {
			continue
		}
		if waiting != "" {
			if _, err := c.Exec(leaveDesk, k.Shop, waiting); err != nil {
				return err
			}
		}
		for _, query := range []string{deleteLate, eraseCases} {
			if _, err := c.Exec(query, k.Shop, k.Conversation); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepParts goes through who took part in which conversations, and forgets those whose conversation is forgotten.
func (s *Store) sweepParts(ctx context.Context) error {
	var last [3]string
	for {
		seen := 0
		var old [][3]string
		err := s.each(ctx, selectParts, []any{last[0], last[1], last[2], passBatch}, func(row Row) error {
			var kept bool
			err := row.Scan(&last[0], &last[1], &last[2], &kept)
			if seen++; !kept {
				old = append(old, last)
			}
			return err
		})
		if err != nil {
			return err
		}
		for batch := range slices.Chunk(old, sweepBatch) {
			if err := s.db.Write(ctx, func(c Tx) error { return forgetParts(c, batch) }); err != nil {
				return err
			}
		}
		if seen < passBatch {
			return nil
		}
	}
}

func forgetParts(c Tx, parts [][3]string) error {
	for _, p := range parts {
		if _, err := c.Exec(deletePart, p[0], p[1], p[2]); err != nil {
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
func (p *lastPass) begin(now time.Time, every time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.under || !p.at.IsZero() && now.Sub(p.at).Abs() < every {
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
