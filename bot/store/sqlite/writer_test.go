package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func newStore(t *testing.T, o Options) *Store {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "xiaoer.db")
	}
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func firstTurn(n int) engine.Commit {
	k := engine.Key{Shop: "s", Conversation: fmt.Sprint(n)}
	return engine.Commit{Key: k, Conversation: bot.NewConversation(k.Shop, k.Conversation), At: time.UnixMilli(0)}
}

func (s *Store) version(t *testing.T, n int) int64 {
	t.Helper()
	got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(n).Key})
	require.NoError(t, err)
	return got.Version
}

// hold makes the writer wait inside of a transaction until it is let go; what is handed in meanwhile joins that transaction.
func (s *Store) hold(t *testing.T, ctx context.Context) (letGo func(), outcome chan error) { //nolint:revive // ctx is the held work's
	t.Helper()
	begun, gate := make(chan struct{}), make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) }) // work may run again
	outcome = make(chan error, 1)
	go func() {
		outcome <- s.writer.do(ctx, func(*session) error {
			begin()
			<-gate
			return nil
		})
	}()
	<-begun
	return func() { close(gate) }, outcome
}

// start hands work in and comes back when it is in the queue.
func (s *Store) start(t *testing.T, do func(*session) error) *work {
	t.Helper()
	w := &work{do: do, done: make(chan struct{})}
	require.NoError(t, s.writer.put(w))
	return w
}

func (w *work) wait() error {
	<-w.done
	return w.err
}

func (s *Store) startCommit(t *testing.T, c engine.Commit) *work {
	t.Helper()
	texts, err := write(c)
	require.NoError(t, err)
	return s.start(t, func(to *session) error { return keep(to, c, texts) })
}

func TestOneTransactionTakesAllThatWaits(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	letGo, held := s.hold(t, t.Context())
	before := s.startCommit(t, firstTurn(1))
	stale := s.startCommit(t, firstTurn(1))
	bad := s.start(t, func(c *session) error {
		if _, err := c.exec(insertNumber, "s", 1); err != nil {
			return err
		}
		_, err := c.exec(`INSERT INTO probes (id) VALUES (NULL)`)
		return err
	})
	looked := s.start(t, func(*session) error {
		select {
		case <-before.done:
			return errors.New("acknowledged before it was committed")
		default:
		}
		if v := s.version(t, 1); v != 0 {
			return errors.New("seen before it was committed")
		}
		return nil
	})
	after := s.startCommit(t, firstTurn(2))
	letGo()

	require.NoError(t, <-held)
	require.NoError(t, before.wait())
	require.ErrorIs(t, stale.wait(), engine.ErrStale)
	require.ErrorContains(t, bad.wait(), "NOT NULL")
	require.NoError(t, looked.wait())
	require.NoError(t, after.wait(), "what others were refused does not hurt it")
	require.Equal(t, int64(1), s.version(t, 1))
	require.Equal(t, int64(1), s.version(t, 2))
	got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
	require.Equal(t, 1, got.Desk.Next, "nothing of what failed is kept")
}

func TestBatchIsBounded(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Batch: 2})
	letGo, held := s.hold(t, t.Context())
	second := s.start(t, func(*session) error { return nil })
	third := s.start(t, func(*session) error {
		<-second.done // would wait for ever in the same transaction
		return nil
	})
	letGo()
	require.NoError(t, <-held)
	require.NoError(t, third.wait())
}

func TestLostTransactionFailsForAllAndIsLeftBehind(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	letGo, held := s.hold(t, t.Context())
	before := s.startCommit(t, firstTurn(1))
	breaking := s.start(t, func(c *session) error {
		_, err := c.exec(`ROLLBACK`)
		return err
	})
	letGo()
	require.Error(t, <-held)
	require.Error(t, before.wait())
	require.Error(t, breaking.wait())
	require.Zero(t, s.version(t, 1))
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)), "the next one begins anew")
}

func TestFullQueueRefusesAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Queue: 2})
	letGo, held := s.hold(t, t.Context())
	waiting := []*work{s.startCommit(t, firstTurn(1)), s.startCommit(t, firstTurn(2))}
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(3)), engine.ErrFull)
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrFull)
	letGo()
	require.NoError(t, <-held)
	for _, w := range waiting {
		require.NoError(t, w.wait())
	}
	require.Zero(t, s.version(t, 3))
	require.NoError(t, s.Commit(t.Context(), firstTurn(3)))
}

func TestContextEndsTheWaiting(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	gone := errors.New("the caller went away")
	ctx, end := context.WithCancelCause(t.Context())
	letGo, held := s.hold(t, ctx)
	queued := make(chan error)
	go func() { queued <- s.Commit(ctx, firstTurn(1)) }()
	require.Eventually(t, func() bool { return len(s.writer.queue) == 1 }, 10*time.Second, time.Millisecond)
	end(gone)
	err := <-queued
	require.ErrorIs(t, err, gone)
	require.NotContains(t, err.Error(), "may have been kept")
	err = <-held
	require.ErrorIs(t, err, gone)
	require.ErrorContains(t, err, "may have been kept or not")
	letGo()
	require.NoError(t, s.Commit(t.Context(), firstTurn(2)))
	require.Zero(t, s.version(t, 1), "what was given up in the queue is not done")
}

