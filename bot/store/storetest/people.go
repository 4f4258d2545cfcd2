package storetest

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// by is the entry number n of the audit.
func by(n int, what string) desk.Entry {
	return desk.Entry{
		ID: fmt.Sprintf("e-%04d", n), Shop: "s", At: noon.Add(time.Duration(n) * time.Minute), Who: "小王", What: what, On: "x", Detail: "of " + what,
	}
}

// done lists what was done in the shop, the latest first.
func done(t *testing.T, s engine.Store) []string {
	t.Helper()
	list, err := s.Audit(t.Context(), "s", "", 1000)
	require.NoError(t, err)
	out := []string{}
	for _, e := range list {
		out = append(out, e.What)
	}
	return out
}

func tokens(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	mine := desk.Grant{ID: "g-1", Shop: "s", Agent: "小王", Role: desk.Agent, Hash: "hash-1", At: noon, By: "cli:root"}
	all := desk.Grant{ID: "g-2", Shop: desk.AllShops, Agent: "小王", Role: desk.Admin, Hash: "hash-1", At: noon, By: "cli:root"}
	other := desk.Grant{ID: "g-3", Shop: "s", Agent: "小李", Role: desk.Editor, Hash: "hash-3", At: noon, By: "小王"}
	for i, g := range []desk.Grant{mine, all, other} {
		require.NoError(t, s.Grant(ctx, g, by(i, "grant")))
	}
	require.ErrorIs(t, s.Grant(ctx, mine, by(9, "grant again")), engine.ErrStale, "an id is given once")

	got, err := s.Grants(ctx, "hash-1")
	require.NoError(t, err)
	require.Equal(t, []desk.Grant{all, mine}, got, "all that a token gives")
	got, err = s.Grants(ctx, "unheard-of")
	require.NoError(t, err)
	require.Empty(t, got)
	got, err = s.GrantsOf(ctx, "s")
	require.NoError(t, err)
	mine.Hash, other.Hash = "", ""
	require.Equal(t, []desk.Grant{other, mine}, got, "a list has no hashes")

	require.NoError(t, s.Revoke(ctx, "s", "g-1", by(4, "revoke")))
	require.ErrorIs(t, s.Revoke(ctx, "s", "g-1", by(5, "revoke again")), engine.ErrNotFound)
	require.ErrorIs(t, s.Revoke(ctx, "other", "g-3", by(6, "revoke another's")), engine.ErrNotFound)
	got, err = s.Grants(ctx, "hash-1")
	require.NoError(t, err)
	require.Equal(t, []desk.Grant{all}, got)
	require.Equal(t, []string{"revoke", "grant", "grant", "grant"}, done(t, s), "what was refused is not in the audit")
}

func presence(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	attend := func(p desk.Presence) { require.NoError(t, s.Attend(ctx, "s", p)) }
	attend(desk.Presence{Agent: "小王", Teams: []string{"aftersales"}, Ceiling: 5, Online: true, Seen: noon})
	attend(desk.Presence{Agent: "小李", Online: true, Seen: noon.Add(time.Minute)})
	attend(desk.Presence{Agent: "小张", Online: false, Seen: noon})
	openCases(t, s, "s", 5, func(n int, c *desk.Case) {
		switch n {
		case 1, 2:
			c.Agent = "小王"
		case 3:
			c.Assigned = "小王"
		case 4:
			c.Agent, c.Assigned = "小李", "小王"
		case 5:
			c.Agent, c.State, c.ClosedAt = "小王", desk.Closed, noon
		}
	})
	openCases(t, s, "other", 1, func(_ int, c *desk.Case) { c.Agent = "小王" })

	all, err := s.Attending(ctx, "s")
	require.NoError(t, err)
	li := desk.Presence{Agent: "小李", Online: true, Seen: noon.Add(time.Minute), Load: 1}
	wang := desk.Presence{Agent: "小王", Teams: []string{"aftersales"}, Ceiling: 5, Online: true, Seen: noon, Load: 3}
	require.Equal(t, []desk.Presence{{Agent: "小张", Seen: noon}, li, wang}, all)
	here := func(at time.Duration) []bot.Seat {
		got, err := s.Load(ctx, engine.Ask{Key: key(1), Now: noon.Add(at)})
		require.NoError(t, err)
		return got.Desk.Online
	}
	seats := []bot.Seat{{Agent: "小李", Load: 1}, {Agent: "小王", Teams: []string{"aftersales"}, Load: 3, Ceiling: 5}}
	require.Equal(t, seats, here(0))
	require.Equal(t, seats, here(desk.SeenFor-time.Millisecond))
	require.Equal(t, seats[:1], here(desk.SeenFor), "who says nothing is gone")
	require.Empty(t, here(time.Hour))
	attend(desk.Presence{Agent: "小李", Seen: noon.Add(2 * time.Minute)})
	require.Equal(t, seats[1:], here(0), "who leaves is gone at once")
	none, err := s.Attending(ctx, "unheard-of")
	require.NoError(t, err)
	require.Empty(t, none)
}

