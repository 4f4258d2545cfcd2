package shop_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot/shop"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A journal keeps log lines.
type journal struct {
	mu    sync.Mutex
	lines strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.String()
}

func open(t *testing.T, dir string, changed func([]string)) (*shop.Registry, *journal) {
	t.Helper()
	j := &journal{}
	r, err := shop.OpenRegistry(shop.RegistryOptions{
		Dir: dir, Loader: newLoader(t), Logger: slog.New(slog.NewTextHandler(j, nil)), Changed: changed,
		Now: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) },
	})
	require.NoError(t, err)
	return r, j
}

func named(id string) string { return strings.Replace(smallShop, "id: small", "id: "+id, 1) }

func TestRegistryKeepsTheOthersWhenOneIsBroken(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a/shop.yaml", named("a"), "a/rules.yaml", smallRules, "b/shop.yaml", named("b")+"sluts: {}\n", "b/rules.yaml", smallRules)
	r, j := open(t, dir, nil)
	a, err := r.Shop("a")
	require.NoError(t, err)
	require.Equal(t, "a", a.ID)
	_, err = r.Shop("b")
	require.ErrorIs(t, err, shop.ErrBroken)
	_, err = r.Shop("c")
	require.ErrorIs(t, err, shop.ErrUnknown)
	require.Len(t, r.Shops(), 1)
	status := r.Status()
	require.Len(t, status, 2)
	require.True(t, status[0].Serving)
	require.Zero(t, status[0].Failed)
	require.False(t, status[1].Serving)
	require.NotZero(t, status[1].Failed)
	require.Equal(t, "b/shop.yaml", status[1].Problems[0].Range.File)
	require.Contains(t, j.String(), "unknown-key")
}

func TestNamesCostNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "b/shop.yaml", named("b")+"sluts: {}\n", "b/rules.yaml", smallRules, "a/shop.yaml", named("a"), "a/rules.yaml", smallRules)
	r, _ := open(t, dir, nil)
	require.Equal(t, []string{"a", "b"}, r.Names(), "broken ones too")
	write(t, dir, "0/shop.yaml", named("0-new"), "0/rules.yaml", smallRules)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "b")))
	require.NoError(t, r.Reload())
	require.Equal(t, []string{"0-new", "a"}, r.Names())
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = r.Names() }))
}

func TestReloadLeavesTheLastGoodVersion(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a/shop.yaml", named("a"), "a/rules.yaml", smallRules)
	var swaps [][]string
	r, j := open(t, dir, func(ids []string) { swaps = append(swaps, ids) })
	first, err := r.Shop("a")
	require.NoError(t, err)
	require.NoError(t, r.Reload())
	same, err := r.Shop("a")
	require.NoError(t, err)
	require.Same(t, first, same, "what did not change is not swapped")

	write(t, dir, "a/rules.yaml", "rules: [{id: a, reply: 好}\n")
	require.NoError(t, r.Reload())
	kept, err := r.Shop("a")
	require.NoError(t, err)
	require.Same(t, first, kept)
	require.NotZero(t, r.Status()[0].Failed)
	require.True(t, r.Status()[0].Serving)
	require.Equal(t, first.Book.Hash, r.Status()[0].Hash)
	require.NotContains(t, j.String(), "sound again")
	write(t, dir, "a/rules.yaml", smallRules)
	require.NoError(t, r.Reload())
	kept, err = r.Shop("a")
	require.NoError(t, err)
	require.Same(t, first, kept, "mended as it was before")
	require.Contains(t, j.String(), `level=INFO msg="shop is sound again" shop=a`)
	require.NoError(t, r.Reload())
	require.Equal(t, 1, strings.Count(j.String(), "sound again"))

	write(t, dir, "a/rules.yaml", strings.Replace(smallRules, "您好", "改了", 1))
	require.NoError(t, r.Reload())
	next, err := r.Shop("a")
	require.NoError(t, err)
	require.NotSame(t, first, next)
	require.Zero(t, r.Status()[0].Failed)
	require.Equal(t, [][]string{{"a"}, {"a"}}, swaps)

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "a")))
	write(t, dir, "b/shop.yaml", named("b"), "b/rules.yaml", smallRules)
	require.NoError(t, r.Reload())
	_, err = r.Shop("a")
	require.ErrorIs(t, err, shop.ErrUnknown)
}

