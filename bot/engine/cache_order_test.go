package engine

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// A scripted store says what it is told to say, and does something in the middle of a commit.
type scripted struct {
	Store
	says   Loaded
	loads  int
	during func(Commit)
	err    error // of commits
}

func (s *scripted) Load(context.Context, Ask) (Loaded, error) {
	s.loads++
	return s.says, nil
}

func (s *scripted) Commit(_ context.Context, c Commit) error {
	if s.during != nil {
		s.during(c)
	}
	return s.err
}

func (s *scripted) Attend(context.Context, string, desk.Presence) error { return nil }

// committedAs is a turn that left a conversation and a record in this version.
func committedAs(version int64) Commit {
	return Commit{
		Key: Key{"s", "c"}, Version: version - 1, RecordVersion: version - 1, Record: &bot.Record{}, Buyer: "b", At: time.Unix(100, 0),
		Conversation: bot.Conversation{ID: "c", Sent: int(version)},
	}
}

func ask() Ask {
	return Ask{Key: Key{"s", "c"}, Buyer: "b", Message: "m", Now: time.Unix(101, 0), Recent: true}
}

func TestAnOlderTurnThatIsToldOfLaterIsNotRemembered(t *testing.T) {
	t.Parallel()
	s := &scripted{says: Loaded{Version: 1, RecordVersion: 1}}
	c := newCache(s, 1<<20)
	_, err := c.Load(t.Context(), ask()) // the desk is known from here on
	require.NoError(t, err)
	s.during = func(turn Commit) { // the one after it is kept, and told of first
		if turn.Version == 1 {
			require.NoError(t, c.Commit(t.Context(), committedAs(3)))
		}
	}
	require.NoError(t, c.Commit(t.Context(), committedAs(2)))
	c.mu.Lock()
	defer c.mu.Unlock()
	require.EqualValues(t, 3, c.talk(Key{"s", "c"}).version)
	require.EqualValues(t, 3, c.record(buyerKey{"s", "b"}).version)
}

func TestWhatAnotherProcessErasedIsNotRememberedForLong(t *testing.T) {
	t.Parallel()
	s := &scripted{says: Loaded{Version: 1, RecordVersion: 1}}
	c := newCache(s, 1<<20)
	require.NoError(t, c.Commit(t.Context(), committedAs(7)))
	s.says = Loaded{} // erased
	a := ask()
	a.Recent = false // a timer looked
	_, err := c.Load(t.Context(), a)
	require.NoError(t, err)
	l, err := c.Load(t.Context(), ask())
	require.NoError(t, err)
	require.Zero(t, l.Version)
	require.Zero(t, l.RecordVersion)
	require.Equal(t, 2, s.loads)
}

func TestOneShopsDoubtsAreNotTheOthers(t *testing.T) {
	t.Parallel()
	for doubted, loads := range map[string]int{"other": 0, "s": 1} {
		s := &scripted{says: Loaded{}}
		c := newCache(s, 1<<20)
		_, err := c.Load(t.Context(), ask())
		require.NoError(t, err)
		s.during = func(Commit) { require.NoError(t, c.Attend(t.Context(), doubted, desk.Presence{})) }
		require.NoError(t, c.Commit(t.Context(), committedAs(1)))
		s.loads = 0
		_, err = c.Load(t.Context(), ask())
		require.NoError(t, err)
		require.Equal(t, loads, s.loads, doubted)
	}
}

// Where somebody was erased, a store begins what is new at a version that was never used.
func TestWhatIsNewAfterAnErasureIsReadOnce(t *testing.T) {
	t.Parallel()
	s := &scripted{says: Loaded{}}
	c := newCache(s, 1<<20)
	_, err := c.Load(t.Context(), ask())
	require.NoError(t, err)
	s.err = ErrStale
	require.ErrorIs(t, c.Commit(t.Context(), committedAs(2)), ErrStale, "it was the first, and is no version 1")
	s.err = nil
	other := ask()
	other.Conversation, other.Buyer = "other", "another"
	_, err = c.Load(t.Context(), other) // the desk is known again
	require.NoError(t, err)
	s.says = Loaded{Version: 41, RecordVersion: 41}
	require.NoError(t, c.Commit(t.Context(), committedAs(1)))
	for range 3 {
		l, err := c.Load(t.Context(), ask())
		require.NoError(t, err)
		require.EqualValues(t, 41, l.Version)
		require.EqualValues(t, 41, l.RecordVersion)
	}
	require.Equal(t, 3, s.loads, "then it is remembered")
}
