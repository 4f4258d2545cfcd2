package rules_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
)

// known is a row in which most facts are known.
func knownFacts(book *rules.Book) *rules.Facts {
	f := delivered(book)
	f.Set("message.text", rules.TextValue("  我要 2026年 的OK发票 "))
	f.Set("message.images", rules.IntValue(2))
	f.Set("intents", rules.TextsValue([]string{"return", "delay"}))
	f.Set("mood", rules.TextValue("upset"))
	f.Set("now.date", rules.DateValue(2026, time.November, 21))
	f.Set("now.hour", rules.IntValue(10))
	f.Set("buyer.tier", rules.TextValue("gold"))
	f.Set("order.paid_at", rules.TimeValue(time.Date(2026, 11, 10, 16, 30, 0, 0, time.UTC))) // the 11th in Shanghai
	f.Set("order.promised_at", rules.TimeValue(time.Date(2026, 11, 12, 16, 30, 0, 0, time.UTC)))
	f.Set("order.paid_hours", rules.IntValue(50))
	f.Set("order.changeable", rules.BoolValue(false))
	f.Set("order.items", rules.RecordsValue([]map[string]rules.Value{
		{"title": rules.TextValue("Red apple"), "quantity": rules.IntValue(1), "price": money("19.90")},
		{"title": rules.TextValue("梨"), "quantity": rules.IntValue(3), "price": money("6.5")},
	}))
	f.Set("product.tags", rules.TextsValue([]string{"fresh", "fruit"}))
	f.Set("product.price", money("19.90"))
	f.Set("product.units", rules.IntValue(0))
	f.Set("policy.ship_within", rules.DurationValue(48*time.Hour))
	f.Set("policy.late_coupon", rules.IntValue(5))
	return f
}

type languageTest struct{ name, fits, not string }

