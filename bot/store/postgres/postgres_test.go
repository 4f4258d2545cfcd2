//go:build unix

package postgres_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/postgres/pgtest"
	"xiaoer/bot/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// open makes a store in a new database, closed when the test ends.
func open(tb testing.TB, o postgres.Options) *postgres.Store {
	tb.Helper()
	if o.URL == "" {
		o.URL = pgtest.Database(tb)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(tb.Output(), nil))
	}
	s, err := postgres.Open(tb.Context(), o)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// openNew is open as the suites of package storetest want it.
func openNew(t *testing.T) engine.Store {
	t.Helper()
	return open(t, postgres.Options{})
}

func TestPostgresIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Exercise(t, openNew)
}

func TestPostgresHoldsUnderContention(t *testing.T) {
	t.Parallel()
	storetest.Contend(t, openNew)
}
