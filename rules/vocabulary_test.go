package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// vocabulary is what a small shop's rules may speak of.
func vocabulary() *rules.Vocabulary {
	fact := func(name string, kind rules.Kind, values ...string) rules.Fact {
		return rules.Fact{Name: name, Type: rules.Type{Kind: kind, Values: values}, Doc: "A fact."}
	}
	always := func(f rules.Fact) rules.Fact { f.AlwaysKnown = true; return f }
	textOnly := func(f rules.Fact) rules.Fact { f.TextOnly = true; return f }
	items := rules.Type{Kind: rules.Records, Fields: []rules.Fact{
		fact("id", rules.Text), fact("title", rules.Text), fact("sku", rules.Text), fact("quantity", rules.Int), fact("price", rules.Money),
	}}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		zone = time.FixedZone("CST", 8*60*60)
	}
	return &rules.Vocabulary{
		Intents: []rules.Intent{
			{Name: "return"},
			{Name: "refund", Topics: []string{"where", "only", "refused"}},
			{Name: "delay", Topics: []string{"ship", "move"}},
			{Name: "wrong_order", Topics: []string{"address", "goods"}},
			{Name: "quality"},
			{Name: "human"},
			{Name: "greeting"},
		},
		Facts: []rules.Fact{
			always(fact("message.text", rules.Text)), always(fact("message.images", rules.Int)), fact("intent", rules.Enum, "return", "refund", "delay", "wrong_order", "quality", "human", "greeting"),
			fact("topic", rules.Enum, "where", "only", "refused", "ship", "move", "address", "goods"),
			always(rules.Fact{Name: "intents", Type: rules.Type{Kind: rules.Texts, Values: []string{"return", "refund", "delay"}}}),
			always(fact("mood", rules.Enum, "calm", "upset", "angry")), always(fact("risk", rules.Enum, "none", "review", "health")),
			fact("now.date", rules.Date), fact("now.hour", rules.Int),
			fact("buyer.tier", rules.Text), fact("buyer.orders", rules.Int), fact("buyer.first_time", rules.Bool),
			always(fact("order.known", rules.Bool)), fact("order.no", rules.Text),
			fact("order.stage", rules.Enum, "unpaid", "paid", "shipped", "delivered", "closed"),
			fact("order.amount", rules.Money), fact("order.paid_at", rules.Time), fact("order.paid_hours", rules.Int),
			fact("order.delivered_days", rules.Int), fact("order.late_hours", rules.Int), fact("order.changeable", rules.Bool), fact("order.remark", rules.Text),
			fact("order.promised_at", rules.Time),
			{Name: "order.items", Type: items},
			fact("logistics.state", rules.Enum, "none", "transit", "signed"), fact("product.id", rules.Text), fact("product.title", rules.Text),
			fact("product.price", rules.Money), fact("product.units", rules.Int), fact("product.weight", rules.Number), fact("product.tags", rules.Texts),
			always(fact("promise.broken", rules.Bool)), fact("notice.text", rules.Text), always(fact("conversation.failures", rules.Int)),
			always(fact("policy.return_days", rules.Int)), always(fact("policy.ship_within", rules.Duration)), always(fact("policy.late_coupon", rules.Number)),
			fact("slots.bad", rules.Number), fact("slots.address", rules.Text), fact("slots.order_no", rules.Text), fact("slots.reason", rules.Enum, "不喜欢", "质量问题"),
			textOnly(fact("handoff.team", rules.Text)), textOnly(fact("offer.amount", rules.Money)),
		},
		Slots: []string{"bad", "photos", "address", "reason", "order_no"}, Teams: []string{"aftersales", "presales", "lead"}, Location: zone,
	}
}

const closing = "\notherwise: {clarify: 1, handoff: {team: presales}}\n"

// compile compiles one document and gives the diagnostics as "line:column code message".
func compile(tb testing.TB, text string) (*rules.Book, []doc.Diagnostic) {
	tb.Helper()
	var p doc.Problems
	file := doc.Parse("rules.yaml", []byte(text), &p)
	book := rules.Compile([]rules.Source{{File: file}}, vocabulary(), rules.Options{}, &p)
	return book, p.All()
}

// mustCompile compiles a document without errors.
func mustCompile(tb testing.TB, text string) *rules.Book {
	tb.Helper()
	book, found := compile(tb, text)
	require.NotNil(tb, book, "%v", found)
	return book
}

// withCondition is a book of one rule with this condition.
func withCondition(condition string) string {
	return "rules:\n  - id: a\n    intent: return\n    when: |-\n      " + strings.ReplaceAll(condition, "\n", "\n      ") + "\n    reply: 好的" + closing
}
