package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules/doc"
)

// A fact that is named as other systems name it would reach the buyer as it stands.
func TestBareValues(t *testing.T) {
	for _, test := range []struct{ name, text, at string }{
		{"one bracket", "订单 {order.no} 已发出", "{order.no}"},
		{"two brackets", "订单 {{ order.no }} 已发出", "{{ order.no }}"},
		{"only the sign", "订单 $order.no 已发出", "$order.no"},
		{"behind a value", "${order.no} 和 {order.no}", "{order.no}"},
		{"as it should be", "订单 ${order.no} 已发出", ""},
		{"the characters themselves", "写着 $${order.no} 的地方", ""},
		{"no fact", "见 {附件.一} 和 {a.b}，优惠 $5.00", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found := compile(t, "rules:\n  - id: a\n    intent: return\n    reply: '"+test.text+"'"+closing)
			if test.at == "" {
				require.Empty(t, errorsOf(found))
				return
			}
			require.Len(t, errorsOf(found), 1)
			require.Equal(t, doc.Syntax, found[0].Code)
			require.Contains(t, found[0].Message, "`"+test.at+"`")
			require.Contains(t, found[0].Hint, "${order.no}")
			require.Equal(t, len([]rune(test.at)), found[0].Range.End.Column-found[0].Range.Start.Column)
		})
	}
}

func TestChoicesHoldNoValues(t *testing.T) {
	_, found := compile(t, "rules:\n  - id: a\n    intent: return\n    reply: {text: 请选, choices: [退货, \"退 ${order.no}\"]}"+closing)
	require.Len(t, errorsOf(found), 1)
	require.Equal(t, doc.WrongType, found[0].Code)
	require.Equal(t, doc.Position{Line: 4, Column: 40}, found[0].Range.Start)
}

func errorsOf(found []doc.Diagnostic) []doc.Diagnostic {
	var list []doc.Diagnostic
	for _, d := range found {
		if d.Severity == doc.Error {
			list = append(list, d)
		}
	}
	return list
}
