package figures_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/figures"
	"xiaoer/bot/shoptest"
	"xiaoer/rules/doc"
)

// A draft is put into a shop's files as it is; the shop must then pass its check, and the draft's own test.
func TestADraftIsARuleAndItsTest(t *testing.T) {
	t.Parallel()
	words := figures.Words{Reply: "（请在这里写答复）", Name: "没人回答："}
	tests := map[string]struct {
		group   figures.Group
		intents bool
	}{
		"understood, without a rule":              {figures.Group{Intent: "coupon", Texts: []string{"有优惠券吗"}}, false},
		"a topic without a rule":                  {figures.Group{Intent: "wrong_order.address", Texts: []string{"改一下收货地址"}}, false},
		"understood, at a stage that has no rule": {figures.Group{Intent: "invoice", Stage: "closed", Texts: []string{"能开发票吗"}}, false},
		"at a stage that is none":                 {figures.Group{Intent: "invoice", Stage: "\"}\nrules:", Texts: []string{"能开发票吗"}}, false},
		"understood, without an answer":           {figures.Group{Intent: "product", Open: true, Texts: []string{"能刻字吗", "可以刻字不"}}, true},
		"near an intent":                          {figures.Group{Near: "exchange", Texts: []string{"能帮我调个号不", "帮我调号"}}, true},
		"near a topic":                            {figures.Group{Near: "product.size", Texts: []string{"俺一米七五选哪种嘞", "俺一米七五咋选嘞"}}, true},
		"near nothing":                            {figures.Group{Texts: []string{"可以刻我家猫的名字吗", "刻猫名字行不行", "能刻猫的名字么"}}, true},
		"in English":                              {figures.Group{Texts: []string{"can you engrave my cat's name", "engrave the name of my cat"}}, true},
		"with marks that mean something to YAML": {figures.Group{Texts: []string{
			`刻字: "喵" & 'x' #1 {a: [b]} ${order.no} \n - !x | > % @`, `刻字: "汪" & 'y' #2 {a: [b]} ${order.no}`,
		}}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := figures.NewDraft(test.group, words)
			require.Equal(t, test.intents, d.Intents != "")
			files := map[string]string{
				"shop.yaml": playedShop, "tests.yaml": d.Tests,
				"rules.yaml": d.Rules + "otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}\n",
			}
			if d.Intents != "" {
				files["intents.yaml"] = d.Intents
			}
			s := loaded(t, files)
			var problems doc.Problems
			written := shoptest.Parse(s.Tests, s.Book, &problems)
			require.Empty(t, problems.All())
			ran, err := shoptest.Run(t.Context(), shoptest.Subject{Book: s.Book, Read: s.Classifier.Read}, written, shoptest.Options{})
			require.NoError(t, err)
			require.Equal(t, 1, ran.Passed, "%+v\n%s%s%s", ran.Tests, d.Intents, d.Rules, d.Tests)
		})
	}
	require.Equal(t, figures.Draft{}, figures.NewDraft(figures.Group{}, words))
}

func TestADraftLeavesOtherQuestionsAlone(t *testing.T) {
	t.Parallel()
	words := figures.Words{Reply: "答复", Name: "："}
	d := figures.NewDraft(figures.Group{Intent: "product", Open: true, Texts: []string{"能刻字吗"}}, words)
	require.NotContains(t, d.Rules, "intent: product\n", "it would answer what the price is")
	d = figures.NewDraft(figures.Group{Intent: "invoice", Stage: "closed", Texts: []string{"能开发票吗"}}, words)
	require.Contains(t, d.Rules, `when: order.stage == "closed"`)
	require.Contains(t, d.Tests, "stage: closed")
}

func TestDraftsOfDifferentGroupsGoIntoOneFile(t *testing.T) {
	t.Parallel()
	words := figures.Words{Reply: "答复", Name: "："}
	a := figures.NewDraft(figures.Group{Intent: "coupon", Texts: []string{"有优惠券吗"}}, words)
	b := figures.NewDraft(figures.Group{Intent: "coupon", Texts: []string{"券怎么用"}}, words)
	require.NotEqual(t, a.Rules, b.Rules, "rules have ids of their own")
	require.Equal(t, 1, strings.Count(a.Rules, "- id:"))
}
