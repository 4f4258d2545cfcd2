//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/postgres/pgtest"
)

// How long a test waits for what comes by itself, and how often it looks.
const (
	patience = time.Minute
	tick     = 10 * time.Millisecond
)

// recovers waits until a turn is kept again.
func recovers(t *testing.T, s *postgres.Store, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return s.Ready(t.Context()) == nil }, patience, tick)
	require.NoError(t, s.Commit(t.Context(), firstTurn(n)))
	got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(n).Key})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version)
}

func TestAServerThatIsStoppedAndStarted(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	s := open(t, postgres.Options{URL: server.Database(t)})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	for round, end := range []func() error{server.Stop, server.Crash} {
		require.NoError(t, end())
		require.ErrorIs(t, s.Ready(t.Context()), engine.ErrBusy)
		require.ErrorIs(t, s.Commit(t.Context(), firstTurn(2+round)), engine.ErrBusy, "nothing was sent, so nothing was kept")
		_, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
		require.ErrorIs(t, err, engine.ErrBusy)
		require.ErrorIs(t, s.Note(t.Context(), desk.Entry{ID: "e", Shop: "s"}), engine.ErrBusy)
		_, err = s.TakeTimers(t.Context(), noon, noon, []engine.Timer{{Key: firstTurn(1).Key}})
		require.ErrorIs(t, err, engine.ErrBusy)
		require.NoError(t, server.Start())
		recovers(t, s, 2+round)
	}
	got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version, "what was kept outlives both")
}

