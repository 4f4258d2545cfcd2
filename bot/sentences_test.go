package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

// A line is what a buyer says, how it is read, and which rules or built-in answers that must bring.
type line struct {
	text string
	read intents.Reading
	want []string
}

// TestWhichRuleAnswers holds what the manual says in a sentence about the choice of a rule.
func TestWhichRuleAnswers(t *testing.T) {
	upset := with(is("return"), func(r *intents.Reading) { r.Mood = intents.Upset })
	for _, c := range []struct {
		name, rules string
		lines       []line
	}{
		{"the first that fits, from the top", "{id: a, intent: return, when: mood == \"upset\", reply: 甲}, {id: b, intent: return, reply: 乙}", []line{
			{"退", is("return"), []string{"b"}}, {"退", upset, []string{"a"}},
		}},
		{"a rule without an intent is a candidate for every message, in its place", "{id: a, intent: return, reply: 甲}, {id: any, reply: 任}", []line{
			{"退", is("return"), []string{"a"}}, {"款", is("refund"), []string{"any"}},
		}},
		{"a rule without an intent answers once a turn, for all intents", "{id: any, reply: 任}", []line{
			{"退和款", is("return", "refund"), []string{"any"}},
		}},
		{"and so does a rule for several", "{id: a, intent: [return, exchange], reply: 甲}", []line{
			{"退还是换", is("return", "exchange"), []string{"a"}},
		}},
		{"what it does not fit is no less without a rule", "{id: a, intent: [return, exchange], reply: 甲}", []line{
			{"退还是换，发票呢", is("return", "exchange", "invoice"), []string{"a", "guard.no_rule"}},
		}},
		{"an intent takes all its topics, a topic only itself", "{id: a, intent: wrong_order.address, reply: 甲}, {id: b, intent: wrong_order, reply: [乙, 丙]}", []line{
			{"地址", is("wrong_order.address"), []string{"a"}}, {"备注", is("wrong_order.remark"), []string{"b"}}, {"改单", is("wrong_order"), []string{"b"}},
		}},
		{"a list of intents", "{id: a, intent: [return, wrong_order.address], reply: [甲, 乙]}", []line{
			{"退", is("return"), []string{"a"}}, {"址", is("wrong_order.address"), []string{"a"}}, {"款", is("refund"), []string{"guard.no_rule"}},
		}},
		{"off is off", "{id: a, intent: return, off: true, reply: 甲}, {id: b, intent: return, reply: 乙}", []line{
			{"退", is("return"), []string{"b"}},
		}},
		{"from and until are days, both included", "{id: past, intent: return, until: 2026-11-20, reply: 甲}, {id: coming, intent: return, from: 2026-11-22, reply: 乙}, {id: now, intent: return, from: 2026-11-21, until: 2026-11-21, reply: 丙}", []line{
			{"退", is("return"), []string{"now"}},
		}},
		{"understood and no rule fits: a human at once", "{id: a, intent: return, reply: 甲}", []line{
			{"款", is("refund"), []string{"guard.no_rule"}},
		}},
		{"silence is an answer, and no failure", "{id: a, intent: return, silent: true}", []line{
			{"退", is("return"), []string{"a"}}, {"退", is("return"), []string{"a"}},
		}},
		{"a greeting is answered by a rule for it", "{id: hello, intent: greeting, reply: 你也好}", []line{
			{"你好", is("greeting"), []string{"hello"}},
		}},
		{"the third answer of a rule in an episode hands over", "{id: a, intent: return, reply: [一, 二, 三, 四]}", []line{
			{"退", is("return"), []string{"a"}}, {"退", is("return"), []string{"a"}}, {"退", is("return"), []string{"guard.repeat"}},
		}},
		{"what would equal the last line hands over", "{id: a, intent: return, reply: 甲}", []line{
			{"退", is("return"), []string{"a"}}, {"退货", is("return"), []string{"guard.repeat"}},
		}},
		{"two rules with the same words in turn", "{id: a, intent: return, reply: 甲}, {id: b, intent: refund, reply: 甲}", []line{
			{"退", is("return"), []string{"a"}}, {"款", is("refund"), []string{"guard.repeat"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := begin(t, shop(t, head+"rules: ["+c.rules+"]\n"))
			for _, l := range c.lines {
				got := k.says(l.text, l.read)
				require.Equal(t, l.want, rulesOf(got), l.text)
			}
		})
	}
}

// TestForNarrowsToProducts holds that `for` names ids or tags of the catalogue, and that an unknown product fits none.
func TestForNarrowsToProducts(t *testing.T) {
	for narrowed, want := range map[string][3]string{
		"{tags: [fresh]}":        {"narrow", "wide", "wide"},
		"{ids: [pear]}":          {"wide", "narrow", "wide"},
		"{ids: [apple, pear]}":   {"narrow", "narrow", "wide"},
		"{tags: [dried, fresh]}": {"narrow", "wide", "wide"},
	} {
		b := shop(t, head+"rules:\n  - {id: narrow, intent: return, for: "+narrowed+", reply: 甲}\n  - {id: wide, intent: return, reply: 乙}\n", func(b *bot.Book) {
			b.Products["pear"] = bot.CatalogueProduct{ID: "pear", Tags: []string{"new"}}
		})
		for i, p := range []*bot.Product{{ID: "apple"}, {ID: "pear"}, nil} {
			got := begin(t, b).sends(bot.Message{Kind: bot.KindText, Text: "退", Product: p}, is("return"))
			require.Equal(t, []string{want[i]}, rulesOf(got), "%s %v", narrowed, p)
		}
	}
}

// TestTextsAreWrittenForPeople holds how values stand in a text.
func TestTextsAreWrittenForPeople(t *testing.T) {
	moment := func(d time.Duration) bot.Message {
		return bot.Message{Order: &bot.Order{No: noA, PromisedAt: new(noon().Add(d))}}
	}
	for _, c := range []struct {
		text string
		m    bot.Message
		want string
	}{
		{"${policy.ship_within}", bot.Message{}, "48 小时"},
		{"${order.amount}", bot.Message{Order: &bot.Order{No: noA, Amount: "39.90"}}, "39.90"},
		{"${order.amount / 3}", bot.Message{Order: &bot.Order{No: noA, Amount: "39.90"}}, "13.3"},
		{"${order.amount * 2}", bot.Message{Order: &bot.Order{No: noA, Amount: "0.50"}}, "1"},
		{"${policy.return_days / 2}", bot.Message{}, "3.5"},
		{"${order.promised_at}", moment(0), "今天 12:00"},
		{"${order.promised_at}", moment(24 * time.Hour), "明天 12:00"},
		{"${order.promised_at}", moment(48 * time.Hour), "11月23日 12:00"},
		{"${order.promised_at}", moment(11*time.Hour + 59*time.Minute), "今天 23:59"},
		{"${order.promised_at}", moment(12 * time.Hour), "明天 00:00"},
		{"$${policy.return_days}", bot.Message{}, "${policy.return_days}"},
		{"${lower(\"ABC\")}${trim(\" x \")}", bot.Message{}, "abcx"},
	} {
		t.Run(c.text, func(t *testing.T) {
			c.m.Kind, c.m.Text = bot.KindText, "退"
			k := begin(t, shop(t, head+"rules:\n  - {id: a, intent: return, reply: '"+c.text+"'}\n"))
			require.Equal(t, []string{c.want}, texts(k.sends(c.m, is("return"))))
		})
	}
}

// TestApologyStandsInFront holds where the apology goes: once, at the front of the first reply.
func TestApologyStandsInFront(t *testing.T) {
	b := shop(t, head+"rules:\n  - {id: a, intent: return, reply: 甲}\n  - {id: b, intent: refund, apologise: true, reply: 乙}\n  - {id: c, intent: quality, apologise: true, collect: [bad], reply: 丙}\n")
	upset := func(names ...string) intents.Reading {
		return with(is(names...), func(r *intents.Reading) { r.Mood = intents.Upset })
	}
	for _, c := range []struct {
		name string
		r    intents.Reading
		want []string
	}{
		{"neither", is("return"), []string{"甲"}},
		{"the rule", is("refund"), []string{"抱歉。乙"}},
		{"the mood", upset("return"), []string{"抱歉。甲"}},
		{"both, once", upset("refund"), []string{"抱歉。乙"}},
		{"the second rule: the first reply has it", is("return", "refund"), []string{"抱歉。甲", "乙"}},
		{"before a question", is("quality"), []string{"抱歉。坏了几个"}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, texts(begin(t, b).says("话", c.r))) })
	}
}

