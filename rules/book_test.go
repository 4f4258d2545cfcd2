package rules_test

import (
	"fmt"
	"testing"
)

func TestTry(t *testing.T) {
	for _, c := range []string{
		`order.stag == "paid"`, `oder.stage == "paid"`, `order.stage == "deliverd"`, `order.amount > "39"`, `order.stage == paid`,
		`order.stage ＝ “paid”`, `order.amount > 10元`, `order.stage = "paid"`, `Order.Stage == "paid"`, `not order.stage == "paid" and order.known`,
		`0 < order.delivered_days < 10`, `order.paid_hours > 48h`, `order.paid_hours > hours(policy.ship_within)`, `order.paid_hours > policy.ship_within`,
		`now.date >= "2026-11-11"`, `any(order.items, .quantity > 1)`, `any(order.items, .quantiti > 1)`, `"fresh" in product.tags`, `"refundd" in intents`,
		`order.stage`, `foo(1)`, `message.text matches "("`, `offer.amount > 1`, `order.stage in ["paid", "unpayd"]`, `order.stage == "paid" and`, `(order.known`, `order.known or or order.known`,
		`order.known ? true : false`, `order.no == nil`, `order.paid_at > date("2026-11-11")`, `order.paid_hours > days(2)`,
	} {
		b, ds := compile(t, withCondition(c))
		fmt.Println(c, "=>", b != nil)
		for _, d := range ds {
			fmt.Printf("     %d:%d-%d [%s] %s | %s\n", d.Range.Start.Line, d.Range.Start.Column, d.Range.End.Column, d.Code, d.Message, d.Hint)
		}
	}
}
