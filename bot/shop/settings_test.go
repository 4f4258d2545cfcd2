package shop_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/shop"
	"xiaoer/rules"
)

// load reads a folder of files besides the small shop's; what is wrong with it fails the test, warnings excepted.
func load(t *testing.T, pairs ...string) *shop.Result {
	t.Helper()
	tree := files(append([]string{"s/shop.yaml", smallShop, "s/rules.yaml", smallRules}, pairs...)...)
	r := newLoader(t).LoadFS(tree, "s")
	require.NotNil(t, r.Shop, strings.Join(lines(r), "\n"))
	return r
}

// book is the book of the small shop with more in its shop.yaml.
func book(t *testing.T, yaml string) *bot.Book {
	t.Helper()
	return load(t, "s/shop.yaml", smallShop+yaml).Shop.Book
}

// TestHoursSayWhenTheDeskIsOpen reads shop.yaml and asks at moments of the week of Saturday, 21 November 2026.
func TestHoursSayWhenTheDeskIsOpen(t *testing.T) {
	const weekdays = `hours: {mon-fri: "09:00-12:00,13:00-21:00", sat-sun: "10:00-02:00"}` + "\n"
	for _, c := range []struct {
		name, yaml, at string
		open           bool
	}{
		{"no hours are always open", "", "2026-11-21T03:00:00", true},
		{"the first minute", weekdays, "2026-11-20T09:00:00", true},
		{"before it", weekdays, "2026-11-20T08:59:59", false},
		{"the break", weekdays, "2026-11-20T12:00:00", false},
		{"after the break", weekdays, "2026-11-20T13:00:00", true},
		{"the end is not open any more", weekdays, "2026-11-20T21:00:00", false},
		{"past midnight, the night of a Saturday", weekdays, "2026-11-22T01:59:00", true},
		{"past its end", weekdays, "2026-11-22T02:00:00", false},
		{"past midnight, the night of a Sunday", weekdays, "2026-11-23T01:00:00", true},
		{"the night of a Friday has no such hours", weekdays, "2026-11-21T01:00:00", false},
		{"a day that is not named is closed", "hours: {mon: \"09:00-18:00\"}\n", "2026-11-24T10:00:00", false},
		{"a holiday of the shop", weekdays + "holidays: [\"2026-11-19..2026-11-20\"]\n", "2026-11-20T10:00:00", false},
		{"the day after it", weekdays + "holidays: [\"2026-11-19..2026-11-20\"]\n", "2026-11-21T10:00:00", true},
		{"one day", weekdays + "holidays: [2026-11-20]\n", "2026-11-20T10:00:00", false},
		{"the national day", weekdays + "holidays: [cn]\n", "2026-10-01T10:00:00", false},
		{"the national day without cn", weekdays, "2026-10-01T10:00:00", true},
		{"a make-up day of the mainland", "hours: {mon-fri: \"09:00-18:00\"}\nholidays: cn\n", "2026-10-10T10:00:00", true},
		{"a holiday on which the shop works", weekdays + "holidays: [cn]\nworkdays: [2026-10-03]\n", "2026-10-01T10:00:00", false},
		{"that day, with the hours of its weekday", weekdays + "workdays: [2026-10-03]\nholidays: [cn]\n", "2026-10-03T23:00:00", true},
		{"a day of rest on which it works, with Monday's hours", "hours: {mon-fri: \"09:00-18:00\"}\nworkdays: \"2027-02-13..2027-02-14\"\n", "2027-02-14T17:00:00", true},
		{"after them", "hours: {mon-fri: \"09:00-18:00\"}\nworkdays: \"2027-02-13..2027-02-14\"\n", "2027-02-14T18:00:00", false},
		{"another timezone", weekdays + "timezone: America/New_York\n", "2026-11-20T13:30:00", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			zone, err := time.LoadLocation("Asia/Shanghai")
			require.NoError(t, err)
			at, err := time.ParseInLocation("2006-01-02T15:04:05", c.at, zone)
			require.NoError(t, err)
			s := book(t, c.yaml).Shop
			require.Equal(t, c.open, s.IsOpen(at))
		})
	}
}

