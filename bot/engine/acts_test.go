package engine_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// hand opens a case and gives its id.
func (b *bench) hand(t *testing.T, conversation string) string {
	t.Helper()
	r := b.say(t, message(conversation, "hand-"+conversation, "转人工"))
	require.NotNil(t, r.Handoff)
	return r.Handoff.ID
}

// does makes an agent act; the act must succeed.
func (b *bench) does(t *testing.T, id string, a desk.Act) desk.Case {
	t.Helper()
	c, err := b.ActOn(t.Context(), "s", id, by(a))
	require.NoError(t, err)
	return c
}

// by fills in who acts where the test does not care.
func by(a desk.Act) desk.Act {
	if a.Who == "" {
		a.Who = "小陈"
	}
	if a.Role == "" {
		a.Role = desk.Agent
	}
	return a
}

func refusalOf(t *testing.T, err error) string {
	t.Helper()
	var r *engine.Refusal
	require.ErrorAs(t, err, &r)
	return r.Refusal()
}

func TestAnAgentsDay(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			id := b.hand(t, "c")
			open, err := b.Cases(t.Context(), desk.Query{Shops: []string{"s"}, Limit: 10})
			require.NoError(t, err)
			require.Len(t, open, 1)
			require.Equal(t, desk.Waiting, open[0].State)
			require.Equal(t, "b-c", open[0].Buyer)

			c := b.does(t, id, desk.Act{Kind: bot.EventClaim})
			require.Equal(t, desk.Taken, c.State)
			require.Equal(t, "小陈", c.Agent)
			change := c.Change
			c = b.does(t, id, desk.Act{Kind: bot.EventAgent, Text: "您好，我来看看"})
			require.Greater(t, c.Change, change)
			last := c.Transcript[len(c.Transcript)-1]
			require.Equal(t, "您好，我来看看", last.Text)
			require.Equal(t, "小陈", last.Name)

			b.say(t, message("c", "m-2", "谢谢，在等"))
			figures, err := b.Figures(t.Context())
			require.NoError(t, err)
			require.Equal(t, engine.Figures{Cases: 1}, figures)
			c, delivered, err := b.Case(t.Context(), "s", id)
			require.NoError(t, err)
			require.Equal(t, "谢谢，在等", c.Transcript[len(c.Transcript)-1].Text, "the case shows each line")
			require.Equal(t, []desk.Delivered{{ID: lateOf(t, b, "c", "")[0].ID, State: "unsent"}}, delivered)

			c = b.does(t, id, desk.Act{Kind: bot.EventNote, Who: "小王", Text: "这位是老顾客"})
			require.Equal(t, "这位是老顾客", c.Notes[0].Text)
			require.Equal(t, "小王", c.Notes[0].Who)
			require.Equal(t, "小陈", c.Agent, "a note takes nothing over")

			c = b.does(t, id, desk.Act{Kind: bot.EventResolve, Outcome: "换货", Cause: "warehouse"})
			require.Equal(t, desk.Closed, c.State)
			require.Equal(t, "换货", c.Outcome)
			require.NotEmpty(t, c.Transcript, "a closed case keeps its transcript")
			figures, err = b.Figures(t.Context())
			require.NoError(t, err)
			require.Zero(t, figures.Cases)
			open, err = b.Cases(t.Context(), desk.Query{Shops: []string{"s"}, Limit: 10})
			require.NoError(t, err)
			require.Empty(t, open)

			audit, err := b.Audit(t.Context(), "s", "", 10)
			require.NoError(t, err)
			var what []string
			for _, e := range audit {
				what = append(what, e.What+" "+e.Who+" "+e.Detail)
				require.Equal(t, id, e.On)
				require.NotContains(t, fmt.Sprint(e), "老顾客", "the audit has no words")
			}
			require.Equal(t, []string{"close 小陈 cause warehouse", "note 小王 ", "reply 小陈 ", "claim 小陈 "}, what)
		})
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	theirs := func(t *testing.T, b *bench) string {
		t.Helper()
		id := b.hand(t, "c")
		b.does(t, id, desk.Act{Kind: bot.EventClaim, Who: "小王"})
		return id
	}
	unclaimed := func(t *testing.T, b *bench) string {
		t.Helper()
		return b.hand(t, "c")
	}
	closed := func(t *testing.T, b *bench) string {
		t.Helper()
		id := b.hand(t, "c")
		b.does(t, id, desk.Act{Kind: bot.EventResolve})
		return id
	}
	for _, c := range []struct {
		name string
		when func(*testing.T, *bench) string
		act  desk.Act
		want string // the refusal, "" for none
	}{
		{"nobody's case is claimed", unclaimed, desk.Act{Kind: bot.EventClaim}, ""},
		{"nobody's case is answered", unclaimed, desk.Act{Kind: bot.EventAgent, Text: "您好"}, ""},
		{"nobody's case is released", unclaimed, desk.Act{Kind: bot.EventRelease}, ""},
		{"nobody's case is closed", unclaimed, desk.Act{Kind: bot.EventResolve}, ""},
		{"another's is claimed", theirs, desk.Act{Kind: bot.EventClaim}, "claimed"},
		{"another's is answered", theirs, desk.Act{Kind: bot.EventAgent, Text: "您好"}, "claimed"},
		{"another's is answered by an editor", theirs, desk.Act{Kind: bot.EventAgent, Text: "您好", Role: desk.Editor}, "claimed"},
		{"another's is released", theirs, desk.Act{Kind: bot.EventRelease}, "claimed"},
		{"another's is closed", theirs, desk.Act{Kind: bot.EventResolve}, "claimed"},
		{"another's is moved", theirs, desk.Act{Kind: bot.EventMove, Team: "aftersales"}, "claimed"},
		{"a promise of another's is called kept", theirs, desk.Act{Kind: bot.EventKept, What: "送达"}, "claimed"},
		{"another's is noted on", theirs, desk.Act{Kind: bot.EventNote, Text: "注意"}, ""},
		{"an editor takes over", theirs, desk.Act{Kind: bot.EventClaim, Role: desk.Editor, From: "小王"}, ""},
		{"an agent takes over", theirs, desk.Act{Kind: bot.EventClaim, From: "小王"}, "claimed"},
		{"an editor claims what another was faster to claim", theirs, desk.Act{Kind: bot.EventClaim, Role: desk.Editor}, "claimed"},
		{"an editor takes over from who had it before", theirs, desk.Act{Kind: bot.EventClaim, Role: desk.Editor, From: "小李"}, "claimed"},
		{"an editor moves it", theirs, desk.Act{Kind: bot.EventMove, Team: "aftersales", Role: desk.Editor}, ""},
		{"an admin closes it", theirs, desk.Act{Kind: bot.EventResolve, Role: desk.Admin}, ""},
		{"one's own is answered", theirs, desk.Act{Kind: bot.EventAgent, Text: "您好", Who: "小王"}, ""},
		{"a closed one is claimed", closed, desk.Act{Kind: bot.EventClaim}, "closed"},
		{"a closed one is answered", closed, desk.Act{Kind: bot.EventAgent, Text: "您好"}, "closed"},
		{"a closed one is noted on", closed, desk.Act{Kind: bot.EventNote, Text: "您好"}, "closed"},
		{"nobody claims", unclaimed, desk.Act{Kind: bot.EventClaim, Role: "guest"}, "forbidden"},
		{"nothing is said", unclaimed, desk.Act{Kind: bot.EventAgent, Text: " \n"}, "malformed"},
		{"an unknown stage", unclaimed, desk.Act{Kind: bot.EventStage, Stage: "somewhere"}, "malformed"},
		{"a stage of no dispute", unclaimed, desk.Act{Kind: bot.EventStage, Stage: "negotiating"}, "malformed"},
		{"an unknown cause", unclaimed, desk.Act{Kind: bot.EventResolve, Cause: "weather"}, "malformed"},
		{"moved nowhere", unclaimed, desk.Act{Kind: bot.EventMove}, "malformed"},
		{"moved to no team", unclaimed, desk.Act{Kind: bot.EventMove, Team: "nobody"}, "malformed"},
		{"moved to no agent", unclaimed, desk.Act{Kind: bot.EventMove, To: "nobody"}, "malformed"},
		{"moved to an agent", unclaimed, desk.Act{Kind: bot.EventMove, To: "小李"}, ""},
		{"a buyer's message", unclaimed, desk.Act{Kind: bot.EventMessage}, "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			_, _, err := b.Grant(t.Context(), "s", "小李", desk.Agent, "cli:root")
			require.NoError(t, err)
			id := c.when(t, b)
			before, _, err := b.Case(t.Context(), "s", id)
			require.NoError(t, err)
			after, err := b.ActOn(t.Context(), "s", id, by(c.act))
			if c.want == "" {
				require.NoError(t, err)
				require.Greater(t, after.Change, before.Change)
				return
			}
			require.Equal(t, c.want, refusalOf(t, err))
			after, _, err = b.Case(t.Context(), "s", id)
			require.NoError(t, err)
			require.Equal(t, before, after, "what is refused changes nothing")
		})
	}
}

