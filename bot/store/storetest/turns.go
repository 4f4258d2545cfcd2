package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

func turns(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, s.Ready(ctx))
	got, err := s.Load(ctx, engine.Ask{Key: key(1), Buyer: "b", Message: "m"})
	require.NoError(t, err)
	require.Zero(t, got.Version)
	require.Nil(t, got.Answered)
	require.Equal(t, 1, got.Desk.Next)

	c := first(key(1))
	require.NoError(t, s.Commit(ctx, c))
	got, err = s.Load(ctx, engine.Ask{Key: key(1)})
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version)
	require.Equal(t, c.Conversation, got.Conversation)

	got.Conversation.Transcript[0].Text = "changed by the caller"
	again, err := s.Load(ctx, engine.Ask{Key: key(1)})
	require.NoError(t, err)
	require.Equal(t, c.Conversation, again.Conversation, "what is kept is not the caller's to change")
}

func staleness(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	require.NoError(t, s.Commit(ctx, c))
	require.ErrorIs(t, s.Commit(ctx, c), engine.ErrStale, "the first version is taken")
	later := next(c)
	later.Answered = &engine.Answered{Message: "m", Fingerprint: "f", Response: []byte(`{}`), At: noon}
	later.Recorded = recordedAs(later)
	later.Version = 7
	require.ErrorIs(t, s.Commit(ctx, later), engine.ErrStale, "a version that never was")
	got, err := s.Load(ctx, engine.Ask{Key: key(1), Message: "m"})
	require.NoError(t, err)
	require.Nil(t, got.Answered, "a stale commit keeps nothing")
	require.NoError(t, s.Commit(ctx, next(c)))
}

func answers(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	c.Answered = &engine.Answered{Message: "m-1", Fingerprint: "f", Response: []byte(`{"a":"是"}`), At: noon}
	c.Recorded = recordedAs(c)
	require.NoError(t, s.Commit(ctx, c))
	other := first(key(2))
	other.Answered = &engine.Answered{Message: "m-1", Fingerprint: "g", Response: []byte(`{}`), At: noon}
	other.Recorded = recordedAs(other)
	require.ErrorIs(t, s.Commit(ctx, other), engine.ErrStale, "the id is taken by another conversation")
	got, err := s.Load(ctx, engine.Ask{Key: key(2), Message: "m-1"})
	require.NoError(t, err)
	require.NotNil(t, got.Answered)
	require.Equal(t, "f", got.Answered.Fingerprint)
	require.JSONEq(t, `{"a":"是"}`, string(got.Answered.Response))
	require.True(t, noon.Equal(got.Answered.At))
}

func numbers(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	c.Numbers = []int{1, 2}
	require.NoError(t, s.Commit(ctx, c))
	other := first(key(2))
	other.Numbers = []int{2}
	require.ErrorIs(t, s.Commit(ctx, other), engine.ErrStale, "number 2 is taken")
	other.Numbers = []int{5}
	require.NoError(t, s.Commit(ctx, other), "gaps are allowed")
	got, err := s.Load(ctx, engine.Ask{Key: key(3)})
	require.NoError(t, err)
	require.Equal(t, 6, got.Desk.Next)
}

func queues(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	ahead := func() map[string]int {
		got, err := s.Load(ctx, engine.Ask{Key: key(9)})
		require.NoError(t, err)
		return got.Desk.Ahead
	}
	a, b := first(key(1)), first(key(2))
	a.Waiting, b.Waiting = "aftersales", "aftersales"
	require.NoError(t, s.Commit(ctx, a))
	require.NoError(t, s.Commit(ctx, b))
	require.Equal(t, map[string]int{"aftersales": 2}, ahead())
	a = next(a)
	a.Waiting = "lead"
	require.NoError(t, s.Commit(ctx, a))
	require.Equal(t, map[string]int{"aftersales": 1, "lead": 1}, ahead())
	a, b = next(a), next(b)
	a.Waiting, b.Waiting = "", ""
	require.NoError(t, s.Commit(ctx, a))
	require.NoError(t, s.Commit(ctx, b))
	require.Empty(t, ahead())
}

