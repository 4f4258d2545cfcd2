package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
	"xiaoer/bot/store/storetest"
)

// open makes a store in a new file, closed when the test ends.
func open(t testing.TB, o sqlite.Options) *sqlite.Store {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "xiaoer.db")
	}
	s, err := sqlite.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestSQLiteIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Exercise(t, func(t *testing.T) engine.Store { return open(t, sqlite.Options{}) })
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
