package shop

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How often the files are looked at, and for how many times as long as a look took they are left alone then: with very many shops, or
// over a slow network, it is less often.
const (
	lookEvery     = time.Second
	restAfterLook = 5
)

// look is a fingerprint of all files that count: their names, sizes and times, and not what is in them.
func (r *Registry) look() uint64 {
	g := newGlance()
	for _, dir := range slices.Sorted(maps.Keys(r.counts())) {
		g.into(dir)
	}
	return g.Sum64()
}

// A glance is a look at files, and the time of the newest of them.
type glance struct {
	hash.Hash64
	newest time.Time
}

func newGlance() *glance { return &glance{Hash64: fnv.New64a()} }

// glanceAt looks at the files of some folders, as a reading goes through them.
func glanceAt(dirs []string) *glance {
	g := newGlance()
	for _, dir := range dirs {
		g.note(dir)
		for _, d := range withLinks(dir) {
			g.into(d)
		}
	}
	return g
}

func (g *glance) into(dir string) {
	entries, err := os.ReadDir(dir)
	g.note(dir)
	if err != nil {
		g.note(reason(err))
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || !slices.Contains([]string{".yaml", ".yml", ".csv", ""}, filepath.Ext(name)) {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, name)) // of what a link leads to
		switch {
		case err != nil:
			g.note(name + ": " + reason(err))
		case info.IsDir(), strings.HasPrefix(name, "orders."): // whether it is there counts; whoever looks orders up reads it
			g.note(name)
		default:
			g.note(name, info.Size(), info.ModTime().UnixNano(), int64(info.Mode()))
			if info.ModTime().After(g.newest) {
				g.newest = info.ModTime()
			}
		}
	}
}

func (g *glance) note(name string, numbers ...int64) {
	_, _ = g.Write([]byte(name)) // it cannot fail
	_, _ = g.Write([]byte{0})
	for _, n := range numbers {
		_ = binary.Write(g, binary.LittleEndian, n)
	}
}