// TestSlotKinds reads the kind of a slot: what is written, else what the slot is named after, else a text.
func TestSlotKinds(t *testing.T) {
	var yaml strings.Builder
	yaml.WriteString("slots:\n")
	for _, kind := range bot.SlotKinds() {
		if kind != bot.SlotChoice {
			yaml.WriteString("  " + kind + ": {ask: 请回答}\n")
			yaml.WriteString("  my_" + kind + ": {kind: " + kind + ", ask: 请回答}\n")
		}
	}
	yaml.WriteString("  plain: {ask: 请回答}\n  taste: {kind: choice, ask: 哪一种？, choices: [甜, 咸]}\n" +
		"  photos: {kind: image, min: 2, ask: 请拍照}\n  number: {kind: text, ask: 请回答}\n  few: {ask: 请回答, attempts: 3, retry: 再来}\n")
	b := book(t, strings.Replace(yaml.String(), "  number: {ask: 请回答}\n", "", 1))
	kinds := map[string]string{}
	for i := range b.Slots {
		kinds[b.Slots[i].Name] = b.Slots[i].Kind
	}
	for _, kind := range bot.SlotKinds() {
		if kind != bot.SlotChoice && kind != bot.SlotNumber {
			require.Equal(t, kind, kinds[kind])
		}
		if kind != bot.SlotChoice {
			require.Equal(t, kind, kinds["my_"+kind])
		}
	}
	require.Equal(t, bot.SlotText, kinds["plain"])
	require.Equal(t, bot.SlotText, kinds["number"], "what is written counts before the name")
	taste, _ := b.Slot("taste")
	require.Equal(t, []string{"甜", "咸"}, taste.Choices)
	photos, _ := b.Slot("photos")
	require.Equal(t, 2, photos.Min)
	require.Zero(t, photos.Attempts, "two, unless set")
	few, _ := b.Slot("few")
	require.Equal(t, 3, few.Attempts)
	require.Equal(t, "再来", few.Retry.Source())
}

// TestPolicyIsTyped reads the values of a policy: numbers, texts, durations, true and false.
func TestPolicyIsTyped(t *testing.T) {
	b := book(t, "policy: {days: 7, share: 0.5, wait: 48h, words: 看页面, free: true, size: \"7\"}\n")
	for name, kind := range map[string]rules.Kind{
		"share": rules.Number, "wait": rules.Duration, "words": rules.Text, "free": rules.Bool, "size": rules.Text,
	} {
		require.Equal(t, kind, b.Policy[name].Kind(), name)
	}
	require.Equal(t, "7", b.Policy["days"].String())
	require.Equal(t, 48*time.Hour, b.Policy["wait"].Duration())
	for when, code := range map[string]string{
		`policy.days + 1 > 7`: "", `policy.days == "7"`: "type-mismatch", `policy.wait > 7`: "type-mismatch", `policy.dayz > 1`: "unknown-field",
	} {
		r := newLoader(t).LoadFS(files("s/shop.yaml", smallShop+"policy: {days: 7, wait: 48h}\n", "s/rules.yaml",
			"rules: [{id: a, intent: return, when: 'order.amount > 1 and "+when+"', reply: 好}]\notherwise: {handoff: {}}\n"), "s")
		said := strings.Join(lines(r), "\n")
		if code == "" {
			require.False(t, r.HasErrors(), said)
		} else {
			require.Contains(t, said, code, when)
		}
	}
}

// TestShipWithinIsADuration warns where order.ship_by could never be known.
func TestShipWithinIsADuration(t *testing.T) {
	for value, warned := range map[string]bool{"48h": false, "2d": false, "48": true, "2天": true} {
		r := newLoader(t).LoadFS(files("s/shop.yaml", smallShop+"policy: {ship_within: "+value+"}\n",
			"s/rules.yaml", "rules: []\notherwise: {handoff: {}}\n"), "s")
		require.False(t, r.HasErrors(), value)
		require.Equal(t, warned, strings.Contains(strings.Join(lines(r), "\n"), "ship_within is no length of time"), value)
	}
}

// TestTeams reads teams in their order; the first is the default, and what a team does not say is made up.
func TestTeams(t *testing.T) {
	b := load(t, "s/shop.yaml", `id: s
name: 店
teams:
  b: {title: 乙, first_reply: 90s, next_reply: 5m, escalate_to: a}
  a: {}
`, "s/rules.yaml", "rules: []\notherwise: {handoff: {}}\n").Shop.Book
	require.Equal(t, bot.Team{Name: "b", Title: "乙", FirstReply: 90 * time.Second, NextReply: 5 * time.Minute, EscalateTo: "a"}, b.Team("b"))
	require.Equal(t, bot.Team{Name: "a", Title: "a", FirstReply: bot.DefaultFirstReply, NextReply: bot.DefaultFirstReply}, b.Team("a"))
	require.Equal(t, "b", b.Team("").Name, "the first is the default")
	require.Equal(t, "b", b.Team("gone").Name)
}

// TestNoticesAndIdle reads what the shop declares beside its words.
func TestNoticesAndIdle(t *testing.T) {
	b := book(t, "agent_idle: 10m\nnotices: [{kind: weather, text: 台风, regions: [福建, 广东], from: 2026-11-20, until: 2026-11-23}, {kind: courier, text: 改派}]\n")
	require.Equal(t, []bot.Declared{
		{Kind: "weather", Text: "台风", Regions: []string{"福建", "广东"}, From: "2026-11-20", Until: "2026-11-23"}, {Kind: "courier", Text: "改派"},
	}, b.Notices)
	require.Equal(t, 10*time.Minute, b.AgentIdle)
}

