package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// spot is where a diagnostic points, as the text that it marks.
func spot(source string, d doc.Diagnostic) string {
	line := []rune(strings.Split(source, "\n")[d.Range.Start.Line-1])
	to := len(line)
	if d.Range.End.Line == d.Range.Start.Line {
		to = min(to, d.Range.End.Column-1)
	}
	return string(line[d.Range.Start.Column-1 : to])
}

// Each wrong condition has one diagnostic, at the offending word, that says what is wrong and what to do.
func TestConditionDiagnostics(t *testing.T) {
	tests := []struct {
		name, condition string
		code            doc.Code
		at, says, hint  string
	}{
		{"field", `order.stag == "paid"`, doc.UnknownField, "stag", `unknown field "stag" in order; did you mean "stage"?`, "order has known"},
		{"group", `oder.stage == "paid"`, doc.UnknownField, "oder", `did you mean "order"?`, ""},
		{"group alone", `order == "paid"`, doc.UnknownField, "order", "is a group of fields", ""},
		{"upper case", `Order.stage == "paid"`, doc.UnknownField, "Order", `did you mean "order"?`, ""},
		{"upper case field", `order.Stage == "paid"`, doc.UnknownField, "Stage", `did you mean "stage"?`, ""},
		{"field of another group", `order.tags == "paid"`, doc.UnknownField, "tags", `did you mean "product.tags"?`, ""},
		{"group left out", `delivered_days > 3`, doc.UnknownField, "delivered_days", `did you mean "order.delivered_days"?`, ""},
		{"third name", `order.logistics.state == "signed"`, doc.UnknownField, "state", "has no fields of its own", "write logistics.state"},
		{"field of an entry", `any(order.items, .prise > 1)`, doc.UnknownField, "prise", `did you mean "price"?`, ""},
		{"field of a text entry", `any(product.tags, .name == "x")`, doc.UnknownField, "name", "texts without fields", ""},
		{"field of a list", `order.items.price > 3`, doc.UnknownField, "price", "", "any(order.items, .price == …)"},
		{"in records", `"x" in order.items`, doc.TypeMismatch, "order.items", "a list of entries", `any(order.items, .id == "x")`},
		{"only in texts", `offer.amount > 5`, doc.UnknownField, "amount", "not known yet when a rule is chosen", "${offer.amount}"},
		{"word without quotes", `order.stage == paid`, doc.UnknownField, "paid", `unknown field "paid"`, `a word to compare with stands in quotes: "paid"`},
		{"known of a fact", `slots.known`, doc.UnknownField, "known", "", "write has(slots."},
		{"enum", `order.stage == "deliverd"`, doc.UnknownValue, `"deliverd"`, `never "deliverd"; did you mean "delivered"?`, "one of unpaid"},
		{"enum the other way round", `"deliverd" != order.stage`, doc.UnknownValue, `"deliverd"`, "", ""},
		{"enum in a list", `order.stage in ["paid", "unpayd"]`, doc.UnknownValue, `"unpayd"`, `did you mean "unpaid"?`, ""},
		{"intent in a list", `"refnd" in intents`, doc.UnknownValue, `"refnd"`, `did you mean "refund"?`, ""},
		{"function", `length(order.no) > 1`, doc.UnknownFunction, "length", `unknown function "length"`, "the functions are has"},
		{"function of expr", `sum(order.items, .quantity) > 1`, doc.UnknownFunction, "sum", "", ""},
		{"method", `order.no.size() > 1`, doc.UnknownFunction, "order.no.size()", "cannot be called", ""},
		{"operator as function", `contains(message.text, "x")`, doc.UnknownFunction, "contains", "", `message.text contains`},
		{"money as text", `order.amount > "39"`, doc.TypeMismatch, `"39"`, "an amount of money", "without quotes: 39"},
		{"number as text", `order.delivered_days == "7"`, doc.TypeMismatch, `"7"`, "", "without quotes: 7"},
		{"text as number", `order.no == 123`, doc.TypeMismatch, "123", "", `in quotes: "123"`},
		{"truth as text", `order.known == "true"`, doc.TypeMismatch, `"true"`, "", "true or false without quotes"},
		{"day as text", `now.date >= "2026-11-11"`, doc.TypeMismatch, `"2026-11-11"`, "", `write date("2026-11-11")`},
		{"moment and day", `order.paid_at > date("2026-11-11")`, doc.TypeMismatch, `date("2026-11-11")`, "", "write date(order.paid_at)"},
		{"duration and hours", `order.paid_hours > policy.ship_within`, doc.TypeMismatch, "policy.ship_within", "", "write hours(policy.ship_within)"},
		{"no day", `now.date > date("11.11")`, doc.TypeMismatch, `"11.11"`, "is no day", ""},
		{"no amount", `order.amount > money("十元")`, doc.TypeMismatch, `"十元"`, "is no amount", ""},
		{"no condition", `order.stage`, doc.TypeMismatch, "order.stage", "not a condition", `order.stage == "unpaid"`},
		{"no condition in and", `order.known and order.amount`, doc.TypeMismatch, "order.amount", "not a condition", "order.amount > 1"},
		{"no condition under not", `not order.no`, doc.TypeMismatch, "order.no", "not a condition", ""},
		{"list compared", `product.tags == "fresh"`, doc.TypeMismatch, "product.tags", "is a list", "in product.tags"},
		{"list contains", `product.tags contains "fresh"`, doc.TypeMismatch, "product.tags", "is a list", `write "fresh" in product.tags`},
		{"in a text", `"票" in message.text`, doc.TypeMismatch, "message.text", "not a list", `write message.text contains "票"`},
		{"texts joined", `order.no + "x" == "yx"`, doc.TypeMismatch, `"x"`, "cannot be joined", ""},
		{"texts ordered", `order.no < "5"`, doc.TypeMismatch, "order.no", "does not order", ""},
		{"number contains", `order.amount contains "3"`, doc.TypeMismatch, "order.amount", "works on texts", ""},
		{"contains a number", `order.no contains 3`, doc.TypeMismatch, "3", "works on texts", `in quotes: "3"`},
		{"wrong argument", `len(order.amount) > 1`, doc.TypeMismatch, "order.amount", "len takes a text or a list", ""},
		{"too few arguments", `len() > 1`, doc.TypeMismatch, "len()", "one value, not 0", ""},
		{"has of a calculation", `has(order.amount + 1)`, doc.TypeMismatch, "order.amount + 1", "the name of a fact", ""},
		{"any of a text", `any(order.no, # == "1")`, doc.TypeMismatch, "order.no", "not a list", ""},
		{"never worked out", `order.amount > 1 / 0`, doc.TypeMismatch, "1 / 0", "division by zero", ""},
		{"pattern", `message.text matches "(退"`, doc.BadPattern, `"(退"`, "missing closing )", ""},
		{"pattern from a fact", `message.text matches order.no`, doc.BadPattern, "order.no", "written out", ""},
		{"pattern too costly", `message.text matches "(a{1,50}){1,20}"`, doc.TooCostly, `"(a{1,50}){1,20}"`, "steps for each character", ""},
		{"pattern in a closure", `any(order.items, .title matches "x")`, doc.TooCostly, `.title matches "x"`, "takes too long", ""},
		{"closure in a closure", `any(order.items, any(product.tags, # == "x"))`, doc.TooCostly, `any(product.tags, # == "x")`, "inside another", ""},
		{"message in a closure", `any(order.items, lower(message.text) contains .title)`, doc.TooCostly, "lower(message.text)", "again for every entry", ""},
		{"full-width equals", `order.stage ＝ "paid"`, doc.Syntax, "＝", "full-width", `order.stage == "paid"`},
		{"chinese quotes", `order.stage == “paid”`, doc.Syntax, "“", "full-width", `order.stage == "paid"`},
		{"full-width brackets", `（order.known） and order.changeable`, doc.Syntax, "（", "full-width", "(order.known) and"},
		{"full-width greater", `order.amount ＞ 10`, doc.Syntax, "＞", "", "order.amount > 10"},
		{"full-width comma", `order.stage in ["paid"，"unpaid"]`, doc.Syntax, "，", "", `["paid","unpaid"]`},
		{"full-width at least", `order.amount ＞＝ 10 and order.no ！＝ "1"`, doc.Syntax, "＞", "", `order.amount >= 10 and order.no != "1"`},
		{"at least", `order.amount ≥ 10`, doc.Syntax, "≥", "", "order.amount >= 10"},
		{"single equals", `order.stage = "paid"`, doc.Syntax, "=", "", "write `==`"},
		{"unequal", `order.stage <> "paid"`, doc.Syntax, "<>", "", "write `!=`"},
		{"reversed", `order.amount => 3`, doc.Syntax, "=>", "", "write `>=`"},
		{"three", `order.amount === 3`, doc.Syntax, "===", "", "write `==`"},
		{"single and", `order.known & order.changeable`, doc.Syntax, "&", "", "write `and`"},
		{"unit", `order.amount > 10元`, doc.Syntax, "10元", "a number with a unit", "only the number: 10"},
		{"hours unit", `order.paid_hours > 48h`, doc.Syntax, "48h", "", "write 48"},
		{"percent", `order.amount > 50%`, doc.Syntax, "50%", "", "0.5 for 50%"},
		{"upper and", `order.known AND order.changeable`, doc.Syntax, "AND", "", "write `and`"},
		{"chinese and", `order.known 且 order.changeable`, doc.Syntax, "且", "", "write `and`"},
		{"missing end", `order.known and`, doc.Syntax, "and", "something is missing after `and`", ""},
		{"unclosed bracket", `(order.known`, doc.Syntax, "(", "never closed", ""},
		{"unclosed quote", `order.no == "1`, doc.Syntax, `"1`, "never closed", ""},
		{"two operators", `order.known or or order.changeable`, doc.Syntax, "or", "cannot stand here", ""},
		{"two words", `order.known order.changeable`, doc.Syntax, "order", "cannot stand here", "`and`"},
		{"comment", `order.known // and order.changeable`, doc.Syntax, "// and order.changeable", "dropped as a comment", "#"},
		{"escape", `message.text matches "\d+"`, doc.Syntax, "\\d", "means nothing here", `\\`},
		{"list in round brackets", `order.stage in ("paid","unpaid")`, doc.Syntax, ",", "cannot stand here", "square brackets"},
		{"in a word", `order.stage in "paid"`, doc.TypeMismatch, `"paid"`, "", `order.stage in ["paid"]`},
		{"yuan sign", `order.amount > ¥10`, doc.Syntax, "¥", "", "only the number"},
		{"dollar", `order.amount > $10`, doc.Syntax, "$", "", "without it"},
		{"dot at the end", `order.`, doc.Syntax, "", "something is missing after", ""},
		{"value brackets", `${order.known}`, doc.Syntax, "${", "only in texts", ""},
		{"misspelt closure", `coun(order.items, .quantity > 1) > 1`, doc.UnknownFunction, "coun", `did you mean "count"?`, ""},
		{"nil", `order.no == nil`, doc.Syntax, "nil", "there is no nil", "has("},
		{"ternary", `order.known ? true : false`, doc.Syntax, "order.known ? true : false", "no if", ""},
		{"optional", `order?.known`, doc.Syntax, "order?.known", "no `?.`", ""},
		{"index", `order.items[0].price > 1`, doc.UnknownField, "price", "", ""},
		{"range", `order.delivered_days in 1..3`, doc.Syntax, "..", "no operator `..`", ""},
		{"power", `order.delivered_days ** 2 > 3`, doc.Syntax, "**", "", ""},
		{"list alone", `["a"] == order.no`, doc.Syntax, `["a"]`, "only after `in`", ""},
		{"entry outside", `#.price > 3`, doc.Syntax, "", "", ""},
		{"huge number", `order.amount > 99999999999999999999`, doc.Syntax, "99999999999999999999", "no number", ""},
		{"too long", `order.known` + strings.Repeat(" and order.known", 140), doc.TooCostly, "", "characters long", ""},
		{"too many parts", `order.known` + strings.Repeat(" or promise.broken", 100), doc.TooCostly, "", "parts, the most is 200", ""},
		{"literal", `1 < 2`, doc.ConstantCondition, "1 < 2", "always true", ""},
		{"true", `true`, doc.ConstantCondition, "true", "always true", ""},
		{"literal in and", `order.known and 1 > 2`, doc.ConstantCondition, "1 > 2", "never true", ""},
		{"interval", `order.delivered_days > 7 and order.delivered_days < 3`, doc.ConstantCondition, "order.delivered_days < 3", "cannot hold together", ""},
		{"interval of whole numbers", `order.delivered_days > 6 and order.delivered_days < 7`, doc.ConstantCondition, "order.delivered_days < 7", "", ""},
		{"two words of an enum", `order.stage == "paid" and order.stage == "unpaid"`, doc.ConstantCondition, `order.stage == "unpaid"`, "", ""},
		{"all words of an enum", `mood in ["calm", "upset", "angry"]`, doc.ConstantCondition, `mood in ["calm", "upset", "angry"]`, "always true", ""},
		{"known or not", `order.known or not order.known`, doc.ConstantCondition, "order.known or not order.known", "always true", ""},
		{"same atom twice", `message.text contains "a" and not message.text contains "a"`, doc.ConstantCondition, `not message.text contains "a"`, "", ""},
		{"pair of facts", `order.delivered_days < policy.return_days and order.delivered_days > policy.return_days`, doc.ConstantCondition, "order.delivered_days > policy.return_days", "", ""},
		{"a branch", `order.known or order.amount > 3 and order.amount < 2`, doc.ConstantCondition, "order.amount < 2", "", ""},
		{"not known and read", `not has(order.no) and order.no == "1"`, doc.ConstantCondition, `order.no == "1"`, "", ""},
		{"a half day", `order.delivered_days == 1.5`, doc.ConstantCondition, "order.delivered_days == 1.5", "never true", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := withCondition(tt.condition)
			book, found := compile(t, source)
			require.Nil(t, book)
			require.Len(t, found, 1, "one cause, one diagnostic")
			require.Equal(t, tt.code, found[0].Code, "%v", found[0])
			if tt.at != "" {
				require.Equal(t, tt.at, spot(source, found[0]))
			}
			require.Contains(t, found[0].Message, tt.says)
			require.Contains(t, found[0].Hint, tt.hint)
		})
	}
}

