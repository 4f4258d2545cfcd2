package rules_test

import (
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

func template(tb testing.TB, text string) *rules.Template {
	tb.Helper()
	var p doc.Problems
	file := doc.Parse("shop.yaml", []byte("text: |-\n  "+text+"\n"), &p)
	require.False(tb, p.HasErrors(), "%v", p.All())
	compiled := rules.CompileTemplate(file.Root.Get("text"), vocabulary(), &p)
	require.NotNil(tb, compiled, "%v", p.All())
	return compiled
}

func shanghai() *time.Location { return vocabulary().Location }

func TestRender(t *testing.T) {
	book := mustCompile(t, withCondition("order.known"))
	f := knownFacts(book)
	f.Set("handoff.team", rules.TextValue("售后"))
	f.Set("product.weight", rules.NumberValue(decimal.MustParse("2.50")))
	format := rules.Format{Locale: "zh-CN", Location: shanghai(), Now: time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)}
	tests := []struct{ name, text, zh, en string }{
		{"words only", "亲，您好", "亲，您好", "亲，您好"},
		{"a fact", "签收 ${policy.return_days} 天内", "签收 7 天内", "签收 7 天内"},
		{"several", "${order.no}/${handoff.team}", "261118-1/售后", "261118-1/售后"},
		{"money as given", "${order.amount} 元", "39.90 元", "39.90 元"},
		{"computed money", "${order.amount * 0.5} ${order.amount / 3}", "19.95 13.3", "19.95 13.3"},
		{"no trailing zeros", "${product.weight}", "2.5", "2.5"},
		{"a quotient", "${order.paid_hours / 4}", "12.5", "12.5"},
		{"duration", "${policy.ship_within}", "48 小时", "48 hours"},
		{"length", "${policy.ship_within + hours(0.5)}", "48 小时 30 分钟", "48 hours 30 minutes"},
		{"moment", "${order.paid_at}", "11月11日 00:30", "Nov 11 00:30"},
		{"day", "${now.date}", "11月21日", "Nov 21"},
		{"truth", "${order.known}/${order.changeable}", "是/否", "yes/no"},
		{"texts", "${product.tags}", "fresh、fruit", "fresh, fruit"},
		{"entries", "${order.items}", "Red apple、梨", "Red apple, 梨"},
		{"a function", "共 ${len(order.items)} 件", "共 2 件", "共 2 件"},
		{"a brace in quotes", `${trim(" } ")}`, "}", "}"},
		{"dollars", "$5 $${order.no} $", "$5 ${order.no} $", "$5 ${order.no} $"},
		{"escaped beside a fact", "$${x}${order.no}", "${x}261118-1", "${x}261118-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			compiled := template(t, tt.text)
			text, missing := compiled.Render(f, format)
			require.Empty(t, missing)
			require.Equal(t, tt.zh, text)
			text, _ = compiled.Render(f, rules.Format{Locale: "en-US", Location: shanghai(), Now: format.Now})
			require.Equal(t, tt.en, text)
		})
	}
}

func TestRenderMissing(t *testing.T) {
	book := mustCompile(t, withCondition("order.known"))
	text, missing := template(t, "亲 ${order.no}，${notice.text}，${order.known}").Render(book.NewFacts(), rules.Format{})
	require.Empty(t, text)
	require.Equal(t, []string{"order.no", "notice.text"}, missing)

	_, missing = template(t, "${order.amount / product.units}").Render(knownFacts(book), rules.Format{})
	require.Equal(t, []string{"${order.amount / product.units}"}, missing)
}

func TestTemplateKnowsItsWords(t *testing.T) {
	compiled := template(t, "亲 ${order.no} 请看 ${order.amount} $${no}")
	require.Equal(t, []string{"亲 ", " 请看 ", " ${no}"}, compiled.Literals())
	require.Equal(t, []string{"order.amount", "order.no"}, compiled.Facts())
	require.Equal(t, "亲 ${order.no} 请看 ${order.amount} $${no}", compiled.Source())
}

