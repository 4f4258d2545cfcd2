//go:build unix

package postgres_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/postgres/pgtest"
)

// two are stores of two processes that share a database.
func two(t *testing.T) (all [2]*postgres.Store, where string) {
	t.Helper()
	where = pgtest.Database(t)
	for n := range all {
		all[n] = open(t, postgres.Options{URL: where})
	}
	return all, where
}

// While one process settles a late reply, another puts one behind it: that is sent too, whoever was first.
func TestNoLateReplyIsLeftBehind(t *testing.T) {
	t.Parallel()
	stores, _ := two(t)
	ctx := t.Context()
	k := firstTurn(1).Key
	c := firstTurn(1)
	c.Answered, c.Recorded = nil, nil
	for n := range 60 {
		c.Late = &engine.Late{ID: "l-" + strconv.Itoa(n), Key: k, At: noon, Deliver: true}
		var all sync.WaitGroup
		var errs [2]error
		all.Go(func() { errs[0] = stores[0].Commit(ctx, c) })
		if n > 0 {
			all.Go(func() {
				errs[1] = stores[1].Settle(ctx, engine.Settlement{Key: k, ID: "l-" + strconv.Itoa(n-1), State: engine.Delivered, At: noon})
			})
		}
		all.Wait()
		require.NoError(t, errors.Join(errs[:]...))
		c.Version++
		got, err := stores[0].Pending(ctx, engine.Query{Now: noon.Add(time.Hour), Limit: 10, PerShop: 10})
		require.NoError(t, err)
		require.Len(t, got, 1, "the last one is to be sent now")
		require.Equal(t, c.Late.ID, got[0].ID)
	}
}

