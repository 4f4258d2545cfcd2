package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

// TestEveryFactOfAnOrder shows each fact of an order, its parcel and its after-sales case with its source and without:
// what lacks its source is unknown, so the rule that prints it does not fit.
func TestEveryFactOfAnOrder(t *testing.T) {
	ago := func(d time.Duration) *time.Time { return new(noon().Add(-d)) }
	remark, gift := "请放门口", true
	parcel := func(l bot.Logistics) bot.Order { return bot.Order{Logistics: &l} }
	claim := func(a bot.Aftersales) bot.Order { return bot.Order{Aftersales: &a} }
	for _, c := range []struct {
		fact    string
		with    bot.Order
		want    string
		without bot.Order // everything that is near, but not the source
	}{
		{"order.stage", bot.Order{Stage: "grouping"}, "grouping", bot.Order{Amount: "1"}},
		{"order.amount", bot.Order{Amount: "39.90"}, "39.90", bot.Order{Stage: "paid"}},
		{"order.paid_at", bot.Order{PaidAt: ago(2 * time.Hour)}, "今天 10:00", bot.Order{ShippedAt: ago(time.Hour)}},
		{"order.paid_hours", bot.Order{PaidAt: ago(61 * time.Minute)}, "1", bot.Order{ShippedAt: ago(time.Hour)}},
		{"order.ship_by", bot.Order{PaidAt: ago(24 * time.Hour)}, "明天 12:00", bot.Order{Stage: "paid"}},
		{"order.ship_left_hours", bot.Order{PaidAt: ago(24 * time.Hour)}, "24", bot.Order{Stage: "paid"}},
		{"order.shipped_hours", bot.Order{ShippedAt: ago(3 * time.Hour)}, "3", bot.Order{PaidAt: ago(3 * time.Hour)}},
		{"order.delivered_at", bot.Order{DeliveredAt: ago(72 * time.Hour)}, "11月18日 12:00", bot.Order{Stage: "delivered"}},
		{"order.delivered_hours", bot.Order{DeliveredAt: ago(72*time.Hour - time.Second)}, "71", bot.Order{Stage: "delivered"}},
		{"order.delivered_days", bot.Order{DeliveredAt: ago(72 * time.Hour)}, "3", bot.Order{Stage: "delivered"}},
		{"order.promised_at", bot.Order{PromisedAt: ago(-24 * time.Hour)}, "明天 12:00", bot.Order{PaidAt: ago(time.Hour)}},
		{"order.late_hours", bot.Order{Stage: "paid", PromisedAt: ago(90 * time.Minute)}, "1", bot.Order{Stage: "paid", PaidAt: ago(time.Hour)}},
		{"order.remark", bot.Order{Remark: &remark}, remark, bot.Order{Stage: "paid"}},
		{"order.gift_due", bot.Order{GiftDue: &gift}, "是", bot.Order{Stage: "paid"}},
		{"len(order.items)", bot.Order{Items: []bot.Item{{ID: "a"}, {ID: "b"}}}, "2", bot.Order{Stage: "paid"}},
		{"logistics.state", parcel(bot.Logistics{State: "pickup_point"}), "pickup_point", parcel(bot.Logistics{Carrier: "顺丰"})},
		{"logistics.carrier", parcel(bot.Logistics{Carrier: "顺丰"}), "顺丰", parcel(bot.Logistics{State: "transit"})},
		{"logistics.tracking_no", parcel(bot.Logistics{TrackingNo: "SF123"}), "SF123", parcel(bot.Logistics{State: "transit"})},
		{"logistics.place", parcel(bot.Logistics{Place: "杭州"}), "杭州", parcel(bot.Logistics{State: "transit"})},
		{"logistics.signed_by", parcel(bot.Logistics{SignedBy: "门卫"}), "门卫", parcel(bot.Logistics{State: "signed"})},
		{"logistics.idle_hours", parcel(bot.Logistics{UpdatedAt: ago(49*time.Hour + 59*time.Minute)}), "49", parcel(bot.Logistics{State: "transit"})},
		{"aftersales.type", claim(bot.Aftersales{Type: "exchange"}), "exchange", claim(bot.Aftersales{State: "done"})},
		{"aftersales.state", claim(bot.Aftersales{State: "wait_shop"}), "wait_shop", claim(bot.Aftersales{Type: "return"})},
		{"aftersales.amount", claim(bot.Aftersales{Amount: "12.50"}), "12.50", claim(bot.Aftersales{Type: "return"})},
		{"aftersales.deadline_hours", claim(bot.Aftersales{Sent: map[string]string{"deadline_hours": "5"}}), "5", claim(bot.Aftersales{Type: "return"})},
	} {
		t.Run(c.fact, func(t *testing.T) {
			show := func(o *bot.Order) []string {
				return texts(begin(t, shows(t, c.fact)).sends(bot.Message{Kind: bot.KindText, Text: "退", Order: o}, is("return")))
			}
			c.with.No, c.without.No = noA, noA
			require.Equal(t, []string{"<" + c.want + ">"}, show(&c.with))
			require.Equal(t, []string{"未知"}, show(&c.without), "without its source")
			require.Equal(t, []string{"未知"}, show(nil), "without an order")
		})
	}
}