// What a rule asks about its own intent must be able to hold where it is read.
func TestConditionAgainstIntent(t *testing.T) {
	tests := []struct {
		name, intent, condition string
		at                      string // "" where all is well
	}{
		{"another intent", "return", `intent == "refund"`, `intent == "refund"`},
		{"its intent", "return", `intent == "return" and order.known`, ""},
		{"one of its intents", "[return, refund]", `intent == "refund"`, ""},
		{"none of its intents", "[return, refund]", `order.known and intent in ["delay", "quality"]`, `intent in ["delay", "quality"]`},
		{"not its intent", "return", `order.known and not (intent == "return")`, `not (intent == "return")`},
		{"a branch", "return", `order.known or intent == "refund" and mood == "calm"`, `intent == "refund"`},
		{"another topic", "wrong_order.address", `topic == "goods"`, `topic == "goods"`},
		{"its topic", "wrong_order.address", `topic == "address"`, ""},
		{"a topic of its intent", "wrong_order", `topic == "address" or order.known`, ""},
		{"a topic of another intent", "wrong_order", `topic == "ship"`, `topic == "ship"`},
		{"a topic of an intent without", "return", `topic == "ship"`, `topic == "ship"`},
		{"no topic", "wrong_order", `not has(topic)`, ""},
		{"no topic where there is one", "wrong_order.address", `not has(topic)`, "not has(topic)"},
		{"another topic than its own", "wrong_order.address", `topic != "address"`, `topic != "address"`},
		{"intent and topic that do not meet", "[refund.only, wrong_order.address]", `intent == "refund" and topic == "address"`, `intent == "refund" and topic == "address"`},
		{"other intents of the message", "return", `"refund" in intents`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := "rules:\n  - id: a\n    intent: " + tt.intent + "\n    when: '" + tt.condition + "'\n    reply: 好" + closing
			_, all := compile(t, source)
			found := errorsOf(all)
			if tt.at == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Equal(t, doc.ConstantCondition, found[0].Code)
			require.Equal(t, tt.at, spot(source, found[0]))
			require.Contains(t, found[0].Message, strings.Trim(tt.intent, "[]"))
			require.Equal(t, 3, found[0].Related[0].Range.Start.Line)
		})
	}
	_, found := compile(t, "rules:\n  - id: a\n    intent: [return, refnd]\n    when: 'intent == \"refund\"'\n    reply: 好"+closing)
	require.Len(t, errorsOf(found), 1, "a misspelt intent is the only cause")
	_, found = compile(t, "rules:\n  - id: a\n    when: 'intent == \"refund\"'\n    reply: 好"+closing)
	require.Empty(t, errorsOf(found), "a rule for every message may ask for any")
}

