package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// TestNothingIsAcknowledgedBeforeItIsSynced looks at what would be there after a power cut: the files as they were when the log was synced last.
func TestNothingIsAcknowledgedBeforeItIsSynced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	var mu sync.Mutex
	files := map[string][]byte{}
	s := newStore(t, Options{Path: path, sync: func(log *os.File) error {
		mu.Lock()
		defer mu.Unlock()
		for _, name := range []string{path, path + "-wal"} {
			raw, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			files[filepath.Base(name)] = raw
		}
		return log.Sync()
	}})
	var all sync.WaitGroup
	for n := range 10 {
		all.Go(func() {
			if err := s.Commit(t.Context(), firstTurn(n+1)); err != nil {
				t.Error(err)
				return
			}
			after := t.TempDir()
			mu.Lock()
			for name, raw := range files {
				if err := os.WriteFile(filepath.Join(after, name), raw, 0o600); err != nil {
					t.Error(err)
				}
			}
			mu.Unlock()
			cut, err := Open(t.Context(), Options{Path: filepath.Join(after, "x.db"), Existing: true})
			if err != nil {
				t.Error(err)
				return
			}
			got, err := cut.Load(t.Context(), engine.Ask{Key: firstTurn(n + 1).Key})
			if err := errors.Join(err, cut.Close()); err != nil || got.Version != 1 {
				t.Error("what was acknowledged is lost", n, err)
			}
		})
	}
	all.Wait()
}

// newSlowStore says when it syncs its log, and does not before letGo is closed.
func newSlowStore(t *testing.T) (s *Store, syncing <-chan struct{}, letGo chan struct{}) {
	t.Helper()
	began, letGo := make(chan struct{}), make(chan struct{})
	s = newStore(t, Options{sync: func(log *os.File) error {
		select {
		case began <- struct{}{}:
			<-letGo
		case <-letGo:
		}
		return log.Sync()
	}})
	return s, began, letGo
}

// TestWorkGoesOnWhileTheLogIsSynced: the next transaction is begun, turns build on the one before, and everybody else waits for it.
func TestWorkGoesOnWhileTheLogIsSynced(t *testing.T) {
	t.Parallel()
	s, syncing, letGo := newSlowStore(t)
	one := s.startCommit(t, firstTurn(1))
	<-syncing
	running := make(chan struct{})
	next := s.start(t, func(c *session) error {
		close(running)
		return c.exec(`INSERT INTO numbers (shop_id, number) VALUES ('s', 1)`)
	})
	<-running
	soon, cancel := context.WithCancel(t.Context())
	got, err := s.Load(soon, engine.Ask{Key: firstTurn(1).Key, Recent: true})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version, "a turn builds on it")
	cancel()
	for name, read := range map[string]func(context.Context) error{
		"a turn that may end without a commit": func(ctx context.Context) error {
			_, err := s.Load(ctx, engine.Ask{Key: firstTurn(1).Key})
			return err
		},
		"who lists something": func(ctx context.Context) error {
			_, err := s.Audit(ctx, "s", "", 10)
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		told := make(chan error, 1)
		go func() { told <- read(ctx) }()
		select {
		case err := <-told:
			require.Fail(t, "told of what is not synced", "%s: %v", name, err)
		case <-one.done:
			require.Fail(t, "acknowledged before it was synced")
		case <-next.done:
			require.Fail(t, "committed before what was before it is synced")
		default:
		}
		cancel()
		require.ErrorIs(t, <-told, context.Canceled, name)
	}
	close(letGo)
	require.NoError(t, one.wait())
	require.NoError(t, next.wait())
	_, err = s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
}

// TestALogThatCannotBeSynced: nobody is told that something was kept, nothing more is taken, and a new start finds out what is there.
func TestALogThatCannotBeSynced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	broken := errors.New("the disk is broken")
	works := true
	s, err := Open(t.Context(), Options{Path: path, sync: func(log *os.File) error {
		if !works {
			works = true
			return broken
		}
		return log.Sync()
	}})
	require.NoError(t, err)
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	works = false
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(2)), broken)
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(3)), broken, "what is behind it may not be found")
	require.ErrorIs(t, s.Ready(t.Context()), broken)
	_, err = s.Load(t.Context(), engine.Ask{Key: firstTurn(2).Key})
	require.ErrorIs(t, err, broken, "nobody knows what is kept")
	require.NoError(t, s.Close())

	s = newStore(t, Options{Path: path})
	require.NoError(t, s.Ready(t.Context()))
	require.Equal(t, int64(1), s.version(t, 1))
	require.Zero(t, s.version(t, 3))
}

// TestTheLogIsFoundBesideTheFileItself and not beside a name that leads to it.
func TestTheLogIsFoundBesideTheFileItself(t *testing.T) {
	t.Parallel()
	there, here := t.TempDir(), filepath.Join(t.TempDir(), "x.db")
	require.NoError(t, os.Symlink(filepath.Join(there, "y.db"), here))
	require.NoError(t, os.WriteFile(filepath.Join(there, "y.db"), nil, 0o600))
	s := newStore(t, Options{Path: here})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	require.Equal(t, int64(1), s.version(t, 1))
}

// TestTheLogStaysWhenConnectionsAreGivenUp: what is synced is the file that is written, also when who reads has gone away and the disk was full.
func TestTheLogStaysWhenConnectionsAreGivenUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	s := newStore(t, Options{Path: path, sync: func(log *os.File) error {
		synced, err := log.Stat()
		if err != nil {
			return err
		}
		written, err := os.Stat(path + "-wal")
		if err != nil || !os.SameFile(synced, written) {
			return errors.New("another log is written by now")
		}
		return log.Sync()
	}})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	ctx, cancel := context.WithCancel(t.Context())
	err := s.db.Read(ctx, `SELECT id FROM conversations`, nil, func(sqlstore.Row) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.writer.do(t.Context(), func(c *session) error {
		_, err := pragma(c, `PRAGMA max_page_count = 1`)
		return err
	}))
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrFull)
	require.NoError(t, s.Commit(t.Context(), firstTurn(2)))
}
