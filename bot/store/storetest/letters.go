package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func settled(t *testing.T, s engine.Store, k engine.Key, id string, state engine.DeliveryState) {
	t.Helper()
	require.NoError(t, s.Settle(t.Context(), engine.Settlement{Key: k, ID: id, State: state, Attempts: 3, Error: "500", At: noon.Add(time.Hour)}))
}

func idsOf(list []desk.Letter) []string {
	out := []string{}
	for _, l := range list {
		out = append(out, l.ID)
	}
	return out
}

func letters(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	speak(t, s, key(1), "a-1", "a-2", "a-3")
	speak(t, s, key(2), "b-1")
	speak(t, s, engine.Key{Shop: "other", Conversation: "c"}, "o-1")
	silent := first(key(3))
	silent.Late = lateOf(key(3), "c-1", noon.Add(10*time.Minute))
	silent.Late.Deliver = false
	require.NoError(t, s.Commit(ctx, silent))
	settled(t, s, key(1), "a-1", engine.DeadLetter)
	settled(t, s, key(2), "b-1", engine.Delivered)

	list := func(state, after string, limit int) []desk.Letter {
		got, err := s.Letters(ctx, "s", state, after, limit)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, []string{"a-1", "b-1", "a-2", "a-3", "c-1"}, idsOf(list("", "", 10)), "oldest first")
	require.Equal(t, []string{"b-1", "a-2"}, idsOf(list("", "a-1", 2)))
	for state, want := range map[string][]string{
		"dead": {"a-1"}, "delivered": {"b-1"}, "pending": {"a-2"}, "queued": {"a-3"}, "unsent": {"c-1"}, "dropped": {},
	} {
		require.Equal(t, want, idsOf(list(state, "", 10)), state)
	}
	require.Equal(t, desk.Letter{ID: "a-1", Shop: "s", Conversation: "c-1", State: "dead", Attempts: 3, Error: "500", At: noon}, list("dead", "", 1)[0])
	require.Equal(t, noon.Add(time.Minute), list("pending", "", 1)[0].Next)

	deliveries, err := s.Deliveries(ctx, key(1))
	require.NoError(t, err)
	require.Equal(t, []desk.Delivered{{ID: "a-1", State: "dead"}, {ID: "a-2", State: "pending"}, {ID: "a-3", State: "queued"}}, deliveries)
	deliveries, err = s.Deliveries(ctx, key(9))
	require.NoError(t, err)
	require.Empty(t, deliveries)
}

func resent(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	speak(t, s, key(1), "a-1", "a-2", "a-3")
	settled(t, s, key(1), "a-1", engine.DeadLetter)
	settled(t, s, key(1), "a-3", engine.Dropped)
	now := noon.Add(2 * time.Hour)
	head := func() string {
		got, err := s.Pending(ctx, engine.Query{Now: now, Limit: 10, PerShop: 10})
		require.NoError(t, err)
		if len(got) == 0 {
			return ""
		}
		require.Len(t, got, 1, "one of a conversation at a time")
		require.Zero(t, got[0].Attempts)
		return got[0].ID
	}
	require.Equal(t, "a-2", head())
	require.ErrorIs(t, s.Resend(ctx, "s", "a-2", now, by(1, "resend one that waits")), engine.ErrNotFound)
	require.ErrorIs(t, s.Resend(ctx, "s", "a-9", now, by(1, "resend none")), engine.ErrNotFound)
	require.ErrorIs(t, s.Resend(ctx, "other", "a-1", now, by(1, "resend another's")), engine.ErrNotFound)
	require.NoError(t, s.Resend(ctx, "s", "a-1", now, by(2, "resend")))
	require.Equal(t, "a-1", head(), "it goes before those that came after it")
	require.NoError(t, s.Resend(ctx, "s", "a-3", now, by(3, "resend")))
	require.Equal(t, "a-1", head(), "and not before those that it came after")
	require.Equal(t, []string{"resend", "resend"}, done(t, s))
	for _, id := range []string{"a-1", "a-2", "a-3"} {
		require.Equal(t, id, head(), "the others follow in their order")
		settled(t, s, key(1), id, engine.DeadLetter)
	}
	require.Empty(t, head())
	for n, id := range []string{"a-1", "a-3", "a-2"} {
		require.NoError(t, s.Resend(ctx, "s", id, now, by(10+n, "resend")))
	}
	for _, id := range []string{"a-1", "a-2", "a-3"} {
		require.Equal(t, id, head(), "in whatever order they are sent again")
		settled(t, s, key(1), id, engine.Delivered)
	}
}

func backlogOfLetters(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	got, err := s.Backlog(ctx)
	require.NoError(t, err)
	require.Zero(t, got)
	speak(t, s, key(1), "a-1", "a-2", "a-3")
	speak(t, s, engine.Key{Shop: "other", Conversation: "c"}, "o-1")
	settled(t, s, key(1), "a-1", engine.DeadLetter)
	settled(t, s, engine.Key{Shop: "other", Conversation: "c"}, "o-1", engine.Delivered)
	got, err = s.Backlog(ctx)
	require.NoError(t, err)
	require.Equal(t, engine.Backlog{Waiting: 2, Oldest: noon.Add(time.Minute), Dead: 1}, got)
}

// acknowledged: what was read up to a reply is delivered, but for what is to be sent still.
func acknowledged(t *testing.T, s engine.Store) {
	t.Helper()
	c := first(key(1))
	for i, deliver := range []bool{false, false, true, true, false} {
		c.Late = lateOf(key(1), "l-"+strconv.Itoa(i), noon.Add(time.Duration(i)*time.Minute))
		c.Late.Deliver = deliver
		require.NoError(t, s.Commit(t.Context(), c))
		c = next(c)
	}
	other := first(key(2))
	other.Late = lateOf(key(2), "l-9", noon)
	other.Late.Deliver = false
	require.NoError(t, s.Commit(t.Context(), other))
	states := func(k engine.Key) (out []string) {
		got, err := s.Deliveries(t.Context(), k)
		require.NoError(t, err)
		for _, d := range got {
			out = append(out, d.State)
		}
		return out
	}
	read := func(k engine.Key, id string, want ...string) {
		t.Helper()
		require.NoError(t, s.Acknowledge(t.Context(), k, id, noon.Add(time.Hour)))
		require.Equal(t, want, states(k), id)
	}
	read(key(1), "nothing", "unsent", "unsent", "pending", "queued", "unsent")
	read(key(1), "", "unsent", "unsent", "pending", "queued", "unsent")
	read(key(1), "l-9", "unsent", "unsent", "pending", "queued", "unsent")
	read(key(1), "l-0", "delivered", "unsent", "pending", "queued", "unsent")
	require.NoError(t, s.Settle(t.Context(), engine.Settlement{Key: key(1), ID: "l-2", State: engine.DeadLetter, Attempts: 3, At: noon}))
	read(key(1), "l-3", "delivered", "delivered", "delivered", "pending", "unsent")
	read(key(1), "l-3", "delivered", "delivered", "delivered", "pending", "unsent")
	require.Equal(t, []string{"unsent"}, states(key(2)))
	require.NoError(t, s.Acknowledge(t.Context(), key(9), "l-0", noon))
	late, err := s.Replies(t.Context(), key(1), "", 10)
	require.NoError(t, err)
	require.Len(t, late, 5, "they are to be read still")
}