// TestShipByNeedsThePolicy holds that a shop without ship_within, or with one that is no duration, knows no ship_by.
func TestShipByNeedsThePolicy(t *testing.T) {
	paid := noon().Add(-time.Hour)
	o := bot.Order{No: noA, Stage: "paid", PaidAt: &paid}
	show := func(change func(*bot.Book)) []string {
		return texts(begin(t, shows(t, "order.ship_by", change)).sends(bot.Message{Kind: bot.KindText, Text: "退", Order: &o}, is("return")))
	}
	require.Equal(t, []string{"<11月23日 11:00>"}, show(func(*bot.Book) {}))
	require.Equal(t, []string{"未知"}, show(func(b *bot.Book) { delete(b.Policy, "ship_within") }))
	require.Equal(t, []string{"未知"}, show(func(b *bot.Book) { b.Policy["ship_within"] = b.Policy["return_days"] }))
}

// TestLatenessEndsAtTheClose holds that a closed order whose end is not known is not said to be late.
func TestLatenessEndsAtTheClose(t *testing.T) {
	promised := noon().Add(-10 * time.Hour)
	for stage, want := range map[string]string{"shipped": "<10>", "part_shipped": "<10>", "closed": "未知", "delivered": "未知", "": "<10>"} {
		o := bot.Order{No: noA, Stage: stage, PromisedAt: &promised}
		got := begin(t, shows(t, "order.late_hours")).sends(bot.Message{Kind: bot.KindText, Text: "退", Order: &o}, is("return"))
		require.Equal(t, []string{want}, texts(got), stage)
	}
}

// TestSentFactsAreTakenAsTheyAre sends a field with each counted fact's name beside the moment that it would be counted from.
func TestSentFactsAreTakenAsTheyAre(t *testing.T) {
	hour := noon().Add(-time.Hour)
	for name, sent := range map[string]string{
		"paid_hours": "77", "shipped_hours": "77", "delivered_hours": "77", "delivered_days": "77", "late_hours": "77", "ship_left_hours": "77",
	} {
		o := bot.Order{
			No: noA, PaidAt: &hour, ShippedAt: &hour, DeliveredAt: &hour, PromisedAt: &hour, Sent: map[string]string{name: sent},
		}
		got := begin(t, shows(t, "order."+name)).sends(bot.Message{Kind: bot.KindText, Text: "退", Order: &o}, is("return"))
		require.Equal(t, []string{"<" + sent + ">"}, texts(got), name)
		o.Sent[name] = "bald" // no number: the field is passed over, the moment counts
		got = begin(t, shows(t, "order."+name)).sends(bot.Message{Kind: bot.KindText, Text: "退", Order: &o}, is("return"))
		require.NotContains(t, texts(got), "<77>", name)
		require.NotContains(t, texts(got), "<bald>", name)
	}
}

// TestFactsOfAProduct shows each fact of a product: from the card, the only item, or the catalogue.
func TestFactsOfAProduct(t *testing.T) {
	sent := func(name, value string) *bot.Product {
		return &bot.Product{ID: "z", Sent: map[string]string{name: value}}
	}
	for _, c := range []struct {
		fact string
		with *bot.Product
		want string
	}{
		{"product.id", &bot.Product{ID: "z"}, "z"},
		{"product.title", &bot.Product{ID: "z", Title: "梨"}, "梨"},
		{"product.price", &bot.Product{ID: "z", Price: "5.50"}, "5.50"},
		{"product.stock", sent("stock", "0"), "0"},
		{"product.units", sent("units", "12"), "12"},
		{"product.tags", sent("tags", "fresh,new"), "fresh、new"},
		{"product.claim_hours", sent("claim_hours", "48"), "48"},
		{"product.warranty_days", sent("warranty_days", "365"), "365"},
		{"product.no_reason", sent("no_reason", "false"), "否"},
	} {
		t.Run(c.fact, func(t *testing.T) {
			show := func(p *bot.Product) []string {
				return texts(begin(t, shows(t, c.fact)).sends(bot.Message{Kind: bot.KindText, Text: "退", Product: p}, is("return")))
			}
			require.Equal(t, []string{"<" + c.want + ">"}, show(c.with))
			if c.fact != "product.id" {
				require.Equal(t, []string{"未知"}, show(&bot.Product{ID: "other"}), "a product that says nothing of it")
			}
			require.Equal(t, []string{"未知"}, show(nil), "no product")
		})
	}
}