// An operator may end connections; those that are idle are replaced before anything is sent along them.
func TestConnectionsThatAreEnded(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	where := server.Database(t)
	s := open(t, postgres.Options{URL: where})
	for n := range 5 {
		require.NoError(t, s.Commit(t.Context(), firstTurn(2*n)))
		_, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(2 * n).Key})
		require.NoError(t, err)
		require.NoError(t, server.Do(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'xiaoer'`))
		none := func() bool {
			return count(t, where, `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'xiaoer'`) == 0
		}
		require.Eventually(t, none, patience, tick)
		require.NoError(t, s.Commit(t.Context(), firstTurn(2*n+1)))
		got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(2*n + 1).Key})
		require.NoError(t, err)
		require.Equal(t, int64(1), got.Version)
	}
}

// count runs a query for one number, as somebody else.
func count(t *testing.T, where, query string) (n int) {
	t.Helper()
	config, err := pgx.ParseConfig(where)
	require.NoError(t, err)
	config.RuntimeParams["application_name"] = "other"
	conn, err := pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
	require.NoError(t, conn.Close(t.Context()))
	return n
}

// What was sent and not answered may have been kept or not; nobody is told that it was not.
func TestALineThatIsCutWhileATurnIsSent(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	where := server.Database(t)
	line := server.Line(t)
	s := open(t, postgres.Options{URL: line.Through(t, where)})
	require.NoError(t, s.Commit(t.Context(), firstTurn(0)))

	blocker := begin(t, where, `LOCK TABLE turns IN EXCLUSIVE MODE`)
	done := make(chan error, 1)
	go func() { done <- s.Commit(t.Context(), firstTurn(1)) }()
	waits := `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'xiaoer' AND wait_event_type = 'Lock'`
	require.Eventually(t, func() bool { return count(t, where, waits) == 1 }, patience, tick)
	line.Cut()
	err := <-done
	require.Error(t, err)
	require.NotErrorIs(t, err, engine.ErrBusy, "it would mean that nothing was kept")
	require.NotErrorIs(t, err, engine.ErrStale)
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(2)), engine.ErrBusy, "this one was never sent")
	blocker()
	line.Heal()
	recovers(t, s, 3)
}

// begin holds something in a transaction until the result is called.
func begin(t *testing.T, where, statement string) (end func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), where)
	require.NoError(t, err)
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), statement)
	require.NoError(t, err)
	return func() {
		require.NoError(t, tx.Rollback(t.Context()))
		require.NoError(t, conn.Close(t.Context()))
	}
}

// A line that lets nothing pass looks as if the other end thought about it for ever.
func TestALineThatHangs(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	line := server.Line(t)
	s := open(t, postgres.Options{URL: line.Through(t, server.Database(t)) + "&connect_timeout=1", Patience: 200 * time.Millisecond, Queue: 10})
	require.NoError(t, s.Commit(t.Context(), firstTurn(0)))
	_, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(0).Key})
	require.NoError(t, err)
	line.Hold()
	_, err = s.Load(t.Context(), engine.Ask{Key: firstTurn(0).Key})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Error(t, s.Note(t.Context(), desk.Entry{ID: "e", Shop: "s"}))

	goroutines := runtime.NumGoroutine()
	const many = 1000
	done := make(chan error, many)
	for n := range many {
		go func() { done <- s.Commit(t.Context(), firstTurn(1+n)) }()
	}
	full := 0
	for range many {
		err := <-done
		require.Error(t, err)
		if errors.Is(err, engine.ErrFull) {
			full++
		}
	}
	require.Greater(t, full, many/2, "those who are too many are refused at once")
	require.Eventually(t, func() bool { return runtime.NumGoroutine() < goroutines+20 }, patience, tick, "nothing stays behind")
	line.Heal()
	recovers(t, s, 5000)
}

func TestALockThatIsHeldByAnother(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	s := open(t, postgres.Options{URL: where + "&lock_timeout=50&statement_timeout=10000"})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	end := begin(t, where, `LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE`)
	done := make(chan error, 20)
	for n := range cap(done) {
		go func() { done <- s.Commit(t.Context(), firstTurn(10+n)) }()
	}
	for range cap(done) {
		err := <-done
		require.ErrorIs(t, err, engine.ErrBusy)
		require.ErrorContains(t, err, "somebody else holds")
	}
	_, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.ErrorIs(t, err, engine.ErrBusy)
	require.NoError(t, s.Ready(t.Context()), "what is held is not in its way")
	end()
	recovers(t, s, 2)
	for n := range cap(done) {
		got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(10 + n).Key})
		require.NoError(t, err)
		require.Zero(t, got.Version, "nothing is kept of what was refused")
	}
}

// Who wants a row that somebody else holds does not take those with him who were sent along.
func TestARowThatIsHeldAmongOthers(t *testing.T) {
	t.Parallel()
	for name, setting := range map[string]string{"a lock": "&lock_timeout=50", "a time": "&lock_timeout=0&statement_timeout=50"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			where := pgtest.Database(t)
			s := open(t, postgres.Options{URL: where + setting})
			do(t, where, `INSERT INTO marks VALUES ('held', 1)`)
			end := begin(t, where, `SELECT 1 FROM marks FOR UPDATE`)
			ended := s.CommitTogether(`INSERT INTO marks VALUES ('a', 1)`, `UPDATE marks SET at = 2 WHERE id = 'held'`, `INSERT INTO marks VALUES ('b', 1)`)
			require.NoError(t, ended[0]())
			require.ErrorIs(t, ended[1](), engine.ErrBusy)
			require.NoError(t, ended[2]())
			end()
			require.Equal(t, 3, count(t, where, `SELECT sum(at)::int FROM marks`))
		})
	}
}

// Who wants it is kept when it is free, and the others do not wait for that.
func TestARowThatIsHeldForAWhile(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	s := open(t, postgres.Options{URL: where})
	s.HoldOn(patience)
	do(t, where, `INSERT INTO marks VALUES ('held', 1)`)
	end := begin(t, where, `SELECT 1 FROM marks FOR UPDATE`)
	ended := s.CommitTogether(`UPDATE marks SET at = 2 WHERE id = 'held'`, `INSERT INTO marks VALUES ('a', 1)`)
	require.NoError(t, ended[1]())
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	end()
	require.NoError(t, ended[0]())
	require.Equal(t, 3, count(t, where, `SELECT sum(at)::int FROM marks`))
}

// One row that is held keeps nobody waiting but those who want it.
func TestARowThatIsHeldByAnother(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	s := open(t, postgres.Options{URL: where + "&lock_timeout=50"})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	end := begin(t, where, `SELECT 1 FROM conversations WHERE id = 'c-1' FOR UPDATE`)
	again := firstTurn(1)
	again.Version, again.Answered.Message, again.Recorded.ID = 1, "m-again", "t-again"
	require.ErrorIs(t, s.Commit(t.Context(), again), engine.ErrBusy)
	require.NoError(t, s.Commit(t.Context(), firstTurn(2)))
	end()
	require.NoError(t, s.Commit(t.Context(), again))
}

func TestAStatementThatTakesTooLong(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	s := open(t, postgres.Options{URL: where + "&lock_timeout=0&statement_timeout=100"})
	end := begin(t, where, `LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE`)
	err := s.Commit(t.Context(), firstTurn(1))
	require.ErrorIs(t, err, engine.ErrBusy)
	require.ErrorContains(t, err, "too slow")
	end()
	recovers(t, s, 1)
}

// A database that takes no changes is read on; turns are refused, and go on when it takes them again.
func TestADatabaseThatIsReadOnly(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	s := open(t, postgres.Options{URL: server.Database(t)})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	set := func(value string) {
		require.NoError(t, server.Do(`ALTER SYSTEM SET default_transaction_read_only = `+value))
		require.NoError(t, server.Do(`SELECT pg_reload_conf()`))
	}
	set("on")
	require.Eventually(t, func() bool { return s.Ready(t.Context()) != nil }, patience, tick)
	for n := range 100 {
		err := s.Commit(t.Context(), firstTurn(10+n))
		require.ErrorIs(t, err, engine.ErrBusy)
		require.ErrorContains(t, err, "takes no changes")
	}
	require.ErrorIs(t, s.Note(t.Context(), desk.Entry{ID: "e", Shop: "s"}), engine.ErrBusy)
	got, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version)
	set("off")
	recovers(t, s, 2)
}

// Those who are refused do not take the others with them, wherever they stand among them.
func TestARefusedTurnAmongOthers(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	where := server.Database(t)
	s := open(t, postgres.Options{URL: where, Writers: 2, Batch: 100})
	for n := range 10 {
		require.NoError(t, s.Commit(t.Context(), firstTurn(n)))
	}
	const many = 100
	errs := make([]chan error, many)
	end := begin(t, where, `LOCK TABLE conversations IN EXCLUSIVE MODE`)
	for n := range many {
		errs[n] = make(chan error, 1)
		go func() { errs[n] <- s.Commit(t.Context(), firstTurn(n)) }()
	}
	require.Eventually(t, func() bool { return s.Waiting() > many/2 }, patience, tick)
	end()
	for n := range many {
		if err := <-errs[n]; n < 10 {
			require.ErrorIs(t, err, engine.ErrStale, n)
		} else {
			require.NoError(t, err, n)
		}
	}
	require.Equal(t, many, count(t, where, `SELECT count(*) FROM conversations`))
	require.Equal(t, many, count(t, where, `SELECT count(*) FROM turns`))
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Options{})
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Commit(t.Context(), firstTurn(1)), engine.ErrClosed)
	require.ErrorIs(t, s.Ready(t.Context()), engine.ErrClosed)
	require.ErrorIs(t, s.Note(t.Context(), desk.Entry{}), engine.ErrClosed)
	_, err := s.Load(t.Context(), engine.Ask{})
	require.ErrorIs(t, err, engine.ErrClosed)
	_, err = s.TakeTimers(t.Context(), noon, noon, []engine.Timer{{}})
	require.ErrorIs(t, err, engine.ErrClosed)
	require.ErrorIs(t, s.Follow(t.Context(), func(string) {}), engine.ErrClosed)
}

// What PostgreSQL has no place for is kept as what stands for it.
func TestTextsWithNothingInThem(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Options{})
	c := firstTurn(1)
	c.Key.Conversation, c.Conversation.LastLine = "a\x00b", "c\x00d"
	require.NoError(t, s.Commit(t.Context(), c))
	got, err := s.Load(t.Context(), engine.Ask{Key: c.Key})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version)
	require.Equal(t, "c\x00d", got.Conversation.LastLine)
	require.NoError(t, s.Note(t.Context(), desk.Entry{ID: "e", Shop: "s", Detail: "x\x00y"}))
	entries, err := s.Audit(t.Context(), "s", "", 10)
	require.NoError(t, err)
	require.Equal(t, "x�y", entries[0].Detail)
}

// Bytes that are no characters name nothing, and nobody is asked to try them again.
func TestTextsThatAreNone(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Options{})
	_, err := s.Replies(t.Context(), engine.Key{Shop: "s", Conversation: "\xff"}, "\xfe", 10)
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.NoError(t, s.Note(t.Context(), desk.Entry{ID: "e", Shop: "s", Detail: "x\xffy"}))
	entries, err := s.Audit(t.Context(), "s", "", 10)
	require.NoError(t, err)
	require.Equal(t, "x�y", entries[0].Detail)
	for _, end := range s.CommitTogether(`INSERT INTO marks VALUES ('a', 10 * 9223372036854775807)`) {
		require.ErrorContains(t, end(), "no place for such a value")
		require.NotErrorIs(t, end(), engine.ErrBusy)
	}
}
