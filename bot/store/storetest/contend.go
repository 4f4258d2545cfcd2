package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// Contend runs what goes wrong only where many want the same, where there is much of it, or at the edges.
func Contend(t *testing.T, open Open) {
	t.Helper()
	for name, part := range map[string]func(*testing.T, engine.Store){
		"everybody's conversation": sharedConversation,
		"everybody's record":       sharedRecord,
		"everybody's number":       sharedNumber,
		"everybody's message":      sharedMessage,
		"backlog of timers":        backlogOfTimers,
		"backlog of deliveries":    backlogOfDeliveries,
		"order of deliveries":      orderOfDeliveries,
		"refused whole":            refusedWhole,
		"much to forget":           muchToForget,
		"nothing asked":            nothingAsked,
		"ended contexts":           endedContexts,
		"followed changes":         followedChanges,
		"everybody's case":         sharedCase,
		"capped offers":            cappedOffers,
		"erased under way":         erasedUnderWay,
	} {
		t.Run(name, func(t *testing.T) { part(t, open(t)) })
	}
}

const contenders = 8

// contend runs do at once in several goroutines and hands each its number.
func contend(t *testing.T, do func(n int) error) {
	t.Helper()
	errs := make([]error, contenders)
	var all sync.WaitGroup
	for n := range contenders {
		all.Go(func() { errs[n] = do(n) })
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
}

// until tries a turn again while others are quicker.
func until(ctx context.Context, s engine.Store, a engine.Ask, turn func(engine.Loaded) (engine.Commit, bool)) error {
	for {
		got, err := s.Load(ctx, a)
		if err != nil {
			return err
		}
		c, more := turn(got)
		if !more {
			return nil
		}
		c.Version, c.RecordVersion = got.Version, got.RecordVersion
		if err := s.Commit(ctx, c); !errors.Is(err, engine.ErrStale) {
			return err
		}
	}
}

func sharedConversation(t *testing.T, s engine.Store) {
	t.Helper()
	const each = 20
	contend(t, func(int) error {
		for range each {
			err := until(t.Context(), s, engine.Ask{Key: key(1)}, func(got engine.Loaded) (engine.Commit, bool) {
				c := first(key(1))
				c.Conversation.Counts.Turns = got.Conversation.Counts.Turns + 1
				return c, true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	got, err := s.Load(t.Context(), engine.Ask{Key: key(1)})
	require.NoError(t, err)
	require.Equal(t, contenders*each, got.Conversation.Counts.Turns, "no turn is lost or counted twice")
	require.Equal(t, int64(contenders*each), got.Version)
}

func sharedRecord(t *testing.T, s engine.Store) {
	t.Helper()
	const most = 3 // offers that the buyer may have, in whatever conversation
	contend(t, func(n int) error {
		return until(t.Context(), s, engine.Ask{Key: key(n), Buyer: "b"}, func(got engine.Loaded) (engine.Commit, bool) {
			c := first(key(n))
			c.Buyer, c.Record = "b", &bot.Record{Offers: append(got.Record.Offers, bot.OfferMade{ID: strconv.Itoa(n)})}
			return c, len(got.Record.Offers) < most
		})
	})
	got, err := s.Load(t.Context(), engine.Ask{Key: key(0), Buyer: "b"})
	require.NoError(t, err)
	require.Len(t, got.Record.Offers, most, "a cap holds")
}

func sharedNumber(t *testing.T, s engine.Store) {
	t.Helper()
	var mu sync.Mutex
	given := map[int]int{}
	contend(t, func(n int) error {
		for i := range 10 {
			var mine int
			k := key(n*100 + i)
			err := until(t.Context(), s, engine.Ask{Key: k}, func(got engine.Loaded) (engine.Commit, bool) {
				c := first(k)
				mine = got.Desk.Next
				c.Numbers, c.Waiting = []int{mine}, "aftersales"
				return c, true
			})
			if err != nil {
				return err
			}
			mu.Lock()
			given[mine]++
			mu.Unlock()
		}
		return nil
	})
	require.Len(t, given, contenders*10, "each number is given once")
	got, err := s.Load(t.Context(), engine.Ask{Key: key(-1)})
	require.NoError(t, err)
	require.Equal(t, bot.Desk{Next: contenders*10 + 1, Ahead: map[string]int{"aftersales": contenders * 10}}, got.Desk)

	late := first(key(-2))
	late.Numbers = []int{contenders*10 + 5, contenders*10 + 2}
	require.NoError(t, s.Commit(t.Context(), late))
	before := first(key(-3))
	before.Numbers = []int{contenders*10 + 3}
	require.NoError(t, s.Commit(t.Context(), before), "numbers are taken in any order")
	before = first(key(-4))
	before.Numbers = []int{contenders*10 + 4, contenders*10 + 5}
	require.ErrorIs(t, s.Commit(t.Context(), before), engine.ErrStale, "one of them is taken")
	before.Numbers = []int{contenders*10 + 4}
	require.NoError(t, s.Commit(t.Context(), before), "and the other was not kept")
}

func sharedMessage(t *testing.T, s engine.Store) {
	t.Helper()
	contend(t, func(n int) error {
		return until(t.Context(), s, engine.Ask{Key: key(n), Message: "m"}, func(got engine.Loaded) (engine.Commit, bool) {
			c := first(key(n))
			c.Answered = &engine.Answered{Message: "m", Fingerprint: strconv.Itoa(n), Response: []byte(`{}`), At: noon}
			c.Recorded = recordedAs(c)
			return c, got.Answered == nil
		})
	})
	turns := int64(0)
	var winner string
	for n := range contenders {
		got, err := s.Load(t.Context(), engine.Ask{Key: key(n), Message: "m"})
		require.NoError(t, err)
		if turns += got.Version; got.Version > 0 {
			winner = strconv.Itoa(n)
		}
		require.NotNil(t, got.Answered)
	}
	require.Equal(t, int64(1), turns, "one message is one turn")
	got, err := s.Load(t.Context(), engine.Ask{Key: key(0), Message: "m"})
	require.NoError(t, err)
	require.Equal(t, winner, got.Answered.Fingerprint)
}

// backlog is a shop with much that is due early, and two with a little that is due later.
func backlog(t *testing.T, s engine.Store, change func(*engine.Commit, time.Time)) {
	t.Helper()
	keep := func(shop string, n, minute int) {
		c := first(engine.Key{Shop: shop, Conversation: fmt.Sprintf("c-%03d", n)})
		change(&c, noon.Add(time.Duration(minute)*time.Minute))
		require.NoError(t, s.Commit(t.Context(), c))
	}
	for _, n := range rand.Perm(60) { //nolint:gosec // any order will do
		keep("loud", n, n)
	}
	for n := range 2 {
		keep("quiet", n, 70+n)
		keep("still", n, 71+n)
	}
	keep("later", 0, 500)
}

func backlogOfTimers(t *testing.T, s engine.Store) {
	t.Helper()
	backlog(t, s, func(c *engine.Commit, at time.Time) { c.Due = at })
	due := func(limit, perShop int) (names []string) {
		got, err := s.Due(t.Context(), engine.Query{Now: noon.Add(2 * time.Hour), Limit: limit, PerShop: perShop})
		require.NoError(t, err)
		for _, d := range got {
			names = append(names, d.Shop+"/"+d.Conversation)
		}
		return names
	}
	fair := []string{"loud/c-000", "loud/c-001", "quiet/c-000", "quiet/c-001", "still/c-000", "still/c-001"}
	require.Equal(t, fair, due(6, 2), "with more behind it than it would read")
	require.Equal(t, fair, due(50, 2), "and with all of it read")
	require.Equal(t, fair[:3], due(3, 2))
	require.Equal(t, []string{"loud/c-000", "quiet/c-000", "still/c-000"}, due(10, 1), "a tie goes by name")
	require.Len(t, due(1000, 1000), 64)
}

func backlogOfDeliveries(t *testing.T, s engine.Store) {
	t.Helper()
	backlog(t, s, func(c *engine.Commit, at time.Time) { c.Late = lateOf(c.Key, "r", at) })
	pending := func(limit, perShop int) (names []string) {
		got, err := s.Pending(t.Context(), engine.Query{Now: noon.Add(2 * time.Hour), Limit: limit, PerShop: perShop})
		require.NoError(t, err)
		for _, d := range got {
			names = append(names, d.Key.Shop+"/"+d.Key.Conversation)
		}
		return names
	}
	fair := []string{"loud/c-000", "loud/c-001", "quiet/c-000", "quiet/c-001", "still/c-000", "still/c-001"}
	require.Equal(t, fair, pending(6, 2))
	require.Equal(t, fair, pending(50, 2))
	require.Len(t, pending(1000, 1000), 64)
}

func orderOfDeliveries(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	ids := []string{"r-1", "r-2", "r-3", "r-4"}
	speak(t, s, key(1), ids...)
	now := noon.Add(time.Hour)
	head := func() (ids []string) {
		got, err := s.Pending(ctx, engine.Query{Now: now, Limit: 10, PerShop: 10})
		require.NoError(t, err)
		for _, d := range got {
			ids = append(ids, d.ID)
		}
		return ids
	}
	settle := func(id string, state engine.DeliveryState) error {
		return s.Settle(ctx, engine.Settlement{Key: key(1), ID: id, State: state, Attempts: 1, Next: now.Add(time.Minute), At: now})
	}
	require.NoError(t, settle("r-2", engine.Dropped), "one in the middle may go before its turn")
	require.Equal(t, []string{"r-1"}, head())
	require.NoError(t, settle("r-1", engine.DeadLetter))
	require.Equal(t, []string{"r-3"}, head(), "the next follows a dead letter, and not the dropped one")
	require.NoError(t, settle("r-1", engine.DeadLetter), "what is settled may be settled again")
	require.Equal(t, []string{"r-3"}, head())
	require.NoError(t, settle("r-3", engine.Delivered))
	require.NoError(t, settle("r-4", engine.Delivered))
	require.Empty(t, head())
	speak(t, s, key(1), "r-5")
	require.Equal(t, []string{"r-5"}, head(), "a new one waits for none of them")
	require.ErrorIs(t, settle("r-9", engine.Delivered), engine.ErrNotFound)
}

func refusedWhole(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	taken := first(key(1))
	taken.Numbers = []int{1}
	taken.Record = &bot.Record{}
	taken.Answered = &engine.Answered{Message: "taken", Response: []byte(`{}`), At: noon}
	taken.Recorded = recordedAs(taken)
	require.NoError(t, s.Commit(ctx, taken))
	for _, test := range []struct {
		name  string
		stale func(*engine.Commit)
	}{
		{"version", func(c *engine.Commit) { c.Version = 1 }},
		{"message", func(c *engine.Commit) { c.Answered.Message = "taken" }},
		{"number", func(c *engine.Commit) { c.Numbers = []int{7, 1} }},
		{"record that is there", func(c *engine.Commit) { c.Buyer = taken.Buyer }},
		{"record that is not there", func(c *engine.Commit) { c.RecordVersion = 4 }},
	} {
		c := first(key(2))
		c.Numbers, c.Waiting, c.Due, c.Record = []int{7}, "lead", noon, &bot.Record{}
		c.Late = lateOf(key(2), "r", noon)
		c.Answered = &engine.Answered{Message: "m", Response: []byte(`{}`), At: noon}
		c.Recorded = &engine.Recorded{ID: "t", Key: key(2), At: noon}
		test.stale(&c)
		require.ErrorIs(t, s.Commit(ctx, c), engine.ErrStale, test.name)

		got, err := s.Load(ctx, engine.Ask{Key: key(2), Buyer: "b-" + key(2).Conversation, Message: "m"})
		require.NoError(t, err)
		require.Zero(t, got.Version, test.name)
		require.Zero(t, got.RecordVersion, test.name)
		require.Nil(t, got.Answered, test.name)
		require.Equal(t, 2, got.Desk.Next, test.name)
		require.Empty(t, got.Desk.Ahead, test.name)
		_, ok, err := s.NextDue(ctx)
		require.NoError(t, err)
		require.False(t, ok, test.name)
		_, err = s.Trace(ctx, "s", "t")
		require.ErrorIs(t, err, engine.ErrNotFound, test.name)
		_, err = s.Replies(ctx, key(2), "", 1)
		require.ErrorIs(t, err, engine.ErrNotFound, test.name)
	}
}

func muchToForget(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	const many = 350
	for n := range many {
		c := first(key(n))
		c.Waiting = "aftersales"
		c.Answered = &engine.Answered{Message: strconv.Itoa(n), Response: []byte(`{}`), At: noon}
		c.Recorded = &engine.Recorded{ID: strconv.Itoa(n), Key: key(n), At: noon}
		if n == 0 {
			c.Late = lateOf(key(n), "r", noon.Add(engine.KeepTexts)) // still to be delivered
		}
		require.NoError(t, s.Commit(ctx, c))
	}
	require.NoError(t, s.Sweep(ctx, noon.Add(engine.KeepTexts+time.Hour)))
	kept := 0
	for n := range many {
		got, err := s.Load(ctx, engine.Ask{Key: key(n), Message: strconv.Itoa(n)})
		require.NoError(t, err)
		require.Nil(t, got.Answered)
		if got.Version > 0 {
			kept++
		}
		require.Equal(t, map[string]int{"aftersales": 1}, got.Desk.Ahead, "what is forgotten waits no more")
		_, err = s.Trace(ctx, "s", strconv.Itoa(n))
		require.ErrorIs(t, err, engine.ErrNotFound)
	}
	require.Equal(t, 1, kept, "what is to be delivered stays")
	replies, err := s.Replies(ctx, key(0), "", 5)
	require.NoError(t, err)
	require.Len(t, replies, 1)
}

func nothingAsked(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	c.Due, c.Late = noon, lateOf(key(1), "r", noon)
	require.NoError(t, s.Commit(ctx, c))
	for _, q := range []engine.Query{{Now: noon}, {Now: noon, Limit: 5}, {Now: noon, PerShop: 5}} {
		due, err := s.Due(ctx, q)
		require.NoError(t, err)
		require.Empty(t, due)
		pending, err := s.Pending(ctx, q)
		require.NoError(t, err)
		require.Empty(t, pending)
	}
	replies, err := s.Replies(ctx, key(1), "", 0)
	require.NoError(t, err)
	require.Empty(t, replies)
	got, err := s.Load(ctx, engine.Ask{})
	require.NoError(t, err)
	require.Zero(t, got.Version)
}

// endedContexts: a store may do at once what it is asked, but where it gives up it says why and has done nothing.
func endedContexts(t *testing.T, s engine.Store) {
	t.Helper()
	ended, end := context.WithCancel(t.Context())
	end()
	err := s.Commit(ended, first(key(1)))
	got, loadErr := s.Load(t.Context(), engine.Ask{Key: key(1)})
	require.NoError(t, loadErr)
	if err == nil {
		require.Equal(t, int64(1), got.Version)
		return
	}
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, got.Version)
	_, err = s.Load(ended, engine.Ask{Key: key(1)})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, s.Sweep(ended, noon), context.Canceled)
	require.ErrorIs(t, s.Ready(ended), context.Canceled)
}
