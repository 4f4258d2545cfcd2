package rules_test

import (
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"xiaoer/rules"
)

const returns = `
rules:
  - id: return.which
    intent: return
    when: not order.known
    find_order: true
  - id: return.in_window
    intent: return
    when: order.stage == "delivered" and order.delivered_days <= policy.return_days
    reply: 亲，签收 ${policy.return_days} 天内支持退货，请在订单 ${order.no} 页面点「申请售后」。
  - id: return.too_late
    intent: return
    when: order.stage == "delivered" and order.delivered_days > policy.return_days
    collect: [reason, photos]
    handoff: {team: aftersales, priority: high, reason: 超过退货期}
  - id: fresh.claim
    intent: quality
    for: {tags: [fresh]}
    collect: [bad, photos]
    offer: {refund: order.amount * slots.bad / product.units, cap: {amount: 10, per_order: 1, per_buyer_per_day: 1}, above: aftersales}
    reply: 非常抱歉，已为您登记赔付 ${offer.amount} 元。
otherwise: {clarify: 1, handoff: {team: presales}}
`

func TestDecideFirstFitting(t *testing.T) {
	book := mustCompile(t, returns)
	f := book.NewFacts()
	f.Set("policy.return_days", rules.IntValue(7))
	d := book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
	require.Equal(t, "return.which", d.Rule.ID)

	f.Set("order.known", rules.BoolValue(true))
	f.Set("order.no", rules.TextValue("261118-1"))
	f.Set("order.stage", rules.TextValue("delivered"))
	f.Set("order.delivered_days", rules.IntValue(9))
	d = book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
	require.Equal(t, "return.too_late", d.Rule.ID)
	require.Equal(t, []string{"not order.known", "order.delivered_days <= policy.return_days", ""}, becauses(d))
	require.Equal(t, map[string]string{"order.delivered_days": "9", "policy.return_days": "7"}, d.Considered[1].Values)
	require.Equal(t, map[string]string{}, d.Considered[2].Values)
}

func becauses(d rules.Decision) []string {
	var list []string
	for _, c := range d.Considered {
		list = append(list, c.Because)
	}
	return list
}

func TestDecideOffer(t *testing.T) {
	book := mustCompile(t, returns)
	f := book.NewFacts()
	f.Set("order.amount", money("39.90"))
	f.Set("product.units", rules.IntValue(6))
	d := book.Decide(rules.Query{Intent: "quality", Facts: f, Trace: true})
	require.Nil(t, d.Rule)
	require.Equal(t, []string{"for"}, becauses(d))
	require.Equal(t, "unknown", d.Considered[0].Values["product.tags"])

	f.Set("product.tags", rules.TextsValue([]string{"fruit", "fresh"}))
	d = book.Decide(rules.Query{Intent: "quality", Facts: f, Trace: true})
	require.NotNil(t, d.Rule, "a slot that is collected does not keep the rule from fitting")
	_, missing, err := d.Rule.Offer.Amount.Eval(f)
	require.NoError(t, err)
	require.Equal(t, []string{"slots.bad"}, missing)

	f.Set("slots.bad", rules.IntValue(2))
	v, missing, err := d.Rule.Offer.Amount.Eval(f)
	require.NoError(t, err)
	require.Empty(t, missing)
	require.Equal(t, "13.3", v.String())
	f.Set("offer.amount", v)
	text, missing := d.Rule.Replies[0].Text.Render(f, rules.Format{Locale: "zh-CN", Now: time.Now()})
	require.Empty(t, missing)
	require.Equal(t, "非常抱歉，已为您登记赔付 13.3 元。", text)

	f.Set("product.units", rules.IntValue(0))
	d = book.Decide(rules.Query{Intent: "quality", Facts: f, Trace: true})
	require.Nil(t, d.Rule, "a division by zero keeps the rule from fitting")
	require.Equal(t, []string{"order.amount * slots.bad / product.units"}, becauses(d))
}

func money(s string) rules.Value { return rules.MoneyValue(decimal.MustParse(s), s) }

