package shop_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shop"
	"xiaoer/intents"
)

// What a small shop needs; tests add to it or put something in its place.
const (
	smallShop = `id: small
name: 小店
teams:
  aftersales: {title: 售后, first_reply: 3m}
`
	smallRules = `rules:
  - id: any
    reply: 您好，请稍等。
otherwise:
  handoff: {team: aftersales, reason: 没听懂}
`
)

// files makes a file system of names and texts in turn.
func files(pairs ...string) fstest.MapFS {
	tree := fstest.MapFS{}
	for i := 0; i+1 < len(pairs); i += 2 {
		tree[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return tree
}

// built is the built-in classifier, which takes longer to unpack than most tests take.
var built = sync.OnceValues(intents.Built)

func newLoader(tb testing.TB) *shop.Loader {
	tb.Helper()
	classifier, err := built()
	require.NoError(tb, err)
	l, err := shop.NewLoader(shop.Options{Classifier: classifier, Secrets: func(kind, name string) (string, error) {
		if kind == "env" && name == "GOOD" {
			return "whsec_c2VjcmV0c2VjcmV0", nil
		}
		if kind == "env" && name == "ODD" {
			return "not base64!", nil
		}
		return "", fmt.Errorf("there is no %s %s", kind, name)
	}})
	require.NoError(tb, err)
	return l
}

// lines writes the problems of a result one a line: place, code, message and hint.
func lines(r *shop.Result) []string {
	out := []string{}
	for i := range r.Problems {
		d := &r.Problems[i]
		line := fmt.Sprintf("%s %s %s", d.Range, d.Code, d.Message)
		if d.Hint != "" && !strings.HasPrefix(d.Hint, "the intents are") { // their order is none of this package's
			line += " | " + d.Hint
		}
		out = append(out, line)
	}
	return out
}

func TestSmallShopIsLoaded(t *testing.T) {
	r := newLoader(t).LoadFS(files("s/shop.yaml", smallShop, "s/rules.yaml", smallRules), "s")
	require.Empty(t, lines(r))
	require.NotNil(t, r.Shop)
	b := r.Shop.Book
	require.Equal(t, "small", b.Shop.ID)
	require.Equal(t, "小店", b.Shop.Name)
	require.Equal(t, "Asia/Shanghai", b.Shop.Location.String(), "a shop that names no timezone is in Shanghai")
	require.Equal(t, "zh-CN", b.Shop.Locale)
	require.Empty(t, b.Shop.Hours.Week, "a shop that names no hours is always open")
	require.Equal(t, "aftersales", b.Teams[0].Name)
	require.Len(t, b.Hash, 32)
	require.Equal(t, "退货", b.Titles["return"])
	require.Equal(t, shop.DefaultRate, r.Shop.Connect.Webhook.Rate)
}

// TestProblems compares what is found in small broken shops with testdata/problems.txt; XIAOER_UPDATE=1 rewrites it.
func TestProblems(t *testing.T) {
	loader := newLoader(t)
	var got strings.Builder
	for _, c := range problemCases() {
		pairs := append([]string{"s/shop.yaml", smallShop, "s/rules.yaml", smallRules}, c.files...)
		r := loader.LoadFS(files(pairs...), "s")
		fmt.Fprintf(&got, "%s\n", c.name)
		for _, line := range lines(r) {
			fmt.Fprintf(&got, "  %s\n", line)
		}
		require.Equal(t, r.HasErrors(), r.Shop == nil, "%s: a shop is loaded whole or not at all", c.name)
	}
	const golden = "testdata/problems.txt"
	if os.Getenv("XIAOER_UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
}
