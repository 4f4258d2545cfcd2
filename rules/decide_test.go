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
	v, missing, err := d.Rule.Offer.Amount.Eval(f)
	require.NoError(t, err)
	require.Equal(t, []string{"slots.bad"}, missing)

	f.Set("slots.bad", rules.IntValue(2))
	v, missing, err = d.Rule.Offer.Amount.Eval(f)
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
