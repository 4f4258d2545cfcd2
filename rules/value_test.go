package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"xiaoer/rules"
)

// Each value is read back by the reader of its kind, and is nothing to all others.
func TestValues(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 5_000_000, time.UTC)
	records := []map[string]rules.Value{{"title": rules.TextValue("梨")}, {"id": rules.TextValue("p1")}, {}}
	tests := []struct {
		name  string
		value rules.Value
		kind  rules.Kind
		print string
		zh    string // as a buyer reads it
	}{
		{"nothing", rules.Value{}, 0, "", ""},
		{"true", rules.BoolValue(true), rules.Bool, "true", "是"},
		{"false", rules.BoolValue(false), rules.Bool, "false", "否"},
		{"whole number", rules.IntValue(-7), rules.Int, "-7", "-7"},
		{"number", rules.NumberValue(decimal.MustParse("2.50")), rules.Number, "2.5", "2.5"},
		{"money", money("39.90"), rules.Money, "39.90", "39.90"},
		{"text", rules.TextValue("亲"), rules.Text, "亲", "亲"},
		{"moment", rules.TimeValue(noon), rules.Time, "2026-11-21T12:00:00Z", "今天 20:00"},
		{"day", rules.DateValue(2026, time.November, 21), rules.Date, "2026-11-21", "11月21日"},
		{"day before 1970", rules.DateValue(1969, time.December, 31), rules.Date, "1969-12-31", "1969年12月31日"},
		{"length of time", rules.DurationValue(90 * time.Minute), rules.Duration, "1h30m", "1 小时 30 分钟"},
		{"negative length of time", rules.DurationValue(-time.Hour), rules.Duration, "-1h", "-1 小时"},
		{"texts", rules.TextsValue([]string{"a", "b"}), rules.Texts, "a, b", "a、b"},
		{"records", rules.RecordsValue(records), rules.Records, "梨, p1", "梨、p1"},
	}
	format := rules.Format{Locale: "zh-CN", Location: shanghai(), Now: noon}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := tt.value
			require.Equal(t, tt.kind, v.Kind())
			require.Equal(t, tt.print, v.String())
			require.Equal(t, tt.zh, format.Print(v))
			require.Equal(t, tt.name == "true", v.Bool())
			require.Equal(t, tt.kind == rules.Int, v.Int() == -7)
			require.Equal(t, tt.kind == rules.Text, v.Text() == "亲")
			require.Equal(t, tt.kind == rules.Texts, len(v.Texts()) == 2)
			require.Equal(t, tt.kind == rules.Records, len(v.Records()) == 3)
			require.Equal(t, tt.kind == rules.Time || tt.kind == rules.Date, !v.Time().IsZero())
			require.Equal(t, tt.kind == rules.Duration, v.Duration() != 0)
			_, isNumber := v.Decimal()
			require.Equal(t, tt.kind == rules.Int || tt.kind == rules.Number || tt.kind == rules.Money, isNumber)
		})
	}
	require.True(t, rules.TimeValue(noon).Time().Equal(noon), "to the millisecond")
}

func TestParseMoney(t *testing.T) {
	tests := []struct {
		text, print string
		ok          bool
	}{
		{"39.90", "39.90", true},
		{"5", "5", true},
		{"-3.5", "-3.5", true},
		{"", "", false},
		{"5元", "", false},
		{"1,000", "", false},
		{"NaN", "", false},
		{"99999999999999999999", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			v, err := rules.ParseMoney(tt.text)
			require.Equal(t, tt.ok, err == nil)
			require.Equal(t, tt.print, v.String())
		})
	}
}

// Money is worked out exactly and rounded to 分 where it is paid, half up.
func TestAmounts(t *testing.T) {
	tests := []struct{ amount, want, err string }{
		{"order.amount", "39.90", ""},
		{"order.amount / 3", "13.3", ""},
		{"order.amount / 7", "5.7", ""},
		{"order.amount * 0.1", "3.99", ""},
		{"0.125", "0.13", ""},
		{"0.1 + 0.2", "0.3", ""},
		{"(order.amount - product.price) / 2", "10", ""},
		{"order.delivered_days", "3", ""},
		{"policy.late_coupon", "5", ""},
		{`money("4.50")`, "4.5", ""},
		{"-order.amount + 100", "60.1", ""},
		{"order.paid_hours % 24", "2", ""},
		{"order.amount * order.paid_hours / 100", "19.95", ""},
		{"product.price - order.amount", "", "amount is not above zero"},
		{"order.delivered_days - 3", "", "amount is not above zero"},
		{"order.amount / product.units", "", "division by zero"},
		{"order.amount % product.units", "", "division by zero"},
		{"order.amount * 99999999999999999 * 999", "", "number too large"},
	}
	for _, tt := range tests {
		t.Run(tt.amount, func(t *testing.T) {
			book := mustCompile(t, "rules:\n  - id: a\n    intent: return\n    offer: {refund: '"+tt.amount+"'}"+closing)
			amount := book.Rules()[0].Offer.Amount
			require.Equal(t, tt.amount, amount.Source())
			v, missing, err := amount.Eval(knownFacts(book))
			require.Empty(t, missing)
			d := book.Decide(rules.Query{Intent: "return", Facts: knownFacts(book)})
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, d.Rule, "what cannot be worked out keeps the rule from fitting")
				return
			}
			require.NoError(t, err)
			require.Equal(t, rules.Money, v.Kind())
			want, parseErr := decimal.Parse(tt.want)
			require.NoError(t, parseErr)
			got, _ := v.Decimal()
			require.Zero(t, want.Cmp(got), "%s", got)
			require.NotNil(t, d.Rule)
		})
	}
}

