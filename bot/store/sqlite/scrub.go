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
)

// What was erased must not stand in the file any longer. SQLite overwrites what it deletes (secure_delete), but where it has
// moved rows from one page to another, the old page keeps copies in the room between its rows: nobody reads them, and nothing
// overwrites them. Erasing looks for such rooms in all of the file and clears them, a few pages at a time, so that turns go on.
const (
	scrubBatch = 64                     // pages that are cleared in one transaction
	scrubTries = 50                     // for others who write
	scrubPause = 100 * time.Millisecond // between two tries
	mostPages  = 1 << 25                // above them, the first byte of a page does not tell its kind
)

// scrub clears what is left of deleted rows in the file, and then empties the log.
func (s *Store) scrub(ctx context.Context) error {
	where, err := address(s.file, false, time.Second, "secure_delete(1)", "wal_autocheckpoint(0)", "synchronous(full)")
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", where)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return reason(ctx, errors.Join(scrubPages(ctx, db), db.Close()))
}

func scrubPages(ctx context.Context, db *sql.DB) error {
	var pages int
	if err := db.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages); err != nil {
		return err
	}
	if pages > mostPages {
		return fmt.Errorf("a file of %d pages is too large to be looked through", pages)
	}
	read, err := db.PrepareContext(ctx, selectPage)
	if err != nil {
		return err
	}
	defer func() { _ = read.Close() }() // it changes nothing
	var dirty []int
	for page := 2; page <= pages; page++ { // the first holds the names of the tables
		var data []byte
		if err := read.QueryRowContext(ctx, page).Scan(&data); err != nil {
			return err
		}
		if cleared, err := clearRoom(data); err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		} else if cleared != nil {
			dirty = append(dirty, page)
		}
		if len(dirty) == scrubBatch || page == pages {
			batch := dirty
			if err := patiently(ctx, func() error { return writePages(ctx, db, batch) }); err != nil {
				return err
			}
			dirty = dirty[:0]
		}
	}
	return patiently(ctx, func() error {
		var busy bool
		var pages, done int64
		err := db.QueryRowContext(ctx, emptyLog).Scan(&busy, &pages, &done)
		if err == nil && busy {
			return errBusy
		}
		return err
	})
}

// errBusy means that somebody else reads or writes.
var errBusy = errors.New("others read or write without a pause")

// patiently does something again while others are in the way.
func patiently(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || try == scrubTries || !errors.Is(err, errBusy) && !isHeld(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(scrubPause):
		}
	}
}

// writePages clears pages as they are now.
func writePages(ctx context.Context, db *sql.DB, pages []int) error {
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
