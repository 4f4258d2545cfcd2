package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func timers(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	_, ok, err := s.NextDue(ctx)
	require.NoError(t, err)
	require.False(t, ok)
	commits := map[int]engine.Commit{}
	for i, minutes := range []int{30, 10, 20} {
		c := first(key(i))
		c.Due = noon.Add(time.Duration(minutes) * time.Minute)
		require.NoError(t, s.Commit(ctx, c))
		commits[i] = c
	}
	other := first(engine.Key{Shop: "other", Conversation: "c"})
	other.Due = noon.Add(15 * time.Minute)
	require.NoError(t, s.Commit(ctx, other))

	at, ok, err := s.NextDue(ctx)
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, at.Equal(noon.Add(10*time.Minute)))

	due := func(minutes, limit, perShop int) (names []string) {
		found, err := s.Due(ctx, engine.Query{Now: noon.Add(time.Duration(minutes) * time.Minute), Limit: limit, PerShop: perShop})
		require.NoError(t, err)
		for _, f := range found {
			names = append(names, f.Shop+"/"+f.Conversation)
		}
		return names
	}
	require.Empty(t, due(9, 10, 10))
	require.Equal(t, []string{"s/c-1"}, due(10, 10, 10), "due at the very moment")
	require.Equal(t, []string{"s/c-1", "other/c", "s/c-2", "s/c-0"}, due(60, 10, 10))
	require.Equal(t, []string{"s/c-1", "other/c"}, due(60, 10, 1), "one shop does not hide another")
	require.Equal(t, []string{"s/c-1", "other/c"}, due(60, 2, 10))
	require.Equal(t, []string{"s/c-1", "other/c", "s/c-2", "s/c-0"}, due(60, 10, 10), "looking changes nothing")

	moved, gone := next(commits[1]), next(commits[2])
	moved.Due, gone.Due = noon.Add(40*time.Minute), time.Time{}
	require.NoError(t, s.Commit(ctx, moved))
	require.NoError(t, s.Commit(ctx, gone))
	require.Equal(t, []string{"other/c", "s/c-0", "s/c-1"}, due(60, 10, 10))
}

// keptTimers: a commit whose timer is the one that it was built on leaves that alone, and is stale when somebody has moved it. Who puts it off
// does so in the version that he has seen.
func keptTimers(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	c.Due = noon.Add(time.Hour)
	require.NoError(t, s.Commit(ctx, c))
	load := func() engine.Loaded {
		l, err := s.Load(ctx, engine.Ask{Key: key(1)})
		require.NoError(t, err)
		return l
	}
	rings := func() time.Time {
		at, ok, err := s.NextDue(ctx)
		require.NoError(t, err)
		require.True(t, ok)
		require.True(t, at.Equal(load().Standing.Due))
		return at.UTC()
	}
	built := func() engine.Commit {
		l := load()
		after := c
		after.Version, after.Standing, after.Due = l.Version, l.Standing, l.Standing.Due
		return after
	}
	require.Equal(t, c.Due, rings())
	require.NoError(t, s.Commit(ctx, built()))
	require.Equal(t, c.Due, rings())

	stale := built()
	later := noon.Add(2 * time.Hour)
	require.NoError(t, s.PutOff(ctx, key(1), stale.Version-1, later))
	require.Equal(t, c.Due, rings(), "the conversation has gone on")
	require.NoError(t, s.PutOff(ctx, key(7), stale.Version, later), "it is gone")
	require.NoError(t, s.PutOff(ctx, key(1), stale.Version, later))
	require.Equal(t, later, rings())
	require.ErrorIs(t, s.Commit(ctx, stale), engine.ErrStale, "it was moved meanwhile")
	require.Equal(t, later, rings())
	require.NoError(t, s.Commit(ctx, built()))

	none := built()
	none.Due = time.Time{}
	require.NoError(t, s.Commit(ctx, none))
	require.Zero(t, load().Standing.Due)
	require.NoError(t, s.Commit(ctx, built()), "there is no timer still")
	_, ok, err := s.NextDue(ctx)
	require.NoError(t, err)
	require.False(t, ok)
}

