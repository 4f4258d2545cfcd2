package shop

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxShops is how many shops one folder may hold.
const maxShops = 20_000

// LoadAll reads a shop's folder, or every shop's folder in it (one level down). With several, file names in problems
// begin with the shop's folder; of two shops with one id the later is broken. The error says that dir cannot be read at all.
func (l *Loader) LoadAll(dir string) ([]*Result, error) {
	names, err := folders(dir)
	if err != nil {
		return nil, err
	}
	var out []*Result
	for _, name := range names {
		out = append(out, l.loadNamed(dir, name))
	}
	return refuseTwins(dropBases(out)), nil
}

// loadNamed reads one folder of a folder of shops; name "" is the folder itself.
func (l *Loader) loadNamed(dir, name string) *Result {
	if name == "" {
		return l.load(disk(), dir, "")
	}
	return l.load(disk(), filepath.Join(dir, name), name+"/")
}

// folders lists the shops' folders in dir by name; dir itself is the only one ("") when it holds a shop's files, or
// nothing like a shop at all: then its missing shop.yaml is what is told.
func folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read folder of shops: %w", err)
	}
	if isShop(dir) {
		return []string{""}, nil
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && isShop(filepath.Join(dir, e.Name())) {
			names = append(names, e.Name())
		}
	}
	if len(names) > maxShops {
		return nil, fmt.Errorf("read folder of shops: it holds more than %d", maxShops)
	}
	if len(names) == 0 {
		return []string{""}, nil
	}
	slices.Sort(names)
	return names, nil
}

// isShop tells whether a folder looks like a shop's.
func isShop(dir string) bool {
	for _, name := range []string{shopFile, rulesFile, "shop.yml", "rules.yml"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// dropBases leaves out folders that only serve others as a base: they have no id of their own and another shop here
// stands on them.
func dropBases(all []*Result) []*Result {
	under := map[string]bool{}
	for _, r := range all {
		for i, dir := range r.Watch {
			if i > 0 {
				under[filepath.Clean(dir)] = true
			}
		}
	}
	return slices.DeleteFunc(all, func(r *Result) bool { return !r.hasID && under[filepath.Clean(r.Dir)] })
}