// TestRulesThatCollectAnOrderNumber asks for the number by the slot and goes on with the rule that asked.
func TestRulesThatCollectAnOrderNumber(t *testing.T) {
	const collecting = head + "rules:\n  - {id: trace, intent: logistics, collect: [order_no, bad], reply: \"${slots.order_no}查${slots.bad}件\"}\n"
	ask := func(t *testing.T) *talk {
		t.Helper()
		k := begin(t, shop(t, collecting))
		k.orders = []bot.Order{order(noA, "shipped")}
		require.Equal(t, "order_no", asked(k.says("查件", is("logistics"))))
		return k
	}
	t.Run("the number that the source knows", func(t *testing.T) {
		k := ask(t)
		require.Equal(t, "bad", asked(k.says(noA, named(noA))))
		require.Equal(t, []string{noA + "查2件"}, texts(k.says("2", none())))
	})
	t.Run("a number that it does not know is an attempt, and two are all", func(t *testing.T) {
		k := ask(t)
		require.Equal(t, []string{"没有这个编号"}, texts(k.says(noB, named(noB))))
		got := k.says(noB, named(noB))
		require.Equal(t, []string{"trace"}, rulesOf(got), "a rule that gives up is the rule that answered")
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
	})
	t.Run("an order in view is not asked for", func(t *testing.T) {
		k := begin(t, shop(t, collecting))
		o := order(noA, "shipped")
		require.Equal(t, "bad", asked(k.sends(bot.Message{Kind: bot.KindText, Text: "查件", Order: &o}, is("logistics"))))
	})
	t.Run("what cannot be looked up stays in the slot, and the rule goes on", func(t *testing.T) {
		k := ask(t)
		k.down = true
		require.Equal(t, "bad", asked(k.says(noA, named(noA))))
	})
}

