package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// caseOf is the case number n of a conversation, with something in every part.
func caseOf(k engine.Key, n int) desk.Case {
	at := noon.Add(time.Duration(n) * time.Minute)
	return desk.Case{
		Shop: k.Shop, Conversation: k.Conversation, Buyer: "b-" + k.Conversation, State: desk.Waiting, ChangedAt: at,
		Handoff: bot.Handoff{
			ID: fmt.Sprintf("h-%s-%d", k.Conversation, n), Number: n, Team: "aftersales", Priority: "high", Reason: "退货 👌", Stage: "received",
			Slots: map[string]string{"phone": "13800138000"}, Images: []string{"https://example.com/1.jpg"},
			Order: &bot.Order{No: "261121-000000000000001"}, Product: &bot.Product{ID: "p"}, OpenedAt: at, Waiting: at, Deadline: at.Add(time.Hour),
			History:    []bot.Change{{At: at, Who: "bot", What: "opened"}},
			Notes:      []bot.Note{{At: at, Who: "小王", Text: "先打电话"}},
			Transcript: []bot.Line{{At: at, From: "buyer", Text: "我想退货"}},
		},
	}
}

// bare is a case as lists give it.
func bare(c desk.Case) desk.Case {
	c.Transcript, c.Images, c.Order, c.Product = nil, nil, nil, nil
	return c
}

// open commits a conversation of its own for each case; change may alter the case first.
func openCases(t *testing.T, s engine.Store, shop string, many int, change func(n int, c *desk.Case)) {
	t.Helper()
	for n := 1; n <= many; n++ {
		k := engine.Key{Shop: shop, Conversation: fmt.Sprintf("c-%d", n)}
		c := first(k)
		one := caseOf(k, n)
		if change != nil {
			change(n, &one)
		}
		c.Numbers, c.Cases = []int{n}, []desk.Case{one}
		require.NoError(t, s.Commit(t.Context(), c))
	}
}

func numbersOf(list []desk.Case) []int {
	out := []int{}
	for _, c := range list {
		out = append(out, c.Number)
	}
	return out
}

func cases(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	c := first(key(1))
	opened, task := caseOf(key(1), 1), caseOf(key(1), 2)
	task.State, task.Task = desk.Task, true
	c.Cases = []desk.Case{opened, task}
	require.NoError(t, s.Commit(ctx, c))
	opened.Change, task.Change = 1, 2

	got, err := s.Case(ctx, "s", opened.ID)
	require.NoError(t, err)
	require.Equal(t, opened, got, "a case comes back whole")
	for _, wrong := range [][2]string{{"s", "h-none"}, {"other", opened.ID}} {
		_, err = s.Case(ctx, wrong[0], wrong[1])
		require.ErrorIs(t, err, engine.ErrNotFound, wrong)
	}
	list, err := s.Cases(ctx, desk.Query{Shops: []string{"s"}, Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []desk.Case{bare(opened), bare(task)}, list)
	list, err = s.Cases(ctx, desk.Query{Shops: []string{"s"}, Limit: 10, WithTexts: true})
	require.NoError(t, err)
	require.Equal(t, []desk.Case{opened, task}, list)

	list[0].Slots["phone"] = "changed by the caller"
	c = next(c)
	opened.State, opened.Agent, opened.Stage, opened.Images = desk.Taken, "小王", "negotiating", nil
	c.Cases = []desk.Case{opened}
	require.NoError(t, s.Commit(ctx, c))
	opened.Change = 3
	got, err = s.Case(ctx, "s", opened.ID)
	require.NoError(t, err)
	require.Equal(t, opened, got, "what is kept is as it was last committed, and not the caller's to change")
}

func pagesOfCases(t *testing.T, s engine.Store) {
	t.Helper()
	openCases(t, s, "s", 8, func(n int, c *desk.Case) {
		c.Deadline = noon.Add(time.Duration(10-n/2) * time.Hour) // two of each, the later the sooner
		switch n {
		case 3:
			c.Team, c.Stage = "lead", "collected"
		case 4:
			c.State, c.Agent, c.Assigned = desk.Taken, "小王", "小李"
		case 5:
			c.Assigned = "小王"
		case 6:
			c.State, c.ClosedAt = desk.Closed, noon
		case 7:
			c.State, c.Task, c.Buyer = desk.Task, true, "somebody"
		}
	})
	openCases(t, s, "other", 2, func(n int, c *desk.Case) { c.Deadline = noon.Add(8 * time.Hour) })
	for _, test := range []struct {
		name string
		q    desk.Query
		want []int
	}{
		{"no shop", desk.Query{}, []int{}},
		{"all open ones", desk.Query{Shops: []string{"s"}}, []int{8, 7, 4, 5, 2, 3, 1}},
		{"of two shops", desk.Query{Shops: []string{"s", "other", "unheard-of"}}, []int{8, 7, 1, 2, 4, 5, 2, 3, 1}},
		{"of another", desk.Query{Shops: []string{"other"}}, []int{1, 2}},
		{"team", desk.Query{Shops: []string{"s"}, Teams: []string{"lead", "none"}}, []int{3}},
		{"stage", desk.Query{Shops: []string{"s"}, Stages: []string{"collected"}}, []int{3}},
		{"agent, claimed or assigned", desk.Query{Shops: []string{"s"}, Agent: "小王"}, []int{4, 5}},
		{"assigned to one and claimed by another", desk.Query{Shops: []string{"s"}, Agent: "小李"}, []int{}},
		{"buyer", desk.Query{Shops: []string{"s"}, Buyer: "somebody"}, []int{7}},
		{"closed ones", desk.Query{Shops: []string{"s"}, States: []desk.State{desk.Closed}}, []int{6}},
		{"taken ones and tasks", desk.Query{Shops: []string{"s"}, States: []desk.State{desk.Taken, desk.Task}}, []int{7, 4}},
		{"all states", desk.Query{Shops: []string{"s"}, States: []desk.State{desk.Waiting, desk.Taken, desk.Task, desk.Closed}}, []int{8, 6, 7, 4, 5, 2, 3, 1}},
		{"due", desk.Query{Shops: []string{"s"}, Due: noon.Add(7 * time.Hour)}, []int{8, 7}},
		{"all together", desk.Query{Shops: []string{"s"}, Teams: []string{"aftersales"}, Agent: "小王", States: []desk.State{desk.Waiting}, Due: noon.Add(9 * time.Hour)}, []int{5}},
	} {
		q := test.q
		q.Limit = 100
		all, err := s.Cases(t.Context(), q)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, numbersOf(all), test.name)
		for size := 1; size <= 3; size++ {
			require.Equal(t, test.want, numbersOf(pages(t, s, test.q, size)), "%s, by %d", test.name, size)
		}
	}
	none, err := s.Cases(t.Context(), desk.Query{Shops: []string{"s"}})
	require.NoError(t, err)
	require.Empty(t, none, "a limit of nothing gives nothing")
}