// Each atom has its own diagnostic.
func TestEachAtomIsReported(t *testing.T) {
	source := withCondition(`order.stag == "paid" and (order.amount > "3" or not order.stage == "pad") and foo(1)`)
	_, found := compile(t, source)
	var spots []string
	for _, d := range found {
		spots = append(spots, string(d.Code)+" "+spot(source, d))
	}
	require.Equal(t, []string{"unknown-field stag", `type-mismatch "3"`, `unknown-value "pad"`, "unknown-function foo"}, spots)
}

// Positions are right in every style of scalar, behind Chinese text and on later lines.
func TestPositionsInScalarStyles(t *testing.T) {
	tests := []struct {
		name, when   string
		line, column int
	}{
		{"plain", `when: message.text contains "退货" and order.stag == "paid"`, 4, 48},
		{"single quotes", `when: 'buyer.tier == "金''牌" and order.stag == "paid"'`, 4, 43},
		{"double quotes", `when: "buyer.tier == \"金牌\" and order.stag == \"paid\""`, 4, 43},
		{"literal", "when: |\n      buyer.tier == \"金牌\"\n        and order.stag == \"paid\"", 6, 19},
		{"folded", "when: >-\n      buyer.tier == \"金牌\"\n      and order.stag == \"paid\"", 6, 17},
		{"plain on two lines", "when: buyer.tier == \"金牌\"\n      and order.stag == \"paid\"", 5, 17},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := "rules:\n  - id: a\n    intent: return\n    " + tt.when + "\n    reply: 好的" + closing
			_, found := compile(t, source)
			require.Len(t, found, 1)
			require.Equal(t, doc.UnknownField, found[0].Code, "%v", found[0])
			require.Equal(t, [2]int{tt.line, tt.column}, [2]int{found[0].Range.Start.Line, found[0].Range.Start.Column})
			require.Equal(t, "stag", spot(source, found[0]))
		})
	}
}