// TestTheCardComesBeforeTheItem holds which product is in view: the message's card, else the only item of the order.
func TestTheCardComesBeforeTheItem(t *testing.T) {
	o := order(noA, "paid")
	o.Items = []bot.Item{{ID: "apple", Title: "苹果"}}
	k := begin(t, shows(t, "product.title"))
	got := k.sends(bot.Message{Kind: bot.KindText, Text: "退", Order: &o, Product: &bot.Product{ID: "z", Title: "梨"}}, is("return"))
	require.Equal(t, []string{"<梨>"}, texts(got))
	require.Equal(t, []string{"<苹果>"}, texts(k.says("退", is("return"))), "the next message carries no card")
}

// TestAlwaysKnown reads what is known even where there is nothing: false, 0 or empty. A condition on it never fails for
// want of a source.
func TestAlwaysKnown(t *testing.T) {
	for _, condition := range []string{
		"not order.known", "not product.known", `order.lookup == "none"`, "not notice.active", "not promise.open", "not promise.broken",
		"conversation.turns == 1", "conversation.idle_minutes == 0", "conversation.failures == 0", "conversation.repeats == 0", "conversation.handoffs == 0",
		`message.text == "退"`, `message.kind == "text"`, "message.images == 0", "len(message.links) == 0",
		`"return" in intents`, "len(negated) == 0", `mood == "calm"`, `risk == "none"`,
		"not has(order.amount)", "not has(slots.bad)",
	} {
		t.Run(condition, func(t *testing.T) {
			b := shop(t, head+"rules:\n  - {id: fits, intent: return, when: '"+condition+"', reply: 是}\n")
			require.Equal(t, []string{"fits"}, rulesOf(begin(t, b).says("退", is("return"))))
		})
	}
}

// TestUnknownStaysUnknown holds that an unknown fact keeps a rule from fitting, whichever way the condition is put.
func TestUnknownStaysUnknown(t *testing.T) {
	for condition, fits := range map[string]bool{
		"order.delivered_days < 7":                                  false,
		"not (order.delivered_days < 7)":                            false,
		"order.delivered_days >= 7 or order.delivered_days < 7":     false,
		`order.stage != "paid"`:                                     false,
		`not (order.stage == "paid")`:                               false,
		`order.delivered_days < 7 or intent == "return"`:            true,
		`order.delivered_days < 7 and intent == "return"`:           false,
		`not (order.delivered_days < 7 and intent == "refund")`:     true,
		`has(order.delivered_days) and order.delivered_days < 7`:    false,
		`not has(order.delivered_days) or order.delivered_days < 7`: true,
	} {
		b := shop(t, head+"rules:\n  - {id: fits, intent: return, when: '"+condition+"', reply: 是}\n  - {id: none, intent: return, reply: 否}\n")
		require.Equal(t, fits, rulesOf(begin(t, b).says("退", is("return")))[0] == "fits", condition)
	}
}

// TestFactsOfTheConversation follows the counters of an episode.
func TestFactsOfTheConversation(t *testing.T) {
	const counters = "${conversation.turns} ${conversation.idle_minutes} ${conversation.failures} ${conversation.repeats} ${conversation.handoffs}"
	b := shop(t, head+"rules:\n  - {id: a, intent: return, reply: \""+counters+"\"}\n  - {id: b, intent: refund, reply: \""+counters+"\"}\n"+
		"  - {id: c, intent: invoice, reply: 登记, handoff: {team: aftersales, task: true, reason: 开票}}\n")
	k := begin(t, b)
	require.Equal(t, []string{"1 0 0 0 0"}, texts(k.says("退", is("return"))))
	k.after(90 * time.Second)
	require.Equal(t, []string{"2 1 0 1 0"}, texts(k.says("退", is("return"))), "idle minutes are floored; the same words again are a repeat")
	require.Equal(t, []string{"otherwise"}, rulesOf(k.says("呜啦呜啦", none())))
	require.Equal(t, []string{"c"}, rulesOf(k.says("发票", is("invoice"))))
	require.Equal(t, []string{"5 0 1 1 1"}, texts(k.says("退款", is("refund"))))
	k.after(24*time.Hour + time.Minute)
	require.Equal(t, []string{"1 1441 0 0 0"}, texts(k.says("退", is("return"))), "a new episode counts anew")
}

