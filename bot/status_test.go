package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

// TestStatuses holds where each event leads from each status: bot, waiting, agent, closed.
func TestStatuses(t *testing.T) {
	says := func(text string, names ...string) func(*talk) { return func(k *talk) { k.says(text, is(names...)) } }
	line := func(kind string) func(*talk) {
		return func(k *talk) {
			m := bot.Message{ID: "x", Conversation: "c-1", Buyer: bot.Buyer{ID: "b-1"}, Kind: kind, Text: "我是客服小陈"}
			k.step(bot.Event{Kind: bot.EventMessage, Message: &m})
		}
	}
	happens := func(kind bot.EventKind) func(*talk) {
		return func(k *talk) { k.step(bot.Event{Kind: kind, Agent: "小陈", Text: "您好"}) }
	}
	into := map[bot.Status][]func(*talk){
		bot.StatusBot:     {says("退", "return")},
		bot.StatusWaiting: {says("人工", "human")},
		bot.StatusAgent:   {says("人工", "human"), happens(bot.EventClaim)},
		bot.StatusClosed:  {says("人工", "human"), happens(bot.EventClaim), happens(bot.EventResolve)},
	}
	for _, c := range []struct {
		name                       string
		event                      func(*talk)
		bot, waiting, agent, ended bot.Status // what it leads to from each
	}{
		{"a request", says("票", "invoice"), bot.StatusBot, bot.StatusWaiting, bot.StatusAgent, bot.StatusBot},
		{"asking for a human", says("转人工", "human"), bot.StatusWaiting, bot.StatusWaiting, bot.StatusAgent, bot.StatusWaiting},
		{"a claim", happens(bot.EventClaim), bot.StatusAgent, bot.StatusAgent, bot.StatusAgent, bot.StatusAgent},
		{"an agent's words", happens(bot.EventAgent), bot.StatusAgent, bot.StatusAgent, bot.StatusAgent, bot.StatusAgent},
		{"a human's line on the channel", line(bot.KindAgent), bot.StatusAgent, bot.StatusAgent, bot.StatusAgent, bot.StatusAgent},
		{"an echo of words that are not ours", line(bot.KindEcho), bot.StatusAgent, bot.StatusAgent, bot.StatusAgent, bot.StatusAgent},
		{"a system line", line(bot.KindSystem), bot.StatusBot, bot.StatusWaiting, bot.StatusAgent, bot.StatusClosed},
		{"a release", happens(bot.EventRelease), bot.StatusBot, bot.StatusBot, bot.StatusBot, bot.StatusClosed},
		{"a resolve", happens(bot.EventResolve), bot.StatusClosed, bot.StatusClosed, bot.StatusClosed, bot.StatusClosed},
		{"a timer too early", happens(bot.EventTimer), bot.StatusBot, bot.StatusWaiting, bot.StatusAgent, bot.StatusClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			for from, want := range map[bot.Status]bot.Status{
				bot.StatusBot: c.bot, bot.StatusWaiting: c.waiting, bot.StatusAgent: c.agent, bot.StatusClosed: c.ended,
			} {
				k := begin(t, shop(t, head+"rules:\n  - {id: a, intent: return, reply: 甲}\n  - {id: b, intent: invoice, reply: 乙}\n"))
				for _, event := range into[from] {
					event(k)
				}
				require.Equal(t, from, k.c.Status)
				c.event(k)
				require.Equal(t, want, k.c.Status, "from %s", from)
			}
		})
	}
}

// TestEpisodes holds when an episode ends: at the close, or after 24 idle hours; never while a human has it.
func TestEpisodes(t *testing.T) {
	b := shop(t, head+"rules:\n  - {id: a, intent: return, reply: [甲, 乙]}\n")
	for _, c := range []struct {
		name  string
		human bool
		idle  time.Duration
		want  int
	}{
		{"a day less a minute", false, 24*time.Hour - time.Minute, 1},
		{"a day", false, 24 * time.Hour, 2},
		{"a human is awaited", true, 72 * time.Hour, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := begin(t, b)
			k.says("退", is("return"))
			if c.human {
				k.says("人工", is("human"))
			}
			k.after(c.idle)
			require.Equal(t, c.want, k.says("退", is("return")).Conversation.Episode)
		})
	}
}

