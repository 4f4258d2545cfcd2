package shop_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shop"
)

const baseShop = `id: base
name: 底子
hours: {mon-fri: "09:00-18:00"}
policy: {days: 7, late: 48h, hint: 看页面}
teams:
  aftersales: {title: 售后, first_reply: 3m, next_reply: 5m}
  lead: {title: 主管}
slots:
  bad: {kind: number, ask: 几个？, retry: 写数字}
  reason: {kind: choice, ask: 原因？, choices: [甲, 乙]}
scripts: {greeting: 底子的问候}
`

const baseRules = `rules:
  - {id: b.one, intent: return, collect: [bad], reply: "底一 ${policy.days}"}
  - {id: b.two, intent: refund, collect: [reason], reply: 底二}
  - {id: b.three, intent: delay, reply: 底三}
otherwise: {handoff: {team: lead, reason: 底}}
`

func ids(s *shop.Shop) []string {
	var out []string
	for _, r := range s.Book.Rules.Rules() {
		out = append(out, r.ID)
	}
	return out
}

func TestExtends(t *testing.T) {
	tree := files("base/shop.yaml", baseShop, "base/rules/1.yaml", baseRules, "base/tests.yaml", "tests: []\n", "base/products.csv", "id,origin\na,山东\n",
		"s/shop.yaml", `id: s
extends: ../base
hours: {sat: "10:00-12:00"}
policy: {days: 15}
teams:
  own: {title: 自己}
  aftersales: {title: 本店售后}
slots:
  bad: {ask: 坏了几个？}
  reason: {kind: text, ask: 为什么？}
drop: [b.three]
`, "s/rules.yaml", `rules:
  - {id: s.new, intent: delay, reply: 新的}
  - {id: b.two, intent: refund, collect: [reason], reply: "替换 ${product.origin}"}
`)
	r := newLoader(t).LoadFS(tree, "s")
	for _, line := range lines(r) {
		require.Contains(t, line, "unanswered-intent", "nothing else is wrong")
	}
	require.NotNil(t, r.Shop)
	b := r.Shop.Book
	require.Equal(t, []string{"s.new", "b.one", "b.two"}, ids(r.Shop), "new rules first, replaced ones in place, dropped ones gone")
	require.Equal(t, "替换 ${product.origin}", b.Rules.Rules()[2].Replies[0].Text.Source())
	require.Equal(t, "底子", b.Shop.Name)
	require.Equal(t, "s", b.Shop.ID)
	require.Len(t, b.Shop.Hours.Week, 1, "hours are replaced as a whole")
	require.Equal(t, "15", b.Policy["days"].String())
	require.Equal(t, 48*time.Hour, b.Policy["late"].Duration())
	require.Equal(t, []string{"own", "aftersales", "lead"}, []string{b.Teams[0].Name, b.Teams[1].Name, b.Teams[2].Name})
	require.Equal(t, "本店售后", b.Teams[1].Title)
	require.Equal(t, 5*time.Minute, b.Teams[1].NextReply, "what an entry does not say comes from the base")
	bad, _ := b.Slot("bad")
	require.Equal(t, "number", bad.Kind)
	require.Equal(t, "坏了几个？", bad.Ask.Source())
	require.Equal(t, "写数字", bad.Retry.Source())
	reason, _ := b.Slot("reason")
	require.Equal(t, "text", reason.Kind, "a slot that gives its kind takes nothing from the base")
	require.Empty(t, reason.Choices)
	require.Equal(t, "底子的问候", b.Scripts["greeting"][0].Source())
	require.Equal(t, "lead", b.Rules.Otherwise().Handoff.Team)
	require.Empty(t, r.Tests, "a base's tests are its own")
	require.Contains(t, b.Products, "a")
}

func TestThreeFolders(t *testing.T) {
	r := newLoader(t).LoadFS(files("base/shop.yaml", baseShop, "base/rules/1.yaml", baseRules,
		"mid/shop.yaml", "extends: ../base\ndrop: [b.three, b.four]\n", "mid/rules.yaml", "rules:\n  - {id: b.two, intent: refund, collect: [reason], reply: 中二}\n  - {id: m.new, intent: delay, reply: 中新}\n",
		"s/shop.yaml", "id: s\nextends: ../mid\n", "s/rules.yaml", "rules:\n  - {id: b.one, intent: return, collect: [bad], reply: 店一}\n"), "s")
	require.Contains(t, strings.Join(lines(r), "\n"), `../mid/shop.yaml:2:17 unknown-value there is no rule "b.four" to drop`)
	r = newLoader(t).LoadFS(files("base/shop.yaml", baseShop, "base/rules/1.yaml", baseRules,
		"mid/shop.yaml", "extends: ../base\ndrop: [b.three]\n", "mid/rules.yaml", "rules:\n  - {id: b.two, intent: refund, collect: [reason], reply: 中二}\n  - {id: m.new, intent: delay, reply: 中新}\n",
		"s/shop.yaml", "id: s\nextends: ../mid\n", "s/rules.yaml", "rules:\n  - {id: b.one, intent: return, collect: [bad], reply: 店一}\n"), "s")
	require.NotNil(t, r.Shop, strings.Join(lines(r), "\n"))
	require.Equal(t, []string{"m.new", "b.one", "b.two"}, ids(r.Shop))
	require.Equal(t, "店一", r.Shop.Book.Rules.Rules()[1].Replies[0].Text.Source())
	require.Equal(t, "中二", r.Shop.Book.Rules.Rules()[2].Replies[0].Text.Source())
}