// Texts have the same checks at their places.
func TestTextDiagnostics(t *testing.T) {
	tests := []struct {
		name, reply string
		code        doc.Code
		at          string
	}{
		{"field", `亲，订单 ${order.nmo} 已收到`, doc.UnknownField, "nmo"},
		{"group", `亲 ${oder.no}`, doc.UnknownField, "oder"},
		{"function", `亲 ${upper(order.no)}`, doc.UnknownFunction, "upper"},
		{"unclosed", `亲 ${order.no`, doc.Syntax, "${order.no"},
		{"nothing inside", `亲 ${}`, doc.Syntax, ""},
		{"full-width", `亲 ${order.no ＋ 1}`, doc.Syntax, "＋"},
		{"full-width braces", `亲 $｛order.no｝`, doc.Syntax, "$｛"},
		{"full-width dollar", `亲 ＄{order.no}`, doc.Syntax, "＄{"},
		{"full-width end", `亲 ${order.no｝ 好`, doc.Syntax, "｝"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := "rules:\n  - id: a\n    intent: return\n    reply: " + tt.reply + closing
			_, found := compile(t, source)
			require.Len(t, found, 1, "%v", found)
			require.Equal(t, tt.code, found[0].Code)
			if tt.at != "" {
				require.Equal(t, tt.at, spot(source, found[0]))
			}
		})
	}
}

