package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Nothing is acknowledged before the log is synced, and a sync serves all commits that it holds.
func TestNothingIsAcknowledgedBeforeItIsSynced(t *testing.T) {
	t.Parallel()
	if !ownSync {
		t.Skip("SQLite syncs each commit here")
	}
	s := newStore(t, Options{})
	begun, release := make(chan struct{}), make(chan error)
	calls := 0
	require.NoError(t, s.writer.do(t.Context(), func(*session) error { // in the goroutine that syncs
		s.writer.synced.data = func(*os.File) error {
			if calls++; calls == 1 { // of this piece of work
				return nil
			}
			begun <- struct{}{}
			return <-release
		}
		return nil
	}))
	done := make(chan error, 1)
	commit := func(n int) { done <- s.Commit(t.Context(), firstTurn(n)) }
	go commit(1)
	<-begun
	select {
	case err := <-done:
		require.Fail(t, "it was acknowledged", "%v", err)
	default:
	}
	broken := errors.New("the disk is gone")
	release <- broken
	require.ErrorIs(t, <-done, broken, "whoever it was committed for must hear that it may be lost")
	go commit(2)
	<-begun
	release <- nil
	require.NoError(t, <-done, "the writer goes on")
	require.Equal(t, int64(1), s.version(t, 2))
}

func TestTheLogIsTheFileThatIsWrittenTo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	l := syncedLog{path: path, data: syncData}
	require.ErrorIs(t, l.sync(), os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("1"), 0o600))
	require.NoError(t, l.sync())
	first := l.info
	require.NoError(t, l.sync())
	require.Equal(t, first, l.info, "it is kept open")

	require.NoError(t, os.Rename(path, path+"-old"))
	require.NoError(t, os.WriteFile(path, []byte("2"), 0o600))
	var synced os.FileInfo
	l.data = func(f *os.File) (err error) {
		synced, err = f.Stat()
		return err
	}
	require.NoError(t, l.sync())
	now, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(now, synced), "another file has taken its place")

	broken := errors.New("the disk is gone")
	l.data = func(*os.File) error { return broken }
	require.ErrorIs(t, l.sync(), broken)
	l.data = syncData
	require.NoError(t, l.sync())
	require.NoError(t, l.close())
	require.NoError(t, l.close())
}
