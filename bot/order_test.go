package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

const findRules = `
rules:
  - id: which
    intent: return
    when: not order.known
    find_order: true
  - id: known
    intent: return
    when: order.known
    reply: 订单${order.no}可退
  - id: down
    intent: return
    when: order.lookup == "down"
    reply: 正在核实${slots.order_no}
    handoff: {team: aftersales, reason: 查不到}
  - id: invoice
    intent: invoice
    reply: 发票在订单页开
otherwise: {handoff: {team: presales}}
`

const noA, noB = "240611-123456789012345", "240612-123456789099999"

func named(no string) intents.Reading {
	return with(none(), func(r *intents.Reading) { r.Entities = []intents.Entity{{Type: intents.OrderNo, Value: no}} })
}

func titled(no, stage, title string) bot.Order {
	o := order(no, stage)
	o.Items = []bot.Item{{ID: "i", Title: title}}
	return o
}

func TestFindOrder(t *testing.T) {
	t.Run("the only open order is picked and the rules run again", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.orders = []bot.Order{order(noA, "closed"), order(noB, "shipped")}
		got := k.says("退货", is("return"))
		require.Equal(t, []string{"订单" + noB + "可退"}, texts(got))
		require.Equal(t, []string{"known"}, rulesOf(got))
		require.Equal(t, []bot.Lookup{{Buyer: "b-1"}}, k.looked)
		require.Len(t, got.Events, 2)
	})
	t.Run("a list to choose from", func(t *testing.T) {
		for _, answer := range []string{"2", "第二个", "芒果那个", "99999", noB} {
			k := begin(t, shop(t, findRules))
			k.orders = []bot.Order{titled(noA, "paid", "苹果"), titled(noB, "shipped", "台农芒果")}
			got := k.says("退货", is("return"))
			require.Equal(t, []string{"请选订单\n1. 苹果 " + noA + "\n2. 台农芒果 " + noB}, texts(got))
			require.Equal(t, "order_no", asked(got))
			require.Equal(t, []string{"which"}, rulesOf(got))
			got = k.says(answer, none())
			require.Equal(t, []string{"订单" + noB + "可退"}, texts(got), answer)
			require.Equal(t, []string{"known"}, rulesOf(got))
		}
	})
	t.Run("a choice that is not there is asked for again, then reading goes on below", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.orders = []bot.Order{titled(noA, "paid", "苹果"), titled(noB, "shipped", "芒果")}
		k.says("退货", is("return"))
		require.Equal(t, "order_no", asked(k.says("7", none())))
		got := k.says("8", none())
		require.Equal(t, []string{"guard.no_rule"}, rulesOf(got))
	})
	t.Run("no order: the number is asked", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		got := k.says("退货", is("return"))
		require.Equal(t, []string{"订单编号是多少"}, texts(got))
		require.Equal(t, "order_no", asked(got))
		k.orders = []bot.Order{order(noA, "delivered")}
		got = k.says("我的是"+noA, named(noA))
		require.Equal(t, []string{"订单" + noA + "可退"}, texts(got))
		require.Equal(t, noA, got.Conversation.Order.No)
	})
	t.Run("a number without an entity is read when it was asked for", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.says("退货", is("return"))
		k.orders = []bot.Order{order("88990011", "delivered")}
		require.Equal(t, []string{"订单88990011可退"}, texts(k.says("88990011", none())))
	})
	t.Run("a card answers", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.says("退货", is("return"))
		card := order(noA, "delivered")
		got := k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &card}, none())
		require.Equal(t, []string{"订单" + noA + "可退"}, texts(got))
	})
	t.Run("not found is an attempt", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.says("退货", is("return"))
		got := k.says(noA, named(noA))
		require.Equal(t, []string{"没有这个编号"}, texts(got))
		got = k.says(noB, named(noB))
		require.Equal(t, []string{"guard.no_rule"}, rulesOf(got))
		require.Equal(t, noB, handoff(got).Slots["order_no"], "the agent sees the number")
		require.Nil(t, handoff(got).Order)
	})
	t.Run("another buyer's order is never revealed", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.yours[noA] = true
		k.says("退货", is("return"))
		got := k.says(noA, named(noA))
		require.Equal(t, []string{"没有这个编号"}, texts(got))
		require.Nil(t, got.Conversation.Order)
		require.Equal(t, bot.NotYours, got.Conversation.Lookup)
	})
	t.Run("an order that names another buyer is not this buyer's", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		o := order(noA, "paid")
		o.BuyerID = "b-2"
		k.orders = []bot.Order{o}
		k.says("退货", is("return"))
		require.Nil(t, k.says(noA, named(noA)).Conversation.Order)
	})
	t.Run("a source that is down: the number is asked, stays in the slot, and reading goes on below", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.down = true
		require.Equal(t, "order_no", asked(k.says("退货", is("return"))))
		got := k.says(noA, named(noA))
		require.Equal(t, []string{"down"}, rulesOf(got))
		require.Equal(t, []string{"正在核实" + noA}, texts(got))
		require.Equal(t, noA, handoff(got).Slots["order_no"])
	})
	t.Run("I don't have it", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.says("退货", is("return"))
		got := k.says("找不到", unavailable())
		require.Equal(t, []string{"guard.no_rule"}, rulesOf(got))
	})
	t.Run("an interlude", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.says("退货", is("return"))
		got := k.says("发票呢", is("invoice"))
		require.Equal(t, []string{"发票在订单页开", "订单编号是多少"}, texts(got))
		require.Equal(t, "order_no", asked(got))
	})
	t.Run("a shop without the slot asks by the script", func(t *testing.T) {
		k := begin(t, shop(t, findRules, func(b *bot.Book) { b.Slots = b.Slots[1:] }))
		got := k.says("退货", is("return"))
		require.Equal(t, []string{"请给订单编号"}, texts(got))
		require.Equal(t, "order_no", asked(got))
	})
	t.Run("a number named with the request", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		k.orders = []bot.Order{order(noA, "paid"), order(noB, "paid")}
		r := named(noB)
		r.Intents = is("return").Intents
		require.Equal(t, []string{"订单" + noB + "可退"}, texts(k.says("退"+noB, r)))
	})
	t.Run("a wrong number hides the order that was in view", func(t *testing.T) {
		k := begin(t, shop(t, findRules))
		card := order(noA, "delivered")
		k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &card}, none())
		r := named(noB)
		r.Intents = is("return").Intents
		require.Equal(t, []string{"没有这个编号"}, texts(k.says("退"+noB, r)))
	})
}