func TestDecideByIntentAndTopic(t *testing.T) {
	book := mustCompile(t, `
rules:
  - {id: any.first, when: 'mood == "angry"', reply: 别急}
  - {id: address, intent: wrong_order.address, when: message.images == 0, reply: 改地址}
  - {id: both, intent: [wrong_order.address, wrong_order], when: message.images == 1, reply: 都行}
  - {id: order, intent: wrong_order, when: message.images < 5, reply: 拍错}
  - {id: refund, intent: refund, reply: 退款}
  - {id: any.last, reply: 您好}
otherwise: {clarify: 0}
`)
	tests := []struct {
		name          string
		intent, topic string
		images        int
		angry         bool
		want          []string
	}{
		{"a topic takes the rules of its intent", "wrong_order", "address", 3, false, []string{"any.first", "address", "both", "order"}},
		{"a rule for both is read once", "wrong_order", "address", 1, false, []string{"any.first", "address", "both"}},
		{"another topic", "wrong_order", "goods", 0, false, []string{"any.first", "both", "order"}},
		{"no topic", "wrong_order", "", 1, false, []string{"any.first", "both"}},
		{"another intent", "refund", "only", 0, false, []string{"any.first", "refund"}},
		{"no intent", "", "", 0, false, []string{"any.first", "any.last"}},
		{"rules without intent come in file order", "refund", "", 0, true, []string{"any.first"}},
		{"an intent without rules", "return", "", 0, false, []string{"any.first", "any.last"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := book.NewFacts()
			f.Set("message.images", rules.IntValue(tt.images))
			if tt.angry {
				f.Set("mood", rules.TextValue("angry"))
			}
			d := book.Decide(rules.Query{Intent: tt.intent, Topic: tt.topic, Facts: f, Trace: true})
			require.Equal(t, tt.want, consideredIDs(d))
			require.Equal(t, tt.want[len(tt.want)-1], d.Rule.ID)
			require.Equal(t, d.Rule, book.Decide(rules.Query{Intent: tt.intent, Topic: tt.topic, Facts: f}).Rule, "the trace changes nothing")
		})
	}
	require.True(t, book.Answers("wrong_order"))
	require.False(t, book.Answers("return"))
}

func consideredIDs(d rules.Decision) []string {
	var ids []string
	for _, c := range d.Considered {
		ids = append(ids, c.Rule.ID)
	}
	return ids
}

func TestDecideBelowAndGate(t *testing.T) {
	book := mustCompile(t, `
rules:
  - {id: a, intent: refund, limit: {times: 1, per: day}, reply: 一}
  - {id: any, limit: {times: 1, per: day}, reply: 二}
  - {id: b, intent: refund.only, limit: {times: 1, per: day}, reply: 三}
  - {id: c, intent: refund, reply: 四}
otherwise: {clarify: 0}
`)
	f := book.NewFacts()
	ask := func(below *rules.Rule, gate func(*rules.Rule) string) rules.Decision {
		return book.Decide(rules.Query{Intent: "refund", Topic: "only", Facts: f, Below: below, Gate: gate, Trace: true})
	}
	for i, want := range []string{"any", "b", "c"} {
		require.Equal(t, want, ask(book.Rules()[i], nil).Rule.ID)
	}
	require.Nil(t, ask(book.Rules()[3], nil).Rule)
	d := ask(nil, func(r *rules.Rule) string {
		if r.Limit != nil {
			return "limit"
		}
		return ""
	})
	require.Equal(t, "c", d.Rule.ID)
	require.Equal(t, []string{"limit", "limit", "limit", ""}, becauses(d))
}

