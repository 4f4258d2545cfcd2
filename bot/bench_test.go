package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

// manyRules is a shop whose rules are spread over its intents; above a hundred, all are for other intents than return.
func manyRules(count int) string {
	intentNames := []string{
		"return", "exchange", "refund", "delay", "logistics", "lost_or_damaged", "wrong_item", "wrong_order", "quality", "coupon", "invoice", "product",
	}
	var b strings.Builder
	b.WriteString(head + "rules:\n")
	for i := range count {
		if i > 0 && i%2000 == 0 {
			b.WriteString(nextFile + "rules:\n")
		}
		intent := intentNames[i%len(intentNames)]
		if i >= 100 && intent == "return" {
			intent = "exchange" // rules for other intents must cost nothing
		}
		fmt.Fprintf(&b, "- {id: r%d, intent: %s, when: order.delivered_days > %d and order.amount > %d, reply: \"${order.no} %d\"}\n",
			i, intent, 1000-i%900, 1000+i, i)
	}
	b.WriteString("- {id: last, intent: return, when: order.known, reply: \"亲，签收 ${policy.return_days} 天内支持退货，请在订单 ${order.no} 页面申请\"}\n")
	return b.String()
}

func BenchmarkTurn(b *testing.B) {
	c := classifier()
	for _, count := range []int{100, 500, 10_000} {
		book := shop(b, manyRules(count))
		o := order(noA, "delivered")
		m := bot.Message{ID: "m", Conversation: "c", Buyer: bot.Buyer{ID: "b"}, Kind: bot.KindText, Text: "我想退货，衣服不喜欢", Order: &o}
		b.Run(fmt.Sprintf("rules=%d", count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := c.Read(m.Text)
				turn := bot.Run(book, bot.NewConversation("s", "c"), bot.Event{ID: "e", Kind: bot.EventMessage, At: noon(), Message: &m, Reading: &r}, nil)
				require.NotEmpty(b, turn.Actions)
			}
		})
	}
}

func BenchmarkStep(b *testing.B) {
	for _, count := range []int{100, 500, 10_000} {
		book := shop(b, manyRules(count))
		o := order(noA, "delivered")
		m := bot.Message{ID: "m", Conversation: "c", Buyer: bot.Buyer{ID: "b"}, Kind: bot.KindText, Text: "我想退货", Order: &o}
		r := is("return")
		e := bot.Event{ID: "e", Kind: bot.EventMessage, At: noon(), Message: &m, Reading: &r}
		b.Run(fmt.Sprintf("rules=%d", count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, actions, _ := bot.Step(book, bot.NewConversation("s", "c"), e)
				if len(actions) == 0 {
					b.Fatal("no answer")
				}
			}
		})
	}
}