func TestSnapshotsAreLookedUpAgain(t *testing.T) {
	card := order(noA, "delivered")
	fresh := order(noA, "closed")
	const stages = "rules: [{id: a, intent: return, when: order.known, reply: \"${order.stage} ${order.lookup}\"}]\notherwise: {handoff: {team: lead}}\n"
	tests := []struct {
		name   string
		after  time.Duration
		change func(*talk)
		want   string
	}{
		{"within the hour", time.Hour, func(*talk) {}, "delivered none"},
		{"older", time.Hour + time.Second, func(*talk) {}, "closed found"},
		{"source down", 2 * time.Hour, func(k *talk) { k.down = true }, "delivered down"},
		{"not found", 2 * time.Hour, func(k *talk) { k.orders = nil }, "delivered not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := begin(t, shop(t, stages))
			k.orders = []bot.Order{fresh}
			tt.change(k)
			k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &card}, none())
			k.after(tt.after)
			require.Equal(t, []string{tt.want}, texts(k.says("退货", is("return"))))
		})
	}
}

func TestOrderInViewStays(t *testing.T) {
	k := begin(t, shop(t, findRules))
	card := order(noA, "delivered")
	k.orders = []bot.Order{card}
	require.Empty(t, texts(k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &card}, none())), "a card alone starts no answer")
	k.after(30 * time.Hour)
	got := k.says("退货", is("return"))
	require.Equal(t, 2, got.Conversation.Episode)
	require.Equal(t, []string{"订单" + noA + "可退"}, texts(got))
}

