//go:build unix

package postgres_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/postgres/pgtest"
)

// do runs statements as somebody else.
func do(t *testing.T, where, statements string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), where)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), statements)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

// Several processes may be started at once on a database without tables: one makes them.
func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	const many = 6
	stores := make([]*postgres.Store, many)
	errs := make([]error, many)
	var all sync.WaitGroup
	for n := range many {
		all.Go(func() { stores[n], errs[n] = postgres.Open(t.Context(), postgres.Options{URL: where, Connections: 4}) })
	}
	all.Wait()
	for n, s := range stores {
		require.NoError(t, errs[n])
		require.NoError(t, s.Commit(t.Context(), firstTurn(n)))
		defer func() { require.NoError(t, s.Close()) }()
	}
	require.Equal(t, many, count(t, where, `SELECT count(*) FROM conversations`))
	require.Equal(t, 1, count(t, where, `SELECT count(*) FROM goose_db_version WHERE version_id = 1`), "one of them")
}

// A newer program may add to the tables beside programs that go on: they neither see nor need it. Such a program may even be started again.
func TestANewerProgramExpands(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	running := open(t, postgres.Options{URL: where})
	require.NoError(t, running.Commit(t.Context(), firstTurn(1)))
	_, err := running.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key, Message: "m"})
	require.NoError(t, err)
	do(t, where, `
ALTER TABLE conversations ADD COLUMN mood text;
ALTER TABLE turns ADD COLUMN weight bigint NOT NULL DEFAULT 0;
CREATE TABLE moods (shop_id text NOT NULL PRIMARY KEY);
CREATE INDEX turns_weight ON turns (shop_id, weight) WHERE weight > 0;
INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, true)`)
	again := firstTurn(1)
	again.Version, again.Answered.Message, again.Recorded.ID = 1, "m-again", "t-again"
	require.NoError(t, running.Commit(t.Context(), again))
	require.NoError(t, running.Commit(t.Context(), fullTurn(2)))
	got, err := running.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
	require.Equal(t, int64(2), got.Version)

	var said bytes.Buffer
	restarted := open(t, postgres.Options{URL: where, Logger: slog.New(slog.NewTextHandler(&said, nil))})
	require.NoError(t, restarted.Commit(t.Context(), firstTurn(3)))
	require.Contains(t, said.String(), "use a newer program soon")
}

// When it takes away what older programs use, they are not started any more, and are told why.
func TestANewerProgramContracts(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	require.NoError(t, open(t, postgres.Options{URL: where}).Close())
	do(t, where, `
ALTER TABLE conversations DROP COLUMN steps;
INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, true), (4, true), (5, true);
INSERT INTO compatible (version) VALUES (4)`)
	_, err := postgres.Open(t.Context(), postgres.Options{URL: where})
	require.ErrorContains(t, err,
		"it is of version 5, which programs that know version 4 and later may use, and this one knows up to 2; use a newer program")
}

func TestACommandLeavesTheTablesToServers(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	_, err := postgres.Open(t.Context(), postgres.Options{URL: where, Existing: true})
	require.ErrorContains(t, err, "no server has begun it yet")
	require.Zero(t, count(t, where, `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()`), "a misspelled name makes no store of its own")

	server := open(t, postgres.Options{URL: where})
	require.NoError(t, server.Commit(t.Context(), firstTurn(1)))
	command := open(t, postgres.Options{URL: where, Existing: true, Connections: 1})
	got, err := command.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version)
	require.NoError(t, command.Commit(t.Context(), firstTurn(2)))
}

// Texts are in the order of their bytes, whatever the database's own order is.
func TestOrderIsThatOfBytes(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Options{})
	var want []string
	for _, shop := range []string{"B", "Z", "a", "b-c", "b_", "bc", "é", "店"} {
		c := firstTurn(1)
		c.Shop, c.Due = shop, noon
		c.Recorded.ID = fmt.Sprint("t-", shop)
		require.NoError(t, s.Commit(t.Context(), c))
		want = append(want, shop)
	}
	due, err := s.Due(t.Context(), engine.Query{Now: noon, Limit: 100, PerShop: 10})
	require.NoError(t, err)
	var got []string
	for _, d := range due {
		got = append(got, d.Shop)
	}
	require.Equal(t, want, got)
}

func TestSize(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	n, err := postgres.Size(t.Context(), where)
	require.NoError(t, err)
	require.Greater(t, n, int64(1<<20))
}
