package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"xiaoer/bot/store/sqlstore"
)

// What was erased must not stand in the file any longer. SQLite overwrites what it deletes (secure_delete), but where it has
// moved rows from one page to another, the old page keeps copies in the room between its rows: nobody reads them, and nothing
// overwrites them. After an erasure such rooms are looked for in all of the file and cleared, a few pages at a time and beside the
// turns. How far the look has come is kept, so that it goes on after a restart.
const (
	scrubBatch = 64                     // pages that are cleared in one transaction
	scrubStep  = 4096                   // pages that are looked at before it is noted
	scrubTries = 50                     // for others who read or write
	scrubPause = 100 * time.Millisecond // between two tries, and two steps
	scrubAgain = 10 * time.Second       // between two looks where others were in the way
	mostPages  = 1 << 25                // from them on, the first byte of a page does not tell its kind
)

// A scrubber looks through the file beside the turns.
type scrubber struct {
	store *Store
	tries int
	wake  chan struct{}
	turn  chan struct{} // holds one while somebody looks
	stop  context.CancelFunc
	ended chan struct{}
}

func newScrubber(s *Store) *scrubber {
	c := &scrubber{store: s, tries: scrubTries, wake: make(chan struct{}, 1), turn: make(chan struct{}, 1), ended: make(chan struct{})}
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	go c.run(ctx)
	return c
}

// due asks for a look, without waiting for it.
func (c *scrubber) due() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *scrubber) close() {
	c.stop()
	<-c.ended
}

func (c *scrubber) run(ctx context.Context) {
	defer close(c.ended)
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		err := c.store.Scrub(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
		case errors.Is(err, errBusy) || isHeld(err):
			if pause(ctx, scrubAgain) == nil {
				c.due()
			}
		default: // the next sweep tries again
			c.store.writer.logger.Error("overwrite what was erased", "err", err)
		}
	}
}

// pause waits, but not longer than ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// Scrub overwrites what the file still holds of what was erased, and returns when there is nothing left of it. The store does it by
// itself after each erasure, beside the turns: it is for those who want to know that it is done. With an error it goes on later, with
// the next sweep at the latest.
func (s *Store) Scrub(ctx context.Context) error {
	select {
	case s.scrubs.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-s.scrubs.turn }()
	for {
		page, pass, err := s.scrubbing(ctx)
		if err == nil && page > 0 {
			err = s.scrub(ctx, page, pass)
		}
		if err != nil {
			return fmt.Errorf("overwrite what was erased: %w", reason(ctx, err))
		}
		if page == 0 {
			return nil
		}
	}
}

// scrubbing is where the look through the file stands; page is 0 when there is nothing to look for.
func (s *Store) scrubbing(ctx context.Context) (page, pass int64, err error) {
	err = s.db.Read(ctx, selectScrub, nil, func(row sqlstore.Row) error { return row.Scan(&page, &pass) })
	return page, pass, err
}

// scrub clears what is left of deleted rows from a page on, and then empties the log.
func (s *Store) scrub(ctx context.Context, from, pass int64) error {
	where, err := address(s.file, false, time.Second, "secure_delete(1)", "wal_autocheckpoint(0)", "synchronous(full)")
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", where)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	err = s.scrubPages(ctx, db, from, pass)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := s.truncate(ctx); err != nil {
		return err
	}
	return s.noteScrub(ctx, endScrub, pass)
}

func (s *Store) noteScrub(ctx context.Context, query string, args ...any) error {
	return s.writer.do(ctx, func(to *session) error { return to.exec(query, args...) })
}

func (s *Store) scrubPages(ctx context.Context, db *sql.DB, from, pass int64) error {
	for {
		var pages int64
		if err := db.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages); err != nil {
			return err
		}
		if pages >= mostPages {
			return fmt.Errorf("a file of %d pages is too large to be looked through", pages)
		}
		if from > pages {
			return nil
		}
		until := min(pages, from+scrubStep-1)
		dirty, err := dirtyPages(ctx, db, from, until)
		if err != nil {
			return err
		}
		for batch := range slices.Chunk(dirty, scrubBatch) {
			if err := patiently(ctx, s.scrubs.tries, func() error { return writePages(ctx, db, batch) }); err != nil {
				return err
			}
		}
		if from = until + 1; from > pages {
			return nil
		}
		if err := s.noteScrub(ctx, goneThrough, pass, from); err != nil {
			return err
		}
		if err := pause(ctx, scrubPause); err != nil {
			return err
		}
	}
}

