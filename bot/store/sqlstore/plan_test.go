package sqlstore_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
	"xiaoer/bot/store/sqlstore"
)

// A file is a store in a file, and the same file as any program may have it.
type file struct {
	kept *sqlite.Store
	db   *sql.DB
}

func openFile(t *testing.T) file {
	t.Helper()
	path := filepath.Join(t.TempDir(), "xiaoer.db")
	kept, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, kept.Close()) })
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return file{kept, db}
}

// TestQueriesUseTheirIndexes keeps the cost of a turn from growing with what is stored.
func TestQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	for _, query := range sqlstore.Texts() {
		args := slices.Repeat([]any{"1"}, 12)
		for i := len(args); i > 0 && !strings.Contains(query, fmt.Sprintf("$%d", i)); i-- {
			args = args[:i-1]
		}
		for _, step := range plan(t, s.db, query, args) {
			table, isScan := strings.CutPrefix(step, "SCAN ")
			if isScan && !strings.Contains(step, "USING COVERING INDEX") {
				require.Contains(t, []string{"s", "shops", "chain", "n"}, table, "%s\n%s", step, query)
			}
		}
	}
}

// TestListsReadOnlyWhatTheyShow: a page of dead letters or of open cases costs the same however much was delivered or closed.
func TestListsReadOnlyWhatTheyShow(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	cases := func(shops []string, states ...desk.State) []string {
		query, args := sqlstore.ListCases(desk.Query{Shops: shops, States: states, Limit: 50})
		return plan(t, s.db, query, args)
	}
	one := []string{"s"}
	mine, mineArgs := sqlstore.ListCases(desk.Query{Shops: one, Agent: "a", Limit: 50})
	buyers, buyersArgs := sqlstore.ListCases(desk.Query{Shops: one, Buyer: "b", Limit: 50})
	for name, test := range map[string]struct {
		plan   []string
		index  string
		sorted bool // by the index
	}{
		"all letters":          {plan(t, s.db, sqlstore.SelectLetters, []any{"s", "", 50}), "late_replies_by_age", true},
		"letters in a state":   {plan(t, s.db, sqlstore.SelectLettersIn, []any{"s", "", 50, "delivered"}), "late_replies_by_age", true},
		"dead letters":         {plan(t, s.db, sqlstore.SelectDeadLetters, []any{"s", "", 50}), "late_replies_dead", true},
		"open cases":           {cases(one), "handoffs_deadline", true},
		"waiting cases":        {cases(one, desk.Waiting), "handoffs_deadline", true},
		"waiting or taken":     {cases(one, desk.Waiting, desk.Taken), "handoffs_deadline", true},
		"of several shops":     {cases([]string{"s", "t"}), "handoffs_deadline", false},
		"waiting, of several":  {cases([]string{"s", "t"}, desk.Waiting), "handoffs_deadline", false},
		"an agent's":           {plan(t, s.db, mine, mineArgs), "handoffs_deadline", true},
		"a buyer's":            {plan(t, s.db, buyers, buyersArgs), "handoffs_deadline", true},
		"buyers in the audit":  {plan(t, s.db, sqlstore.SelectMentions, []any{"s", "b"}), "sqlite_autoindex_audit_1", true},
		"what was sent":        {plan(t, s.db, sqlstore.DeleteSent, []any{1, 100}), "late_replies_settled", true},
		"a buyer in the audit": {plan(t, s.db, sqlstore.EraseMention, []any{"s", "e"}), "sqlite_autoindex_audit_1", true},
	} {
		require.Contains(t, strings.Join(test.plan, "\n"), test.index+" (", name)
		inner := slices.IndexFunc(test.plan, func(step string) bool { return strings.Contains(step, test.index) })
		if test.sorted && len(test.plan) > inner+1 {
			require.NotContains(t, test.plan[inner+1], "TEMP B-TREE", name)
		}
	}
}

// plan gives the steps by which a query finds its rows.
func plan(t *testing.T, db *sql.DB, query string, args []any) (steps []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, args...)
	require.NoError(t, err, query)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, steps, query)
	return steps
}

// TestLongChainsAreForgottenInOneLook: the cost of forgetting a conversation's turns does not grow with the square of their number.
func TestLongChainsAreForgottenInOneLook(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	const many = sqlstore.PassBatch + sqlstore.SweepBatch + 1
	noon := time.UnixMilli(1e12)
	tx, err := s.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	for n := range many {
		_, err := tx.ExecContext(t.Context(), sqlstore.InsertTurn, "s", fmt.Sprintf("t-%05d", n), fmt.Sprintf("t-%05d", n-1), 1, "",
			noon.UnixMilli()+int64(n/3), nil, nil, "{}")
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	left := func() (n int) {
		require.NoError(t, s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM turns`).Scan(&n))
		return n
	}
	for _, test := range []struct {
		age  time.Duration // of the first that stays
		left int
	}{{30 * time.Millisecond, many - 90}, {time.Minute, 0}} {
		_, err = s.kept.SweepTraces(t.Context(), "s", noon.Add(engine.KeepTexts+test.age))
		require.NoError(t, err)
		require.Equal(t, test.left, left())
	}
}

// TestASweepGoesOn: what cannot be forgotten is told, and does not keep the rest.
func TestASweepGoesOn(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	for _, change := range []string{
		`INSERT INTO late_replies (shop_id, conversation_id, seq, id, state, attempts, at, next_at, error, body)
			VALUES ('s', 'c', 1, 'l', 'delivered', 1, 1, 1, '', '{}')`,
		`INSERT INTO presence (shop_id, agent, teams, ceiling, online, seen_at) VALUES ('s', 'a', '', 1, 1, 1)`,
		`CREATE TRIGGER kept BEFORE DELETE ON late_replies BEGIN SELECT RAISE(ABORT, 'it is kept'); END`,
	} {
		_, err := s.db.ExecContext(t.Context(), change)
		require.NoError(t, err)
	}
	require.ErrorContains(t, s.kept.Sweep(t.Context(), time.UnixMilli(1e12)), "sweep late replies: ")
	var left int
	require.NoError(t, s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM presence`).Scan(&left))
	require.Zero(t, left)
}