// What is wrong with a rule, one diagnostic each.
func TestRuleDiagnostics(t *testing.T) {
	tests := []struct {
		name, source string
		code         doc.Code
		line         int
		at           string
	}{
		{"unknown key", "rules:\n  - id: a\n    repl: 好\n    silent: true" + closing, doc.UnknownKey, 3, "repl"},
		{"top level", "rules:\n  - {id: a, reply: 好}\nrule: 1" + closing, doc.UnknownKey, 3, "rule"},
		{"no id", "rules:\n  - intent: return\n    reply: 好" + closing, doc.MissingKey, 2, "intent"},
		{"does nothing", "rules:\n  - id: a\n    intent: return" + closing, doc.MissingKey, 2, "id"},
		{"does nothing, says so", "rules:\n  - id: a\n    silent: false" + closing, doc.MissingKey, 2, "id"},
		{"no reply and no image", "rules:\n  - id: a\n    reply: {choices: [好]}" + closing, doc.MissingKey, 3, "choices"},
		{"no offer", "rules:\n  - id: a\n    offer: {cap: {amount: 3}}" + closing, doc.MissingKey, 3, "cap"},
		{"promise without time", "rules:\n  - id: a\n    reply: 好\n    promise: {what: 送达}" + closing, doc.MissingKey, 4, "what"},
		{"not true or false", "rules:\n  - id: a\n    find_order: 也许" + closing, doc.WrongType, 3, "也许"},
		{"limit", "rules:\n  - id: a\n    reply: 好\n    limit: 3" + closing, doc.WrongType, 4, "3"},
		{"limit per", "rules:\n  - id: a\n    reply: 好\n    limit: {times: 1, per: week}" + closing, doc.UnknownValue, 4, "week"},
		{"priority", "rules:\n  - id: a\n    handoff: {priority: hi}" + closing, doc.UnknownValue, 3, "hi"},
		{"date", "rules:\n  - id: a\n    reply: 好\n    from: 11月11日" + closing, doc.WrongType, 4, "11月11日"},
		{"until before from", "rules:\n  - id: a\n    reply: 好\n    from: 2026-11-11\n    until: 2026-11-10" + closing, doc.ConstantCondition, 5, "2026-11-10"},
		{"two offers", "rules:\n  - id: a\n    offer: {coupon: 3, refund: 5}" + closing, doc.WrongType, 3, "5"},
		{"offer of nothing", "rules:\n  - id: a\n    offer: {coupon: 0}" + closing, doc.TypeMismatch, 3, "0"},
		{"offer of a text", "rules:\n  - id: a\n    offer: {coupon: order.no}" + closing, doc.TypeMismatch, 3, "order.no"},
		{"offer reads itself", "rules:\n  - id: a\n    offer: {coupon: offer.amount}" + closing, doc.UnknownField, 3, "amount"},
		{"intent", "rules:\n  - id: a\n    intent: retrun\n    reply: 好" + closing, doc.UnknownIntent, 3, "retrun"},
		{"topic", "rules:\n  - id: a\n    intent: [return, wrong_order.adress]\n    reply: 好" + closing, doc.UnknownIntent, 3, "wrong_order.adress"},
		{"other", "rules:\n  - id: a\n    intent: other\n    reply: 好" + closing, doc.UnknownIntent, 3, "other"},
		{"slot", "rules:\n  - id: a\n    reply: 好\n    collect: [bad, photo]" + closing, doc.UnknownSlot, 4, "photo"},
		{"team", "rules:\n  - id: a\n    handoff: {team: aftersale}" + closing, doc.UnknownTeam, 3, "aftersale"},
		{"team above", "rules:\n  - id: a\n    offer: {coupon: 3, above: boss}" + closing, doc.UnknownTeam, 3, "boss"},
		{"team of otherwise", "rules:\n  - {id: a, reply: 好}\notherwise: {handoff: {team: nobody}}", doc.UnknownTeam, 3, "nobody"},
		{"clarify", "rules:\n  - {id: a, reply: 好}\notherwise: {clarify: 2}", doc.WrongType, 3, "2"},
		{"same id", "rules:\n  - id: a\n    intent: return\n    reply: 好\n  - id: a\n    intent: refund\n    reply: 好" + closing, doc.DuplicateID, 5, "a"},
		{"no otherwise", "rules:\n  - {id: a, reply: 好}\n", doc.MissingOtherwise, 1, "rules"},
		{"no otherwise at all", "{}\n", doc.MissingOtherwise, 1, ""},
		{"misspelt otherwise", "rules:\n  - {id: a, reply: 好}\notherwize: {clarify: 1}\n", doc.UnknownKey, 3, "otherwize"},
		{"otherwise without value", "rules:\n  - {id: a, reply: 好}\notherwise:\n", doc.WrongType, 3, "otherwise"},
		{"rules are no list", "rules: {id: a}" + closing, doc.WrongType, 1, "{id: a}"},
		{"a rule is no mapping", "rules: [好]" + closing, doc.WrongType, 1, "好"},
		{"empty condition", "rules:\n  - id: a\n    when:\n    reply: 好" + closing, doc.LostText, 3, "when"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book, found := compile(t, tt.source)
			require.Nil(t, book)
			require.Len(t, found, 1, "%v", found)
			require.Equal(t, tt.code, found[0].Code, "%v", found[0])
			require.Equal(t, tt.line, found[0].Range.Start.Line)
			if tt.at != "" {
				require.Equal(t, tt.at, spot(tt.source, found[0]))
			}
		})
	}
}