func TestATurnThatLostItsLookUpIsAnsweredFirst(t *testing.T) {
	k := begin(t, shop(t, findRules))
	m := bot.Message{ID: "m", Conversation: "c-1", Buyer: bot.Buyer{ID: "b-1"}, Kind: bot.KindText, Text: "退货"}
	r := is("return")
	c, acts, _ := bot.Step(k.book, k.c, bot.Event{ID: "e", Kind: bot.EventMessage, At: k.now, Message: &m, Reading: &r})
	require.Len(t, acts, 1)
	require.Equal(t, bot.ActLookup, acts[0].Kind)
	require.Zero(t, c.Counts.Turns, "a step that asks for a look-up has no other effect")
	k.c = throughJSON(t, c)
	got := k.says("发票", is("invoice"))
	require.Equal(t, []string{"订单编号是多少", "发票在订单页开", "订单编号是多少"}, texts(got))
}

func TestALookUpNobodyAskedFor(t *testing.T) {
	k := begin(t, shop(t, findRules))
	got := k.step(bot.Event{Kind: bot.EventLookup, Lookup: &bot.LookupResult{State: bot.Found}})
	require.Empty(t, got.Actions)
}

// When the askings are used up, reading goes on below the rule that looked for the order, not at the top again.
func TestReadingGoesOnBelow(t *testing.T) {
	const rules = head + `rules:
  - {id: above, intent: return, when: order.lookup == "not_found", reply: 上面的规则}
  - {id: find, intent: return, when: not order.known, find_order: true}
  - {id: below, intent: return, when: not order.known, reply: 下面的规则}
`
	k := begin(t, shop(t, rules))
	k.says("退货", is("return"))
	k.says(noA, named(noA))
	got := k.says(noB, named(noB))
	require.Equal(t, []string{"下面的规则"}, texts(got))
	require.Equal(t, []string{"上面的规则"}, texts(k.says("还是退货", is("return"))), "the next message is read from the top")
}

// A rule that collects the number of the order may speak of the order; when the number is never confirmed it hands over.
func TestCollectedNumberBringsTheOrder(t *testing.T) {
	const rules = head + `rules:
  - {id: where, intent: logistics, when: not order.known, collect: [order_no], reply: "订单${order.no}在路上", handoff: {team: presales, reason: 核实, task: true}}
`
	k := begin(t, shop(t, rules))
	o := order(noA, "shipped")
	require.Equal(t, "order_no", asked(k.says("到哪了", is("logistics"))))
	k.orders = []bot.Order{o}
	require.Equal(t, []string{"订单" + noA + "在路上"}, texts(k.says(noA, named(noA))))

	k = begin(t, shop(t, rules))
	k.says("到哪了", is("logistics"))
	k.says(noA, named(noA))
	require.Equal(t, "核实", handoff(k.says(noB, named(noB))).Reason)
}

// A channel may send an order without its number: its facts count, and nothing is looked up by a number that is not there.
func TestOrderWithoutItsNumber(t *testing.T) {
	const rules = head + `rules:
  - {id: named, intent: logistics, when: order.stage == "shipped", reply: "订单${order.no}已发出"}
  - {id: bare, intent: logistics, when: order.known and order.stage == "shipped", reply: 已经发出}
`
	k := begin(t, shop(t, rules))
	got := k.sends(bot.Message{Kind: bot.KindText, Text: "到哪了", Order: &bot.Order{Stage: "shipped"}}, is("logistics"))
	require.Equal(t, []string{"已经发出"}, texts(got))
	k.after(2 * time.Hour)
	k.says("还没到", is("logistics"))
	require.Empty(t, k.looked)
}
