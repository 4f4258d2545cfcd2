package shop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// age makes all files of a folder so old that nobody writes to them now.
func age(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-time.Hour)
	require.NoError(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		return os.Chtimes(path, old, old)
	}))
}

func TestOnlyWhatMayHaveChangedIsReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shops := filepath.Join(dir, "shops")
	named := func(id string) string { return strings.Replace(lookShop, "NAME", id, 1) }
	put(t, dir,
		"base/rules/1.yaml", "rules: [{id: b, intent: return, reply: 一}]\n",
		"shops/a/shop.yaml", named("a"), "shops/a/rules.yaml", lookRules,
		"shops/b/shop.yaml", named("b")+"extends: ../../base\n", "shops/b/rules.yaml", strings.Replace(lookRules, "intent: return", "intent: coupon", 1),
		"shops/c/shop.yaml", named("c"), "shops/c/rules.yaml", lookRules, "shops/c/connect.yaml", "webhook: {secret: \"file:/run/secrets/c\"}\n",
		"shops/twin/shop.yaml", named("a"), "shops/twin/rules.yaml", lookRules,
	)
	age(t, dir)
	r := lookRegistry(t, shops, nil)
	reload := func() map[string]*reading {
		require.NoError(t, r.Reload())
		return r.readings
	}
	reload()
	first := reload()
	statuses := r.Status()
	again := reload()
	for _, name := range []string{"a", "b", "twin"} {
		require.Same(t, first[name], again[name], name)
	}
	require.NotSame(t, first["c"], again["c"], "nobody watches the file of its secret")
	require.Equal(t, statuses, r.Status(), "a twin is told of again, and in the same words")

	put(t, dir, "base/rules/1.yaml", "rules: [{id: b, intent: return, reply: 二}]\n")
	changed := reload()
	require.Same(t, first["a"], changed["a"])
	require.NotSame(t, first["b"], changed["b"], "its base has changed")
	require.NotSame(t, changed["b"], reload()["b"], "and too lately to be sure that it will not again, unseen")
	age(t, dir)
	reload()
	second := reload()
	require.Same(t, second["b"], reload()["b"])

	require.NoError(t, os.RemoveAll(filepath.Join(shops, "a")))
	require.NotContains(t, reload(), "a")
	found, err := r.Shop("a")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(shops, "twin"), found.Dir, "its twin is the only one now")
}
