package intents

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules/doc"
)

func extended(t *testing.T, content string) (*Classifier, []doc.Diagnostic) {
	t.Helper()
	p := &doc.Problems{}
	c := mustBuilt(t).Extend(doc.Parse("intents.yaml", []byte(content), p), p)
	return c, p.All()
}

const fruitShop = `intents:
  storage:
    title: 保存方法
    examples: [这个要放冰箱吗, 怎么保存才新鲜, 需要冷藏吗]
    keywords: [保鲜]
    topics:
      freeze: {title: 冷冻, keywords: [冷冻]}
  human:
    keywords: [团长]
    patterns: ['找.{0,3}老板']
    not: {机器人多少钱: product.price, 团长真好: other}
`

func TestExtend(t *testing.T) {
	c, problems := extended(t, fruitShop)
	require.Empty(t, problems)
	for text, want := range map[string][]string{
		"怎么保存才新鲜":     {"storage"},
		"怎么保存才新鲜？":    {"storage"},
		"请问需要冷藏吗亲":    {"storage"},
		"可以冷冻吗":       {"storage.freeze"},
		"团长在吗":        {"human"},
		"我要找你们老板":     {"human"},
		"机器人多少钱":      {"product.price"},
		"团长真好":        {},
		"保鲜多久 另外我想退货": {"storage", "return"},
		"我想退货":        {"return"},
	} {
		t.Run(text, func(t *testing.T) { require.Equal(t, want, accepted(c.Read(text))) })
	}
	require.Equal(t, "keyword", c.Read("团长在吗").Intents[0].Evidence[0].Kind)
	require.Equal(t, "pattern", c.Read("我要找你们老板").Intents[0].Evidence[0].Kind)
	last := c.Taxonomy()[len(c.Taxonomy())-1]
	require.Equal(t, Intent{Name: "storage", Titles: map[string]string{"zh": "保存方法"}, Topics: []Topic{{Name: "freeze", Titles: map[string]string{"zh": "冷冻"}}}}, last)
}

func TestExtendLeavesTheBaseAlone(t *testing.T) {
	base := mustBuilt(t)
	p := &doc.Problems{}
	require.Same(t, base, base.Extend(nil, p))
	require.Same(t, base, base.Extend(doc.Parse("intents.yaml", []byte("intents: {}"), p), p))
	c := base.Extend(doc.Parse("intents.yaml", []byte("intents:\n  return: {title: 退掉, keywords: [拜拜了您]}\n"), p), p)
	require.NotEqual(t, base.Hash(), c.Hash())
	require.Equal(t, []string{"return"}, accepted(c.Read("拜拜了您")))
	require.NotEqual(t, []string{"return"}, accepted(base.Read("拜拜了您")))
	for _, i := range base.Taxonomy() {
		require.NotEqual(t, "退掉", i.Titles["zh"])
	}
}

func TestExtendReports(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		code          doc.Code
		line, column  int
	}{
		{"pattern", "intents:\n  human:\n    patterns: ['((']\n", doc.BadPattern, 3, 16},
		{"unknown intent", "intents:\n  human:\n    not: {x: prodct}\n", doc.UnknownIntent, 3, 14},
		{"unknown key", "intents:\n  human:\n    exampels: [x]\n", doc.UnknownKey, 3, 5},
		{"contradiction", "intents:\n  human: {examples: [怎么弄呀]}\n  return: {examples: [怎么弄呀]}\n", doc.Unused, 3, 23},
		{"nothing said", "intents:\n  own: {}\n", doc.Unused, 2, 3},
		{"bad name", "intents:\n  'a b': {examples: [x]}\n", doc.WrongType, 2, 3},
		{"no list", "intents:\n  human:\n    keywords: {a: b}\n", doc.WrongType, 3, 15},
		{"misspelt examples of a new intent", "intents:\n  own:\n    exampels: [x]\n", doc.UnknownKey, 3, 5},
		{"no intents", "return:\n  keywords: [x]\nhuman:\n  keywords: [y]\n", doc.MissingKey, 1, 1},
		{"misspelt intents", "intnets:\n  return: {keywords: [x]}\n", doc.UnknownKey, 1, 1},
		{"few examples", "intents:\n  own: {examples: [能寄放行李吗, 行李放哪里]}\n", doc.Unused, 2, 3},
		{"claimed by another", "intents:\n  return:\n    examples: [什么时候发货]\n", doc.Unused, 3, 16},
		{"long pattern", "intents:\n  human:\n    patterns: ['" + longText(600) + "']\n", doc.TooCostly, 3, 16},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := extended(t, tt.content)
			require.Len(t, problems, 1)
			require.Equal(t, tt.code, problems[0].Code)
			require.Equal(t, tt.line, problems[0].Range.Start.Line)
			require.Equal(t, tt.column, problems[0].Range.Start.Column)
		})
	}
}

func longText(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = 'a'
	}
	return string(out)
}

func FuzzExtend(f *testing.F) {
	f.Add(fruitShop, "怎么保存")
	f.Add("intents: {a: {keywords: ['', ' ', '。']}}", "。")
	base := mustBuilt(f)
	f.Fuzz(func(t *testing.T, content, message string) {
		p := &doc.Problems{}
		c := base.Extend(doc.Parse("intents.yaml", []byte(content), p), p)
		for _, found := range c.Read(message).Intents {
			require.True(t, found.Score > 0 && found.Score <= 1)
		}
	})
}
