package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

// onlyFile requires that a folder holds nothing but these files.
func onlyFiles(t *testing.T, folder string, names ...string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	got := []string{}
	for _, f := range files {
		got = append(got, f.Name())
	}
	require.ElementsMatch(t, names, got)
}

func TestBackupWhileTurnsGoOnIsAMomentOfThem(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, sqlite.Options{})
	const writers, before = 4, 30
	var all sync.WaitGroup
	stop := make(chan struct{})
	started := make(chan struct{}, writers)
	errs := make([]error, writers)
	for w := range writers {
		k := engine.Key{Shop: "s", Conversation: fmt.Sprint("c-", w)}
		all.Go(func() {
			for n := int64(0); ; n++ {
				if n == before {
					started <- struct{}{}
				}
				select {
				case <-stop:
					return
				default:
				}
				if errs[w] = s.Commit(t.Context(), turnOf(k, n, fmt.Sprintf("m-%d-%d", w, n))); errs[w] != nil {
					return
				}
			}
		})
	}
	for range writers {
		<-started
	}
	path := filepath.Join(folder, "backup.db")
	err := s.Backup(t.Context(), path)
	close(stop)
	all.Wait()
	require.NoError(t, err)
	require.Equal(t, make([]error, writers), errs)
	onlyFiles(t, folder, "backup.db")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	restored := filepath.Join(folder, "restored.db")
	require.NoError(t, sqlite.Restore(t.Context(), path, restored, false))
	again := open(t, sqlite.Options{Path: restored})
	for w := range writers {
		k := engine.Key{Shop: "s", Conversation: fmt.Sprint("c-", w)}
		got, err := again.Load(t.Context(), engine.Ask{Key: k})
		require.NoError(t, err)
		require.GreaterOrEqual(t, got.Version, int64(before))
		for n := range got.Version {
			_, err := again.Trace(t.Context(), "s", fmt.Sprintf("m-%d-%d", w, n))
			require.NoError(t, err, "every turn up to then is there whole")
		}
		_, err = again.Trace(t.Context(), "s", fmt.Sprintf("m-%d-%d", w, got.Version))
		require.ErrorIs(t, err, engine.ErrNotFound, "and none after")
	}
}

func TestBackupLeavesAloneWhatIsThere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, sqlite.Options{})
	taken := filepath.Join(folder, "taken.db")
	require.NoError(t, os.WriteFile(taken, []byte("mine"), 0o600))
	require.ErrorIs(t, s.Backup(t.Context(), taken), os.ErrExist)
	content, err := os.ReadFile(taken)
	require.NoError(t, err)
	require.Equal(t, "mine", string(content))
	require.ErrorIs(t, s.Backup(t.Context(), filepath.Join(folder, "nowhere", "x.db")), os.ErrNotExist)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Backup(gone, filepath.Join(folder, "late.db")), context.Canceled)
	onlyFiles(t, folder, "taken.db")
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "good.db")
	s := open(t, sqlite.Options{})
	for n := range 20 {
		require.NoError(t, s.Commit(t.Context(), turnOf(engine.Key{Shop: "s", Conversation: fmt.Sprint(n)}, 0, fmt.Sprint(n))))
	}
	require.NoError(t, s.Backup(t.Context(), good))
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	// changed is the backup after a statement.
	changed := func(t *testing.T, path, statement string) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, whole, 0o600))
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
	for _, test := range []struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		{"nothing", func(*testing.T, string) {}, "no such file"},
		{"an empty file", func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, nil, 0o600))
		}, "it is empty"},
		{"text", func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte("hello, this is no database"), 0o600))
		}, "it is no database"},
		{"another program's", func(t *testing.T, path string) {
			t.Helper()
			changed(t, path, `PRAGMA application_id = 7`)
		}, "another program"},
		{"a newer version", func(t *testing.T, path string) {
			t.Helper()
			changed(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
		}, "it is of version 9999"},
		{"a damaged one", func(t *testing.T, path string) {
			t.Helper()
			broken := append([]byte{}, whole...)
			for i := 5 * 4096; i < len(broken)-4096; i += 97 {
				broken[i] ^= 0x55
			}
			require.NoError(t, os.WriteFile(path, broken, 0o600))
		}, "damaged"},
		{"half of one", func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, whole[:len(whole)/2], 0o600))
		}, "damaged"},
		{"a store in use", func(t *testing.T, path string) {
			t.Helper()
			used := open(t, sqlite.Options{Path: path})
			require.NoError(t, used.Commit(t.Context(), full(engine.Key{Shop: "s", Conversation: "c"})))
		}, "not a backup"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			from, folder := filepath.Join(t.TempDir(), "backup.db"), t.TempDir()
			to := filepath.Join(folder, "store.db")
			test.make(t, from)
			require.ErrorContains(t, sqlite.Restore(t.Context(), from, to, false), test.want)
			onlyFiles(t, folder)

			require.NoError(t, os.WriteFile(to, whole, 0o600))
			require.ErrorContains(t, sqlite.Restore(t.Context(), from, to, true), test.want)
			onlyFiles(t, folder, "store.db")
			kept, err := os.ReadFile(to)
			require.NoError(t, err)
			require.Equal(t, whole, kept, "what was there is as it was")
		})
	}
}

func TestRestoreReplacesOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	backup, path := filepath.Join(folder, "backup.db"), filepath.Join(folder, "store.db")
	k := engine.Key{Shop: "s", Conversation: "c"}
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Commit(t.Context(), turnOf(k, 0, "before")))
	require.NoError(t, s.Backup(t.Context(), backup))
	require.NoError(t, s.Commit(t.Context(), turnOf(k, 1, "after")))

	require.ErrorIs(t, sqlite.Restore(t.Context(), backup, path, false), os.ErrExist)
	require.ErrorContains(t, sqlite.Restore(t.Context(), backup, path, true), "stop the server first")
	_, err = s.Trace(t.Context(), "s", "after")
	require.NoError(t, err, "a store that is open is left alone")
	require.NoError(t, s.Commit(t.Context(), turnOf(k, 2, "and works")))
	require.NoError(t, s.Close())

	require.NoError(t, sqlite.Restore(t.Context(), backup, path, true))
	onlyFiles(t, folder, "backup.db", "store.db")
	again := open(t, sqlite.Options{Path: path})
	got, err := again.Load(t.Context(), engine.Ask{Key: k})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version)
	_, err = again.Trace(t.Context(), "s", "after")
	require.ErrorIs(t, err, engine.ErrNotFound)
}

// TestRestoreReplacesADamagedStore: that is what backups are for. A log that is left over must not be taken for the new file's.
func TestRestoreReplacesADamagedStore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	backup, path := filepath.Join(folder, "backup.db"), filepath.Join(folder, "store.db")
	s := open(t, sqlite.Options{})
	require.NoError(t, s.Commit(t.Context(), full(engine.Key{Shop: "s", Conversation: "c"})))
	require.NoError(t, s.Backup(t.Context(), backup))
	for _, junk := range []string{"junk", "SQLite format 3\x00 and then junk", ""} {
		require.NoError(t, os.WriteFile(path, []byte(junk), 0o600))
		require.NoError(t, os.WriteFile(path+"-wal", []byte("the log of something else"), 0o600))
		require.ErrorIs(t, sqlite.Restore(t.Context(), backup, path, false), os.ErrExist)
		require.NoError(t, sqlite.Restore(t.Context(), backup, path, true))
		onlyFiles(t, folder, "backup.db", "store.db")
		again, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		require.NoError(t, err)
		require.NoError(t, again.Ready(t.Context()))
		require.NoError(t, again.Close())
	}
}