func TestCasesThatOweNoReplyComeLast(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			answered, second, third := b.hand(t, "c-1"), b.hand(t, "c-2"), b.hand(t, "c-3")
			b.does(t, answered, desk.Act{Kind: bot.EventAgent, Text: "您好"})
			b.does(t, third, desk.Act{Kind: bot.EventAgent, Text: "您好"})
			var got []string
			q := desk.Query{Shops: []string{"s"}, Limit: 1}
			for page := range 4 {
				list, err := b.Cases(t.Context(), q)
				require.NoError(t, err)
				if page == 3 {
					require.Empty(t, list)
					break
				}
				require.Len(t, list, 1)
				got = append(got, list[0].ID)
				q.After = desk.Cursor{Deadline: list[0].Deadline, Shop: "s", Number: list[0].Number}
			}
			require.Equal(t, []string{second, answered, third}, got)
			due, err := b.Cases(t.Context(), desk.Query{Shops: []string{"s"}, Limit: 10, Due: b.clock().Add(24 * time.Hour)})
			require.NoError(t, err)
			require.Len(t, due, 1, "they are not due either")
			require.Equal(t, second, due[0].ID)
		})
	}
}

func TestATaskLeavesTheConversationWithTheBot(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.change("s", func(s *engine.Shop) {
		s.Book = book(t, `
rules:
  - {id: take, intent: return, reply: 已登记。, handoff: {team: aftersales, task: true, reason: 退货}}
  - {id: coupon, intent: coupon, reply: 给您一张券。}
otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}
`)
	})
	r := b.say(t, message("c", "m-1", "我要退货"))
	require.Equal(t, bot.StatusBot, r.Status)
	id := r.Handoff.ID
	require.Equal(t, desk.Task, b.does(t, id, desk.Act{Kind: bot.EventClaim}).State)
	require.NotEmpty(t, b.say(t, message("c", "m-2", "有券吗")).Replies, "the bot goes on")
	_, err := b.ActOn(t.Context(), "s", id, desk.Act{Who: "小王", Role: desk.Agent, Kind: bot.EventClaim})
	require.ErrorIs(t, err, engine.ErrClaimed)
	require.Empty(t, b.does(t, id, desk.Act{Kind: bot.EventRelease}).Agent)

	open := b.hand(t, "c")
	b.does(t, open, desk.Act{Kind: bot.EventClaim, Who: "小王"})
	_, err = b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventAgent, Text: "您好"}))
	require.ErrorIs(t, err, engine.ErrClaimed, "another speaks with the buyer")
	c := b.does(t, id, desk.Act{Kind: bot.EventResolve, Outcome: "已改"})
	require.Equal(t, desk.Closed, c.State)
	other, _, err := b.Case(t.Context(), "s", open)
	require.NoError(t, err)
	require.Equal(t, desk.Taken, other.State, "the other case is not touched")
	_, err = b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventNote, Text: "晚了"}))
	require.ErrorIs(t, err, engine.ErrCaseClosed)
}

func TestActsOnWhatIsNotThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	id := b.hand(t, "c")
	for shop, of := range map[string]string{"s": "h-nothing", "other": id} {
		_, err := b.ActOn(t.Context(), shop, of, by(desk.Act{Kind: bot.EventClaim}))
		require.Equal(t, "not_found", refusalOf(t, err))
	}
	_, err := b.ActOn(t.Context(), "nobody", id, by(desk.Act{Kind: bot.EventClaim}))
	require.ErrorIs(t, err, engine.ErrNoShop)
}

func TestAnActIsDoneOnce(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			id := b.hand(t, "c")
			a := desk.Act{ID: "act-1", Kind: bot.EventAgent, Text: "您好"}
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() { b.does(t, id, a) })
			}
			all.Wait()
			require.Len(t, lateOf(t, b, "c", ""), 1)
			again := a
			again.Role = desk.Admin
			b.does(t, id, again)
			for name, change := range map[string]func(*desk.Act){
				"text": func(a *desk.Act) { a.Text = "再见" },
				"kind": func(a *desk.Act) { a.Kind = bot.EventNote },
				"who":  func(a *desk.Act) { a.Who = "小王" },
			} {
				other := a
				change(&other)
				_, err := b.ActOn(t.Context(), "s", id, by(other))
				require.ErrorIs(t, err, engine.ErrConflict, name)
			}
			second := b.hand(t, "c-2")
			_, err := b.ActOn(t.Context(), "s", second, by(a))
			require.ErrorIs(t, err, engine.ErrConflict, "on another case")
			b.say(t, message("c-3", "act-1", "你好"))
			_, err = b.Handle(t.Context(), "s", message("c-3", "act"+strings.Repeat("-", 197), "你好"))
			require.NoError(t, err, "acts and messages do not share their ids")

			b.does(t, id, desk.Act{ID: "act-2", Kind: bot.EventResolve})
			require.Equal(t, desk.Closed, b.does(t, id, a).State, "the same again, though the case is closed by now")
		})
	}
}