// The numbers of a shop's changes are seen in their order, whichever process makes them: none comes after a higher one was seen.
func TestChangesOfProcessesComeInOrder(t *testing.T) {
	t.Parallel()
	stores, _ := two(t)
	ctx := t.Context()
	const each = 40
	done := make(chan struct{})
	var writers sync.WaitGroup
	for p, s := range stores {
		for worker := range 4 {
			writers.Go(func() {
				for n := range each {
					c := fullTurn(p*10_000 + worker*1_000 + n + 1)
					if err := s.Commit(ctx, c); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	go func() {
		writers.Wait()
		close(done)
	}()
	seen := map[string]bool{}
	for last, over := int64(0), false; ; {
		select {
		case <-done:
			over = true
		default:
		}
		page, err := stores[0].Changed(ctx, "s", last, 10)
		require.NoError(t, err)
		for _, c := range page {
			require.Greater(t, c.Change, last)
			last = c.Change
			seen[c.ID] = true
		}
		if over && len(page) == 0 {
			break
		}
	}
	require.Len(t, seen, len(stores)*4*each, "who follows misses none")
	got, err := stores[1].Load(ctx, engine.Ask{Key: engine.Key{Shop: "s"}})
	require.NoError(t, err)
	require.Equal(t, len(stores)*4*each, got.Desk.Ahead["aftersales"])
}

// What is due is taken by one of those who want it.
func TestProcessesShareWhatIsDue(t *testing.T) {
	t.Parallel()
	stores, _ := two(t)
	ctx := t.Context()
	const many = 50
	for n := range many {
		require.NoError(t, stores[0].Commit(ctx, fullTurn(n+1)))
	}
	until := noon.Add(time.Minute)
	var mu sync.Mutex
	timers, letters := map[engine.Key]int{}, map[string]int{}
	var all sync.WaitGroup
	for _, s := range stores {
		for range 4 {
			all.Go(func() {
				for range 5 {
					due, err := s.Due(ctx, engine.Query{Now: noon, Limit: 20, PerShop: 20})
					if err != nil {
						t.Error(err)
						return
					}
					taken, err := s.TakeTimers(ctx, noon, until, due)
					if err != nil {
						t.Error(err)
						return
					}
					pending, err := s.Pending(ctx, engine.Query{Now: noon, Limit: 20, PerShop: 20})
					if err != nil {
						t.Error(err)
						return
					}
					mine, err := s.TakeDeliveries(ctx, noon, until, pending)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, one := range taken {
						timers[one.Key]++
					}
					for _, one := range mine {
						letters[one.ID]++
					}
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	for k, times := range timers {
		require.Equal(t, 1, times, k)
	}
	for id, times := range letters {
		require.Equal(t, 1, times, id)
	}
	require.Positive(t, len(timers))
	require.Positive(t, len(letters))
	at, ok, err := stores[0].NextDue(ctx)
	require.NoError(t, err)
	require.True(t, ok)
	require.False(t, at.After(until))
	due, err := stores[0].Due(ctx, engine.Query{Now: until, Limit: 100, PerShop: 100})
	require.NoError(t, err)
	require.Len(t, due, many, "who dies leaves it to the others")
}

// An erasure beside turns of other processes leaves nothing that nobody finds.
func TestErasureBesideTurnsOfOthers(t *testing.T) {
	t.Parallel()
	stores, where := two(t)
	ctx := t.Context()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			k := engine.Key{Shop: "s", Conversation: "c-" + strconv.Itoa(worker)}
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				got, err := stores[0].Load(ctx, engine.Ask{Key: k, Buyer: "b"})
				if err != nil {
					t.Error(err)
					return
				}
				id := strconv.Itoa(worker) + "-" + strconv.Itoa(n)
				talk := bot.NewConversation("s", k.Conversation)
				talk.Buyer.ID = "b"
				c := engine.Commit{
					Key: k, Version: got.Version, Standing: got.Standing, Conversation: talk, Buyer: "b", At: noon,
					Record: &bot.Record{}, RecordVersion: got.RecordVersion,
					Answered: &engine.Answered{Message: "m-" + id, Response: []byte(`{}`), At: noon},
					Recorded: &engine.Recorded{ID: "t-" + id, Key: k, At: noon, Before: talk},
				}
				if err := stores[0].Commit(ctx, c); err != nil && !errors.Is(err, engine.ErrStale) {
					t.Error(err)
					return
				}
			}
		})
	}
	erase := func(n int) {
		_, err := stores[1].Erase(ctx, "s", "b", desk.Entry{ID: "e-" + strconv.Itoa(n), Shop: "s"})
		require.NoError(t, err)
	}
	for n := range 15 {
		erase(n)
	}
	close(stop)
	all.Wait()
	erase(1000)
	for _, table := range []string{"conversations", "turns", "records", "buyers"} {
		require.Zero(t, count(t, where, `SELECT count(*) FROM `+table), table)
	}
}

// A buyer who comes back while the upkeep forgets an older conversation of that name is found when everything of him is to be forgotten.
func TestABuyerWhoComesBackBesideTheUpkeep(t *testing.T) {
	t.Parallel()
	where := pgtest.Database(t)
	s := open(t, postgres.Options{URL: where})
	ctx := t.Context()
	do(t, where, `INSERT INTO buyers VALUES ('s', 'b-1', 'c-1')`) // what a forgotten conversation left
	conn, err := pgx.Connect(ctx, where)
	require.NoError(t, err)
	upkeep, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	require.NoError(t, err)
	const forget = `DELETE FROM buyers b WHERE b.buyer_id = $1 AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = b.conversation_id)`
	_, err = upkeep.Exec(ctx, forget, "another")
	require.NoError(t, err)
	require.NoError(t, s.Commit(ctx, firstTurn(1)))
	_, err = upkeep.Exec(ctx, forget, "b-1")
	require.ErrorContains(t, err, "could not serialize", "it saw neither the conversation nor that the row was written anew")
	require.NoError(t, upkeep.Rollback(ctx))
	require.NoError(t, conn.Close(ctx))
	_, err = s.Erase(ctx, "s", "b-1", desk.Entry{ID: "e", Shop: "s"})
	require.NoError(t, err)
	got, err := s.Load(ctx, engine.Ask{Key: firstTurn(1).Key})
	require.NoError(t, err)
	require.Zero(t, got.Version)
}
