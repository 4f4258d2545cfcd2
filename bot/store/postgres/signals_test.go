//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/postgres/pgtest"
)

// A listener remembers what it was told.
type listener struct {
	mu   sync.Mutex
	told map[string]int
}

// listen follows a store until the test ends.
func listen(t *testing.T, s *postgres.Store) *listener {
	t.Helper()
	l := &listener{told: map[string]int{}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Follow(ctx, func(shop string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.told[shop]++
		})
	}()
	t.Cleanup(func() {
		stop()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
	l.waitFor(t, "", 1)
	return l
}

func (l *listener) waitFor(t *testing.T, shop string, times int) {
	t.Helper()
	require.Eventually(t, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.told[shop] >= times
	}, patience, tick, shop)
}

// What one process changes the others are told, and only that: not of each message.
func TestProcessesTellEachOther(t *testing.T) {
	t.Parallel()
	where := pgtest.Start(t).Database(t) // what is told goes across the schemas of a database
	one, other := open(t, postgres.Options{URL: where}), open(t, postgres.Options{URL: where})
	l := listen(t, other)
	entry := func(shop string) desk.Entry { return desk.Entry{ID: "e", Shop: shop} }
	ofShop := func(shop string, c engine.Commit) engine.Commit {
		c.Shop = shop
		return c
	}
	ctx := t.Context()
	require.NoError(t, one.Commit(ctx, ofShop("message", firstTurn(1))))
	for shop, do := range map[string]func(shop string) error{
		"case":   func(shop string) error { return one.Commit(ctx, ofShop(shop, fullTurn(2))) },
		"attend": func(shop string) error { return one.Attend(ctx, shop, desk.Presence{Agent: "a"}) },
		"pause":  func(shop string) error { return one.Pause(ctx, desk.Pause{Shop: shop, Rule: "*"}, entry(shop)) },
		"document": func(shop string) error {
			_, err := one.PutDocument(ctx, desk.Document{Shop: shop, Kind: "k", ID: "d"}, nil)
			return err
		},
		"erase": func(shop string) error {
			_, err := one.Erase(ctx, shop, "b", entry(shop))
			return err
		},
	} {
		require.NoError(t, do(shop), shop)
		l.waitFor(t, shop, 1)
	}
	require.NoError(t, one.Unpause(ctx, "pause", "*", entry("pause")))
	l.waitFor(t, "pause", 2)
	require.NoError(t, one.DropDocument(ctx, "document", "k", "d", nil))
	l.waitFor(t, "document", 2)
	require.ErrorIs(t, one.Unpause(ctx, "nothing", "*", entry("nothing")), engine.ErrNotFound)
	require.NoError(t, one.Attend(ctx, "last", desk.Presence{Agent: "a"}))
	l.waitFor(t, "last", 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	require.Zero(t, l.told["message"])
	require.Zero(t, l.told["nothing"], "what was refused has changed nothing")
}

// Who stops has told what he has changed.
func TestAClosedStoreHasToldAll(t *testing.T) {
	t.Parallel()
	where := pgtest.Start(t).Database(t)
	other := open(t, postgres.Options{URL: where})
	l := listen(t, other)
	one := open(t, postgres.Options{URL: where})
	require.NoError(t, one.Attend(t.Context(), "before the end", desk.Presence{Agent: "a"}))
	require.NoError(t, one.Close())
	l.waitFor(t, "before the end", 1)
}

// What was under way when a store is closed is kept, and told too.
func TestAStoreThatIsClosedTellsOfItsLastTurns(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	where := server.Database(t)
	l := listen(t, open(t, postgres.Options{URL: where}))
	one := open(t, postgres.Options{URL: where + "&application_name=one&lock_timeout=30000&statement_timeout=30000", Patience: patience})
	end := begin(t, where, `LOCK TABLE conversations IN EXCLUSIVE MODE`)
	kept, closed := make(chan error, 1), make(chan error, 1)
	go func() { kept <- one.Commit(t.Context(), fullTurn(1)) }()
	waits := `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'one' AND wait_event_type = 'Lock'`
	require.Eventually(t, func() bool { return count(t, where, waits) == 1 }, patience, tick)
	go func() { closed <- one.Close() }()
	require.Eventually(t, func() bool { return errors.Is(one.Note(t.Context(), desk.Entry{}), engine.ErrClosed) }, patience, tick)
	end()
	require.NoError(t, <-kept)
	require.NoError(t, <-closed)
	l.waitFor(t, "s", 1)
}

// Nobody is alone with a store that somebody serves from, whatever name his connections have.
func TestAStoreThatIsServedUnderAnotherName(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	alone := where + "&application_name=" + t.Name()
	s := open(t, postgres.Options{URL: where + "&application_name=renamed"})
	require.NoError(t, postgres.Alone(t.Context(), alone), "it is opened, and served by nobody")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listening, ended := make(chan struct{}), make(chan error, 1)
	heard := sync.OnceFunc(func() { close(listening) })
	go func() { ended <- s.Follow(ctx, func(string) { heard() }) }()
	<-listening
	require.ErrorContains(t, postgres.Alone(t.Context(), alone), "stop the servers first")
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Eventually(t, func() bool { return postgres.Alone(t.Context(), alone) == nil }, patience, tick)
}

// Who was cut off is told that anything may have been changed.
func TestAListenerThatWasCutOff(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	line := server.Line(t)
	where := server.Database(t)
	one, other := open(t, postgres.Options{URL: where}), open(t, postgres.Options{URL: line.Through(t, where)})
	l := listen(t, other)
	line.Cut()
	require.NoError(t, one.Attend(t.Context(), "unheard", desk.Presence{Agent: "a"}))
	line.Heal()
	l.waitFor(t, "", 2)
	require.NoError(t, one.Attend(t.Context(), "heard", desk.Presence{Agent: "a"}))
	l.waitFor(t, "heard", 1)
}
