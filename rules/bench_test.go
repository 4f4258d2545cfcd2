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
func manyRules(from, to, perIntent int) string {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := from; i < to; i++ {
		intent := "return"
		if i >= perIntent {
			intent = fmt.Sprintf("own%d", i/perIntent)
		}
		fmt.Fprintf(&b, "  - id: rule.%d\n    intent: %s\n    when: order.stage == \"delivered\" and order.delivered_days > %d and order.amount > %d.5\n", i, intent, 1000-i%900, 1000+i)
		fmt.Fprintf(&b, "    reply: 亲，签收 ${policy.return_days} 天内支持退货，请在订单 ${order.no} 页面申请 %d。\n", i)
	}
	if from == 0 {
		b.WriteString("otherwise: {clarify: 1}\n")
	}
	return b.String()
}

func vocabularyFor(count, perIntent int) *rules.Vocabulary {
	v := vocabulary()
	for i := range count/perIntent + 1 {
		v.Intents = append(v.Intents, rules.Intent{Name: fmt.Sprintf("own%d", i)})
	}
	return v
}

// sourcesOf parses the rules in files of 2,000, as a folder of rules would have them.
func sourcesOf(tb testing.TB, count, perIntent int) []rules.Source {
	tb.Helper()
	var p doc.Problems
	var sources []rules.Source
	for from := 0; from < count; from += 2000 {
		name := fmt.Sprintf("rules/%d.yaml", from)
		sources = append(sources, rules.Source{File: doc.Parse(name, []byte(manyRules(from, min(from+2000, count), perIntent)), &p)})
	}
	require.False(tb, p.HasErrors(), "%v", p.All())
	return sources
}

func bookOf(tb testing.TB, count, perIntent int) *rules.Book {
	tb.Helper()
	var p doc.Problems
	book := rules.Compile(sourcesOf(tb, count, perIntent), vocabularyFor(count, perIntent), rules.Options{}, &p)
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
			sources := sourcesOf(b, c.count, c.perIntent)
			v := vocabularyFor(c.count, c.perIntent)
			b.ReportAllocs()
			for b.Loop() {
				var p doc.Problems
				rules.Compile(sources, v, rules.Options{}, &p)
			}
		})
	}
}