// TestLookingOnForAnOrder holds what happens on the way to an order that find_order looks for.
func TestLookingOnForAnOrder(t *testing.T) {
	t.Run("none of the list: the number is asked", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.orders = []bot.Order{titled(noA, "paid", "苹果"), titled(noB, "shipped", "芒果")}
		k.says("退货", is("return"))
		got := k.says("都不是", with(none(), func(r *intents.Reading) { r.Denied = true }))
		require.Equal(t, []string{"订单编号是多少"}, texts(got))
		require.Equal(t, "order_no", asked(got))
	})
	t.Run("a source that came back finds the number that was given", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.down = true
		k.says("退货", is("return"))
		require.Equal(t, []string{"down"}, rulesOf(k.says(noA, named(noA))))
		k.down = false
		k.orders = []bot.Order{order(noA, "delivered")}
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		k.step(bot.Event{Kind: bot.EventRelease, Agent: "小陈"})
		k.after(25 * time.Hour)
		got := k.says("退货", is("return"))
		require.Equal(t, []string{"订单" + noA + "可退"}, texts(got))
	})
	t.Run("a rule that finds the order and has words of its own says them", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules:\n  - {id: find, intent: return, find_order: true, reply: \"就是${order.no}吧\"}\n"))
		k.orders = []bot.Order{order(noA, "paid")}
		got := k.says("退货", is("return"))
		require.Equal(t, []string{"find"}, rulesOf(got))
		require.Equal(t, []string{"就是" + noA + "吧"}, texts(got))
	})
}

// TestATaskIsClosedByItsID holds that an agent closes a task and leaves the conversation with the bot.
func TestATaskIsClosedByItsID(t *testing.T) {
	k := begin(t, shop(t, head+"rules:\n  - {id: a, intent: return, handoff: {team: aftersales, reason: 改单, task: true}}\n  - {id: b, intent: invoice, reply: 票}\n"))
	id := handoff(k.says("改", is("return"))).ID
	got := k.step(bot.Event{Kind: bot.EventResolve, Handoff: id, Agent: "小陈", Outcome: "改好了", Cause: "buyer"})
	require.Equal(t, bot.StatusBot, got.Conversation.Status)
	require.Empty(t, got.Conversation.Tasks)
	closed := actions(got, bot.ActCase)[0].Handoff
	require.Equal(t, []string{id, "closed", "改好了", "buyer"}, []string{closed.ID, closed.Stage, closed.Outcome, closed.Cause})
	require.Equal(t, "小陈", closed.History[len(closed.History)-1].Who)
	require.Equal(t, k.now, closed.ClosedAt)
	require.Equal(t, []string{"票"}, texts(k.says("票", is("invoice"))), "the bot goes on")
}
