package shop

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	lookShop  = "id: NAME\nname: 小店\nteams: {aftersales: {title: 售后}}\n"
	lookRules = "rules: [{id: hello, intent: return, reply: 您好}]\notherwise: {handoff: {team: aftersales, reason: 没有听懂}}\n"
)

// put writes files, each in a folder that is made for it, with a time that differs from the one before.
func put(t *testing.T, dir string, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		path := filepath.Join(dir, pairs[i])
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(pairs[i+1]), 0o644))
	}
}

func lookRegistry(t *testing.T, dir string, swapped chan<- string) *Registry {
	t.Helper()
	loader, err := NewLoader(Options{})
	require.NoError(t, err)
	r, err := OpenRegistry(RegistryOptions{Dir: dir, Loader: loader, Logger: slog.New(slog.DiscardHandler), Changed: func(ids []string) {
		if swapped != nil {
			swapped <- strings.Join(ids, " ")
		}
	}})
	require.NoError(t, err)
	return r
}

// TestWhatNobodyTellsOfIsSeenByLooking: network file systems tell nobody what another machine has written.
func TestWhatNobodyTellsOfIsSeenByLooking(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "a/shop.yaml", strings.Replace(lookShop, "NAME", "a", 1), "a/rules.yaml", lookRules)
	swapped := make(chan string, 100)
	r := lookRegistry(t, dir, swapped)
	require.Equal(t, "a", <-swapped)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.keepUp(ctx, changes{follow: func() {}}) }()
	for _, step := range []struct{ name, want, file, text string }{
		{"changed file", "a", "a/rules.yaml", strings.Replace(lookRules, "您好", "换货请联系客服", 1)},
		{"new file", "a", "a/rules/more.yaml", "rules: [{id: more, intent: coupon, reply: 没有券}]\n"},
		{"new shop", "b", "b/shop.yaml", strings.Replace(lookShop, "NAME", "b", 1)},
	} {
		put(t, dir, step.file, step.text)
		if step.want == "b" {
			put(t, dir, "b/rules.yaml", lookRules)
		}
		for got := ""; got != step.want; {
			select {
			case got = <-swapped:
			case <-time.After(time.Minute):
				require.Fail(t, "it was not seen", step.name)
			}
		}
	}
	cancel()
	require.NoError(t, <-done)
}

func TestALookSeesWhatCounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "a/shop.yaml", strings.Replace(lookShop, "NAME", "a", 1), "a/rules.yaml", lookRules, "a/orders.csv", "no\n1\n", "maps/..one/tests.yaml", "tests: []\n")
	require.NoError(t, os.Symlink("..one", filepath.Join(dir, "maps", "..data")))
	require.NoError(t, os.Symlink(filepath.Join("..", "maps", "..data", "tests.yaml"), filepath.Join(dir, "a", "tests.yaml")))
	r := lookRegistry(t, dir, nil)
	before := r.look()
	require.Equal(t, before, r.look())
	same := func(why string) {
		t.Helper()
		require.Equal(t, before, r.look(), why)
	}
	other := func(why string) {
		t.Helper()
		now := r.look()
		require.NotEqual(t, before, now, why)
		before = now
	}
	put(t, dir, "a/.rules.yaml.swp", "half", "a/state.db", "rows")
	same("editors' files and others that are no shop's")
	put(t, dir, "a/orders.csv", "no\n1\n2\n")
	same("orders are read by whoever looks them up")
	require.NoError(t, os.Remove(filepath.Join(dir, "a", "orders.csv")))
	other("whether there are any is the shop's")
	put(t, dir, "a/rules.yaml", lookRules+"\n")
	other("another size")
	old := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(dir, "a", "rules.yaml"), old, old))
	other("another time")
	put(t, dir, "maps/..two/tests.yaml", "tests: [] # 2\n")
	require.NoError(t, os.Symlink("..two", filepath.Join(dir, "maps", "..new")))
	require.NoError(t, os.Rename(filepath.Join(dir, "maps", "..new"), filepath.Join(dir, "maps", "..data")))
	other("what a link leads to")
	require.NoError(t, os.Remove(filepath.Join(dir, "a", "tests.yaml")))
	other("a file that is gone")
	put(t, dir, "b/shop.yaml", strings.Replace(lookShop, "NAME", "b", 1))
	other("a shop more")
	require.NoError(t, os.RemoveAll(dir))
	other("nothing left")
}