// TestScripts holds that every script of the manual is there in both languages, and that the shop's take the place of the pack's.
func TestScripts(t *testing.T) {
	manual := strings.Fields(`greeting apology closing handoff task off_hours holding clarify withdrawn settled ack_media ask_order
		choose_order compliance rating stage_received stage_investigating stage_negotiating stage_resolving stage_closed promise_broken`)
	zh, en := book(t, ""), book(t, "locale: en\n")
	for _, name := range manual {
		require.Contains(t, bot.ScriptNames(), name)
		require.NotEmpty(t, zh.Scripts[name], name)
		require.NotEmpty(t, en.Scripts[name], name)
		require.NotEqual(t, zh.Scripts[name][0].Source(), en.Scripts[name][0].Source(), name)
		require.NotEmpty(t, zh.Plain[name], name)
	}
	own := book(t, "scripts: {greeting: [一, \"二${shop.name}\"], closing: 回见}\n")
	require.Equal(t, []string{"一", "二${shop.name}"}, []string{own.Scripts["greeting"][0].Source(), own.Scripts["greeting"][1].Source()})
	require.Len(t, own.Scripts["greeting"], 2)
	require.Equal(t, "一", own.Plain["greeting"], "what is said when facts are missing")
	require.Equal(t, "回见", own.Scripts["closing"][0].Source())
	require.Equal(t, zh.Scripts["handoff"][0].Source(), own.Scripts["handoff"][0].Source())
}

// TestConnect reads connect.yaml with its defaults.
func TestConnect(t *testing.T) {
	const good = "whsec_c2VjcmV0c2VjcmV0"
	with := func(yaml string) shop.Connect {
		return load(t, "s/connect.yaml", yaml, "s/my.csv", "buyer_id,no\n").Shop.Connect
	}
	for _, c := range []struct {
		name, yaml string
		want       shop.Connect
	}{
		{"nothing", "", shop.Connect{Webhook: shop.Webhook{Rate: 200}, Orders: shop.OrderSource{Timeout: 2 * time.Second}}},
		{
			"a webhook", "webhook: {secret: \"env:GOOD\", rate: 0, callback: \"https://shop.example/late\"}\n",
			shop.Connect{
				Webhook: shop.Webhook{Secrets: []string{good}, Callback: "https://shop.example/late"},
				Orders:  shop.OrderSource{Timeout: 2 * time.Second},
			},
		},
		{
			"two secrets while they are exchanged", "webhook: {secret: [\"env:GOOD\", \"env:GOOD\"], unsigned: true}\n",
			shop.Connect{Webhook: shop.Webhook{Secrets: []string{good, good}, Unsigned: true, Rate: 200}, Orders: shop.OrderSource{Timeout: 2 * time.Second}},
		},
		{
			"an interface", "orders: {url: \"https://shop.example/o\", secret: \"env:GOOD\", timeout: 500ms}\n",
			shop.Connect{
				Webhook: shop.Webhook{Rate: 200}, Orders: shop.OrderSource{URL: "https://shop.example/o", Secret: good, Timeout: 500 * time.Millisecond},
			},
		},
		{
			"a chat by its link", "chat:\n",
			shop.Connect{Webhook: shop.Webhook{Rate: 200}, Orders: shop.OrderSource{Timeout: 2 * time.Second}, Chat: shop.Chat{On: true, Rate: 20}},
		},
		{
			"a chat on a site", "chat: {origins: [\"https://Shop.example:443/\", \"https://shop.example\", \"http://localhost:8000\"], secret: \"env:GOOD\", rate: 5}\n",
			shop.Connect{
				Webhook: shop.Webhook{Rate: 200}, Orders: shop.OrderSource{Timeout: 2 * time.Second},
				Chat: shop.Chat{On: true, Origins: []string{"https://shop.example", "http://localhost:8000"}, Secrets: []string{good}, Rate: 5},
			},
		},
		{
			"a file", "orders: {file: my.csv}\n",
			shop.Connect{Webhook: shop.Webhook{Rate: 200}, Orders: shop.OrderSource{File: "my.csv", Timeout: 2 * time.Second}},
		},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, with(c.yaml)) })
	}
}

// TestAllowSilencesWhatItNames holds that an allowance is for its code and its text only.
func TestAllowSilencesWhatItNames(t *testing.T) {
	const said = "rules:\n  - {id: any, reply: 最佳拍档和国家级品质}\notherwise: {handoff: {}}\n"
	codes := func(allow string) []string {
		r := newLoader(t).LoadFS(files("s/shop.yaml", smallShop+allow, "s/rules.yaml", said), "s")
		var out []string
		for i := range r.Problems {
			out = append(out, string(r.Problems[i].Code))
		}
		return out
	}
	require.Equal(t, []string{"compliance", "compliance"}, codes(""))
	require.Equal(t, []string{"compliance"}, codes("allow: [{code: compliance, text: 最佳, why: 商品名}]\n"))
	require.Equal(t, []string{"compliance"}, codes("allow: [{code: compliance, text: 拍档和国家级, why: 一句话}]\n"), "words that touch the finding")
	require.Empty(t, codes("allow: [{code: compliance, why: 都是商品名}]\n"))
	require.Equal(t, []string{"compliance", "compliance", "unused"}, codes("allow: [{code: compliance, text: 品牌, why: 没有}]\n"))
	require.Equal(t, []string{"compliance", "compliance", "unused"}, codes("allow: [{code: unused, text: 最佳, why: 别的}]\n"))
}