// TestOpensAndAfter holds when the shop opens next, and when a stretch of open time has passed. The week is that of
// Saturday, 21 November 2026.
func TestOpensAndAfter(t *testing.T) {
	moment := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, zone()) }
	week := map[time.Weekday][]bot.Span{
		time.Monday: {{540, 720}, {780, 1080}}, time.Friday: {{540, 720}, {780, 1080}}, time.Saturday: {{600, 1560}},
	}
	always, working := bot.Shop{Location: zone()}, bot.Shop{Location: zone(), Hours: bot.Hours{Week: week}}
	never := bot.Shop{Location: zone(), Hours: bot.Hours{Week: map[time.Weekday][]bot.Span{time.Monday: {}}}}
	resting := working
	resting.Holidays = []bot.Days{{From: "2026-11-21", Until: "2026-11-23"}}
	for _, c := range []struct {
		name  string
		shop  bot.Shop
		at    time.Time
		opens time.Time // zero for none
		hour  time.Time // after one hour of open time
	}{
		{"always open", always, moment(21, 3, 0), time.Time{}, moment(21, 4, 0)},
		{"before the day", working, moment(20, 8, 0), moment(20, 9, 0), moment(20, 10, 0)},
		{"at the opening the next one counts", working, moment(20, 9, 0), moment(20, 13, 0), moment(20, 10, 0)},
		{"over the break", working, moment(20, 11, 30), moment(20, 13, 0), moment(20, 13, 30)},
		{"exactly to the break", working, moment(20, 11, 0), moment(20, 13, 0), moment(20, 12, 0)},
		{"over the night", working, moment(20, 17, 30), moment(21, 10, 0), moment(21, 10, 30)},
		{"past midnight", working, moment(22, 0, 30), moment(23, 9, 0), moment(22, 1, 30)},
		{"over a day that is closed", working, moment(22, 1, 30), moment(23, 9, 0), moment(23, 9, 30)},
		{"over holidays", resting, moment(20, 17, 30), moment(27, 9, 0), moment(27, 9, 30)},
		{"never open: plain time", never, moment(20, 9, 0), time.Time{}, moment(20, 10, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			opens, ok := c.shop.Opens(c.at)
			require.Equal(t, !c.opens.IsZero(), ok)
			require.True(t, opens.Equal(c.opens), "opens %s", opens)
			got := c.shop.After(c.at, time.Hour)
			require.True(t, got.Equal(c.hour), "after %s", got)
		})
	}
}

// TestKindsOfOffer holds what each kind of offer needs and gives, and when a human has to approve it.
func TestKindsOfOffer(t *testing.T) {
	for _, c := range []struct {
		offer    string
		kind     string
		amount   string
		approval bool
	}{
		{"{coupon: 5, cap: {amount: 10}}", "coupon", "5", false},
		{"{coupon: 10, cap: {amount: 10}}", "coupon", "10", false},
		{"{coupon: 10.01, cap: {amount: 10}, above: lead}", "coupon", "10.01", true},
		{"{refund: order.amount, cap: {amount: 100}}", "refund", "39.9", false},
		{"{refund: order.amount + 1, cap: {amount: 100}, above: lead}", "refund", "40.9", true},
		{"{difference: order.amount / 3, cap: {amount: 100}}", "difference", "13.3", false},
		{"{resend: true}", "resend", "", false},
	} {
		t.Run(c.offer, func(t *testing.T) {
			o := order(noA, "delivered")
			k := begin(t, shop(t, head+"rules:\n  - {id: a, intent: quality, offer: "+c.offer+", reply: 好}\n"))
			got := k.sends(bot.Message{Kind: bot.KindText, Text: "坏了", Order: &o}, is("quality"))
			require.Len(t, got.Response("").Offers, 1)
			made := got.Response("").Offers[0]
			require.Equal(t, []string{c.kind, c.amount, noA}, []string{made.Kind, made.Amount, made.OrderNo})
			require.Equal(t, c.approval, made.Approval)
			if c.approval {
				require.Equal(t, "lead", handoff(got).Team)
				require.NotContains(t, texts(got), "好", "the words of the rule wait for the approval")
			} else {
				require.Equal(t, []string{"好"}, texts(got))
			}
		})
	}
}
