package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

// holes is a store with a page that has something left between its rows.
func holes(t *testing.T, path, words string) *Store {
	t.Helper()
	s := newStore(t, Options{Path: path, LockWait: time.Minute})
	s.scrubs.tries = 2
	c := withBuyer(firstTurn(1), "b")
	c.Conversation.LastLine = words
	require.NoError(t, s.Commit(t.Context(), c))
	return s
}

// raw is the file and its log.
func raw(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	log, err := os.ReadFile(path + "-wal")
	require.NoError(t, err)
	return append(file, log...)
}

// TestErasureBesideAReaderRefusesNobody: a backup reads for as long as it needs, others write, and what was erased is overwritten when
// it has ended, by the next process where this one ends first.
func TestErasureBesideAReaderRefusesNobody(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "x.db")
	s := holes(t, path, "the secret words")
	other, err := (&Options{Path: path, LockWait: time.Second}).pool(1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	backup, err := other.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	require.NoError(t, err)
	var n int
	require.NoError(t, backup.QueryRowContext(ctx, `SELECT count(*) FROM conversations`).Scan(&n))
	require.NoError(t, s.Commit(ctx, firstTurn(2)))

	emptier, err := s.emptier()
	require.NoError(t, err)
	wait := -1
	require.NoError(t, emptier.QueryRowContext(ctx, `PRAGMA busy_timeout`).Scan(&wait))
	require.NoError(t, emptier.Close())
	require.Zero(t, wait, "it holds the file while it waits")

	pieces, err := s.Erase(ctx, "s", "b", desk.Entry{ID: "e", Shop: "s"})
	require.NoError(t, err)
	require.Equal(t, 1, pieces)
	tried := make(chan error, 1)
	go func() { tried <- s.Scrub(ctx) }()
	for n := 10; ; n++ {
		require.NoError(t, s.Commit(ctx, firstTurn(n)), "nobody waits for the reader")
		if len(tried) > 0 {
			break
		}
	}
	err = <-tried
	require.True(t, errors.Is(err, errBusy) || isHeld(err), "%v", err)
	require.Contains(t, string(raw(t, path)), "the secret words", "the reader needs it yet")
	require.NoError(t, s.Close())
	require.NoError(t, backup.Rollback())

	again := newStore(t, Options{Path: path})
	page, _, err := again.scrubbing(ctx)
	require.NoError(t, err)
	require.Positive(t, page, "it is known that something is to be done")
	require.NoError(t, again.Sweep(ctx, time.UnixMilli(0)))
	require.NoError(t, again.Scrub(ctx))
	require.NotContains(t, string(raw(t, path)), "the secret words")
}

// TestOnlyWhatWasErasedIsLookedFor: nothing is done for a buyer who was never seen, and erasures during a look get a look of their own.
func TestOnlyWhatWasErasedIsLookedFor(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "x.db")
	s := holes(t, path, "the secret words")
	at := func() [2]int64 {
		page, pass, err := s.scrubbing(ctx)
		require.NoError(t, err)
		return [2]int64{page, pass}
	}
	s.scrubs.turn <- struct{}{} // so that the store does nothing by itself
	pieces, err := s.Erase(ctx, "s", "nobody", desk.Entry{ID: "e-1", Shop: "s"})
	require.NoError(t, err)
	require.Zero(t, pieces)
	require.Zero(t, at())

	_, err = s.Erase(ctx, "s", "b", desk.Entry{ID: "e-2", Shop: "s"})
	require.NoError(t, err)
	require.Equal(t, [2]int64{2, 1}, at())
	require.NoError(t, s.noteScrub(ctx, goneThrough, 1, 9))
	require.NoError(t, s.noteScrub(ctx, goneThrough, 1, 5))
	require.NoError(t, s.noteScrub(ctx, goneThrough, 7, 50))
	require.Equal(t, [2]int64{9, 1}, at(), "it goes on where it was")
	require.NoError(t, s.Commit(ctx, withBuyer(firstTurn(3), "c")))
	_, err = s.Erase(ctx, "s", "c", desk.Entry{ID: "e-3", Shop: "s"})
	require.NoError(t, err)
	require.Equal(t, [2]int64{9, 1}, at(), "a look that is under way comes to its end, however much is erased")
	require.NoError(t, s.noteScrub(ctx, endScrub, 1))
	require.Equal(t, [2]int64{2, 2}, at(), "and there is another one")
	require.NoError(t, s.noteScrub(ctx, endScrub, 1))
	require.Equal(t, [2]int64{2, 2}, at(), "whoever was slower ends nothing")
	<-s.scrubs.turn
	require.NoError(t, s.Scrub(ctx))
	require.Zero(t, at())
	require.NotContains(t, string(raw(t, path)), "the secret words")
}

// leaf is a page of a table with two rows, a free block between them, and old words in each room.
func leaf() []byte {
	p := bytes.Repeat([]byte{'x'}, 512)
	copy(p, []byte{leafTable, 0x01, 0xc0 /* free block at 448 */, 0, 2 /* rows */, 0x01, 0xa0 /* they begin at 416 */, 0})
	copy(p[8:], []byte{0x01, 0xa0, 0x01, 0xe0})
	copy(p[448:], []byte{0, 0, 0, 32})
	return p
}

func TestRoomBetweenRowsIsCleared(t *testing.T) {
	t.Parallel()
	got, err := clearRoom(leaf())
	require.NoError(t, err)
	want := leaf()
	clear(want[12:416])
	clear(want[452:480])
	require.Equal(t, want, got)
	again, err := clearRoom(got)
	require.NoError(t, err)
	require.Nil(t, again, "there is nothing left to do")

	for name, page := range map[string][]byte{"the rest of a long row": append([]byte{0, 0, 0, 9}, leaf()[4:]...), "an empty page": make([]byte, 512)} {
		got, err := clearRoom(page)
		require.NoError(t, err, name)
		require.Nil(t, got, name)
	}
}

func TestPagesThatAreNotAsTheyShouldBeAreLeftAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]byte){
		"rows beyond the page":       func(p []byte) { p[5], p[6] = 0x02, 0x01 },
		"more places than room":      func(p []byte) { p[3], p[4] = 0x01, 0x00 },
		"a free block in the room":   func(p []byte) { p[1], p[2] = 0x01, 0x00 },
		"a free block too long":      func(p []byte) { p[450], p[451] = 0x01, 0x00 },
		"a free block too short":     func(p []byte) { p[450], p[451] = 0, 3 },
		"free blocks in a circle":    func(p []byte) { p[448], p[449] = 0x01, 0xc0 },
		"a free block over the edge": func(p []byte) { p[1], p[2] = 0x01, 0xfe },
	} {
		page := leaf()
		change(page)
		got, err := clearRoom(page)
		require.ErrorIs(t, err, errPage, name)
		require.Nil(t, got, name)
	}
	_, err := clearRoom(nil)
	require.ErrorIs(t, err, errPage)
}

func FuzzClearRoom(f *testing.F) {
	f.Add(leaf())
	f.Add(make([]byte, 512))
	f.Fuzz(func(t *testing.T, page []byte) {
		before := bytes.Clone(page)
		got, err := clearRoom(page)
		require.Equal(t, before, page, "it works on a copy")
		if err != nil || got == nil {
			return
		}
		require.Len(t, got, len(page))
		again, err := clearRoom(got)
		require.NoError(t, err)
		require.Nil(t, again)
	})
}