// languageTests have each word of the language once where it makes the condition true and once where it makes it false.
func languageTests() []languageTest {
	return []languageTest{
		{"bool", `order.known`, `order.changeable`},
		{"not", `not order.changeable`, `not order.known`},
		{"!", `!order.changeable`, `!order.known`},
		{"not binds below comparisons", `not order.stage == "paid"`, `not order.stage == "delivered"`},
		{"not binds below sums", `not order.paid_hours + 1 > 60`, `not order.paid_hours + 11 > 60`},
		{"not in brackets stays there", `(not order.changeable) == order.known`, `(not order.known) == order.known`},
		{"not before a chain", `not 60 < order.paid_hours < 70`, `not 40 < order.paid_hours < 60`},
		{"and", `order.known and mood == "upset"`, `order.known and mood == "calm"`},
		{"&&", `order.known && mood == "upset"`, `order.known && mood == "calm"`},
		{"or", `order.changeable or mood == "upset"`, `order.changeable or mood == "calm"`},
		{"||", `order.changeable || mood == "upset"`, `order.changeable || mood == "calm"`},
		{"== of words", `order.stage == "delivered"`, `order.stage == "paid"`},
		{"== the other way round", `"delivered" == order.stage`, `"paid" == order.stage`},
		{"!= of words", `order.stage != "paid"`, `order.stage != "delivered"`},
		{"== of truth values", `order.known == true`, `order.known == false`},
		{"== of numbers", `order.delivered_days == 3`, `order.delivered_days == 4`},
		{"== of texts", `buyer.tier == "gold"`, `buyer.tier == "silver"`},
		{"<", `order.delivered_days < 4`, `order.delivered_days < 3`},
		{"< the other way round", `2 < order.delivered_days`, `3 < order.delivered_days`},
		{"<=", `order.delivered_days <= 3`, `order.delivered_days <= 2`},
		{">", `order.delivered_days > 2`, `order.delivered_days > 3`},
		{">=", `order.delivered_days >= 3`, `order.delivered_days >= 4`},
		{"a chain", `2 < order.delivered_days <= 3`, `3 < order.delivered_days <= 9`},
		{"a fraction", `order.delivered_days < 3.5`, `order.delivered_days < 2.5`},
		{"two facts", `order.delivered_days <= policy.return_days`, `order.delivered_days > policy.return_days`},
		{"money and a number", `order.amount > 39`, `order.amount > 40`},
		{"money is decimal", `order.amount == 39.9`, `order.amount == 39.91`},
		{"money and money", `order.amount > product.price`, `order.amount <= product.price`},
		{"money and a whole number fact", `order.amount > policy.return_days`, `order.amount < policy.return_days`},
		{"+", `order.amount + 0.1 == 40`, `order.amount + 0.2 == 40`},
		{"-", `order.amount - 0.9 == 39`, `order.amount - 1 == 39`},
		{"*", `product.price * 3 == 59.7`, `product.price * 3 == 59.70001`},
		{"/", `order.delivered_days / 2 == 1.5`, `order.delivered_days / 2 == 1`},
		{"%", `order.paid_hours % 24 == 2`, `order.paid_hours % 24 == 3`},
		{"sign", `-order.delivered_days == -3`, `-order.delivered_days == 3`},
		{"brackets", `(order.delivered_days + 1) * 2 == 8`, `order.delivered_days + 1 * 2 == 8`},
		{"division by zero is not true", `order.known`, `order.amount / product.units > 0`},
		{"division by zero is not true under not", `order.known`, `not order.amount / product.units > 0`},
		{"in a list", `order.stage in ["paid", "delivered"]`, `order.stage in ["paid", "unpaid"]`},
		{"not in", `order.stage not in ["paid", "unpaid"]`, `order.stage not in ["paid", "delivered"]`},
		{"in a list of numbers", `order.delivered_days in [1, 3]`, `order.delivered_days in [1, 2]`},
		{"in a list of money", `order.amount in [39.9]`, `order.amount in [39]`},
		{"in a list with facts", `order.delivered_days in [order.paid_hours, policy.return_days - 4]`, `order.delivered_days in [order.paid_hours, policy.return_days]`},
		{"in a long list", `buyer.tier in ["1","2","3","4","5","6","7","8","9","gold"]`, `buyer.tier in ["1","2","3","4","5","6","7","8","9","10"]`},
		{"in texts", `"fresh" in product.tags`, `"frozen" in product.tags`},
		{"in intents", `"delay" in intents`, `"refund" in intents`},
		{"contains", `message.text contains "发票"`, `message.text contains "退货"`},
		{"not contains", `message.text not contains "退货"`, `message.text not contains "发票"`},
		{"startsWith", `order.no startsWith "2611"`, `order.no startsWith "1118"`},
		{"endsWith", `order.no endsWith "-1"`, `order.no endsWith "-2"`},
		{"matches", `message.text matches "\\d{4}年"`, `message.text matches "^\\d{4}年"`},
		{"has", `has(order.no)`, `has(order.remark)`},
		{"has under not", `not has(order.remark)`, `not has(order.no)`},
		{"len of a text", `len(order.no) == 8`, `len(order.no) == 9`},
		{"len counts characters", `len(trim(message.text)) == 14`, `len(message.text) == 14`},
		{"len of records", `len(order.items) == 2`, `len(order.items) == 3`},
		{"len of texts", `len(product.tags) > 1`, `len(product.tags) > 2`},
		{"any", `any(order.items, .quantity > 2)`, `any(order.items, .quantity > 3)`},
		{"any with #", `any(order.items, #.price > 19)`, `any(order.items, #.price > 20)`},
		{"any of texts", `any(product.tags, # startsWith "fru")`, `any(product.tags, # startsWith "veg")`},
		{"any with and", `any(order.items, .quantity > 2 and .price < 7)`, `any(order.items, .quantity > 2 and .price > 7)`},
		{"any with or and not", `any(order.items, not (.quantity > 0) or .price == 6.5)`, `any(order.items, not (.quantity > 0) or .price == 7)`},
		{"all", `all(order.items, .quantity >= 1)`, `all(order.items, .quantity > 1)`},
		{"none", `none(order.items, .quantity > 3)`, `none(order.items, .quantity > 2)`},
		{"count", `count(order.items, .price > 1) == 2`, `count(order.items, .price > 10) == 2`},
		{"count without a condition", `count(order.items) == 2`, `count(order.items) == 3`},
		{"lower", `lower(message.text) contains "ok"`, `message.text contains "ok"`},
		{"lower in a closure", `any(order.items, lower(.title) contains "red")`, `any(order.items, .title contains "red")`},
		{"trim", `trim(message.text) startsWith "我"`, `message.text startsWith "我"`},
		{"date of a text", `now.date == date("2026-11-21")`, `now.date == date("2026-11-22")`},
		{"date of a moment is the shop's day", `date(order.paid_at) == date("2026-11-11")`, `date(order.paid_at) == date("2026-11-10")`},
		{"in a list of days", `now.date in [date("2026-11-11"), date("2026-11-21")]`, `now.date in [date("2026-11-11")]`},
		{"numbers as people write them", `order.amount > .5 and order.amount < 1_000 and order.amount < 1e3 and order.amount > 0x10`, `order.amount < .5`},
		{"a closure in braces", `any(order.items, {.price > 19})`, `any(order.items, {.price > 20})`},
		{"days between", `now.date - date(order.paid_at) == days(10)`, `now.date - date(order.paid_at) == days(11)`},
		{"a later day", `date(order.paid_at) + days(10) == now.date`, `date(order.paid_at) + days(9) == now.date`},
		{"moments", `order.paid_at < order.promised_at`, `order.paid_at > order.promised_at`},
		{"time between moments", `order.promised_at - order.paid_at == hours(48)`, `order.promised_at - order.paid_at == hours(47)`},
		{"a later moment", `order.paid_at + policy.ship_within == order.promised_at`, `order.paid_at + hours(1) == order.promised_at`},
		{"money of a text", `order.amount == money("39.90")`, `order.amount == money("39.91")`},
		{"money of a number", `order.amount == money(39.9)`, `order.amount == money(39)`},
		{"hours of a duration", `order.paid_hours > hours(policy.ship_within)`, `order.paid_hours < hours(policy.ship_within)`},
		{"days of a duration", `order.delivered_days > days(policy.ship_within)`, `order.delivered_days <= days(policy.ship_within)`},
		{"hours of a number", `policy.ship_within == hours(48)`, `policy.ship_within == hours(47)`},
		{"days of a number beside hours", `order.paid_hours > days(2)`, `order.paid_hours > days(3)`},
		{"durations", `policy.ship_within * 2 == days(4)`, `policy.ship_within + hours(1) == days(2)`},
		{"an always known fact stands at its first word", `risk == "none"`, `risk == "health"`},
		{"fields in brackets", `order["stage"] == "delivered"`, `order["stage"] == "paid"`},
		{"a word in a list the other way round", `"upset" in [mood]`, `"calm" in [mood]`},
	}
}