// All problems of a folder come in one run.
func TestAllProblemsInOneRun(t *testing.T) {
	source := `rules:
  - id: a
    intent: retrun
    when: order.stag == "paid" and order.amount > "3"
    replly: 好
  - id: a
    intent: return
    collect: [photo]
    handoff: {team: boss, reason: "${order.nmo}"}
`
	_, found := compile(t, source)
	var codes []string
	for _, d := range found {
		codes = append(codes, fmt.Sprintf("%d %s", d.Range.Start.Line, d.Code))
	}
	require.Equal(t, []string{
		"1 missing-otherwise", "3 unknown-intent", "4 unknown-field", "4 type-mismatch", "5 unknown-key",
		"6 duplicate-id", "8 unknown-slot", "9 unknown-team", "9 unknown-field",
	}, codes)
}

// A file that cannot be read is one problem: what it lacks is no news.
func TestUnreadableFileHasNoMissingOtherwise(t *testing.T) {
	book, found := compile(t, "rules:\n\t- id: a\n")
	require.Nil(t, book)
	for _, d := range found {
		require.Equal(t, doc.Syntax, d.Code)
	}
}

// An empty file lacks `otherwise` whatever is wrong elsewhere; a file that could not be read may have it.
func TestMissingOtherwiseOfEmptyFiles(t *testing.T) {
	tests := []struct {
		name, rules, shop string
		want              bool
	}{
		{"empty", "", "id: a\n", true},
		{"only a comment", "# nothing yet\n", "id: a\n", true},
		{"empty beside a broken file", "", "id: @a\n", true},
		{"broken", "rules: @a\n", "id: a\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p doc.Problems
			doc.Parse("shop.yaml", []byte(tt.shop), &p)
			file := doc.Parse("rules.yaml", []byte(tt.rules), &p)
			require.Nil(t, rules.Compile([]rules.Source{{File: file}}, vocabulary(), rules.Options{}, &p))
			require.Equal(t, tt.want, hasCode(p.All(), doc.MissingOtherwise), "%v", p.All())
		})
	}
}

