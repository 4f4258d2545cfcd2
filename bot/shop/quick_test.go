package shop_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shop"
)

const quickShop = smallShop + `policy: {return_days: 7}
quick_replies:
  在查了: 亲，订单 ${order.no} 正在为您查询。
  退货期: {text: "签收 ${policy.return_days} 天内可以退。", intents: [return, wrong_order.address]}
`

func TestQuickRepliesAreReadByName(t *testing.T) {
	r := load(t, "s/shop.yaml", quickShop)
	require.Empty(t, unlike(lines(r), "return_days"), "a policy that only a quick reply reads is used")
	require.Len(t, r.Shop.Quick, 2)
	require.Equal(t, "在查了", r.Shop.Quick[0].Name)
	require.Equal(t, []string{"order.no"}, r.Shop.Quick[0].Text.Facts())
	require.Equal(t, []string{"return", "wrong_order.address"}, r.Shop.Quick[1].Intents)
}

// unlike are the lines that hold a word.
func unlike(all []string, word string) (out []string) {
	for _, l := range all {
		if strings.Contains(l, word) {
			out = append(out, l)
		}
	}
	return out
}

func TestMistakesInQuickReplies(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"an unknown fact", "  a: 订单 ${order.nmber}\n", " unknown-field "},
		{"a forbidden word", "  a: 加微信详聊\n", " compliance "},
		{"twice the same name", "  a: 一\n  a: 二\n", " duplicate-key "},
		{"twice the same text", "  a: 一样的话\n  b: 一样的话\n", " unused "},
		{"an intent that there is not", "  a: {text: 好的, intents: [retrun]}\n", " unknown-intent "},
		{"a topic that there is not", "  a: {text: 好的, intents: [wrong_order.adress]}\n", " unknown-intent "},
		{"no text", "  a: {intents: [return]}\n", " missing-key "},
		{"an empty text", "  a: \"\"\n", " wrong-type "},
		{"an unknown key", "  a: {text: 好的, intent: return}\n", " unknown-key "},
		{"a list", "  a: [一, 二]\n", " wrong-type "},
		{"a long name", "  " + strings.Repeat("长", 41) + ": 一\n", " wrong-type "},
		{"too many", quickLines(301), " too-costly "},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := files("s/shop.yaml", smallShop+"quick_replies:\n"+c.yaml, "s/rules.yaml", smallRules)
			found := lines(newLoader(t).LoadFS(tree, "s"))
			require.Contains(t, strings.Join(found, "\n"), c.want)
			require.Len(t, found, 1, "one cause, one diagnostic")
		})
	}
}

func quickLines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("  q" + strings.Repeat("x", i/20) + string(rune('a'+i%20)) + ": 话" + strings.Repeat("一", i) + "\n")
	}
	return b.String()
}

func TestQuickRepliesOverABase(t *testing.T) {
	r := extended(t, "name: 底\nteams: {x: {title: 甲}}\nquick_replies: {a: 底的甲, b: 底的乙}\n", "rules: []\notherwise: {handoff: {team: x}}\n",
		"quick_replies: {a: 店的甲, c: 店的丙}\n", "")
	require.NotNil(t, r.Shop, strings.Join(lines(r), "\n"))
	got := map[string]string{}
	for _, q := range r.Shop.Quick {
		got[q.Name] = q.Text.Source()
	}
	require.Equal(t, map[string]string{"a": "店的甲", "b": "底的乙", "c": "店的丙"}, got)
}

func TestAShopIsAnotherWhenItsQuickRepliesChange(t *testing.T) {
	hash := func(r *shop.Result) string { return r.Shop.Book.Hash }
	require.NotEqual(t, hash(load(t, "s/shop.yaml", quickShop)), hash(load(t, "s/shop.yaml", strings.Replace(quickShop, "正在", "马上", 1))),
		"else a reload would keep the old ones")
}
