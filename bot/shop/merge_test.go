package shop_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/shop"
)

// extended reads a shop on top of a base.
func extended(t *testing.T, base, baseRules, own, ownRules string, pairs ...string) *shop.Result {
	t.Helper()
	tree := files(append([]string{
		"base/shop.yaml", base, "base/rules.yaml", baseRules, "s/shop.yaml", "id: s\nextends: ../base\n" + own, "s/rules.yaml", ownRules,
	}, pairs...)...)
	return newLoader(t).LoadFS(tree, "s")
}

// TestEachKeyOverItsBase merges shop.yaml key by key: what the shop does not say comes from the base.
func TestEachKeyOverItsBase(t *testing.T) {
	const base = `name: 底
locale: en
timezone: Europe/Berlin
agent_idle: 10m
hours: {mon: "09:00-10:00"}
holidays: [2026-12-24]
notices: [{kind: stock, text: 底的}]
teams: {x: {title: 甲, first_reply: 1m}, y: {title: 乙}}
policy: {a: 1, b: 2}
scripts: {greeting: base greeting, closing: base closing}
compliance: [隔壁老王]
`
	const baseAny = "rules: [{id: base.any, intent: return, reply: fine}]\notherwise: {handoff: {team: y}}\n"
	for _, c := range []struct {
		name, own string
		get       func(*bot.Book) any
		base, got any
	}{
		{"name", "name: 店\n", func(b *bot.Book) any { return b.Shop.Name }, "底", "店"},
		{"locale", "locale: zh-CN\n", func(b *bot.Book) any { return b.Shop.Locale }, "en", "zh-CN"},
		{"timezone", "timezone: UTC\n", func(b *bot.Book) any { return b.Shop.Location.String() }, "Europe/Berlin", "UTC"},
		{"agent_idle", "agent_idle: 1m\n", func(b *bot.Book) any { return b.AgentIdle }, 10 * time.Minute, time.Minute},
		{
			"hours are replaced as a whole", "hours: {tue: \"01:00-02:00\"}\n", func(b *bot.Book) any { return b.Shop.Hours.Week },
			map[time.Weekday][]bot.Span{time.Monday: {{From: 540, To: 600}}},
			map[time.Weekday][]bot.Span{time.Tuesday: {{From: 60, To: 120}}},
		},
		{
			"so are holidays", "holidays: [2026-12-31]\n", func(b *bot.Book) any { return b.Shop.Holidays },
			[]bot.Days{{From: "2026-12-24", Until: "2026-12-24"}},
			[]bot.Days{{From: "2026-12-31", Until: "2026-12-31"}},
		},
		{
			"and notices", "notices: []\n", func(b *bot.Book) any { return len(b.Notices) }, 1, 0,
		},
		{
			"teams are merged by name and the shop's come first", "teams: {y: {first_reply: 9m}}\n",
			func(b *bot.Book) any {
				return []any{b.Teams[0].Name, b.Team("y").Title, b.Team("y").FirstReply, b.Team("x").Title}
			},
			[]any{"x", "乙", bot.DefaultFirstReply, "甲"},
			[]any{"y", "乙", 9 * time.Minute, "甲"},
		},
		{
			"policy by name", "policy: {b: 5}\n", func(b *bot.Book) any { return b.Policy["a"].String() + " " + b.Policy["b"].String() }, "1 2", "1 5",
		},
		{
			"scripts by name", "scripts: {closing: own closing}\n",
			func(b *bot.Book) any {
				return b.Scripts["greeting"][0].Source() + ", " + b.Scripts["closing"][0].Source()
			},
			"base greeting, base closing",
			"base greeting, own closing",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for own, want := range map[string]any{"": c.base, c.own: c.got} {
				r := extended(t, base, baseAny, own, "rules: []\n")
				require.NotNil(t, r.Shop, strings.Join(lines(r), "\n"))
				require.Equal(t, want, c.get(r.Shop.Book), own)
			}
		})
	}
}

