package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// talkOf lets a conversation have so many turns that a book ran, one a minute, and gives their ids.
func talkOf(t *testing.T, s engine.Store, k engine.Key, many int) (ids []string) {
	t.Helper()
	for n := range many {
		got, err := s.Load(t.Context(), engine.Ask{Key: k})
		require.NoError(t, err)
		c := first(k)
		c.Version, c.Standing, c.At = got.Version, got.Standing, noon.Add(time.Duration(n)*time.Minute)
		id := uuidAt(c.At, k.Conversation)
		before := bot.NewConversation(k.Shop, k.Conversation)
		before.Counts.Turns = n
		c.Recorded = &engine.Recorded{
			ID: id, Key: k, At: c.At, Before: before, Book: "book",
			Events: []bot.Event{{ID: id, Kind: bot.EventMessage, At: c.At, Message: &bot.Message{ID: "m", Text: "你好"}}},
		}
		require.NoError(t, s.Commit(t.Context(), c))
		ids = append(ids, id)
	}
	return ids
}

// uuidAt is an id of version 7 of a time; the same name gives the same one.
func uuidAt(at time.Time, name string) string {
	ms := uint64(at.UnixMilli())
	return fmt.Sprintf("%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, name)[:36]
}

// stretches: a trace is led to from a turn that is kept with the state before it, and the turn before each is the one before it.
func stretches(t *testing.T, s engine.Store) {
	t.Helper()
	ids := talkOf(t, s, key(1), 20)
	for n, id := range ids {
		led, err := s.Trace(t.Context(), "s", id)
		require.NoError(t, err)
		requireLed(t, led, ids[:n+1])
	}
}

// requireLed: the turns are the last of these, and the first of them has its state.
func requireLed(t *testing.T, led []engine.Recorded, ids []string) {
	t.Helper()
	require.NotEmpty(t, led)
	require.LessOrEqual(t, len(led), len(ids))
	ids = ids[len(ids)-len(led):]
	for i := range led {
		require.Equal(t, ids[i], led[i].ID)
		require.Equal(t, i > 0, led[i].Check != 0, "the others are led to")
		require.Len(t, led[i].Events, 1)
	}
	require.Equal(t, "s", led[0].Before.Shop)
}

// oldStretches: what is forgotten takes with it what can only be led to from it, and nothing else; what is left is led to still.
func oldStretches(t *testing.T, s engine.Store) {
	t.Helper()
	ids := talkOf(t, s, key(1), 200)
	young := talkOf(t, s, key(2), 3)
	for age := time.Duration(0); age < 4*time.Hour; age += 33 * time.Minute {
		require.NoError(t, s.Sweep(t.Context(), noon.Add(engine.KeepTexts+age)))
		for n, id := range ids {
			at := time.Duration(n) * time.Minute
			led, err := s.Trace(t.Context(), "s", id)
			switch {
			case at < age:
				require.ErrorIs(t, err, engine.ErrNotFound, id)
			case at >= age+engine.LongestStretch || err == nil:
				require.NoError(t, err)
				requireLed(t, led, ids[:n+1])
			default:
				require.ErrorIs(t, err, engine.ErrNotFound)
			}
		}
	}
	_, err := s.Trace(t.Context(), "s", young[2])
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.NoError(t, s.Sweep(t.Context(), noon.Add(engine.KeepTexts+48*time.Hour)))
	got, err := s.Load(t.Context(), engine.Ask{Key: key(1)})
	require.NoError(t, err)
	require.Zero(t, got.Version, "no turn holds it any more")
}

// erasedStretches: all turns of a conversation are exported, each once, and erased.
func erasedStretches(t *testing.T, s engine.Store) {
	t.Helper()
	ids := talkOf(t, s, key(1), 20)
	n := 0
	require.NoError(t, s.Export(t.Context(), "s", first(key(1)).Buyer, func(kind string, body []byte) error {
		if kind != "turn" {
			return nil
		}
		require.Contains(t, string(body), ids[n])
		require.Contains(t, string(body), "你好")
		n++
		return nil
	}))
	require.Equal(t, len(ids), n)
	_, err := s.Erase(t.Context(), "s", first(key(1)).Buyer, by(1, "erase"))
	require.NoError(t, err)
	for _, id := range ids {
		_, err := s.Trace(t.Context(), "s", id)
		require.ErrorIs(t, err, engine.ErrNotFound)
	}
	again := talkOf(t, s, key(1), 1)
	led, err := s.Trace(t.Context(), "s", again[0])
	require.NoError(t, err)
	requireLed(t, led, again)
}

// turnsOfATime: the turns of a shop are listed by time, page by page, whatever their ids are.
func turnsOfATime(t *testing.T, s engine.Store) {
	t.Helper()
	ids := talkOf(t, s, key(1), 20)
	talkOf(t, s, engine.Key{Shop: "other", Conversation: "c"}, 20)
	plain := first(key(3))
	plain.At = noon.Add(10 * time.Minute)
	plain.Recorded = &engine.Recorded{ID: "turn 3", Key: key(3), At: plain.At}
	require.NoError(t, s.Commit(t.Context(), plain))
	list := func(from, until, limit int, after string) (out []string) {
		got, err := s.Turns(t.Context(), "s", noon.Add(time.Duration(from)*time.Minute), noon.Add(time.Duration(until)*time.Minute), after, limit)
		require.NoError(t, err)
		for _, r := range got {
			out = append(out, r.ID)
		}
		return out
	}
	require.Equal(t, append(ids[:20:20], "turn 3"), list(0, 20, 100, ""))
	require.Equal(t, append(ids[5:12:12], "turn 3"), list(5, 12, 100, ""), "until before")
	require.Equal(t, ids[5:8], list(5, 12, 3, ""))
	require.Equal(t, append(ids[8:12:12], "turn 3"), list(5, 12, 100, ids[7]))
	require.Empty(t, list(5, 12, 100, "turn 3"))
	require.Empty(t, list(5, 12, 0, ""))
	require.Empty(t, list(-9, 0, 100, ""))
	got, err := s.Turns(t.Context(), "s", noon, noon.Add(time.Minute), "", 1)
	require.NoError(t, err)
	require.Equal(t, "book", got[0].Book)
	require.Equal(t, "你好", got[0].Events[0].Message.Text)
	require.True(t, noon.Equal(got[0].At))
}

// lastTurns: the last turns of a conversation are listed backwards, with who won and what came of them.
func lastTurns(t *testing.T, s engine.Store) {
	t.Helper()
	ids := talkOf(t, s, key(1), 20)
	talkOf(t, s, key(2), 5)
	list := func(k engine.Key, since, limit int) (out []string) {
		got, err := s.Lately(t.Context(), k, noon.Add(time.Duration(since)*time.Minute), limit)
		require.NoError(t, err)
		for _, r := range got {
			require.Equal(t, k, r.Key)
			require.Empty(t, r.Events)
			require.Empty(t, r.Before.ID)
			out = append(out, r.ID)
		}
		return out
	}
	back := slices.Clone(ids)
	slices.Reverse(back)
	require.Equal(t, back, list(key(1), -1, 100))
	require.Equal(t, back[:3], list(key(1), 0, 3))
	require.Equal(t, back[:5], list(key(1), 15, 100))
	require.Empty(t, list(key(1), 20, 100))
	require.Empty(t, list(key(1), 0, 0))
	require.Empty(t, list(key(9), 0, 100))
	require.Empty(t, list(engine.Key{Shop: "other", Conversation: "c-1"}, 0, 100))

	c := first(key(3))
	c.Recorded = &engine.Recorded{ID: "turn 3", Key: key(3), At: noon.Add(123456789), Rule: "a"}
	c.Recorded.Outcome.Rules = []string{"a", "b"}
	require.NoError(t, s.Commit(t.Context(), c))
	got, err := s.Lately(t.Context(), key(3), noon, 5)
	require.NoError(t, err)
	require.Equal(t, *c.Recorded, got[0])
}

// repeatedTurn: a turn's id is taken once, and a message's id while its answer is kept.
func repeatedTurn(t *testing.T, s engine.Store) {
	t.Helper()
	c := first(key(1))
	c.Recorded = &engine.Recorded{ID: "turn", Key: key(1), At: noon, Rule: "first"}
	require.NoError(t, s.Commit(t.Context(), c))
	other := first(key(2))
	other.Recorded = &engine.Recorded{ID: "turn", Key: key(2), At: noon, Rule: "second"}
	if err := s.Commit(t.Context(), other); !errors.Is(err, engine.ErrStale) {
		t.Fatalf("an id that is taken: %v", err)
	}
	led, err := s.Trace(t.Context(), "s", "turn")
	require.NoError(t, err)
	require.Equal(t, "first", led[0].Rule)
}