// dirtyPages are those that have to be cleared.
func dirtyPages(ctx context.Context, db *sql.DB, from, until int64) (dirty []int64, err error) {
	read, err := db.PrepareContext(ctx, selectPage)
	if err != nil {
		return nil, err
	}
	defer func() { _ = read.Close() }() // it changes nothing
	for page := from; page <= until; page++ {
		var data []byte
		err := read.QueryRowContext(ctx, page).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			break // the file has become shorter
		}
		if err != nil {
			return nil, err
		}
		if cleared, err := clearRoom(data); err != nil {
			return nil, fmt.Errorf("page %d: %w", page, err)
		} else if cleared != nil {
			dirty = append(dirty, page)
		}
	}
	return dirty, nil
}

// truncate empties the log, which holds pages as they were. First it carries over what it can beside the others.
func (s *Store) truncate(ctx context.Context) error {
	db, err := s.emptier()
	if err != nil {
		return err
	}
	err = patiently(ctx, s.scrubs.tries, func() error {
		var busy bool
		for _, query := range []string{checkpoint, emptyLog} {
			var pages, done int64
			if err := db.QueryRowContext(ctx, query).Scan(&busy, &pages, &done); err != nil {
				return err
			}
		}
		if busy {
			return errBusy
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

// emptier is a connection that waits for nobody: while it waited for those who read, it would hold up those who write.
func (s *Store) emptier() (*sql.DB, error) {
	where, err := address(s.file, true, 0, "wal_autocheckpoint(0)", "synchronous(full)")
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", where)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// errBusy means that somebody else reads or writes.
var errBusy = errors.New("others read or write without a pause")

// patiently does something again while others are in the way.
func patiently(ctx context.Context, tries int, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || try >= tries || !errors.Is(err, errBusy) && !isHeld(err) {
			return err
		}
		if err := pause(ctx, scrubPause); err != nil {
			return err
		}
	}
}

// writePages clears pages as they are now.
func writePages(ctx context.Context, db *sql.DB, pages []int64) error {
	if len(pages) == 0 {
		return nil
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it is committed by then
	for _, page := range pages {
		var data []byte
		err := tx.QueryRowContext(ctx, selectPage, page).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			continue // the file has become shorter
		}
		if err != nil {
			return err
		}
		cleared, err := clearRoom(data)
		if err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		if cleared == nil {
			continue
		}
		if _, err := tx.ExecContext(ctx, updatePage, page, cleared); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Kinds of pages that hold rows, by their first byte.
const (
	innerIndex, innerTable = 2, 5
	leafIndex, leafTable   = 10, 13
)

// errPage means that a page is not what the file format says.
var errPage = errors.New("its rows are not where they should be")

// clearRoom gives a page with nothing between its rows, or nil when nothing has to be changed. A page is, by the file format: the
// kind, the first of a chain of free blocks, the number of rows, where the rows begin; then the places of the rows; then room;
// then rows and free blocks.
func clearRoom(page []byte) ([]byte, error) {
	if len(page) < 512 {
		return nil, errPage
	}
	places := 8
	switch page[0] {
	case leafIndex, leafTable:
	case innerIndex, innerTable:
		places = 12
	default:
		return nil, nil // it continues a long row, or is free
	}
	number := func(at int) int { return int(binary.BigEndian.Uint16(page[at:])) }
	rows := number(5)
	if rows == 0 {
		rows = 1 << 16
	}
	room := places + 2*number(3)
	if rows > len(page) || room > rows {
		return nil, errPage
	}
	out := slices.Clone(page)
	clear(out[room:rows])
	for at := number(1); at != 0; at = number(at) {
		if at < rows || at+4 > len(page) || at+number(at+2) > len(page) || number(at+2) < 4 || number(at) != 0 && number(at) <= at {
			return nil, errPage
		}
		clear(out[at+4 : at+number(at+2)])
	}
	if bytes.Equal(out, page) {
		return nil, nil
	}
	return out, nil
}
