package sqlite

import (
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/store/sqlstore"
)

const setFiller = `INSERT INTO probes (id, filler) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET filler = excluded.filler`

// TestAGatheredLogIsWhole: transactions that are longer than what is held back, and longer than what a connection keeps in memory, so that
// it reads its own log while it writes it.
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
		for n := range 200 {
			for _, id := range []string{strconv.Itoa(n), strconv.Itoa(n / 2)} {
				mine[id] = strings.Repeat(strconv.Itoa(round*1000+n), 700)
				require.NoError(t, w.exec(setFiller, id, mine[id]))
			}
		}
		require.Equal(t, mine, fillers(t, w), "its own")
		require.NoError(t, w.exec(end))
		if end == `COMMIT` {
			kept = mine
		}
		require.NoError(t, w.close())

		plain, err := s.db.reads.get(t.Context())
		require.NoError(t, err)
		require.Equal(t, kept, fillers(t, plain), "round %d", round)
		s.db.reads.free <- plain
		require.NoError(t, s.Commit(t.Context(), firstTurn(round)))
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
