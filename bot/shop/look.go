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
	restAfterLook = 20
)

// look is a fingerprint of all files that count: their names, sizes and times, and not what is in them.
func (r *Registry) look() uint64 {
	sum := fnv.New64a()
	for _, dir := range slices.Sorted(maps.Keys(r.counts())) {
		lookInto(sum, dir)
	}
	return sum.Sum64()
}

func lookInto(sum hash.Hash64, dir string) {
	entries, err := os.ReadDir(dir)
	note(sum, dir)
	if err != nil {
		note(sum, reason(err))
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || !slices.Contains([]string{".yaml", ".yml", ".csv", ""}, filepath.Ext(name)) {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, name)) // of what a link leads to
		switch {
		case err != nil:
			note(sum, name+": "+reason(err))
		case info.IsDir(), strings.HasPrefix(name, "orders."): // whether it is there counts; whoever looks orders up reads it
			note(sum, name)
		default:
			note(sum, name, info.Size(), info.ModTime().UnixNano(), int64(info.Mode()))
		}
	}
}

func note(sum hash.Hash64, name string, numbers ...int64) {
	_, _ = sum.Write([]byte(name)) // it cannot fail
	_, _ = sum.Write([]byte{0})
	for _, n := range numbers {
		_ = binary.Write(sum, binary.LittleEndian, n)
	}
}