func TestEqualBasesAreCompiledOnce(t *testing.T) {
	l := newLoader(t)
	tree := files("base/shop.yaml", baseShop, "base/rules/1.yaml", baseRules,
		"a/shop.yaml", "id: a\nname: 甲\nextends: ../base\n", "b/shop.yaml", "id: b\nname: 乙\nextends: ../base\npolicy: {days: 30}\n")
	a, b := l.LoadFS(tree, "a"), l.LoadFS(tree, "b")
	require.NotNil(t, a.Shop)
	require.NotNil(t, b.Shop)
	require.Same(t, a.Shop.Book.Rules, b.Shop.Book.Rules)
	require.Same(t, a.Shop.Classifier, b.Shop.Classifier)
	require.NotEqual(t, a.Shop.Book.Hash, b.Shop.Book.Hash)
}

// TestNothingIsReadOutsideTheFolder makes sure that a link does not lead out of a shop's folder.
func TestNothingIsReadOutsideTheFolder(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "rules.yaml"), []byte(smallRules), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "shop.yaml"), []byte(smallShop), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(outside, "rules.yaml"), filepath.Join(dir, "rules.yaml")))
	r := newLoader(t).Load(dir)
	require.Nil(t, r.Shop)
	require.Contains(t, strings.Join(lines(r), "\n"), "rules.yaml:1:1 syntax this file cannot be read: path escapes from parent")
	require.NotContains(t, strings.Join(lines(r), "\n"), outside)
	require.NotContains(t, strings.Join(lines(r), "\n"), "missing-otherwise", "what cannot be read is not missing too")
}

func TestLoadAll(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "base/rules.yaml", baseRules, "base/shop.yaml", strings.TrimPrefix(baseShop, "id: base\n"),
		"a/shop.yaml", "id: a\nextends: ../base\n", "b/shop.yaml", "id: b\nteams: {x: {}}\nsluts: {}\n", "notes/readme.txt", "x")
	all, err := newLoader(t).LoadAll(dir)
	require.NoError(t, err)
	require.Len(t, all, 2, "a base without an id is no shop, nor is any other folder")
	require.NotNil(t, all[0].Shop, strings.Join(lines(all[0]), "\n"))
	require.Nil(t, all[1].Shop)
	require.Contains(t, strings.Join(lines(all[1]), "\n"), "b/shop.yaml:3:1 unknown-key")
	one, err := newLoader(t).LoadAll(filepath.Join(dir, "b"))
	require.NoError(t, err)
	require.Contains(t, strings.Join(lines(one[0]), "\n"), "shop.yaml:3:1 unknown-key")
	_, err = newLoader(t).LoadAll(filepath.Join(dir, "nothing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	empty, err := newLoader(t).LoadAll(filepath.Join(dir, "notes"))
	require.NoError(t, err)
	require.Equal(t, []string{"shop.yaml:1:1 missing-key there is no shop.yaml | write one with id, name and teams; `xiaoer init DIR` makes a starter shop"}, lines(empty[0]))
}

// write puts files below a folder; names and texts in turn.
func write(tb testing.TB, dir string, pairs ...string) {
	tb.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		name := filepath.Join(dir, filepath.FromSlash(pairs[i]))
		require.NoError(tb, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(tb, os.WriteFile(name, []byte(pairs[i+1]), 0o600))
	}
}

// bigRules makes n rules that differ.
func bigRules(n int) string {
	var b strings.Builder
	b.WriteString("rules:\n")
	intents := []string{"return", "exchange", "refund", "delay", "logistics", "quality", "coupon", "invoice", "product"}
	for i := range n {
		fmt.Fprintf(&b, "  - id: r%d\n    intent: %s\n    when: order.stage == \"delivered\" and order.delivered_days == %d and order.amount > %d\n", i, intents[i%len(intents)], i, i)
		fmt.Fprintf(&b, "    reply: 亲，签收 ${policy.days} 天内的订单 ${order.no} 支持处理，编号 %d。\n", i)
	}
	b.WriteString("otherwise: {handoff: {reason: 没听懂}}\n")
	return b.String()
}

func BenchmarkLoad500Rules(b *testing.B) {
	tree := files("s/shop.yaml", smallShop+"policy: {days: 7}\n", "s/rules.yaml", bigRules(500))
	loader := newLoader(b)
	r := loader.LoadFS(tree, "s")
	require.NotNil(b, r.Shop, strings.Join(lines(r), "\n"))
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			fresh := newLoader(b)
			b.StartTimer()
			if fresh.LoadFS(tree, "s").Shop == nil {
				b.Fatal("not loaded")
			}
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			loader.LoadFS(tree, "s")
		}
	})
}
