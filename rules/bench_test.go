package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// manyRules is a document of rules whose conditions do not fit ordinary facts; the first perIntent of them are for
// `return`, the others for a row of other intents.
func manyRules(count, perIntent int) string {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range count {
		intent := "return"
		if i >= perIntent {
			intent = fmt.Sprintf("own%d", i/perIntent)
		}
		fmt.Fprintf(&b, "  - id: rule.%d\n    intent: %s\n    when: order.stage == \"delivered\" and order.delivered_days > %d and order.amount > %d.5\n", i, intent, 1000-i%900, 1000+i)
		fmt.Fprintf(&b, "    reply: 亲，签收 ${policy.return_days} 天内支持退货，请在订单 ${order.no} 页面申请 %d。\n", i)
	}
	b.WriteString("otherwise: {clarify: 1}\n")
	return b.String()
}

func vocabularyFor(count, perIntent int) *rules.Vocabulary {
	v := vocabulary()
	for i := range count/perIntent + 1 {
		v.Intents = append(v.Intents, rules.Intent{Name: fmt.Sprintf("own%d", i)})
	}
	return v
}

func bookOf(tb testing.TB, count, perIntent int) *rules.Book {
	tb.Helper()
	var p doc.Problems
	file := doc.Parse("rules.yaml", []byte(manyRules(count, perIntent)), &p)
	book := rules.Compile([]rules.Source{{File: file}}, vocabularyFor(count, perIntent), rules.Options{}, &p)
	require.NotNil(tb, book, "%v", p.All())
	return book
}

func delivered(book *rules.Book) *rules.Facts {
	f := book.NewFacts()
	f.Set("order.known", rules.BoolValue(true))
	f.Set("order.stage", rules.TextValue("delivered"))
	f.Set("order.delivered_days", rules.IntValue(3))
	f.Set("order.amount", money("39.90"))
	f.Set("order.no", rules.TextValue("261118-1"))
	f.Set("policy.return_days", rules.IntValue(7))
	return f
}

func BenchmarkDecide(b *testing.B) {
	for _, c := range []struct{ count, perIntent int }{{100, 25}, {500, 25}, {10_000, 25}, {500, 500}} {
		b.Run(fmt.Sprintf("%d rules, %d for the intent", c.count, c.perIntent), func(b *testing.B) {
			book := bookOf(b, c.count, c.perIntent)
			f := delivered(book)
			b.ReportAllocs()
			for b.Loop() {
				if d := book.Decide(rules.Query{Intent: "return", Facts: f}); d.Rule != nil {
					b.Fatal("no rule should fit")
				}
			}
		})
	}
}

func BenchmarkDecideWithTrace(b *testing.B) {
	book := bookOf(b, 500, 25)
	f := delivered(book)
	b.ReportAllocs()
	for b.Loop() {
		book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, c := range []struct{ count, perIntent int }{{500, 25}, {500, 500}, {10_000, 25}} {
		b.Run(fmt.Sprintf("%d rules, %d an intent", c.count, c.perIntent), func(b *testing.B) {
			text := []byte(manyRules(c.count, c.perIntent))
			v := vocabularyFor(c.count, c.perIntent)
			var none doc.Problems
			file := doc.Parse("rules.yaml", text, &none)
			b.ReportAllocs()
			for b.Loop() {
				var p doc.Problems
				rules.Compile([]rules.Source{{File: file}}, v, rules.Options{}, &p)
			}
		})
	}
}
