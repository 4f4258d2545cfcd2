package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// slowest is far above what compiling and deciding takes, also under the race detector on a busy machine, and far
// below what an unbounded case would take.
const slowest = 15 * time.Second

func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		`order.stage == "paid" and not order.known`, `any(order.items, .price > 1)`, `0 < order.delivered_days < 10`, `not not a`, `((((`, `"`, `order.amount / 0 > 1`,
		`message.text matches "(a*)*b"`, `${`, `# > 1`, `order.items[0]`, `a ? b : c`, `let x = 1; x`, `{"a": 1}`, `1..5`, `x not in y not in z`, `-(-(-1)) > 2`, `b"x" == 1`,
		`count(order.items, .quantity > 1) > count(product.tags, # == "x")`, `！＝“”`, `order?.known`, `date("2026-11-11") + days(1e300) > now.date`, `if true {1} else {2}`, "order.no\n==\n\"x\"", `// x`, `/* x`,
	} {
		f.Add(seed)
	}
	v := vocabulary()
	f.Fuzz(func(t *testing.T, condition string) {
		began := time.Now()
		var p doc.Problems
		file := doc.Parse("rules.yaml", []byte("rules:\n  - id: a\n    when: "+quote(condition)+"\n    reply: 好\notherwise: {clarify: 0}\n"), &p)
		book := rules.Compile([]rules.Source{{File: file}}, v, rules.Options{}, &p)
		if book == nil {
			require.True(t, p.HasErrors(), "no book needs a reason")
			return
		}
		for _, facts := range []*rules.Facts{book.NewFacts(), knownFacts(book)} {
			d := book.Decide(rules.Query{Facts: facts, Trace: true})
			require.Len(t, d.Considered, 1)
			require.Equal(t, d.Rule == nil, d.Considered[0].Because != "")
		}
		require.Less(t, time.Since(began), slowest)
	})
}

// quote writes a text as a YAML scalar in double quotes.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"亲 ${order.no}", "${", "$${x}", "${order.amount / message.images}", `${"}"}`, "${{}}", "$", "${order.items}", "${any(order.items, {.price > 1})}", "｛${order.no｝", `${'`} {
		f.Add(seed)
	}
	v := vocabulary()
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		var p doc.Problems
		file := doc.Parse("shop.yaml", []byte("text: "+quote(text)), &p)
		if file.Root == nil || file.Root.Get("text") == nil {
			return
		}
		compiled := rules.CompileTemplate(file.Root.Get("text"), v, &p)
		if compiled == nil {
			require.True(t, p.HasErrors())
			return
		}
		book, _ := compileQuietly(closing)
		for _, facts := range []*rules.Facts{book.NewFacts(), knownFacts(book)} {
			rendered, missing := compiled.Render(facts, rules.Format{Locale: "zh-CN"})
			require.False(t, rendered != "" && len(missing) > 0)
		}
		require.Less(t, time.Since(began), slowest)
	})
}

// Hostile conditions are refused or stay cheap.
func TestBounds(t *testing.T) {
	tests := []struct{ name, condition string }{
		{"brackets", strings.Repeat("(", 1_000_000)},
		{"nots", strings.Repeat("not ", 500_000)},
		{"signs", strings.Repeat("-", 1900) + "1 > 2"},
		{"brackets within the length", strings.Repeat("(", 990) + "order.known" + strings.Repeat(")", 990)},
		{"alternatives", strings.Repeat("(order.known or mood == \"calm\") and ", 30) + "order.changeable"},
		{"many alternatives", strings.Repeat("(order.delivered_days == 1 or order.late_hours == 2) and ", 20) + "order.changeable"},
		{"long list", "order.delivered_days in [" + strings.Repeat("1, ", 600) + "2]"},
		{"long list of fractions", "order.amount in [" + strings.Repeat("1, 2, 3, 4, 5, ", 120) + "2]"},
		{"not in a long list", "order.delivered_days not in [" + sequence(400) + "] and order.delivered_days not in [" + sequence(10) + "]"},
		{"backtracking", `message.text matches "(a*)*(b*)*(c*)*$"`},
		{"large repeat", `message.text matches "(x{1,1000})"`},
		{"nested repeat", `message.text matches "((x{1,30}){1,30}){1,30}"`},
		{"quotes", strings.Repeat("'", 1999)},
		{"percent", strings.Repeat("1% ", 600)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			book, found := compileQuietly("rules:\n  - id: a\n    when: " + quote(tt.condition) + "\n    reply: 好\notherwise: {clarify: 0}\n")
			if book == nil {
				require.NotEmpty(t, found)
			} else {
				f := knownFacts(book)
				f.Set("message.text", rules.TextValue(strings.Repeat("a", 1_000_000)))
				book.Decide(rules.Query{Facts: f, Trace: true})
			}
			require.Less(t, time.Since(began), slowest)
		})
	}
}

// However many patterns a shop writes, a decision ends soon, and says why.
func TestPatternsOfOneDecisionAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  - {id: r%d, intent: return, when: 'message.text matches \"([a-y]{1,9}z?){9}%dx\"', reply: 好}\n", i, i)
	}
	book := mustCompile(t, b.String()+closing)
	f := book.NewFacts()
	f.Set("message.text", rules.TextValue(strings.Repeat("a", 2000)))
	began := time.Now()
	d := book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
	require.Less(t, time.Since(began), slowest)
	require.Equal(t, "", d.Considered[0].Error)
	require.Equal(t, "patterns take too long", d.Considered[999].Error)
	f.Set("message.text", rules.TextValue("aaz5x"))
	require.Nil(t, book.Decide(rules.Query{Intent: "return", Facts: f}).Rule)
	require.Equal(t, 0, strings.Count(book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true}).Considered[999].Error, "too long"), "the next decision begins anew")
}

func sequence(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(strings.Repeat("1", 1+i%2) + string(rune('0'+i%10)))
	}
	return b.String()
}

func BenchmarkWorstCondition(b *testing.B) {
	book := mustCompile(b, withCondition(`message.text matches "([a-y]{1,9}z?){9}b"`))
	f := book.NewFacts()
	f.Set("message.text", rules.TextValue(strings.Repeat("a", 2000)))
	for b.Loop() {
		book.Decide(rules.Query{Intent: "return", Facts: f})
	}
}

// BenchmarkPatterns measures the most that the patterns of one decision may cost.
func BenchmarkPatterns(b *testing.B) {
	var text strings.Builder
	text.WriteString("rules:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - {id: r%d, intent: return, when: 'message.text matches \"([a-y]{1,9}z?){9}%dx\"', reply: 好}\n", i, i)
	}
	book := mustCompile(b, text.String()+closing)
	f := book.NewFacts()
	f.Set("message.text", rules.TextValue(strings.Repeat("a", 2000)))
	for b.Loop() {
		book.Decide(rules.Query{Intent: "return", Facts: f})
	}
}