// TestFactsOfAPromise follows a promise from made to broken; it belongs to the order, not to the episode.
func TestFactsOfAPromise(t *testing.T) {
	b := shop(t, head+`rules:
  - {id: broken, intent: delay, when: promise.broken, reply: 没有做到}
  - {id: open, intent: delay, when: promise.open, reply: "还有 ${promise.left_hours} 小时"}
  - {id: make, intent: delay, when: order.known, reply: 会送到, promise: {what: 送达, within: 48h}}
  - {id: none, intent: delay, reply: 没有订单}
`)
	o := order(noA, "shipped")
	k := begin(t, b)
	k.orders = []bot.Order{o}
	require.Equal(t, []string{"make"}, rulesOf(k.sends(bot.Message{Kind: bot.KindText, Text: "还没到", Order: &o}, is("delay"))))
	k.after(30*time.Hour + time.Minute)
	require.Equal(t, []string{"还有 17 小时"}, texts(k.says("还没到", is("delay"))), "a new episode; the hours are floored")
	k.fires()
	k.after(time.Minute)
	require.Equal(t, []string{"broken"}, rulesOf(k.says("还没到", is("delay"))))
}

// TestFactsOfTheBuyer shows each fact of the buyer with a value and without.
func TestFactsOfTheBuyer(t *testing.T) {
	n, yes := 3, true
	full := bot.Buyer{ID: "b-9", Name: "小李", Tier: "gold", Orders: &n, OpenOrders: &n, FirstTime: &yes}
	for fact, want := range map[string]string{
		"buyer.name": "小李", "buyer.tier": "gold", "buyer.orders": "3", "buyer.open_orders": "3", "buyer.first_time": "是",
	} {
		say := func(b bot.Buyer) []string {
			r := intents.Reading{Mood: intents.Calm, Risk: intents.NoRisk, Intents: []intents.Prediction{{Intent: "return", Score: 1}}}
			m := bot.Message{ID: "m", Conversation: "c-1", Kind: bot.KindText, Text: "退", Buyer: b}
			return texts(begin(t, shows(t, fact)).step(bot.Event{Kind: bot.EventMessage, Message: &m, Reading: &r}))
		}
		require.Equal(t, []string{"<" + want + ">"}, say(full), fact)
		require.Equal(t, []string{"未知"}, say(bot.Buyer{ID: "b-9"}), fact)
	}
}

// TestFactsOfACase shows what only texts can say: the facts of a handoff and of an offer.
func TestFactsOfACase(t *testing.T) {
	k := begin(t, shop(t, head, script("handoff", "${handoff.number}号，${handoff.team}，前面${handoff.ahead}位，${handoff.wait}，${handoff.deadline}前")))
	k.desk = bot.Desk{Next: 12, Ahead: map[string]int{"presales": 2}}
	require.Equal(t, []string{"12号，售前，前面2位，4 分钟，今天 12:04前"}, texts(k.says("转人工", is("human"))))
	queue := begin(t, shop(t, head, script("handoff", "前面还有${handoff.queue}位", "马上就来", "稍候")))
	queue.desk = bot.Desk{Ahead: map[string]int{"presales": 1}}
	require.Equal(t, []string{"前面还有1位"}, texts(queue.says("转人工", is("human"))))
	queue = begin(t, shop(t, head, script("handoff", "前面还有${handoff.queue}位", "马上就来", "稍候")))
	require.Equal(t, []string{"马上就来"}, texts(queue.says("转人工", is("human"))), "nobody is told that nobody waits")
	queue = begin(t, shop(t, head+`rules:
  - {id: task, intent: invoice, reply: 已登记, handoff: {team: presales, task: true}}
  - {id: case, intent: return, handoff: {team: aftersales}}
`, script("handoff", "前面还有${handoff.queue}位", "马上就来", "稍候")))
	queue.desk = bot.Desk{Ahead: map[string]int{"presales": 3}}
	require.Equal(t, []string{"已登记", "马上就来"}, texts(queue.says("开发票，还有退货", is("invoice", "return"))), "those wait for another team, of the task before")
	offering := head + "rules:\n  - {id: a, intent: return, offer: {coupon: \"5.0\", cap: {amount: 10}, above: aftersales}, reply: \"${offer.kind} ${offer.amount}\"}\n"
	require.Equal(t, []string{"coupon 5"}, texts(begin(t, shop(t, offering)).says("退", is("return"))))
}
