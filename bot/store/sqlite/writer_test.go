package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

func newStore(t *testing.T, o Options) *Store {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "xiaoer.db")
	}
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func firstTurn(n int) engine.Commit {
	k := engine.Key{Shop: "s", Conversation: fmt.Sprint(n)}
	return engine.Commit{Key: k, Conversation: bot.NewConversation(k.Shop, k.Conversation), At: time.UnixMilli(0)}
}

func (s *Store) version(t *testing.T, n int) int64 {
	t.Helper()
	got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(n).Key})
	require.NoError(t, err)
	return got.Version
}

// hold makes the writer wait inside of a transaction until it is let go; what is handed in meanwhile joins that transaction.
func (s *Store) hold(t *testing.T, ctx context.Context) (letGo func(), outcome chan error) { //nolint:revive // ctx is the held work's
	t.Helper()
	begun, gate := make(chan struct{}), make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) }) // work may run again
	outcome = make(chan error, 1)
	go func() {
		outcome <- s.writer.do(ctx, func(*session) error {
			begin()
			<-gate
			return nil
		})
	}()
	<-begun
	return func() { close(gate) }, outcome
}

// start hands work in and comes back when it is in the queue.
func (s *Store) start(t *testing.T, do func(*session) error) *work {
	t.Helper()
	w := &work{do: do, done: make(chan struct{})}
	require.NoError(t, s.writer.put(w))
	return w
}

// waits comes back when so much is in the queue.
func (s *Store) waits(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.writer.queue) == n }, 10*time.Second, time.Millisecond)
}

func (w *work) wait() error {
	<-w.done
	return w.err
}

func (s *Store) startCommit(t *testing.T, c engine.Commit) *work {
	t.Helper()
	var statements []sqlstore.Statement
	catch := catcher{s.db, &statements}
	require.NoError(t, sqlstore.New(catch, sqlstore.Options{}).Commit(t.Context(), c))
	return s.start(t, func(to *session) error { return runAll(to, statements) })
}

// A catcher takes the statements of a commit and does not run them.
type catcher struct {
	*database
	caught *[]sqlstore.Statement
}

func (c catcher) Commit(_ context.Context, statements []sqlstore.Statement) error {
	*c.caught = statements
	return nil
}

// pragma gives the one text that a query returns.
func pragma(c *session, query string) (out string, err error) {
	err = c.Query(query, nil, func(row sqlstore.Row) error { return row.Scan(&out) })
	return out, err
}

func (s *Store) standing(t *testing.T, k engine.Key) engine.Standing {
	t.Helper()
	got, err := s.Load(t.Context(), engine.Ask{Key: k})
	require.NoError(t, err)
	return got.Standing
}

func TestOneTransactionTakesAllThatWaits(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	letGo, held := s.hold(t, t.Context())
	before := s.startCommit(t, firstTurn(1))
	stale := s.startCommit(t, firstTurn(1))
	bad := s.start(t, func(c *session) error {
		if err := c.exec(`INSERT INTO numbers (shop_id, number) VALUES ('s', 1)`); err != nil {
			return err
		}
		return c.exec(`INSERT INTO probes (id) VALUES (NULL)`)
	})
	looked := s.start(t, func(*session) error {
		select {
		case <-before.done:
			return errors.New("acknowledged before it was committed")
		default:
		}
		if v := s.version(t, 1); v != 0 {
			return errors.New("seen before it was committed")
		}
		return nil
	})
	after := s.startCommit(t, firstTurn(2))
	letGo()

	require.NoError(t, <-held)
	require.NoError(t, before.wait())
	require.ErrorIs(t, stale.wait(), engine.ErrStale)
	require.ErrorContains(t, bad.wait(), "NOT NULL")
	require.NoError(t, looked.wait())
	require.NoError(t, after.wait(), "what others were refused does not hurt it")
	require.Equal(t, int64(1), s.version(t, 1))
	require.Equal(t, int64(1), s.version(t, 2))
	got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
	require.Equal(t, 1, got.Desk.Next, "nothing of what failed is kept")
}

func TestBatchIsBounded(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Batch: 2})
	letGo, held := s.hold(t, t.Context())
	second := s.start(t, func(*session) error { return nil })
	third := s.start(t, func(*session) error {
		<-second.done // would wait for ever in the same transaction
		return nil
	})
	letGo()
	require.NoError(t, <-held)
	require.NoError(t, third.wait())
}