// A book says what it reads, so that what a shop describes and never uses can be found.
func TestUsage(t *testing.T) {
	tests := []struct {
		name, rule          string
		facts, slots, teams []string
	}{
		{"condition", "when: order.stage == \"paid\" and not promise.broken\n    silent: true", []string{"order.stage", "promise.broken"}, nil, nil},
		{"closure", "when: any(order.items, .price > order.amount)\n    silent: true", []string{"order.amount", "order.items"}, nil, nil},
		{"has", "when: has(order.no)\n    silent: true", []string{"order.no"}, nil, nil},
		{"variants", "reply: ['${order.no}', {text: '${buyer.tier}'}, {image: a.jpg}]", []string{"buyer.tier", "order.no"}, nil, nil},
		{"collected", "collect: [photos, bad]\n    silent: true", nil, []string{"bad", "photos"}, nil},
		{"slot as a fact", "reply: '${slots.address}'", []string{"slots.address"}, []string{"address"}, nil},
		{"number of an order", "find_order: true", nil, []string{"order_no"}, nil},
		{"handoff", "handoff: {team: lead, reason: '${order.no}'}", []string{"order.no"}, nil, []string{"lead"}},
		{"offer", "offer: {coupon: policy.late_coupon, above: aftersales}", []string{"policy.late_coupon"}, nil, []string{"aftersales"}},
		{"off", "off: true\n    handoff: {team: lead}", nil, nil, []string{"lead"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := mustCompile(t, "rules:\n  - id: a\n    intent: return\n    "+tt.rule+"\notherwise: {clarify: 1}\n").Usage()
			require.Equal(t, rules.Usage{Facts: tt.facts, Slots: tt.slots, Teams: tt.teams}, u)
		})
	}
	u := mustCompile(t, "rules:\n  - {id: a, reply: 好}\notherwise: {handoff: {team: lead, reason: '${message.text}'}}\n").Usage()
	require.Equal(t, rules.Usage{Facts: []string{"message.text"}, Teams: []string{"lead"}}, u, "otherwise speaks too")
}

// Patterns are RE2 and bounded, and fit characters and not bytes.
func TestPatterns(t *testing.T) {
	tests := []struct {
		name, text, pattern string
		want                bool
	}{
		{"somewhere", "我要 2026年 发票", `\\d{4}年`, true},
		{"at the beginning", "发票抬头", "^发票", true},
		{"not at the beginning", "要发票", "^发票", false},
		{"at the end", "开发票", "发票$", true},
		{"any character", "发x票", "发.票", true},
		{"one character is one rune", "发好票", "^发.票$", true},
		{"either", "开收据", "发票|收据", true},
		{"no case", "need an INVOICE", "(?i)invoice", true},
		{"case", "need an INVOICE", "invoice", false},
		{"class", "x订单9", "[0-9]$", true},
		{"Chinese class", "退", `^\\p{Han}$`, true},
		{"nothing", "", "^$", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := mustCompile(t, withCondition(`message.text matches "`+tt.pattern+`"`))
			f := book.NewFacts()
			f.Set("message.text", rules.TextValue(tt.text))
			require.Equal(t, tt.want, book.Decide(rules.Query{Intent: "return", Facts: f}).Rule != nil)
		})
	}
}

// Of a long text the first 2000 characters are looked at.
func TestPatternsOfLongTexts(t *testing.T) {
	book := mustCompile(t, withCondition(`message.text matches "x"`))
	for before, want := range map[int]bool{0: true, 1998: true, 1999: true, 2000: false, 5000: false} {
		for _, letter := range []string{"a", "亲", "👌"} {
			f := book.NewFacts()
			f.Set("message.text", rules.TextValue(strings.Repeat(letter, before)+"x"))
			require.Equal(t, want, book.Decide(rules.Query{Intent: "return", Facts: f}).Rule != nil, "behind %d of %s", before, letter)
		}
	}
}