func TestFormatTimes(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC) // 10:00 in Shanghai
	at := func(day, hour int) rules.Value {
		return rules.TimeValue(time.Date(2026, 11, day, hour, 0, 0, 0, shanghai()))
	}
	tests := []struct {
		name   string
		value  rules.Value
		zh, en string
	}{
		{"today", at(21, 10), "今天 10:00", "today 10:00"},
		{"today by the shop's clock", at(21, 1), "今天 01:00", "today 01:00"},
		{"tomorrow", at(22, 9), "明天 09:00", "tomorrow 09:00"},
		{"yesterday", at(20, 23), "昨天 23:00", "yesterday 23:00"},
		{"later", at(23, 10), "11月23日 10:00", "Nov 23 10:00"},
		{"another year", rules.TimeValue(time.Date(2027, 1, 2, 10, 0, 0, 0, shanghai())), "2027年1月2日 10:00", "Jan 2, 2027 10:00"},
		{"day of another year", rules.DateValue(2025, 3, 1), "2025年3月1日", "Mar 1, 2025"},
		{"one hour", rules.DurationValue(time.Hour), "1 小时", "1 hour"},
		{"minutes", rules.DurationValue(90 * time.Minute), "1 小时 30 分钟", "1 hour 30 minutes"},
		{"five minutes", rules.DurationValue(5 * time.Minute), "5 分钟", "5 minutes"},
		{"seconds", rules.DurationValue(5 * time.Second), "5 秒", "5 seconds"},
		{"nothing", rules.DurationValue(0), "0 秒", "0 seconds"},
		{"days are hours", rules.DurationValue(72 * time.Hour), "72 小时", "72 hours"},
		{"money", money("39.90"), "39.90", "39.90"},
		{"half up", rules.MoneyValue(decimal.MustParse("0.125"), ""), "0.13", "0.13"},
		{"half up, even neighbour", rules.MoneyValue(decimal.MustParse("0.145"), ""), "0.15", "0.15"},
		{"below half", rules.MoneyValue(decimal.MustParse("0.12499"), ""), "0.12", "0.12"},
		{"half away from zero", rules.MoneyValue(decimal.MustParse("-0.125"), ""), "-0.13", "-0.13"},
		{"whole money", rules.MoneyValue(decimal.MustParse("5.00"), ""), "5", "5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.zh, rules.Format{Locale: "zh-CN", Location: shanghai(), Now: now}.Print(tt.value))
			require.Equal(t, tt.en, rules.Format{Locale: "en", Location: shanghai(), Now: now}.Print(tt.value))
		})
	}
}

func TestFactsTakeOnlyWhatFits(t *testing.T) {
	book := mustCompile(t, withCondition("order.known"))
	tests := []struct {
		name, fact string
		value      rules.Value
		want       string // "" for unknown
	}{
		{"enum word", "order.stage", rules.TextValue("paid"), "paid"},
		{"no enum word", "order.stage", rules.TextValue("lost"), ""},
		{"no word of an always known enum", "mood", rules.TextValue("furious"), "calm"},
		{"int as money", "order.amount", rules.IntValue(5), "5"},
		{"money as text", "order.no", money("5"), ""},
		{"text as money", "order.amount", rules.TextValue("5"), ""},
		{"whole number", "order.delivered_days", rules.NumberValue(decimal.MustParse("3.0")), "3"},
		{"fraction as a whole number", "order.delivered_days", rules.NumberValue(decimal.MustParse("3.5")), ""},
		{"time", "order.paid_at", rules.TimeValue(time.Unix(0, 0)), "1970-01-01T00:00:00Z"},
		{"duration", "policy.ship_within", rules.DurationValue(90 * time.Minute), "1h30m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := book.NewFacts()
			f.Set(tt.fact, tt.value)
			v, known := f.Get(tt.fact)
			require.Equal(t, tt.want != "", known)
			require.Equal(t, tt.want, v.String())
			f.Reset()
			_, known = f.Get(tt.fact)
			require.Equal(t, tt.fact == "mood" || tt.fact == "policy.ship_within", known, "after a reset only what is always known is left")
		})
	}
	f := book.NewFacts()
	f.Set("no.such", rules.IntValue(1))
	_, known := f.Get("no.such")
	require.False(t, known)
}

func TestAlwaysKnownFactsBeginEmpty(t *testing.T) {
	f := mustCompile(t, withCondition("order.known")).NewFacts()
	for name, want := range map[string]string{"order.known": "false", "mood": "calm", "risk": "none", "message.images": "0", "message.text": "", "intents": ""} {
		v, known := f.Get(name)
		require.True(t, known, name)
		require.Equal(t, want, v.String(), name)
	}
	_, known := f.Get("order.no")
	require.False(t, known)
}

func TestRecordsWithWrongFields(t *testing.T) {
	book := mustCompile(t, withCondition(`any(order.items, .price > 1)`))
	f := book.NewFacts()
	given := []map[string]rules.Value{{"price": rules.IntValue(5)}}
	f.Set("order.items", rules.RecordsValue(given))
	require.NotNil(t, book.Decide(rules.Query{Intent: "return", Facts: f}).Rule, "a whole number is money too")
	require.Equal(t, rules.Int, given[0]["price"].Kind(), "what was given is not changed")
	f.Set("order.items", rules.RecordsValue([]map[string]rules.Value{{"price": rules.TextValue("5")}}))
	require.Nil(t, book.Decide(rules.Query{Intent: "return", Facts: f}).Rule)
}
