package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// leasesOf skips what several processes may not share.
func leasesOf(t *testing.T, s engine.Store) engine.Leases {
	t.Helper()
	l, ok := s.(engine.Leases)
	if !ok {
		t.Skip("this store offers no leases")
	}
	return l
}

// leasedTimers: what one has taken nobody else is shown or given until the lease has run out; a commit sets the time anew.
func leasedTimers(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	leases := leasesOf(t, s)
	commits := map[int]engine.Commit{}
	for i := range 3 {
		commits[i] = first(key(i))
		c := commits[i]
		c.Due = noon.Add(time.Duration(i) * time.Minute)
		require.NoError(t, s.Commit(ctx, c))
	}
	list := func(now time.Time) (names []string) {
		found, err := s.Due(ctx, engine.Query{Now: now, Limit: 10, PerShop: 10})
		require.NoError(t, err)
		return conversationsOf(found)
	}
	take := func(now, until time.Time, of ...int) (names []string) {
		var want []engine.Timer
		for _, i := range of {
			want = append(want, engine.Timer{Key: key(i), At: noon})
		}
		got, err := leases.TakeTimers(ctx, now, until, want)
		require.NoError(t, err)
		return conversationsOf(got)
	}
	now := noon.Add(time.Minute + 123456*time.Nanosecond)
	until := now.Add(20 * time.Second).Truncate(time.Millisecond)
	require.Empty(t, take(now, until))
	require.Equal(t, []string{"c-1"}, take(now, until, 1, 7), "there is no seventh")
	require.Equal(t, []string{"c-0"}, take(now, until, 0, 1, 2), "one is another's, one is not due yet")
	require.Empty(t, list(now))
	at, ok, err := s.NextDue(ctx)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, until.UnixMilli(), at.UnixMilli(), "the end of the leases comes before the last timer")
	require.Empty(t, list(until.Add(-time.Millisecond)))
	require.Equal(t, []string{"c-0", "c-1"}, list(until), "whoever took them has died")

	require.ElementsMatch(t, []string{"c-0", "c-1"}, take(until, noon, 0, 1), "given back")
	require.Equal(t, []string{"c-0", "c-1"}, list(now))
	require.Equal(t, []string{"c-1"}, take(now, until, 1))
	moved := next(commits[1])
	moved.Due = noon.Add(30 * time.Second)
	require.NoError(t, s.Commit(ctx, moved))
	require.Equal(t, []string{"c-0", "c-1"}, list(now), "a commit sets the time anew")
}

func conversationsOf(timers []engine.Timer) (names []string) {
	for _, t := range timers {
		names = append(names, t.Conversation)
	}
	return names
}