func TestDecideProductsAndDates(t *testing.T) {
	book := mustCompile(t, `
rules:
  - {id: off, intent: return, off: true, reply: 关}
  - {id: from, intent: return, from: 2026-11-11, until: 2026-11-12, reply: 双十一}
  - {id: tag, intent: return, for: {tags: [fresh]}, reply: 生鲜}
  - {id: id, intent: return, for: {ids: [p1, p2]}, reply: 单品}
  - {id: either, intent: return, for: {ids: p9, tags: sale}, reply: 其他}
otherwise: {clarify: 0}
`)
	tests := []struct {
		name    string
		day     int
		product string
		tags    []string
		want    string
		reasons []string
	}{
		{"first day", 11, "", nil, "from", []string{"off", ""}},
		{"last day", 12, "", nil, "from", []string{"off", ""}},
		{"day before", 10, "", nil, "", []string{"off", "from", "for", "for", "for"}},
		{"day after", 13, "p3", []string{"x"}, "", []string{"off", "until", "for", "for", "for"}},
		{"unknown day", 0, "", []string{"x", "fresh"}, "tag", []string{"off", "from", ""}},
		{"id", 10, "p2", []string{"x"}, "id", []string{"off", "from", "for", ""}},
		{"id is no tag", 10, "fresh", []string{"p1"}, "", []string{"off", "from", "for", "for", "for"}},
		{"either by id", 10, "p9", nil, "either", []string{"off", "from", "for", "for", ""}},
		{"either by tag", 10, "p7", []string{"sale"}, "either", []string{"off", "from", "for", "for", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := book.NewFacts()
			if tt.day > 0 {
				f.Set("now.date", rules.DateValue(2026, time.November, tt.day))
			}
			if tt.product != "" {
				f.Set("product.id", rules.TextValue(tt.product))
			}
			if tt.tags != nil {
				f.Set("product.tags", rules.TextsValue(tt.tags))
			}
			d := book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
			require.Equal(t, tt.reasons, becauses(d))
			if tt.want == "" {
				require.Nil(t, d.Rule)
				return
			}
			require.Equal(t, tt.want, d.Rule.ID)
		})
	}
	require.Equal(t, []string{"p9", "sale"}, book.Rules()[4].For)
}

// An unknown fact in a text keeps its rule from fitting, unless another variant can be sent or it is known later.
func TestDecideUnknownInTexts(t *testing.T) {
	tests := []struct{ name, rule, because string }{
		{"reply", `reply: "订单 ${order.no}"`, "${order.no}"},
		{"reason", `handoff: {reason: "订单 ${order.no}"}`, "${order.no}"},
		{"offer", `offer: {refund: order.amount / 2}`, "order.amount / 2"},
		{"all variants", `reply: ["订单 ${order.no}", "金额 ${order.amount}"]`, "${order.no}"},
		{"one variant", `reply: ["订单 ${order.no}", "您好"]`, ""},
		{"an image", `reply: ["订单 ${order.no}", {image: a.jpg}]`, ""},
		{"collected", "collect: [bad]\n    reply: 坏了 ${slots.bad} 个", ""},
		{"another slot", "collect: [bad]\n    reply: 寄到 ${slots.address}", "${slots.address}"},
		{"collected and unknown", "collect: [bad]\n    reply: ${slots.bad * product.price}", "${slots.bad * product.price}"},
		{"offer", "offer: {coupon: 5}\n    reply: 赔付 ${offer.amount} 元", ""},
		{"handoff", "reply: 已转 ${handoff.team}", ""},
		{"has is no reading", `reply: "${has(order.no)}"`, ""},
		{"division by zero", `reply: "${1 / message.images}"`, "${1 / message.images}"},
		{"amount is nothing", `offer: {coupon: message.images * 1}`, "message.images * 1"},
		{"amount is below a cent", `offer: {coupon: (message.images + 1) * 0.004}`, "(message.images + 1) * 0.004"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := mustCompile(t, "rules:\n  - id: a\n    intent: return\n    "+tt.rule+closing)
			d := book.Decide(rules.Query{Intent: "return", Facts: book.NewFacts(), Trace: true})
			require.Equal(t, tt.because == "", d.Rule != nil)
			require.Equal(t, []string{tt.because}, becauses(d))
		})
	}
}