// speak commits a late reply for every id, each a minute after the one before.
func speak(t *testing.T, s engine.Store, k engine.Key, ids ...string) {
	t.Helper()
	got, err := s.Load(t.Context(), engine.Ask{Key: k})
	require.NoError(t, err)
	for i, id := range ids {
		c := first(k)
		c.Version = got.Version + int64(i)
		c.At = noon.Add(time.Duration(i) * time.Minute)
		c.Late = lateOf(k, id, c.At)
		require.NoError(t, s.Commit(t.Context(), c))
	}
}

func replies(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Replies(ctx, key(1), "", 10)
	require.ErrorIs(t, err, engine.ErrNotFound)
	speak(t, s, key(1), "r-1", "r-2", "r-3")
	read := func(after string, limit int) (ids []string) {
		got, err := s.Replies(ctx, key(1), after, limit)
		require.NoError(t, err)
		for _, l := range got {
			ids = append(ids, l.ID)
		}
		return ids
	}
	require.Equal(t, []string{"r-1", "r-2", "r-3"}, read("", 10))
	require.Equal(t, []string{"r-2", "r-3"}, read("r-1", 10))
	require.Equal(t, []string{"r-2"}, read("r-1", 1))
	require.Empty(t, read("r-3", 10))
	require.Equal(t, []string{"r-1", "r-2", "r-3"}, read("unheard-of", 10), "nothing is missed")
	require.NoError(t, s.Settle(ctx, engine.Settlement{Key: key(1), ID: "r-2", State: engine.Dropped, Attempts: 1, At: noon}))
	require.Equal(t, []string{"r-1", "r-3"}, read("", 10), "what was dropped is not read")
	require.Equal(t, []string{"r-3"}, read("r-2", 10))
}

func outbox(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	speak(t, s, key(1), "a-1", "a-2")
	speak(t, s, key(2), "b-1")
	speak(t, s, engine.Key{Shop: "other", Conversation: "c"}, "o-1")
	silent := first(key(3))
	silent.Late = lateOf(key(3), "no-callback", noon)
	silent.Late.Deliver = false
	require.NoError(t, s.Commit(ctx, silent))

	pending := func(at time.Time, perShop int) map[string]int {
		got, err := s.Pending(ctx, engine.Query{Now: at, Limit: 10, PerShop: perShop})
		require.NoError(t, err)
		out := map[string]int{}
		for _, d := range got {
			out[d.ID] = d.Attempts
		}
		return out
	}
	now := noon.Add(time.Hour)
	require.Equal(t, map[string]int{"a-1": 0, "b-1": 0, "o-1": 0}, pending(now, 10), "the oldest of each conversation")
	require.Len(t, pending(now, 1), 2, "one of each shop")

	again := engine.Settlement{Key: key(1), ID: "a-1", State: engine.TryLater, Attempts: 1, Next: now.Add(time.Minute), Error: "500", At: now}
	require.NoError(t, s.Settle(ctx, again))
	require.Equal(t, map[string]int{"b-1": 0, "o-1": 0}, pending(now, 10), "a-2 waits behind a-1")
	require.Equal(t, map[string]int{"a-1": 1, "b-1": 0, "o-1": 0}, pending(now.Add(time.Minute), 10))

	for _, id := range []string{"a-1", "a-2"} {
		require.NoError(t, s.Settle(ctx, engine.Settlement{Key: key(1), ID: id, State: engine.Delivered, Attempts: 2, At: now}))
	}
	require.NoError(t, s.Settle(ctx, engine.Settlement{Key: key(2), ID: "b-1", State: engine.DeadLetter, Attempts: 40, At: now}))
	require.Equal(t, map[string]int{"o-1": 0}, pending(now.Add(time.Hour), 10))
	require.ErrorIs(t, s.Settle(ctx, engine.Settlement{Key: key(9), ID: "x", State: engine.Delivered}), engine.ErrNotFound)
}