func TestNoTeamsIsTheShopsProblemAlone(t *testing.T) {
	v := vocabulary()
	v.Teams = nil
	var p doc.Problems
	file := doc.Parse("rules.yaml", []byte("rules:\n  - {id: a, handoff: {team: aftersales}}"+closing), &p)
	require.NotNil(t, rules.Compile([]rules.Source{{File: file}}, v, rules.Options{}, &p), "%v", p.All())
}

// What could not be read elsewhere is not missed here again, but there is no book.
func TestSpoiledGroups(t *testing.T) {
	v := vocabulary()
	v.Facts = slices.DeleteFunc(v.Facts, func(f rules.Fact) bool {
		return strings.HasPrefix(f.Name, "policy.") || strings.HasPrefix(f.Name, "slots.")
	})
	v.Slots, v.Teams = nil, []string{"lead"}
	v.Spoiled = []string{"policy", "slots", "teams", "otherwise"}
	for _, rule := range []string{
		"when: order.delivered_days > policy.return_days\n    reply: 好", "reply: '${policy.return_days} 天'", "collect: [bad]\n    reply: 好",
		"handoff: {team: boss}", "offer: {coupon: policy.late_coupon}", "reply: 好",
	} {
		t.Run(rule, func(t *testing.T) {
			var p doc.Problems
			file := doc.Parse("rules.yaml", []byte("rules:\n  - id: a\n    intent: return\n    "+rule+"\n"), &p)
			require.Nil(t, rules.Compile([]rules.Source{{File: file}}, v, rules.Options{}, &p))
			require.Empty(t, p.All())
		})
	}
}