func pauses(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	shop := desk.Pause{Shop: "s", Rule: bot.PausedShop, By: "小王", At: noon, Until: noon.Add(time.Hour), Why: "盘点"}
	rule := desk.Pause{Shop: "s", Rule: "return.in_window", By: "小王", At: noon}
	require.NoError(t, s.Pause(ctx, rule, by(1, "pause")))
	require.NoError(t, s.Pause(ctx, desk.Pause{Shop: "s", Rule: bot.PausedShop, At: noon}, by(2, "pause")))
	require.NoError(t, s.Pause(ctx, shop, by(3, "pause")), "a second pause takes the place of the first")
	require.NoError(t, s.Pause(ctx, desk.Pause{Shop: "other", Rule: "x", At: noon}, by(4, "pause")))
	got, err := s.Pauses(ctx, "s")
	require.NoError(t, err)
	require.Equal(t, []desk.Pause{shop, rule}, got)

	paused := func(at time.Duration) []string {
		got, err := s.Load(ctx, engine.Ask{Key: key(1), Now: noon.Add(at)})
		require.NoError(t, err)
		return got.Desk.Paused
	}
	require.Equal(t, []string{"*", "return.in_window"}, paused(0))
	require.Equal(t, []string{"*", "return.in_window"}, paused(time.Hour-time.Millisecond))
	require.Equal(t, []string{"return.in_window"}, paused(time.Hour), "a pause ends by itself")
	require.NoError(t, s.Unpause(ctx, "s", "return.in_window", by(5, "unpause")))
	require.ErrorIs(t, s.Unpause(ctx, "s", "return.in_window", by(6, "unpause again")), engine.ErrNotFound)
	require.Empty(t, paused(time.Hour))
	require.Equal(t, []string{"unpause", "pause", "pause", "pause", "pause"}, done(t, s))
}

func audit(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	for _, n := range []int{1, 3, 2} {
		require.NoError(t, s.Note(ctx, by(n, strconv.Itoa(n))))
	}
	elsewhere := by(9, "elsewhere")
	elsewhere.Shop = "other"
	require.NoError(t, s.Note(ctx, elsewhere))
	require.Equal(t, []string{"3", "2", "1"}, done(t, s), "the latest first")
	list, err := s.Audit(ctx, "s", by(3, "").ID, 1)
	require.NoError(t, err)
	require.Equal(t, []desk.Entry{by(2, "2")}, list, "whole, and page by page")
	none, err := s.Audit(ctx, "s", by(1, "").ID, 10)
	require.NoError(t, err)
	require.Empty(t, none)

	c := first(key(1))
	entry := by(4, "claim")
	c.Entry = &entry
	require.NoError(t, s.Commit(ctx, c))
	entry = by(5, "claim again")
	require.ErrorIs(t, s.Commit(ctx, c), engine.ErrStale)
	require.Equal(t, []string{"claim", "3", "2", "1"}, done(t, s), "an entry is kept with its turn or not at all")
}

// oldDesks: what agents leave behind is forgotten in its time.
func oldDesks(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	day := 24 * time.Hour
	openCases(t, s, "s", 2, func(n int, c *desk.Case) {
		if n == 1 {
			c.State, c.ClosedAt = desk.Closed, noon
		}
	})
	require.NoError(t, s.Attend(ctx, "s", desk.Presence{Agent: "小王", Seen: noon}))
	require.NoError(t, s.Pause(ctx, desk.Pause{Shop: "s", Rule: "x", At: noon, Until: noon.Add(day)}, by(1, "pause")))
	require.NoError(t, s.Pause(ctx, desk.Pause{Shop: "s", Rule: "y", At: noon}, by(2, "pause")))
	kept := func() [4]int {
		list, err := s.Cases(ctx, desk.Query{Shops: []string{"s"}, States: []desk.State{desk.Waiting, desk.Closed}, Limit: 9})
		require.NoError(t, err)
		people, err := s.Attending(ctx, "s")
		require.NoError(t, err)
		off, err := s.Pauses(ctx, "s")
		require.NoError(t, err)
		return [4]int{len(list), len(people), len(off), len(done(t, s))}
	}
	for _, step := range []struct {
		after time.Duration
		want  [4]int
	}{
		{0, [4]int{2, 1, 2, 2}},
		{day + time.Hour, [4]int{2, 1, 1, 2}},
		{engine.KeepPresence + time.Hour, [4]int{2, 0, 1, 2}},
		{engine.KeepTexts - time.Hour, [4]int{2, 0, 1, 2}},
		{engine.KeepTexts + 26*time.Hour, [4]int{0, 0, 1, 2}}, // an open case goes with its conversation: nobody could close it
		{engine.KeepAudit + time.Hour, [4]int{0, 0, 1, 0}},
	} {
		require.NoError(t, s.Sweep(ctx, noon.Add(step.after)))
		require.Equal(t, step.want, kept(), "after %s", step.after)
	}
}

// refusedWithAll: a stale turn leaves nothing of its cases and entries either.
func refusedWithAll(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	taken := first(key(1))
	taken.Numbers = []int{1}
	require.NoError(t, s.Commit(ctx, taken))
	c, entry := first(key(2)), by(1, "claim")
	c.Numbers, c.Cases, c.Entry = []int{1}, []desk.Case{caseOf(key(2), 1)}, &entry
	require.ErrorIs(t, s.Commit(ctx, c), engine.ErrStale)
	_, err := s.Case(ctx, "s", c.Cases[0].ID)
	require.ErrorIs(t, err, engine.ErrNotFound)
	last, err := s.LastChange(ctx, "s")
	require.NoError(t, err)
	require.Zero(t, last)
	require.Empty(t, done(t, s))
	pieces, err := s.Erase(ctx, "s", c.Buyer, by(2, "erase"))
	require.NoError(t, err)
	require.Zero(t, pieces)
}
