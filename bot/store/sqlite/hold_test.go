package sqlite_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/store/sqlite"
)

func held(t *testing.T, path string) (func() error, error) {
	t.Helper()
	return sqlite.Hold(t.Context(), path, slog.New(slog.DiscardHandler))
}

// refused is why a file cannot be held, for as long as anybody would wait.
func refused(t *testing.T, path string) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		_, err = held(t, path)
		require.ErrorIs(t, err, sqlite.ErrHeld)
	})
	return err
}

func TestOneServerHoldsAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	release, err := held(t, path)
	require.NoError(t, err)
	err = refused(t, path)
	require.ErrorContains(t, err, "process "+strconv.Itoa(os.Getpid())+" on ")
	require.ErrorContains(t, err, "stop that one")
	other, err := held(t, filepath.Join(filepath.Dir(path), "other.db"))
	require.NoError(t, err, "another file is another store")
	require.NoError(t, other())
	require.NoError(t, release())
	release, err = held(t, path)
	require.NoError(t, err)
	require.NoError(t, release())
	require.NoFileExists(t, path, "it makes no store")
}

func TestAFileIsOneByWhateverName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "state.db"), filepath.Join(dir, "link.db")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	if err := os.Symlink(path, link); err != nil {
		t.Skip("there are no links here: ", err)
	}
	release, err := held(t, path)
	require.NoError(t, err)
	require.ErrorContains(t, refused(t, link), "link.db")
	require.NoError(t, release())
}

// Who stops is waited for a little.
func TestWhoIsGoingIsWaitedFor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	synctest.Test(t, func(t *testing.T) {
		first, err := held(t, path)
		require.NoError(t, err)
		var second func() error
		var has atomic.Bool
		go func() {
			second, err = held(t, path)
			has.Store(true)
		}()
		synctest.Wait()
		require.NoError(t, first())
		synctest.Wait()
		require.False(t, has.Load())
		<-time.After(time.Second)
		synctest.Wait()
		require.True(t, has.Load())
		require.NoError(t, err)
		require.NoError(t, second())

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		first, err = held(t, path)
		require.NoError(t, err)
		_, err = sqlite.Hold(ctx, path, slog.New(slog.DiscardHandler))
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, first())
	})
}

// What stands in the file is another's, and may be anything.
func TestWhoHoldsIsSaidOnlyWhereItCanBeRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	release, err := held(t, path)
	require.NoError(t, err)
	for _, text := range []string{"", "no end of a line", "\x1b[31m\n", "a\x00\n", string(bytes.Repeat([]byte("x"), 1<<20))} {
		require.NoError(t, os.WriteFile(path+".lock", []byte(text), 0o600))
		require.EqualError(t, refused(t, path), "open the store "+path+": another server has it: stop that one, or give this one a store of its own", "%.20q", text)
	}
	require.NoError(t, release())
}

func TestAFileThatCannotBeHeld(t *testing.T) {
	t.Parallel()
	_, err := held(t, filepath.Join(t.TempDir(), "nowhere", "state.db"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "state.db.lock")
}

// A process that is killed holds nothing any more, and what it wrote about itself is no lock.
func TestAKilledProcessHoldsNothing(t *testing.T) {
	t.Parallel()
	if os.Getenv("XIAOER_HOLDS") != "" {
		_, err := held(t, os.Getenv("XIAOER_HOLDS"))
		require.NoError(t, err)
		_, _ = os.Stdout.WriteString("held\n")
		select {} // until it is killed
	}
	path := filepath.Join(t.TempDir(), "state.db")
	for range 3 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=5m")
		child.Env = append(os.Environ(), "XIAOER_HOLDS="+path)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		said := make([]byte, len("held\n"))
		_, err = out.Read(said)
		require.NoError(t, err)
		require.Equal(t, "held\n", string(said))
		require.ErrorContains(t, refused(t, path), "process "+strconv.Itoa(child.Process.Pid)+" on ")
		require.NoError(t, child.Process.Kill())
		require.Error(t, child.Wait())
		release, err := held(t, path)
		require.NoError(t, err)
		require.NoError(t, release())
	}
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path + ".lock")
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}