func TestOneOfFiftyClaimsWinsOnTwoEngines(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	var engines []*bench
	for i := range 2 {
		kept := openFile(t, path)
		engines = append(engines, newBench(t, func(o *engine.Options) {
			o.Store = kept
			ids := o.IDs
			o.IDs = func() string { return fmt.Sprintf("%d-%s", i, ids()) }
		}))
	}
	id := engines[0].hand(t, "c")
	won := make(chan string, 50)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			who := fmt.Sprintf("agent-%02d", i)
			c, err := engines[i%2].ActOn(t.Context(), "s", id, desk.Act{Who: who, Role: desk.Agent, Kind: bot.EventClaim})
			if err != nil {
				require.ErrorIs(t, err, engine.ErrClaimed)
				return
			}
			require.Equal(t, who, c.Agent)
			won <- who
		})
	}
	all.Wait()
	require.Len(t, won, 1)
	c, _, err := engines[1].Case(t.Context(), "s", id)
	require.NoError(t, err)
	require.Equal(t, <-won, c.Agent)
	audit, err := engines[1].Audit(t.Context(), "s", "", 100)
	require.NoError(t, err)
	require.Len(t, audit, 1)
}

func TestAnAgentsWordOverTheBudgetIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.change("s", func(s *engine.Shop) {
		tight := book(t, ruleText)
		tight.Budget = bot.Budget{Messages: 3, Within: 48 * time.Hour}
		s.Book = tight
	})
	id := b.hand(t, "c") // the words of handing over are the first
	say := func(text string) error {
		_, err := b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventAgent, Text: text}))
		return err
	}
	require.NoError(t, say("一"))
	require.NoError(t, say("二"))
	err := say("三")
	require.Equal(t, "budget", refusalOf(t, err))
	require.ErrorContains(t, err, "3 messages")
	require.NoError(t, func() error {
		_, err := b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventNote, Text: "等买家"}))
		return err
	}(), "notes cost nothing")
	b.say(t, message("c", "m-2", "在的"))
	require.NoError(t, say("三"), "the buyer's word gives the whole budget again")
	b.pass(49 * time.Hour)
	err = say("四")
	require.Equal(t, "budget", refusalOf(t, err))
	require.ErrorContains(t, err, "2026-11-23T12:00:00Z")
}
