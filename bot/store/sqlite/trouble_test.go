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
	"xiaoer/bot/engine"
)

func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	limit := func(pages string) {
		require.NoError(t, s.writer.do(t.Context(), func(c *session) error {
			_, _, err := c.returned(`PRAGMA max_page_count = ` + pages)
			return err
		}))
	}
	large := func(n int) engine.Commit {
		c := firstTurn(n)
		c.Conversation.LastLine = strings.Repeat("x", 10_000)
		c.Numbers, c.Waiting = []int{n}, "aftersales"
		c.Answered = &engine.Answered{Message: fmt.Sprint(n), Response: []byte(strings.Repeat("y", 10_000))}
		return c
	}
	require.NoError(t, s.Ready(t.Context()))
	limit("60")
	n := 0
	var err error
	for ; err == nil; n++ {
		require.Less(t, n, 60)
		err = s.Commit(t.Context(), large(n+1))
	}
	require.ErrorIs(t, err, engine.ErrFull)
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrFull)
	got, err := s.Load(t.Context(), engine.Ask{Key: large(n).Key, Message: fmt.Sprint(n)})
	require.NoError(t, err, "reading goes on")
	require.Zero(t, got.Version)
	require.Nil(t, got.Answered)
	require.Equal(t, bot.Desk{Next: n, Ahead: map[string]int{"aftersales": n - 1}}, got.Desk, "nothing is half applied")

	limit("4000")
	require.NoError(t, s.Ready(t.Context()), "it recovers by itself")
	require.NoError(t, s.Commit(t.Context(), large(n)))
}

func TestLockedByAnotherProgram(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{LockWait: 50 * time.Millisecond})
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
		require.ErrorContains(t, s.Ready(t.Context()), "another program holds the file")
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
	err = s.reads.QueryRowContext(t.Context(), `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path)
	return path, err
}
