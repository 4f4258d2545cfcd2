package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"xiaoer/bot/engine"
)

// Turns are looked for by their ids, shop by shop: an index by time would cost each of them more than all looks together.
const (
	turnsEvery = 10 * time.Minute // between two looks at the turns
	ahead      = 24 * time.Hour   // ids of a time that is to come by so much are none of the clock's
	markEarly  = time.Hour        // how far before its mark a look begins

	answersMark = "answers"
)

// sweepTurns forgets answers and turns that are old enough.
func (s *Store) sweepTurns(ctx context.Context, now time.Time) error {
	if !s.turnsPassed.begin(now, turnsEvery) {
		return nil
	}
	err := s.clearAnswers(ctx, now)
	if err == nil {
		err = s.eachTurnShop(ctx, func(shop string) error {
			_, err := s.sweepTraces(ctx, shop, now)
			return err
		})
	}
	s.turnsPassed.end(err == nil)
	if err != nil {
		return fmt.Errorf("sweep turns: %w", err)
	}
	return nil
}

// eachTurnShop goes through the shops that have turns.
func (s *Store) eachTurnShop(ctx context.Context, do func(shop string) error) error {
	for shop := ""; ; {
		var next sql.NullString
		err := s.each(ctx, selectTurnShops, []any{shop}, func(row Row) error { return row.Scan(&next) })
		if err != nil || !next.Valid {
			return err
		}
		shop = next.String
		if err := do(shop); err != nil {
			return err
		}
	}
}

// A span is ids after one and before another.
type span struct{ after, before string }

// old are the ids of the time from a moment until before another, and those that say no time that has been.
func old(from, before, now time.Time) []span {
	return []span{{"", beforeUUIDs}, {max(beforeUUIDs, idAt(from)), idAt(before)}, {idAt(now.Add(ahead)), lastID}}
}

// clearAnswers forgets the answers that are old enough, from where the last look ended.
func (s *Store) clearAnswers(ctx context.Context, now time.Time) error {
	var mark int64
	err := s.each(ctx, selectMark, []any{answersMark}, func(row Row) error { return row.Scan(&mark) })
	if err != nil {
		return err
	}
	before := now.Add(-s.keep.Answers)
	err = s.eachTurnShop(ctx, func(shop string) error {
		for _, ids := range old(moment(mark).Add(-markEarly), before, now) {
			err := s.pages(ctx, selectAnswers, shop, ids, before, sweepBatch, func(page []string) error {
				last := page[len(page)-1]
				_, err := s.change(ctx, func(to Tx) (int64, error) {
					return to.Exec(clearAnswers, shop, ids.after, last, millis(before))
				})
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || millis(before) <= mark {
		return err
	}
	_, err = s.change(ctx, func(to Tx) (int64, error) { return to.Exec(setMark, answersMark, millis(before)) })
	return err
}

// sweepTraces forgets old turns of a shop along their chains. They are mostly as old as they stand in them, so that one look lets go all
// of them; where clocks were odd there are more looks, until one lets go none.
func (s *Store) sweepTraces(ctx context.Context, shop string, now time.Time) (looks int, err error) {
	for {
		looks++
		kept, gone, err := s.lookAtTraces(ctx, shop, now)
		if err != nil || kept == 0 || gone == 0 {
			return looks, err
		}
	}
}

// lookAtTraces goes through all old turns of a shop once. Those that are led to from an old one go with it, though they are not as old
// by themselves: a stretch is short.
func (s *Store) lookAtTraces(ctx context.Context, shop string, now time.Time) (kept, gone int, err error) {
	before := now.Add(-s.keep.Texts)
	for _, ids := range old(time.Time{}, before.Add(engine.LongestStretch), now) {
		err := s.pages(ctx, selectTraces, shop, ids, before.Add(engine.LongestStretch), passBatch, func(page []string) error {
			for batch := range slices.Chunk(page, sweepBatch) {
				n, err := s.change(ctx, func(to Tx) (int64, error) { return forgetTraces(to, shop, batch, millis(before)) })
				if err != nil {
					return err
				}
				kept, gone = kept+len(batch)-int(n), gone+int(n)
			}
			return nil
		})
		if err != nil {
			return kept, gone, err
		}
	}
	return kept, gone, nil
}

func forgetTraces(to Tx, shop string, batch []string, before int64) (gone int64, err error) {
	for _, id := range batch {
		n, err := to.Exec(deleteTrace, shop, id, before)
		if err != nil {
			return 0, err
		}
		gone += n
	}
	return gone, nil
}

// pages goes through ids of a shop from before a time, so many at once.
func (s *Store) pages(ctx context.Context, query, shop string, ids span, before time.Time, size int, take func([]string) error) error {
	for {
		page, err := s.texts(ctx, query, shop, ids.after, ids.before, millis(before), size)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := take(page); err != nil {
			return err
		}
		ids.after = page[len(page)-1]
	}
}

// change runs one change and says how many rows it changed.
func (s *Store) change(ctx context.Context, do func(Tx) (int64, error)) (n int64, err error) {
	err = s.db.Write(ctx, func(to Tx) (err error) {
		n, err = do(to)
		return err
	})
	return n, err
}
