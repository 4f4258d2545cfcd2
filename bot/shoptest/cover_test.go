package shoptest_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
	"xiaoer/rules/doc"
)

// A shop's coverage counts the rules in its own folder, wherever the base lies and however the folder is named.
func TestCoverageIsOfTheShopsOwnRules(t *testing.T) {
	t.Parallel()
	base := "rules:\n  - {id: base.refund, intent: refund, reply: 钱按原路退回。}\n  - {id: base.invoice, intent: invoice, reply: 在订单页面申请。}\n" +
		"otherwise: {handoff: {team: aftersales, reason: 没听懂}}\n"
	own := "rules:\n  - {id: own.return, intent: return, reply: 在订单页面申请退货。}\n  - {id: own.coupon, intent: coupon, reply: 活动已经结束。}\n"
	tests := "tests:\n  - {name: 退货, steps: [{buyer: 我想退货, expect: {rule: own.return}}]}\n" +
		"  - {name: 发票, steps: [{buyer: 怎么开发票, expect: {rule: base.invoice}}]}\n"
	shopYAML := "id: s\nname: 试店\nteams: {aftersales: {title: 售后, first_reply: 3m}}\n"
	for _, c := range []struct{ name, base, extends, rules string }{
		{"a base beside the shop", "base", "../base", "rules.yaml"},
		{"a base above the shop", ".", "..", "rules.yaml"},
		{"a base below the shop", "s/base", "base", "rules.yaml"},
		{"rules in a folder", "base", "../base", "rules/10-own.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{
				"s/shop.yaml":  {Data: []byte(shopYAML + "extends: " + c.extends + "\n")},
				"s/" + c.rules: {Data: []byte(own)}, "s/tests.yaml": {Data: []byte(tests)},
			}
			at := c.base + "/"
			if c.base == "." {
				at = ""
			}
			tree[at+"shop.yaml"] = &fstest.MapFile{Data: []byte("name: 底\n")}
			tree[at+"rules.yaml"] = &fstest.MapFile{Data: []byte(base)}
			l, err := shop.NewLoader(shop.Options{})
			require.NoError(t, err)
			r := l.LoadFS(tree, "s")
			require.NotNil(t, r.Shop, "%v", r.Problems)
			var p doc.Problems
			sum, err := shoptest.Run(t.Context(), shoptest.Subject{Book: r.Shop.Book, Read: r.Shop.Classifier.Read},
				shoptest.Parse(r.Tests, r.Shop.Book, &p), shoptest.Options{})
			require.NoError(t, err)
			require.Equal(t, 2, sum.Passed, "%v", sum.Tests)
			require.Equal(t, shoptest.Coverage{Rules: 1, Total: 2, Missing: []string{"own.coupon"}}, sum.Coverage)
		})
	}
}
