package sqlite

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	limit := func(pages string) {
		require.NoError(t, s.writer.do(t.Context(), func(c *session) error {
			_, err := pragma(c, `PRAGMA max_page_count = `+pages)
			return err
		}))
	}
	large := func(n int) engine.Commit {
		c := firstTurn(n)
		c.Conversation.LastLine = strings.Repeat("x", 10_000)
		c.Numbers, c.Waiting = []int{n}, "aftersales"
		c.Answered = &engine.Answered{Message: fmt.Sprint(n), Response: []byte(strings.Repeat("y", 10_000))}
		c.Cases = []desk.Case{{State: desk.Waiting, Handoff: bot.Handoff{ID: fmt.Sprint("h-", n), Number: n, Summary: strings.Repeat("z", 5_000)}}}
		c.Entry = &desk.Entry{ID: fmt.Sprint("e-", n), Shop: c.Shop, What: "claim"}
		c.Recorded = &engine.Recorded{ID: fmt.Sprint("t-", n), Key: c.Key}
		return c
	}
	require.NoError(t, s.Ready(t.Context()))
	limit("100")
	n := 0
	var err error
	for ; err == nil; n++ {
		require.Less(t, n, 100)
		err = s.Commit(t.Context(), large(n+1))
	}
	require.ErrorIs(t, err, engine.ErrFull)
	limit("100") // a connection whose transaction was lost is another one now
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrFull)
	limit("100")
	got, err := s.Load(t.Context(), engine.Ask{Key: large(n).Key, Message: fmt.Sprint(n)})
	require.NoError(t, err, "reading goes on")
	require.Zero(t, got.Version)
	require.Nil(t, got.Answered)
	require.Equal(t, bot.Desk{Next: n, Ahead: map[string]int{"aftersales": n - 1}}, got.Desk, "nothing is half applied")
	last, err := s.LastChange(t.Context(), large(n).Shop)
	require.NoError(t, err)
	require.Equal(t, int64(n-1), last)
	_, err = s.Case(t.Context(), large(n).Shop, fmt.Sprint("h-", n))
	require.ErrorIs(t, err, engine.ErrNotFound)
	entries, err := s.Audit(t.Context(), large(n).Shop, "", 1000)
	require.NoError(t, err)
	require.Len(t, entries, n-1)
	much := desk.Entry{ID: "e-much", Shop: large(n).Shop, Detail: strings.Repeat("w", 100_000)}
	limit("100")
	require.ErrorIs(t, s.Pause(t.Context(), desk.Pause{Shop: "s", Rule: "*"}, much), engine.ErrFull)
	off, err := s.Pauses(t.Context(), "s")
	require.NoError(t, err)
	require.Empty(t, off, "what cannot be audited is not done")

	limit("100")
	pieces, err := s.Erase(t.Context(), large(1).Shop, large(1).Buyer, desk.Entry{ID: "e-erase", Shop: large(1).Shop})
	require.NoError(t, err, "erasing needs no room")
	require.Positive(t, pieces)
	limit("4000")
	require.NoError(t, s.Ready(t.Context()), "it recovers by itself")
	require.NoError(t, s.Commit(t.Context(), large(n)))
}

func TestLockedByAnotherProgram(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{LockWait: 50 * time.Millisecond})
	by := desk.Entry{ID: "e", Shop: "s", What: "something"}
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	for _, lock := range []string{`BEGIN IMMEDIATE`, `BEGIN EXCLUSIVE`} {
		path, err := s.path(t)
		require.NoError(t, err)
		other, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		conn, err := other.Conn(t.Context())
		require.NoError(t, err)
		_, err = conn.ExecContext(t.Context(), lock)
		require.NoError(t, err)

		began := time.Now()
		waiting := make(chan error, 20)
		for n := range cap(waiting) {
			go func() { waiting <- s.Commit(t.Context(), firstTurn(10+n)) }()
		}
		for range cap(waiting) {
			require.ErrorContains(t, <-waiting, "another program holds the file")
		}
		require.Less(t, time.Since(began), 5*time.Second, "they do not wait one after the other")
		for what, do := range map[string]func() error{
			"ready":  func() error { return s.Ready(t.Context()) },
			"note":   func() error { return s.Note(t.Context(), by) },
			"grant":  func() error { return s.Grant(t.Context(), desk.Grant{ID: "g", Shop: "s"}, by) },
			"attend": func() error { return s.Attend(t.Context(), "s", desk.Presence{Agent: "a"}) },
			"pause":  func() error { return s.Pause(t.Context(), desk.Pause{Shop: "s", Rule: "*"}, by) },
			"resend": func() error { return s.Resend(t.Context(), "s", "l", time.Now(), by) },
			"erase": func() error {
				_, err := s.Erase(t.Context(), "s", "b", by)
				return err
			},
		} {
			require.ErrorContains(t, do(), "another program holds the file", what)
		}
		require.Equal(t, int64(1), s.version(t, 1), "reading goes on")
		second, err := Open(t.Context(), Options{Path: path, LockWait: time.Millisecond})
		require.NoError(t, err, "and so does opening what needs no change")
		require.NoError(t, second.Close())

		_, err = conn.ExecContext(t.Context(), `ROLLBACK`)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		require.NoError(t, other.Close())
		require.NoError(t, s.Ready(t.Context()), "it recovers by itself")
		require.Zero(t, s.version(t, 10))
		entries, err := s.Audit(t.Context(), "s", "", 10)
		require.NoError(t, err)
		require.Empty(t, entries, "nothing is kept of what was refused")
	}
}

func TestOpenDoesNotWaitForALockForEver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	other, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	conn, err := other.Conn(t.Context())
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), `BEGIN EXCLUSIVE`)
	require.NoError(t, err)
	_, err = Open(t.Context(), Options{Path: path, LockWait: 10 * time.Millisecond})
	require.ErrorContains(t, err, "another program holds the file")
	_, err = conn.ExecContext(t.Context(), `ROLLBACK`)
	require.NoError(t, err)
	require.NoError(t, newStore(t, Options{Path: path}).Ready(t.Context()))
	require.NoError(t, conn.Close())
	require.NoError(t, other.Close())
}

// path is where the store's file is.
func (s *Store) path(t *testing.T) (path string, err error) {
	t.Helper()
	err = s.db.reads.db.QueryRowContext(t.Context(), `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path)
	return path, err
}