// TestForbiddenWordsAdd holds that a shop's list of forbidden words comes on top of its base's.
func TestForbiddenWordsAdd(t *testing.T) {
	r := extended(t, "teams: {x: {}}\ncompliance: [隔壁老王]\n", "rules: []\notherwise: {handoff: {}}\n", "compliance: [小王]\n",
		"rules: [{id: a, reply: 隔壁老王和小王}]\n")
	said := strings.Join(lines(r), "\n")
	require.Contains(t, said, `"隔壁老王" must not be said`)
	require.Contains(t, said, `"小王" must not be said`)
}

// TestRulesOverTheirBase holds the order of a merged rule book and what stands in it.
func TestRulesOverTheirBase(t *testing.T) {
	const settings = "teams: {x: {}}\n"
	const base = "rules:\n  - {id: a, intent: return, reply: 底甲}\n  - {id: b, intent: refund, reply: 底乙}\n  - {id: c, intent: delay, reply: 底丙}\n" +
		"otherwise: {clarify: 1, handoff: {reason: 底}}\n"
	for _, c := range []struct {
		name, own, rules string
		ids, replies     []string
		reason           string
	}{
		{"nothing of its own", "", "rules: []\n", []string{"a", "b", "c"}, []string{"底甲", "底乙", "底丙"}, "底"},
		{"the same id replaces in place", "", "rules: [{id: b, intent: refund, reply: 乙}]\n", []string{"a", "b", "c"}, []string{"底甲", "乙", "底丙"}, "底"},
		{"a new rule is read first", "", "rules: [{id: n, intent: coupon, reply: 新}]\n", []string{"n", "a", "b", "c"}, []string{"新", "底甲", "底乙", "底丙"}, "底"},
		{"dropped", "drop: [a, c]\n", "rules: []\n", []string{"b"}, []string{"底乙"}, "底"},
		{"one id to drop", "drop: b\n", "rules: []\n", []string{"a", "c"}, []string{"底甲", "底丙"}, "底"},
		{"its own otherwise", "", "rules: []\notherwise: {handoff: {reason: 店}}\n", []string{"a", "b", "c"}, []string{"底甲", "底乙", "底丙"}, "店"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := extended(t, settings, base, c.own, c.rules)
			require.NotNil(t, r.Shop, strings.Join(lines(r), "\n"))
			require.Equal(t, c.ids, ids(r.Shop))
			var replies []string
			for _, rule := range r.Shop.Book.Rules.Rules() {
				replies = append(replies, rule.Replies[0].Text.Source())
			}
			require.Equal(t, c.replies, replies)
			require.Equal(t, c.reason, r.Shop.Book.Rules.Otherwise().Handoff.Reason.Source())
		})
	}
}

// TestIntentsAndProductsOverTheirBase holds that intents.yaml adds to the base's and products.csv stands in its place.
func TestIntentsAndProductsOverTheirBase(t *testing.T) {
	const settings, base = "teams: {x: {}}\n", "rules: []\notherwise: {handoff: {}}\n"
	const baseIntents = "intents: {engraving: {title: 刻字, examples: [可以刻字吗, 能刻名字吗, 想在上面刻字]}}\n"
	const ownIntents = "intents: {gift_wrap: {title: 包装, examples: [可以礼品包装吗, 帮我包装成礼物, 要礼盒包装]}}\n"
	both := "rules: [{id: e, intent: engraving, reply: 可以刻}, {id: g, intent: gift_wrap, reply: 可以包}]\n"
	r := extended(t, settings, base, "", both, "base/intents.yaml", baseIntents, "s/intents.yaml", ownIntents,
		"base/products.csv", "id,title\na,底\nb,底\n", "s/products.csv", "id,title\na,店\n")
	require.NotNil(t, r.Shop, strings.Join(lines(r), "\n"))
	require.Equal(t, "engraving", r.Shop.Classifier.Read("能刻名字吗").Intents[0].Intent)
	require.Equal(t, "gift_wrap", r.Shop.Classifier.Read("要礼盒包装").Intents[0].Intent)
	require.Len(t, r.Shop.Book.Products, 1)
	require.Equal(t, "店", r.Shop.Book.Products["a"].Columns["title"].String())
	alone := extended(t, settings, base, "", both, "base/intents.yaml", baseIntents)
	require.Contains(t, strings.Join(lines(alone), "\n"), `unknown intent "gift_wrap"`)
}