func TestLostTransactionFailsForAllAndIsLeftBehind(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	letGo, held := s.hold(t, t.Context())
	before := s.startCommit(t, firstTurn(1))
	breaking := s.start(t, func(c *session) error { return c.exec(`ROLLBACK`) })
	letGo()
	require.Error(t, <-held)
	require.Error(t, before.wait())
	require.Error(t, breaking.wait())
	require.Zero(t, s.version(t, 1))
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)), "the next one begins anew")
}

func TestFullQueueRefusesAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Queue: 2})
	letGo, held := s.hold(t, t.Context())
	waiting := []*work{s.startCommit(t, firstTurn(1)), s.startCommit(t, firstTurn(2))}
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(3)), engine.ErrFull)
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrFull)
	letGo()
	require.NoError(t, <-held)
	for _, w := range waiting {
		require.NoError(t, w.wait())
	}
	require.Zero(t, s.version(t, 3))
	require.NoError(t, s.Commit(t.Context(), firstTurn(3)))
}

func TestContextEndsTheWaiting(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	gone := errors.New("the caller went away")
	ctx, end := context.WithCancelCause(t.Context())
	letGo, held := s.hold(t, ctx)
	queued := make(chan error)
	go func() { queued <- s.Commit(ctx, firstTurn(1)) }()
	s.waits(t, 1)
	end(gone)
	err := <-queued
	require.ErrorIs(t, err, gone)
	require.NotContains(t, err.Error(), "may have been kept")
	err = <-held
	require.ErrorIs(t, err, gone)
	require.ErrorContains(t, err, "may have been kept or not")
	letGo()
	require.NoError(t, s.Commit(t.Context(), firstTurn(2)))
	require.Zero(t, s.version(t, 1), "what was given up in the queue is not done")
}

func TestCloseDrains(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "xiaoer.db")
	s := newStore(t, Options{Path: path})
	letGo, held := s.hold(t, t.Context())
	var waiting []*work
	for n := range 10 {
		waiting = append(waiting, s.startCommit(t, firstTurn(n)))
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	require.Eventually(t, s.writer.isClosed, 10*time.Second, time.Millisecond)
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(11)), engine.ErrClosed)
	letGo()
	require.NoError(t, <-held)
	for _, w := range waiting {
		require.NoError(t, w.wait())
	}
	require.NoError(t, <-closed)
	require.NoError(t, s.Close(), "twice is no mistake")
	_, err := s.Load(t.Context(), engine.Ask{})
	require.ErrorIs(t, err, engine.ErrClosed)
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrClosed)
	_, err = os.Stat(path + "-wal")
	require.ErrorIs(t, err, os.ErrNotExist, "the log is carried over")

	again := newStore(t, Options{Path: path})
	for n := range 10 {
		require.Equal(t, int64(1), again.version(t, n))
	}
}

// TestHowTheWriterIsConnected: SQLite syncs its log before it carries it over ("1", normal), commits are synced by the disk, see
// TestNothingIsAcknowledgedBeforeItIsSynced.
func TestHowTheWriterIsConnected(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	settings := map[string]string{}
	require.NoError(t, s.writer.do(t.Context(), func(c *session) error {
		for _, name := range []string{"journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint"} {
			value, err := pragma(c, `PRAGMA `+name)
			if err != nil {
				return err
			}
			settings[name] = value
		}
		return nil
	}))
	require.Equal(t, map[string]string{"journal_mode": "wal", "synchronous": "1", "busy_timeout": "1000", "wal_autocheckpoint": "0"}, settings)
	_, err := s.db.reads.db.ExecContext(t.Context(), `DELETE FROM conversations`)
	require.ErrorContains(t, err, "readonly", "readers only read")
}

func TestLogStaysShort(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	path, err := s.path(t)
	require.NoError(t, err)
	text := strings.Repeat("x", 100_000)
	for n := range 600 { // 60 MB
		c := firstTurn(n % 10)
		c.Version, c.Conversation.LastLine = int64(n/10), text
		require.NoError(t, s.Commit(t.Context(), c))
	}
	log, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	require.Less(t, log.Size(), int64(40<<20))
}