func TestLanguage(t *testing.T) {
	for _, tt := range languageTests() {
		t.Run(tt.name, func(t *testing.T) {
			require.True(t, fits(t, tt.fits), tt.fits)
			require.False(t, fits(t, tt.not), tt.not)
		})
	}
}

// No word of the language is without a test in which it decides.
func TestLanguageTestsHaveEveryWord(t *testing.T) {
	for _, word := range append(rules.Operators(), rules.Functions()...) {
		require.True(t, slices.ContainsFunc(languageTests(), func(tt languageTest) bool {
			written := regexp.MustCompile(`(^|[\s(])` + regexp.QuoteMeta(word.Name) + `($|[\s("])`)
			return tt.name == word.Name || strings.HasPrefix(tt.name, word.Name+" ") && written.MatchString(tt.fits)
		}), word.Name)
	}
}

// fits tells whether a condition fits the known facts.
func fits(t *testing.T, condition string) bool {
	t.Helper()
	book := mustCompile(t, withCondition(condition))
	return book.Decide(rules.Query{Intent: "return", Facts: knownFacts(book)}).Rule != nil
}

// An atom that reads an unknown fact is unknown, also under not and inside functions.
func TestUnknownFactsNeverFit(t *testing.T) {
	for _, atom := range []string{
		`order.remark == "x"`, `order.remark contains "x"`, `order.remark matches "x"`, `len(order.remark) > 1`, `order.remark in ["x"]`,
		`lower(order.remark) == "x"`, `product.units > 1`, `order.delivered_days > product.units`, `slots.bad + 1 > 2`, `buyer.first_time`, `"x" in product.tags`,
		`any(order.items, .price > 1)`, `all(order.items, .price > 1)`, `none(order.items, .price > 1)`, `count(order.items, .price > 1) == 0`,
		`(buyer.first_time or order.known) == true`, `date(order.paid_at) == date("2026-11-11")`, `order.amount * 2 > 3`,
	} {
		for _, condition := range []string{atom, "not (" + atom + ")", "not not (" + atom + ")"} {
			t.Run(condition, func(t *testing.T) {
				book := mustCompile(t, withCondition(condition))
				d := book.Decide(rules.Query{Intent: "return", Facts: book.NewFacts(), Trace: true})
				require.Nil(t, d.Rule)
				require.Contains(t, d.Considered[0].Values, firstUnknown(d), "an unknown fact is among the values")
			})
		}
	}
}

