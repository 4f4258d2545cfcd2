package rules_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// golden compares with a file, which XIAOER_UPDATE=1 writes anew.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if os.Getenv("XIAOER_UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// ofEachKind has a fact of each kind, and a literal where there is one.
func ofEachKind() []string {
	return []string{
		"order.known", "order.delivered_days", "3", "product.weight", "order.amount", `money("3")`, "order.no", `"3"`, "order.stage",
		"order.paid_at", "now.date", `date("2026-11-11")`, "policy.ship_within", "hours(3)", "product.tags", "order.items",
	}
}

// Each operator between each two kinds: with what it is legal, and what is said where it is not. One cause has one
// diagnostic, and it is never a matter of syntax.
func TestOperatorsBetweenKinds(t *testing.T) {
	var b strings.Builder
	said := map[string]bool{}
	for _, op := range []string{"==", "<", "in", "contains", "+", "-", "*", "/", "%"} {
		for _, left := range ofEachKind() {
			fmt.Fprintf(&b, "%s %s:", left, op)
			for _, right := range ofEachKind() {
				condition := fmt.Sprintf("%s %s %s", left, op, right)
				_, all := compile(t, withCondition(condition))
				found := slices.DeleteFunc(errorsOf(all), func(d doc.Diagnostic) bool {
					return d.Code == doc.ConstantCondition || strings.Contains(d.Message, "not a condition")
				})
				require.LessOrEqual(t, len(found), 1, "%s: %v", condition, found)
				if len(found) == 0 {
					b.WriteString("  " + right)
					continue
				}
				require.Contains(t, []doc.Code{doc.TypeMismatch, doc.UnknownValue}, found[0].Code, condition)
				said[found[0].Message+"; "+found[0].Hint] = true
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString("\n" + strings.Join(slices.Sorted(maps.Keys(said)), "\n") + "\n")
	golden(t, "kinds.golden", b.String())
}

// Each function with each kind.
func TestFunctionsOfKinds(t *testing.T) {
	var b strings.Builder
	for _, function := range []string{"has", "len", "lower", "trim", "date", "money", "days", "hours"} {
		for _, arg := range ofEachKind() {
			text := fmt.Sprintf("${%s(%s)}", function, arg)
			_, all := compile(t, "rules:\n  - id: a\n    intent: return\n    reply: '"+text+"'"+closing)
			found := errorsOf(all)
			require.LessOrEqual(t, len(found), 1, text)
			if len(found) == 0 {
				fmt.Fprintf(&b, "%-35s ok\n", text)
				continue
			}
			require.Equal(t, doc.TypeMismatch, found[0].Code, text)
			fmt.Fprintf(&b, "%-35s %s; %s\n", text, found[0].Message, found[0].Hint)
		}
	}
	golden(t, "functions.golden", b.String())
}

// What is legal is worked out to a value of the kind that its table says, whatever the facts are.
func TestLegalCalculationsHaveValues(t *testing.T) {
	for _, op := range []string{"+", "-", "*", "/", "%"} {
		for _, left := range ofEachKind() {
			for _, right := range ofEachKind() {
				text := fmt.Sprintf("${%s %s %s}", left, op, right)
				book, _ := compile(t, "rules:\n  - id: a\n    intent: return\n    reply: '"+text+"'"+closing)
				if book == nil {
					continue
				}
				f := knownFacts(book)
				f.Set("product.weight", money("2.5"))
				got, missing := book.Rules()[0].Replies[0].Text.Render(f, rules.Format{Locale: "en", Location: shanghai()})
				require.Empty(t, missing, text)
				require.NotEmpty(t, got, text)
			}
		}
	}
}

// Words and signs that people write in place of the language's are told apart from names and named in a hint.
func TestWhatPeopleWriteInstead(t *testing.T) {
	tests := []struct{ condition, at, hint string }{
		{"order.known 并且 order.changeable", "并且", "write `and`"},
		{"order.known 而且 order.changeable", "而且", "write `and`"},
		{"order.known 和 order.changeable", "和", "write `and`"},
		{"order.known And order.changeable", "And", "write `and`"},
		{"order.known OR order.changeable", "OR", "write `or`"},
		{"order.known 或 order.changeable", "或", "write `or`"},
		{"order.known 或者 order.changeable", "或者", "write `or`"},
		{"NOT order.known", "NOT", "write `not`"},
		{"非 order.known", "非", "write `not`"},
		{"不 order.known", "不", "write `not`"},
		{`order.stage IN ["paid"]`, "IN", "write `in`"},
		{`order.stage 属于 ["paid"]`, "属于", "write `in`"},
		{`order.stage 等于 "paid"`, "等于", "write `==`"},
		{`order.stage 是 "paid"`, "是", "write `==`"},
		{`order.stage is "paid"`, "is", "write `==`"},
		{`order.stage equals "paid"`, "equals", "write `==`"},
		{`order.stage 不等于 "paid"`, "不等于", "write `!=`"},
		{`order.stage 不是 "paid"`, "不是", "write `!=`"},
		{"order.amount 大于 3", "大于", "write `>`"},
		{"order.amount 小于 3", "小于", "write `<`"},
		{`message.text 包含 "票"`, "包含", "write `contains`"},
		{"order.known == True", "True", "write `true`"},
		{"order.known == FALSE", "FALSE", "write `false`"},
		{"order.no == 「1」", "「", `order.no == "1"`},
		{"order.no == ‘1’", "‘", "order.no == '1'"},
		{`order.stage in 【"paid"】`, "【", `order.stage in ["paid"]`},
		{`order.stage in ["paid"、"unpaid"]`, "、", `["paid","unpaid"]`},
		{"order。known", "。", "order.known"},
		{"order.amount × 2 > 3", "×", "order.amount * 2 > 3"},
		{"order.amount ÷ 2 > 3", "÷", "order.amount / 2 > 3"},
		{"order.amount ≤ 3", "≤", "order.amount <= 3"},
		{"order.amount ≠ 3", "≠", "order.amount != 3"},
		{"order.amount =< 3", "=<", "write `<=`"},
		{`message.text =~ "x"`, "=~", "write `matches`"},
		{`order.no !== "1"`, "!==", "write `!=`"},
		{"order.known | order.changeable", "|", "write `or`"},
		{"order.amount > €5", "€", "write only the number"},
		{"order.amount > 10块", "10块", "only the number: 10"},
		{"order.delivered_days > 7天", "7天", "write 7"},
		{"order.delivered_days > 7d", "7d", "write 7"},
	}
	for _, tt := range tests {
		t.Run(tt.condition, func(t *testing.T) {
			source := withCondition(tt.condition)
			_, found := compile(t, source)
			require.Len(t, found, 1, "%v", found)
			require.Equal(t, doc.Syntax, found[0].Code, "%v", found[0])
			require.Equal(t, tt.at, spot(source, found[0]))
			require.Contains(t, found[0].Hint, tt.hint)
		})
	}
}
