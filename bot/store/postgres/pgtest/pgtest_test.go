//go:build unix

package pgtest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot/store/postgres/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func count(t *testing.T, url string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM kept`).Scan(&n))
	require.NoError(t, conn.Close(t.Context()))
	return n
}

func keepOne(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)`)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

func TestDatabasesAreOfOneTestEach(t *testing.T) {
	t.Parallel()
	first, second := pgtest.Database(t), pgtest.Database(t)
	require.NotEqual(t, first, second)
	keepOne(t, first)
	keepOne(t, second)
	require.Equal(t, 1, count(t, first))
}

func TestWhatIsKeptOutlivesAStopAndACrash(t *testing.T) {
	t.Parallel()
	s := pgtest.Start(t, "log_min_messages=warning")
	url := s.Database(t)
	keepOne(t, url)
	for name, end := range map[string]func() error{"stop": s.Stop, "crash": s.Crash} {
		require.NoError(t, end(), name)
		_, err := pgx.Connect(t.Context(), url)
		require.Error(t, err, name)
		require.NoError(t, s.Start(), name)
		require.Equal(t, 1, count(t, url), name)
	}
	log, err := s.Log()
	require.NoError(t, err)
	require.Contains(t, log, "automatic recovery in progress", "after the crash")
	require.Error(t, s.Start(), "it runs already")
}

func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	var dir string
	t.Run("a test", func(t *testing.T) {
		url := pgtest.Start(t).Database(t)
		_, rest, found := strings.Cut(url, "host=")
		require.True(t, found)
		dir = strings.ReplaceAll(rest, "%2F", "/")
		require.DirExists(t, dir)
	})
	if dir == "" {
		t.Skip("no server was started")
	}
	_, err := os.Stat(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
}
