package shop

import (
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkManyShops opens a folder of a thousand shops, each as large as the demo's, then reads it again when one of them was changed, and looks
// at it when nothing was:
//
//	go test ./bot/shop -run xxx -bench ManyShops -benchtime 3x
func BenchmarkManyShops(b *testing.B) {
	const many = 1000
	dir := b.TempDir()
	base := filepath.Join("..", "..", "fixtures")
	require.NoError(b, os.CopyFS(filepath.Join(dir, "base"), os.DirFS(filepath.Join(base, "base"))))
	for i := range many {
		to := filepath.Join(dir, "shops", "s"+strconv.Itoa(i))
		require.NoError(b, os.CopyFS(to, os.DirFS(filepath.Join(base, "shops", "fruit"))))
		raw, err := os.ReadFile(filepath.Join(to, "shop.yaml"))
		require.NoError(b, err)
		text := strings.Replace(string(raw), "id: xiaoguo", "id: s"+strconv.Itoa(i), 1)
		require.NoError(b, os.WriteFile(filepath.Join(to, "shop.yaml"), []byte(text), 0o600))
	}
	loader, err := NewLoader(Options{})
	require.NoError(b, err)
	open := func() *Registry {
		r, err := OpenRegistry(RegistryOptions{Dir: filepath.Join(dir, "shops"), Loader: loader, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(b, err)
		require.Len(b, r.Names(), many)
		require.Len(b, r.Shops(), many)
		return r
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := open()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			open()
		}
		b.ReportMetric(float64(after.HeapInuse-before.HeapInuse)/many, "heap-bytes/shop")
	})
	require.NoError(b, r.Reload()) // what was written lately is read twice
	b.Run("reload", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			path := filepath.Join(dir, "shops", "s7", "rules", "extra.yaml")
			require.NoError(b, os.MkdirAll(filepath.Dir(path), 0o750))
			require.NoError(b, os.WriteFile(path, []byte("# "+strconv.Itoa(n)+"\nrules: []\n"), 0o600))
			require.NoError(b, r.Reload())
		}
	})
	b.Run("look", func(b *testing.B) {
		for b.Loop() {
			_ = r.look()
		}
	})
}