// A rule that finds the order fits while there is none, and reads on by what it brought.
func TestFindOrderWithTexts(t *testing.T) {
	unknown, found := map[string]rules.Value{}, map[string]rules.Value{"order.known": rules.BoolValue(true)}
	numbered := map[string]rules.Value{"order.known": rules.BoolValue(true), "order.no": rules.TextValue("1")}
	tests := []struct {
		name, rule string
		facts      map[string]rules.Value
		because    string
	}{
		{"reply", "find_order: true\n    reply: 订单 ${order.no}", unknown, ""},
		{"reason", "find_order: true\n    handoff: {reason: '到了 ${order.stage}'}", unknown, ""},
		{"offer", "find_order: true\n    offer: {refund: order.amount / 2}", unknown, ""},
		{"product", "find_order: true\n    reply: 关于 ${product.title}", unknown, ""},
		{"order number", "find_order: true\n    reply: 编号 ${slots.order_no}", unknown, ""},
		{"beside a collected slot", "find_order: true\n    collect: bad\n    reply: ${order.no} 坏了 ${slots.bad} 个", unknown, ""},
		{"another slot", "find_order: true\n    reply: ${order.no} 坏了 ${slots.bad} 个", unknown, "${slots.bad}"},
		{"nothing of the order", "find_order: true\n    reply: 亲爱的 ${buyer.tier} 会员", unknown, "${buyer.tier}"},
		{"found and known", "find_order: true\n    reply: 订单 ${order.no}", numbered, ""},
		{"found and still unknown", "find_order: true\n    reply: 订单 ${order.no}", found, "${order.no}"},
		{"does not find", "find_order: false\n    reply: 订单 ${order.no}", unknown, "${order.no}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := mustCompile(t, "rules:\n  - id: a\n    intent: return\n    "+tt.rule+closing)
			f := book.NewFacts()
			for name, v := range tt.facts {
				f.Set(name, v)
			}
			d := book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
			require.Equal(t, tt.because == "", d.Rule != nil)
			require.Equal(t, []string{tt.because}, becauses(d))
		})
	}
}

// The reason is the part that failed, as it was written.
func TestBecause(t *testing.T) {
	tests := []struct {
		name, condition, because string
		values                   map[string]string
	}{
		{"first of and", `order.changeable and order.known`, "order.changeable", map[string]string{"order.changeable": "false"}},
		{"second of and", `order.known and order.amount > 50`, "order.amount > 50", map[string]string{"order.amount": "39.90"}},
		{"all of or", `order.known and (mood == "calm" or order.amount > 50)`, `mood == "calm" or order.amount > 50`, map[string]string{"mood": "upset", "order.amount": "39.90"}},
		{"under not", `order.known and not (mood == "upset" or order.amount > 50)`, `not (mood == "upset" or order.amount > 50)`, map[string]string{"mood": "upset", "order.amount": "39.90"}},
		{"not", `not order.known`, "not order.known", map[string]string{"order.known": "true"}},
		{"suffix not", `order.stage not in ["delivered"]`, `order.stage not in ["delivered"]`, map[string]string{"order.stage": "delivered"}},
		{"chain", `1 < order.delivered_days < 3`, "order.delivered_days < 3", map[string]string{"order.delivered_days": "3"}},
		{"unknown", `order.remark == "x"`, `order.remark == "x"`, map[string]string{"order.remark": "unknown"}},
		{"brackets", `(order.amount + 1) * 2 > 100`, "(order.amount + 1) * 2 > 100", map[string]string{"order.amount": "39.90"}},
		{"closure", `count(order.items, .price > 6.5) > 1`, "count(order.items, .price > 6.5) > 1", map[string]string{"order.items": "Red apple, 梨"}},
		{"function", `has(order.remark)`, "has(order.remark)", map[string]string{"order.remark": "unknown"}},
		{"several lines", "order.known and\n  order.amount >\n  50", "order.amount > 50", map[string]string{"order.amount": "39.90"}},
		{"time", `order.paid_at > order.promised_at`, `order.paid_at > order.promised_at`, map[string]string{"order.paid_at": "2026-11-11T00:30:00+08:00", "order.promised_at": "2026-11-13T00:30:00+08:00"}},
		{"duration", `policy.ship_within > hours(50)`, `policy.ship_within > hours(50)`, map[string]string{"policy.ship_within": "48h"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := mustCompile(t, withCondition(tt.condition))
			d := book.Decide(rules.Query{Intent: "return", Facts: knownFacts(book), Trace: true})
			require.Nil(t, d.Rule)
			require.Equal(t, tt.because, d.Considered[0].Because)
			require.Equal(t, tt.values, d.Considered[0].Values)
		})
	}
}

func TestDecideAllocatesNothing(t *testing.T) {
	book := bookOf(t, 100, 25)
	f := delivered(book)
	require.Zero(t, testing.AllocsPerRun(100, func() { book.Decide(rules.Query{Intent: "return", Facts: f}) }))
}