func records(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	c.Record = &bot.Record{Offers: []bot.OfferMade{{ID: "o-1", Kind: "refund", Amount: "3.50", At: noon}}}
	require.NoError(t, s.Commit(ctx, c))
	got, err := s.Load(ctx, engine.Ask{Key: key(2), Buyer: c.Buyer})
	require.NoError(t, err)
	require.Equal(t, *c.Record, got.Record, "the record follows the buyer into another conversation")
	require.Equal(t, int64(1), got.RecordVersion)

	byTalk, err := s.Load(ctx, engine.Ask{Key: key(1)})
	require.NoError(t, err)
	require.Equal(t, *c.Record, byTalk.Record, "without a buyer it is the conversation's")

	elsewhere := first(key(2))
	elsewhere.Buyer, elsewhere.Conversation.Buyer.ID = c.Buyer, c.Buyer
	elsewhere.Record = &bot.Record{}
	require.ErrorIs(t, s.Commit(ctx, elsewhere), engine.ErrStale, "the ledger was read before it was written")
	elsewhere.Record = nil
	require.NoError(t, s.Commit(ctx, elsewhere), "a turn that does not touch the ledger is not held up by it")
}

func traces(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	c.Recorded = &engine.Recorded{
		ID: "t-1", Key: key(1), At: noon, Before: bot.NewConversation("s", "c-1"), Book: "hash", Rule: "return.in_window",
		Events: []bot.Event{{ID: "t-1", Kind: bot.EventMessage, At: noon, Message: &bot.Message{ID: "m", Text: "我想退货"}}},
	}
	require.NoError(t, s.Commit(ctx, c))
	got, err := s.Trace(ctx, "s", "t-1")
	require.NoError(t, err)
	require.Equal(t, []engine.Recorded{*c.Recorded}, got)
	for _, wrong := range [][2]string{{"s", "t-2"}, {"other", "t-1"}, {"", ""}} {
		_, err = s.Trace(ctx, wrong[0], wrong[1])
		require.ErrorIs(t, err, engine.ErrNotFound, wrong)
	}
}

func isolation(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	mine := first(engine.Key{Shop: "a", Conversation: "c"})
	mine.Numbers, mine.Waiting, mine.Record = []int{1}, "x", &bot.Record{Uses: []bot.Use{{Rule: "r", At: noon}}}
	mine.Answered = &engine.Answered{Message: "m", Fingerprint: "f", Response: []byte(`{}`), At: noon}
	mine.Recorded = recordedAs(mine)
	require.NoError(t, s.Commit(ctx, mine))
	got, err := s.Load(ctx, engine.Ask{Key: engine.Key{Shop: "b", Conversation: "c"}, Buyer: mine.Buyer, Message: "m"})
	require.NoError(t, err)
	require.Zero(t, got.Version)
	require.Zero(t, got.RecordVersion)
	require.Nil(t, got.Answered)
	require.Empty(t, got.Record.Uses)
	require.Empty(t, got.Desk.Ahead)
	require.Equal(t, 1, got.Desk.Next)
}

func concurrency(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	const writers = 16
	var won, lost sync.Map
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			if err := s.Commit(ctx, first(key(1))); err == nil {
				won.Store(i, true)
			} else {
				lost.Store(i, err)
			}
		})
		all.Go(func() {
			_, _ = s.Due(ctx, engine.Query{Now: noon, Limit: 10, PerShop: 10})
			_ = s.Sweep(ctx, noon.Add(time.Duration(i)*time.Hour))
		})
	}
	all.Wait()
	count := func(m *sync.Map) (n int) {
		m.Range(func(_, v any) bool {
			if err, ok := v.(error); ok {
				require.ErrorIs(t, err, engine.ErrStale)
			}
			n++
			return true
		})
		return n
	}
	require.Equal(t, 1, count(&won))
	require.Equal(t, writers-1, count(&lost))
}