func firstUnknown(d rules.Decision) string {
	for name, v := range d.Considered[0].Values {
		if v == "unknown" {
			return name
		}
	}
	return ""
}

// An entry that lacks a field which is read makes the whole atom unknown, though others would decide it.
func TestEntriesWithUnknownFields(t *testing.T) {
	for _, condition := range []string{`any(order.items, .price > 1)`, `not any(order.items, .price > 100)`, `none(order.items, .price > 100)`, `count(order.items, .price > 1) >= 1`} {
		t.Run(condition, func(t *testing.T) {
			book := mustCompile(t, withCondition(condition))
			f := book.NewFacts()
			f.Set("order.items", rules.RecordsValue([]map[string]rules.Value{{"price": money("5")}, {"title": rules.TextValue("梨")}}))
			require.Nil(t, book.Decide(rules.Query{Intent: "return", Facts: f}).Rule)
			f.Set("order.items", rules.RecordsValue([]map[string]rules.Value{{"price": money("5")}, {"price": money("6")}}))
			require.NotNil(t, book.Decide(rules.Query{Intent: "return", Facts: f}).Rule)
		})
	}
}

func TestLongListsAreAnError(t *testing.T) {
	book := mustCompile(t, withCondition(`none(product.tags, # == "x")`))
	f := book.NewFacts()
	f.Set("product.tags", rules.TextsValue(make([]string, 201)))
	d := book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
	require.Nil(t, d.Rule)
	require.Equal(t, "list too long", d.Considered[0].Error)
}

func TestErrorsAreRecorded(t *testing.T) {
	tests := []struct{ name, condition, want string }{
		{"division", `order.amount / product.units > 1`, "division by zero"},
		{"overflow", `order.amount * 999999999999999999 * 999 > 1`, "number too large"},
		{"no date", `date(buyer.tier) == now.date`, "text is no date such as 2026-11-11"},
		{"no money", `money(buyer.tier) > 1`, "text is no amount such as 39.90"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := mustCompile(t, withCondition(tt.condition))
			d := book.Decide(rules.Query{Intent: "return", Facts: knownFacts(book), Trace: true})
			require.Nil(t, d.Rule)
			require.Equal(t, tt.want, d.Considered[0].Error)
			require.Equal(t, tt.condition, d.Considered[0].Because)
		})
	}
}