func TestCloseDrains(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "xiaoer.db")
	s := newStore(t, Options{Path: path})
	letGo, held := s.hold(t, t.Context())
	var waiting []*work
	for n := range 10 {
		waiting = append(waiting, s.startCommit(t, firstTurn(n)))
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	require.Eventually(t, s.writer.isClosed, 10*time.Second, time.Millisecond)
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(11)), engine.ErrClosed)
	letGo()
	require.NoError(t, <-held)
	for _, w := range waiting {
		require.NoError(t, w.wait())
	}
	require.NoError(t, <-closed)
	require.NoError(t, s.Close(), "twice is no mistake")
	_, err := s.Load(t.Context(), engine.Ask{})
	require.ErrorIs(t, err, engine.ErrClosed)
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrClosed)
	_, err = os.Stat(path + "-wal")
	require.ErrorIs(t, err, os.ErrNotExist, "the log is carried over")

	again := newStore(t, Options{Path: path})
	for n := range 10 {
		require.Equal(t, int64(1), again.version(t, n))
	}
}

func TestCommitsAreSynced(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	settings := map[string]string{}
	require.NoError(t, s.writer.do(t.Context(), func(c *session) error {
		for _, name := range []string{"journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint"} {
			value, _, err := c.returned(`PRAGMA ` + name)
			if err != nil {
				return err
			}
			settings[name] = value
		}
		return nil
	}))
	require.Equal(t, map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "1000", "wal_autocheckpoint": "0"}, settings)
	_, err := s.reads.ExecContext(t.Context(), `DELETE FROM conversations`)
	require.ErrorContains(t, err, "readonly", "readers only read")
}

func TestLogStaysShort(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	path, err := s.path(t)
	require.NoError(t, err)
	text := strings.Repeat("x", 100_000)
	for n := range 600 { // 60 MB
		c := firstTurn(n % 10)
		c.Version, c.Conversation.LastLine = int64(n/10), text
		require.NoError(t, s.Commit(t.Context(), c))
	}
	log, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	require.Less(t, log.Size(), int64(40<<20))
}

// TestQueriesUseTheirIndexes keeps the cost of a turn from growing with what is stored.
func TestQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	for _, query := range []string{
		selectTurn, selectTurnAndDesk, selectTrace, selectReplies, selectNextDue, selectDue, selectDueFairly, selectPending, selectPendingFairly, selectConversations,
		updateConversation, updateRecord, leaveDesk, insertLate, tryLater, settleLate, promoteLate,
		deleteAnswers, selectTraces, deleteTrace, deleteRecords, deleteSent, deleteUnread, deleteConversation, deleteLate,
		selectParts, deletePart, deleteCases, deleteEntries, deletePresence, changeBuyer,
		selectCase, selectChanged, selectLastChange, selectTally, selectGrants, selectGrantsOf, selectPresence, selectPauses,
		selectEntries, selectLetters, selectLettersIn, selectDeadLetters, selectDeliveries, resendLate, postponeLate, selectWaiting, selectDead,
		selectTalks, selectBody, selectRecord, selectCasesOf, selectLateOf, selectTurnsOf, selectAnswer,
		eraseTalk, eraseRecord, eraseCases, eraseBuyersCases, eraseTurn, eraseAnswer, eraseParticipant,
	} {
		args := slices.Repeat([]any{"1"}, 9)
		for i := len(args); i > 0 && !strings.Contains(query, fmt.Sprintf("$%d", i)); i-- {
			args = args[:i-1]
		}
		for _, step := range s.plan(t, query, args) {
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
	s := newStore(t, Options{})
	cases := func(shops []string, states ...desk.State) []string {
		query, args := listCases(desk.Query{Shops: shops, States: states, Limit: 50})
		return s.plan(t, query, args)
	}
	one := []string{"s"}
	mine, mineArgs := listCases(desk.Query{Shops: one, Agent: "a", Limit: 50})
	buyers, buyersArgs := listCases(desk.Query{Shops: one, Buyer: "b", Limit: 50})
	for name, test := range map[string]struct {
		plan   []string
		index  string
		sorted bool // by the index
	}{
		"all letters":          {s.plan(t, selectLetters, []any{"s", "", 50}), "late_replies_by_age", true},
		"letters in a state":   {s.plan(t, selectLettersIn, []any{"s", "", 50, "delivered"}), "late_replies_by_age", true},
		"dead letters":         {s.plan(t, selectDeadLetters, []any{"s", "", 50}), "late_replies_dead", true},
		"open cases":           {cases(one), "handoffs_deadline", true},
		"waiting cases":        {cases(one, desk.Waiting), "handoffs_deadline", true},
		"waiting or taken":     {cases(one, desk.Waiting, desk.Taken), "handoffs_deadline", true},
		"of several shops":     {cases([]string{"s", "t"}), "handoffs_deadline", false},
		"waiting, of several":  {cases([]string{"s", "t"}, desk.Waiting), "handoffs_deadline", false},
		"an agent's":           {s.plan(t, mine, mineArgs), "handoffs_deadline", true},
		"a buyer's":            {s.plan(t, buyers, buyersArgs), "handoffs_deadline", true},
		"buyers in the audit":  {s.plan(t, selectMentions, []any{"s", "b"}), "sqlite_autoindex_audit_1", true},
		"a buyer in the audit": {s.plan(t, eraseMention, []any{"s", "e"}), "sqlite_autoindex_audit_1", true},
	} {
		require.Contains(t, strings.Join(test.plan, "\n"), test.index+" (", name)
		inner := slices.IndexFunc(test.plan, func(step string) bool { return strings.Contains(step, test.index) })
		if test.sorted && len(test.plan) > inner+1 {
			require.NotContains(t, test.plan[inner+1], "TEMP B-TREE", name)
		}
	}
}

// plan gives the steps by which a query finds its rows.
func (s *Store) plan(t *testing.T, query string, args []any) (steps []string) {
	t.Helper()
	rows, err := s.reads.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, args...)
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
