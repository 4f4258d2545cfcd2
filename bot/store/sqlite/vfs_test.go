package sqlite

import (
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/store/sqlstore"
)

const setFiller = `INSERT INTO probes (id, filler) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET filler = excluded.filler`

// TestAGatheredLogIsWhole: transactions that are longer than what is held back, and longer than what a connection keeps in memory; some are
// rolled back, after which others write where they would have written, before the connection goes on or ends.
func TestAGatheredLogIsWhole(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	kept := map[string]string{}
	for round, end := range []string{`ROLLBACK`, `COMMIT`, `ROLLBACK`, `COMMIT`, `COMMIT`} {
		w, err := openSession(s.writer.db)
		require.NoError(t, err)
		require.NoError(t, w.exec(`PRAGMA cache_size = 10`))
		require.NoError(t, w.exec(`BEGIN IMMEDIATE`))
		mine := maps.Clone(kept)
		rows := map[string]int{`COMMIT`: 200, `ROLLBACK`: 20}[end] // so that what is rolled back is held back
		for n := range rows {
			for _, id := range []string{strconv.Itoa(n), strconv.Itoa(n / 2)} {
				mine[id] = strings.Repeat(strconv.Itoa(round*1000+n), 700)
				require.NoError(t, w.exec(setFiller, id, mine[id]))
			}
		}
		if end == `COMMIT` {
			require.Equal(t, mine, fillers(t, w), "its own")
		}
		require.NoError(t, w.exec(end))
		if end == `COMMIT` {
			kept = mine
		}
		require.NoError(t, s.Commit(t.Context(), firstTurn(round)))
		kept["last"] = strconv.Itoa(round)
		require.NoError(t, w.exec(setFiller, "last", kept["last"]))
		require.NoError(t, s.Commit(t.Context(), firstTurn(round+100)))
		require.NoError(t, w.close())

		plain, err := s.db.reads.get(t.Context())
		require.NoError(t, err)
		require.Equal(t, kept, fillers(t, plain), "round %d", round)
		s.db.reads.free <- plain
		require.Equal(t, kept, found(t, s.file), "as it would be found after a crash")
	}
	require.NoError(t, s.writer.do(t.Context(), func(c *session) error {
		said, err := pragma(c, `PRAGMA integrity_check`)
		require.Equal(t, "ok", said)
		return err
	}))
}

func fillers(t *testing.T, s *session) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, s.query(t.Context(), `SELECT id, filler FROM probes`, nil, func(row sqlstore.Row) error {
		var id, filler string
		err := row.Scan(&id, &filler)
		out[id] = filler
		return err
	}))
	return out
}

// found is what a copy of the file and its log holds.
func found(t *testing.T, path string) map[string]string {
	t.Helper()
	after := filepath.Join(t.TempDir(), "x.db")
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(after+suffix, raw, 0o600))
	}
	s := newStore(t, Options{Path: after})
	c, err := s.db.reads.get(t.Context())
	require.NoError(t, err)
	defer func() { s.db.reads.free <- c }()
	return fillers(t, c)
}
