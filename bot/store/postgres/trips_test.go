//go:build unix

package postgres_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/postgres/pgtest"
)

// firstTurn is a commit of a new conversation.
func firstTurn(n int) engine.Commit {
	k := engine.Key{Shop: "s", Conversation: "c-" + strconv.Itoa(n)}
	c := bot.NewConversation(k.Shop, k.Conversation)
	c.Buyer.ID = "b-" + strconv.Itoa(n)
	m := "m-" + strconv.Itoa(n)
	return engine.Commit{
		Key: k, Conversation: c, Buyer: c.Buyer.ID, At: noon,
		Answered: &engine.Answered{Message: m, Fingerprint: "f", Response: []byte(`{}`), At: noon},
		Recorded: &engine.Recorded{ID: "t-" + strconv.Itoa(n), Key: k, At: noon, Before: c},
	}
}

// fullTurn is one that changes everything that a turn may change.
func fullTurn(n int) engine.Commit {
	c := firstTurn(n)
	c.Numbers, c.Waiting, c.Due = []int{n}, "aftersales", noon
	c.Record = &bot.Record{Uses: []bot.Use{{Rule: "r", At: noon}}}
	c.Late = &engine.Late{ID: "l-" + strconv.Itoa(n), Key: c.Key, At: noon, Deliver: true}
	c.Cases = []desk.Case{{State: desk.Waiting, Handoff: bot.Handoff{ID: "h-" + strconv.Itoa(n), Number: n, Team: "aftersales"}}}
	c.Entry = &desk.Entry{ID: "e-" + strconv.Itoa(n), Shop: "s", What: "reply"}
	return c
}

// A message costs one round trip to be read and one to be kept, however much it changes, and an idle connection costs none.
func TestRoundTripsOfAMessage(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	line := server.Line(t)
	s := open(t, postgres.Options{URL: line.Through(t, server.Database(t)), Connections: 4, Writers: 2})
	ctx := t.Context()
	trips := func(do func() error) int64 {
		before := line.Trips()
		require.NoError(t, do())
		return line.Trips() - before
	}
	load := func(n int) func() error {
		return func() error {
			_, err := s.Load(ctx, engine.Ask{Key: firstTurn(n).Key, Buyer: firstTurn(n).Buyer, Message: "m-" + strconv.Itoa(n)})
			return err
		}
	}
	plain := func(n int) func() error { return func() error { return s.Commit(ctx, firstTurn(n)) } }
	full := func(n int) func() error {
		return func() error { return s.Store.Commit(ctx, fullTurn(n)) } // nobody else is told
	}
	settle := func(n int) func() error {
		return func() error {
			return s.Settle(ctx, engine.Settlement{Key: fullTurn(n).Key, ID: "l-" + strconv.Itoa(n), State: engine.Delivered, At: noon})
		}
	}
	for n, do := range []func() error{load(0), load(0), plain(1), full(2), settle(2), func() error { return s.Ready(ctx) }} { // statements are prepared once for each connection
		require.NoError(t, do(), n)
	}
	for n := range 3 {
		require.Equal(t, int64(1), trips(load(n)), "load")
		require.Equal(t, int64(1), trips(plain(10+n)), "commit")
		require.Equal(t, int64(1), trips(full(20+n)), "commit of everything")
	}
	require.Equal(t, int64(1), trips(settle(20)), "settle")
	require.Equal(t, int64(1), trips(func() error { return s.Ready(ctx) }), "ready")
}

// However many turns a buyer has had, to forget them takes a few round trips.
func TestRoundTripsOfAnErasure(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	line := server.Line(t)
	s := open(t, postgres.Options{URL: line.Through(t, server.Database(t)), Connections: 4, Writers: 2})
	ctx := t.Context()
	const many = 100
	c := fullTurn(1)
	for n := range many {
		c.Version, c.Answered.Message, c.Recorded.ID = int64(n), "m-"+strconv.Itoa(n), "t-"+strconv.Itoa(n)
		require.NoError(t, s.Store.Commit(ctx, c))
		c.Numbers, c.Record, c.Late, c.Entry, c.Standing = nil, nil, nil, nil, c.Next()
	}
	before := line.Trips()
	pieces, err := s.Store.Erase(ctx, c.Shop, c.Buyer, desk.Entry{ID: "erased", Shop: c.Shop})
	require.NoError(t, err)
	require.Equal(t, 2*many+4, pieces, "the conversation, its record, its case, its late reply")
	require.Less(t, line.Trips()-before, int64(many/2))
}

// What many keep at once shares transactions, and so writes of the log.
func TestTurnsShareTransactions(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	line := server.Line(t)
	s := open(t, postgres.Options{URL: line.Through(t, server.Database(t)), Writers: 2})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	require.NoError(t, s.Commit(ctx, firstTurn(1000)))
	line.Hold()
	before := line.Trips()
	const many = 200
	done := make(chan error, many)
	for n := range many {
		go func() { done <- s.Commit(ctx, firstTurn(n)) }()
	}
	require.Eventually(t, func() bool { return s.Waiting() > 0 }, patience, tick)
	line.Heal()
	for range many {
		require.NoError(t, <-done)
	}
	require.Less(t, line.Trips()-before, int64(many/2))
}