func TestTwoShopsWithOneID(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a/shop.yaml", named("same"), "a/rules.yaml", smallRules, "b/shop.yaml", named("same"), "b/rules.yaml", smallRules)
	r, j := open(t, dir, nil)
	s, err := r.Shop("same")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "a"), s.Dir)
	require.Contains(t, j.String(), "duplicate-id")
	require.Len(t, r.Status(), 2)
	require.Equal(t, "same (b)", r.Status()[1].ID)
}

func TestRegistryNeedsItsFolder(t *testing.T) {
	_, err := shop.OpenRegistry(shop.RegistryOptions{Dir: filepath.Join(t.TempDir(), "none"), Loader: newLoader(t), Logger: slog.New(slog.DiscardHandler)})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestWatch changes files as editors and Kubernetes do and waits for the swap.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	narrow := strings.Replace(smallRules, "reply:", "intent: refund\n    reply:", 1)
	write(t, dir, "base/rules/1.yaml", "rules: [{id: b, intent: return, reply: 一}]\n", "shops/a/shop.yaml", named("a")+"extends: ../../base\n",
		"shops/a/rules.yaml", narrow, "maps/..one/shop.yaml", named("m"), "maps/..one/rules.yaml", smallRules)
	require.NoError(t, os.Symlink("..one", filepath.Join(dir, "maps", "..data")))
	for _, name := range []string{"shop.yaml", "rules.yaml"} {
		require.NoError(t, os.Symlink(filepath.Join("..data", name), filepath.Join(dir, "maps", name)))
	}
	require.NoError(t, os.Symlink(filepath.Join("..", "maps"), filepath.Join(dir, "shops", "m")))
	swapped := make(chan []string, 100)
	r, _ := open(t, filepath.Join(dir, "shops"), func(ids []string) { swapped <- ids })
	<-swapped
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Watch(ctx) }()
	changed := strings.Replace(smallRules, "您好", "改了", 1)
	for _, step := range []struct {
		name, id string
		do       func()
	}{
		{"in place", "a", func() { write(t, dir, "shops/a/rules.yaml", narrow+"# changed\n") }},
		{"by renaming", "a", func() {
			write(t, dir, "shops/a/.new", narrow)
			require.NoError(t, os.Rename(filepath.Join(dir, "shops/a/.new"), filepath.Join(dir, "shops/a/rules.yaml")))
		}},
		{"base", "a", func() { write(t, dir, "base/rules/1.yaml", "rules: [{id: b, intent: return, reply: 二}]\n") }},
		{"link", "m", func() {
			write(t, dir, "maps/..two/shop.yaml", named("m"), "maps/..two/rules.yaml", changed)
			require.NoError(t, os.Symlink("..two", filepath.Join(dir, "maps", "..new")))
			require.NoError(t, os.Rename(filepath.Join(dir, "maps", "..new"), filepath.Join(dir, "maps", "..data")))
		}},
		{"new shop", "n", func() { write(t, dir, "shops/n/rules.yaml", smallRules, "shops/n/shop.yaml", named("n")) }},
	} {
		step.do()
		require.Contains(t, waitFor(t, swapped, step.id), step.id, step.name)
	}
	cancel()
	require.NoError(t, <-done)
}

// waitFor waits until a shop was swapped in.
func waitFor(t *testing.T, swapped <-chan []string, id string) []string {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case ids := <-swapped:
			if strings.Contains(strings.Join(ids, " "), id) {
				return ids
			}
		case <-deadline:
			return nil
		}
	}
}