// leasedDeliveries: the same of late replies, of which only the head of each queue may be taken, as often tried as was listed.
func leasedDeliveries(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	leases := leasesOf(t, s)
	speak(t, s, key(1), "a-1", "a-2")
	speak(t, s, key(2), "b-1")
	now := noon.Add(time.Hour)
	until := now.Add(20 * time.Second)
	list := func(at time.Time) []engine.Delivery {
		got, err := s.Pending(ctx, engine.Query{Now: at, Limit: 10, PerShop: 10})
		require.NoError(t, err)
		return got
	}
	take := func(at, until time.Time, of ...engine.Delivery) []string {
		got, err := leases.TakeDeliveries(ctx, at, until, of)
		require.NoError(t, err)
		return idsOfDeliveries(got)
	}
	seen := list(now)
	require.Equal(t, []string{"a-1", "b-1"}, idsOfDeliveries(seen))
	later := engine.Delivery{Late: *lateOf(key(1), "a-2", noon)}
	require.Empty(t, take(now, until, later), "others of its conversation are before it")
	require.Equal(t, []string{"a-1", "b-1"}, take(now, until, seen...))
	require.Empty(t, take(now, until, seen...), "they are another's")
	require.Empty(t, list(until.Add(-time.Millisecond)))

	failed := engine.Settlement{Key: key(2), ID: "b-1", State: engine.TryLater, Attempts: 1, Next: now, Error: "down", At: now, Taken: until}
	require.NoError(t, s.Settle(ctx, failed))
	require.Empty(t, take(now, until, seen[1]), "it was tried since it was listed")
	require.Equal(t, []string{"b-1"}, take(now, until, list(now)...))

	over := until.Add(time.Second)
	renewed := over.Add(20 * time.Second)
	require.Equal(t, []string{"a-1"}, take(over, renewed, seen[0]), "whoever had taken it has died")
	stale := engine.Settlement{Key: key(1), ID: "a-1", State: engine.TryLater, Attempts: 1, Next: now, Error: "slow", At: over, Taken: until}
	require.ErrorIs(t, s.Settle(ctx, stale), engine.ErrStale, "it had not, but another has it now")
	require.NotContains(t, idsOfDeliveries(list(over)), "a-1")
	done := engine.Settlement{Key: key(1), ID: "a-1", State: engine.Delivered, Attempts: 1, At: over, Taken: renewed}
	require.NoError(t, s.Settle(ctx, done))
	for _, state := range []engine.DeliveryState{engine.TryLater, engine.DeadLetter, engine.Dropped} {
		stale.State = state
		require.ErrorIs(t, s.Settle(ctx, stale), engine.ErrStale, "what was delivered is not %q by who was slow", state)
	}
	requireDelivered(t, s, "a-1")
	missing := stale
	missing.ID = "unheard-of"
	require.ErrorIs(t, s.Settle(ctx, missing), engine.ErrNotFound)
	require.Equal(t, []string{"a-2"}, take(over, renewed, later), "the next is not held up by the lease of the one before")
	late := engine.Settlement{Key: key(1), ID: "a-2", State: engine.DeadLetter, Attempts: 1, Error: "slow", At: over, Taken: until}
	require.ErrorIs(t, s.Settle(ctx, late), engine.ErrStale, "it is another's")
	late.Taken = renewed
	require.NoError(t, s.Settle(ctx, late))
	late.State, late.Taken = engine.Delivered, until
	require.NoError(t, s.Settle(ctx, late), "what was delivered was, whoever had it")
	requireDelivered(t, s, "a-2")
}

func requireDelivered(t *testing.T, s engine.Store, id string) {
	t.Helper()
	states, err := s.Deliveries(t.Context(), key(1))
	require.NoError(t, err)
	require.Contains(t, states, desk.Delivered{ID: id, State: string(engine.Delivered)})
}

func idsOfDeliveries(list []engine.Delivery) (ids []string) {
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return ids
}

// takenOnce: of many who want the same each thing is given to one.
func takenOnce(t *testing.T, s engine.Store) {
	t.Helper()
	const all, takers = 40, 6
	leases := leasesOf(t, s)
	for i := range all {
		c := first(key(i))
		c.Due, c.Late = noon, lateOf(key(i), key(i).Conversation, noon)
		require.NoError(t, s.Commit(t.Context(), c))
	}
	now := noon.Add(time.Minute)
	q := engine.Query{Now: now, Limit: all, PerShop: all}
	var mu sync.Mutex
	timers, letters := map[string]int{}, map[string]int{}
	var group sync.WaitGroup
	for range takers {
		group.Go(func() {
			due, err := s.Due(t.Context(), q)
			if err == nil {
				due, err = leases.TakeTimers(t.Context(), now, now.Add(time.Minute), due)
			}
			pending, err2 := s.Pending(t.Context(), q)
			if err2 == nil {
				pending, err2 = leases.TakeDeliveries(t.Context(), now, now.Add(time.Minute), pending)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil || err2 != nil {
				t.Errorf("take: %v, %v", err, err2)
			}
			for _, name := range conversationsOf(due) {
				timers[name]++
			}
			for _, id := range idsOfDeliveries(pending) {
				letters[id]++
			}
		})
	}
	group.Wait()
	require.Len(t, timers, all)
	require.Len(t, letters, all)
	for i := range all {
		require.Equal(t, 1, timers[key(i).Conversation])
		require.Equal(t, 1, letters[key(i).Conversation])
	}
}