func retention(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	old := first(key(1))
	old.Answered = &engine.Answered{Message: "old", Fingerprint: "f", Response: []byte(`{}`), At: noon}
	old.Recorded = &engine.Recorded{ID: "t", Key: key(1), At: noon, Events: []bot.Event{}}
	require.NoError(t, s.Commit(ctx, old))
	speak(t, s, key(2), "r-1")
	require.NoError(t, s.Settle(ctx, engine.Settlement{Key: key(2), ID: "r-1", State: engine.Delivered, Attempts: 1, At: noon}))
	waiting := first(key(3))
	waiting.Due = noon.Add(400 * 24 * time.Hour)
	require.NoError(t, s.Commit(ctx, waiting))

	kept := func() (answered bool, replies int, traced bool, versions [4]int64) {
		for i := range versions {
			got, err := s.Load(ctx, engine.Ask{Key: key(i), Message: "old"})
			require.NoError(t, err)
			versions[i], answered = got.Version, got.Answered != nil
		}
		list, _ := s.Replies(ctx, key(2), "", 10)
		_, err := s.Trace(ctx, "s", "t")
		return answered, len(list), err == nil, versions
	}
	for _, step := range []struct {
		name     string
		after    time.Duration
		answered bool
		replies  int
		traced   bool
		versions [4]int64
	}{
		{"at first", 0, true, 1, true, [4]int64{0, 1, 1, 1}},
		{"before three days", 3*24*time.Hour - time.Minute, true, 1, true, [4]int64{0, 1, 1, 1}},
		{"after three days", 3*24*time.Hour + time.Hour, true, 0, true, [4]int64{0, 1, 1, 1}},
		{"after seven days", 7*24*time.Hour + time.Hour, false, 0, true, [4]int64{0, 1, 1, 1}},
		{"after half a year, but for what has a timer", 180*24*time.Hour + time.Hour, false, 0, false, [4]int64{0, 0, 0, 1}},
	} {
		require.NoError(t, s.Sweep(ctx, noon.Add(step.after)), step.name)
		answered, replies, traced, versions := kept()
		require.Equal(t, step.answered, answered, step.name)
		require.Equal(t, step.replies, replies, step.name)
		require.Equal(t, step.traced, traced, step.name)
		require.Equal(t, step.versions, versions, step.name)
	}
	for i := range 50 { // what is forgotten may come again
		c := first(key(100 + i))
		c.Answered = &engine.Answered{Message: "again-" + strconv.Itoa(i), Fingerprint: "f", Response: []byte(`{}`), At: noon}
		c.Recorded = recordedAs(c)
		require.NoError(t, s.Commit(ctx, c))
	}
}

// unserved has a shop that is taken away while a buyer waits, a timer runs and letters are to be sent: when nobody has served them
// for as long as texts are kept, they are forgotten too. What was served late by then stays, and so does what waits for a promise that falls
// due later than a timer which is set too early says.
func unserved(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	for n, due := range []time.Time{noon, noon.Add(10 * 24 * time.Hour)} {
		c := first(key(n))
		if n == 0 {
			c.Conversation.Promises = []bot.PromiseMade{{Due: noon.Add(36 * time.Hour)}}
		}
		c.Due, c.Waiting, c.Late = due, "aftersales", lateOf(key(n), "l-"+strconv.Itoa(n), due)
		c.Cases = []desk.Case{caseOf(key(n), n+1)}
		require.NoError(t, s.Commit(ctx, c))
	}
	kept := func() (n [4]int) {
		for i := range 2 {
			got, err := s.Load(ctx, engine.Ask{Key: key(i)})
			require.NoError(t, err)
			n[0] += int(got.Version)
			n[1] = got.Desk.Ahead["aftersales"]
		}
		list, err := s.Cases(ctx, desk.Query{Shops: []string{"s"}, Limit: 9})
		require.NoError(t, err)
		timers, err := s.Due(ctx, engine.Query{Now: noon.Add(1000 * time.Hour), Limit: 10, PerShop: 9})
		require.NoError(t, err)
		n[2], n[3] = len(list), len(timers)
		return n
	}
	for _, step := range []struct {
		after time.Duration
		want  [4]int
	}{
		{engine.KeepTexts - time.Hour, [4]int{2, 2, 2, 2}},
		{engine.KeepTexts + 26*time.Hour, [4]int{2, 2, 2, 2}},
		{engine.KeepTexts + 51*time.Hour, [4]int{1, 1, 1, 1}},
		{engine.KeepTexts + 11*24*time.Hour, [4]int{}},
	} {
		require.NoError(t, s.Sweep(ctx, noon.Add(step.after)))
		require.Equal(t, step.want, kept(), "after %s", step.after)
	}
	waits, err := s.Backlog(ctx)
	require.NoError(t, err)
	require.Zero(t, waits)
}
