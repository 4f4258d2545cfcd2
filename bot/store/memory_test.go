package store_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
	"xiaoer/bot/store/storetest"
)

func TestMemoryIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Exercise(t, func(*testing.T) engine.Store { return store.NewMemory(store.Limits{}) })
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func commit(n int, text string) engine.Commit {
	id := strconv.Itoa(n)
	c := bot.NewConversation("s", "c"+id)
	c.LastLine = text
	return engine.Commit{
		Key: engine.Key{Shop: "s", Conversation: "c" + id}, Conversation: c, At: noon.Add(time.Duration(n) * time.Second),
		Answered: &engine.Answered{Message: "m" + id, Response: []byte(`{}`), At: noon},
		Recorded: &engine.Recorded{ID: "t" + id, Before: c, At: noon},
	}
}

func TestMemoryRefusesWhatItHasNoRoomFor(t *testing.T) {
	t.Parallel()
	m := store.NewMemory(store.Limits{Kept: 100_000})
	text := strings.Repeat("x", 1000)
	kept := 0
	var err error
	for ; kept < 1000; kept++ {
		if err = m.Commit(t.Context(), commit(kept, text)); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, engine.ErrFull)
	require.Greater(t, kept, 20)
	require.Less(t, kept, 100)
	got, err := m.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "s", Conversation: "c" + strconv.Itoa(kept)}, Message: "m" + strconv.Itoa(kept)})
	require.NoError(t, err)
	require.Zero(t, got.Version, "nothing of what was refused is kept")
	require.Nil(t, got.Answered)

	require.NoError(t, m.Sweep(t.Context(), noon.Add(200*24*time.Hour)))
	require.NoError(t, m.Commit(t.Context(), commit(kept, text)), "there is room again when the old is forgotten")
}

func TestMemoryForgetsTheOldestTracesFirst(t *testing.T) {
	t.Parallel()
	m := store.NewMemory(store.Limits{Traced: 20_000})
	for i := range 100 {
		require.NoError(t, m.Commit(t.Context(), commit(i, strings.Repeat("y", 500))))
	}
	_, err := m.Trace(t.Context(), "s", "t0")
	require.ErrorIs(t, err, engine.ErrNotFound)
	_, err = m.Trace(t.Context(), "s", "t99")
	require.NoError(t, err)
}

func TestMemoryTakesNumbersInAnyOrder(t *testing.T) {
	t.Parallel()
	m := store.NewMemory(store.Limits{})
	for i, step := range []struct {
		number int
		want   error
	}{{2, nil}, {1, nil}, {2, engine.ErrStale}, {5, nil}, {4, nil}, {5, engine.ErrStale}, {1, engine.ErrStale}, {3, nil}, {3, engine.ErrStale}} {
		c := commit(i, "")
		c.Numbers = []int{step.number}
		require.ErrorIs(t, m.Commit(t.Context(), c), step.want, "commit %d takes number %d", i, step.number)
	}
	for n := range 5000 { // with a gap at 6 the numbers are not remembered one by one for ever
		c := commit(100+n, "")
		c.Numbers = []int{7 + n}
		require.NoError(t, m.Commit(t.Context(), c))
	}
	c := commit(9999, "")
	c.Numbers = []int{6}
	require.ErrorIs(t, m.Commit(t.Context(), c), engine.ErrStale)
}

func BenchmarkMemoryTurn(b *testing.B) {
	m := store.NewMemory(store.Limits{Kept: 8 << 30})
	for i := range b.N {
		k := engine.Key{Shop: "s", Conversation: "c" + strconv.Itoa(i)}
		if _, err := m.Load(b.Context(), engine.Ask{Key: k, Buyer: "b", Message: strconv.Itoa(i)}); err != nil {
			b.Fatal(err)
		}
		if err := m.Commit(b.Context(), commit(i, "我想退货")); err != nil {
			b.Fatal(err)
		}
	}
}