// pages reads a list page by page.
func pages(t *testing.T, s engine.Store, q desk.Query, size int) (all []desk.Case) {
	t.Helper()
	for q.Limit = size; ; {
		page, err := s.Cases(t.Context(), q)
		require.NoError(t, err)
		if all = append(all, page...); len(page) < size {
			return all
		}
		last := page[len(page)-1]
		q.After = desk.Cursor{Deadline: last.Deadline, Shop: last.Shop, Number: last.Number}
	}
}

func changes(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	at := func() int64 {
		n, err := s.LastChange(ctx, "s")
		require.NoError(t, err)
		return n
	}
	require.Zero(t, at())
	openCases(t, s, "s", 3, nil)
	openCases(t, s, "other", 1, nil)
	require.Equal(t, int64(3), at(), "each shop has its own count")
	c := next(first(key(1)))
	require.NoError(t, s.Commit(ctx, c))
	require.Equal(t, int64(3), at(), "a turn without cases does not count")
	c = next(c)
	again := caseOf(key(1), 1)
	again.Stage = "proposed"
	c.Cases = []desk.Case{again}
	require.NoError(t, s.Commit(ctx, c))

	stale := c
	require.ErrorIs(t, s.Commit(ctx, stale), engine.ErrStale)
	require.Equal(t, int64(4), at(), "what was refused does not count")
	changed := func(after int64, limit int) (out []string) {
		list, err := s.Changed(ctx, "s", after, limit)
		require.NoError(t, err)
		for _, c := range list {
			require.Empty(t, c.Transcript)
			require.Nil(t, c.Order)
			out = append(out, fmt.Sprintf("%d:%d:%s", c.Change, c.Number, c.Stage))
		}
		return out
	}
	require.Equal(t, []string{"2:2:received", "3:3:received", "4:1:proposed"}, changed(0, 10), "each case once, as it stands now")
	require.Equal(t, []string{"2:2:received", "3:3:received"}, changed(1, 2))
	require.Equal(t, []string{"4:1:proposed"}, changed(3, 10))
	require.Empty(t, changed(4, 10))
	require.Empty(t, changed(0, 0))
	list, err := s.Changed(ctx, "unheard-of", 0, 10)
	require.NoError(t, err)
	require.Empty(t, list)
}

func tally(t *testing.T, s engine.Store) {
	t.Helper()
	openCases(t, s, "s", 6, func(n int, c *desk.Case) {
		c.OpenedAt, c.InTime, c.Late = noon.Add(time.Duration(n)*time.Hour), n, 1
		c.Deadline = c.OpenedAt.Add(30 * time.Minute)
		switch n {
		case 2:
			c.State, c.ClosedAt = desk.Closed, noon.Add(9*time.Hour)
		case 3:
			c.Waiting = time.Time{} // answered
		case 4:
			c.State = desk.Taken
		case 5:
			c.State, c.Task = desk.Task, true
		case 6:
			c.Deadline = noon.Add(24 * time.Hour)
		}
	})
	for _, test := range []struct {
		from, until int
		want        engine.Tally
	}{
		{0, 10, engine.Tally{InTime: 21, Late: 6, Waiting: 1, Overdue: 2}},
		{1, 2, engine.Tally{InTime: 1, Late: 1, Overdue: 1}},
		{2, 4, engine.Tally{InTime: 5, Late: 2}},
		{6, 7, engine.Tally{InTime: 6, Late: 1, Waiting: 1}},
		{7, 9, engine.Tally{}},
	} {
		got, err := s.Tally(t.Context(), "s", noon.Add(time.Duration(test.from)*time.Hour), noon.Add(time.Duration(test.until)*time.Hour))
		require.NoError(t, err)
		require.Equal(t, test.want, got, "%d to %d", test.from, test.until)
	}
	got, err := s.Tally(t.Context(), "other", noon, noon.Add(99*time.Hour))
	require.NoError(t, err)
	require.Zero(t, got)
}
