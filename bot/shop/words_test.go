package shop_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules/doc"
)

// TestEveryPlaceOfTheShopsWordsIsChecked puts a forbidden word in each place whose text a buyer may read.
func TestEveryPlaceOfTheShopsWordsIsChecked(t *testing.T) {
	const bad = "全网最低价"
	rule := func(rest string) []string {
		return []string{"s/rules.yaml", "rules:\n  - {id: a, intent: return, " + rest + "}\notherwise: {handoff: {}}\n"}
	}
	settings := func(yaml string) []string { return []string{"s/shop.yaml", smallShop + yaml} }
	for _, c := range []struct {
		name  string
		files []string
	}{
		{"a reply", rule("reply: " + bad)},
		{"a variant", rule("reply: [好, " + bad + "]")},
		{"the text of a reply", rule("reply: {text: " + bad + "}")},
		{"the choices of a reply", rule("reply: {text: 好, choices: [" + bad + "]}")},
		{"words between values", rule("reply: \"${shop.name}" + bad + "${shop.id}\"")},
		{"the question of a slot", settings("slots: {bad: {ask: " + bad + "}}\n")},
		{"the question put again", settings("slots: {bad: {ask: 好, retry: " + bad + "}}\n")},
		{"the choices of a slot", settings("slots: {bad: {kind: choice, ask: 好, choices: [" + bad + ", 好]}}\n")},
		{"a script", settings("scripts: {closing: " + bad + "}\n")},
		{"a variant of a script", settings("scripts: {closing: [好, " + bad + "]}\n")},
		{"a notice", settings("notices: [{kind: stock, text: " + bad + "}]\n")},
		{"a policy", settings("policy: {words: " + bad + "}\n")},
		{"the title of a team", []string{"s/shop.yaml", "id: s\nname: 店\nteams: {aftersales: {title: " + bad + "}}\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newLoader(t).LoadFS(files(append([]string{"s/shop.yaml", smallShop, "s/rules.yaml", smallRules}, c.files...)...), "s")
			found := 0
			for i := range r.Problems {
				if r.Problems[i].Code == doc.Compliance {
					found++
				}
			}
			require.Equal(t, 1, found, "%v", lines(r))
		})
	}
}

// TestValuesOfBuyersAreNotTheShopsWords holds that a value's name is not taken for what the shop says.
func TestValuesOfBuyersAreNotTheShopsWords(t *testing.T) {
	for _, reply := range []string{"${buyer.name}您好", "${lower(\"微信\") == \"a\"}", "确认收货后 ${policy.days} 天内", "$${微信支付}"} {
		r := newLoader(t).LoadFS(files("s/shop.yaml", smallShop+"policy: {days: 7}\n", "s/rules.yaml",
			"rules:\n  - {id: a, intent: return, reply: '"+reply+"'}\notherwise: {handoff: {}}\n"), "s")
		for i := range r.Problems {
			require.NotEqual(t, doc.Compliance, r.Problems[i].Code, reply)
		}
	}
}

// TestOwnForbiddenWords holds how a shop's own list is matched: words whole, patterns anywhere.
func TestOwnForbiddenWords(t *testing.T) {
	for _, c := range []struct {
		name, list, reply string
		hit               bool
	}{
		{"a word", "[隔壁老王]", "比隔壁老王便宜", true},
		{"another", "[隔壁老王]", "比隔壁老张便宜", false},
		{"capitals", "[BestBuy]", "like bestbuy", true},
		{"part of a Latin word", "[art]", "start now", false},
		{"a Latin word", "[art]", "an art print", true},
		{"a pattern", "[{patterns: ['赔\\d+倍'], what: 不许}]", "假一赔10倍", true},
		{"words in a mapping", "[{words: [老王], what: 不许}]", "老王说好", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newLoader(t).LoadFS(files("s/shop.yaml", smallShop+"compliance: "+c.list+"\n", "s/rules.yaml",
				"rules:\n  - {id: a, intent: return, reply: '"+c.reply+"'}\notherwise: {handoff: {}}\n"), "s")
			require.Equal(t, c.hit, r.HasErrors(), "%v", lines(r))
			if !c.hit {
				require.NotEmpty(t, r.Shop.Book.Compliance, "the list goes on to the sending")
			}
		})
	}
}
