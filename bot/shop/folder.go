package shop

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// Bounds of what is read from one folder. A shop of 500 rules has about 200 KB.
const (
	maxFile  = 8 << 20 // bytes of one file
	maxFiles = 200     // rule or test files of one folder
	maxTotal = 32 << 20
)

// The files of a shop folder.
const (
	shopFile     = "shop.yaml"
	rulesFile    = "rules.yaml"
	intentsFile  = "intents.yaml"
	testsFile    = "tests.yaml"
	connectFile  = "connect.yaml"
	productsFile = "products.csv"
)

// A content is one file as it was read. Name is how diagnostics call it: relative to the folder that was asked for.
type content struct {
	name string
	data []byte
}

// A folder is what was read of one folder, before anything of it is understood.
type folder struct {
	dir      string // as the opener knows it
	prefix   string // "" or "fruit/" for the shop's own files, "../base/" for a base's
	shop     *content
	rules    []content
	intents  *content
	tests    []content
	connect  *content
	products *content
	orders   string // orders.csv, orders.yaml or "", a file that stands there
}

// A reader reads folders within bounds.
type reader struct {
	problems *doc.Problems
	total    int
}

// read reads the files of a folder that mean something. It says what is missing, unreadable or too large; a folder
// without shop.yaml has a nil shop. Of a base's folder (not own) the tests and connect.yaml are not read.
func (r *reader) read(tree fs.FS, dir, prefix string, own bool) *folder {
	f := &folder{dir: dir, prefix: prefix}
	f.shop = r.file(tree, prefix, shopFile)
	f.rules = r.files(tree, prefix, rulesFile, "rules")
	f.intents = r.file(tree, prefix, intentsFile)
	if own {
		f.tests = r.files(tree, prefix, testsFile, "tests")
		f.connect = r.file(tree, prefix, connectFile)
		f.orders = ordersOf(tree)
	}
	f.products = r.file(tree, prefix, productsFile)
	r.nearMisses(tree, prefix)
	return f
}

// ordersOf is the file of orders that stands in a folder, "" where there is none.
func ordersOf(tree fs.FS) string {
	for _, name := range []string{"orders.csv", "orders.yaml"} {
		if info, err := fs.Stat(tree, name); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}

// file reads one file; nil where there is none.
func (r *reader) file(tree fs.FS, prefix, name string) *content {
	at := doc.WholeFile(prefix + name)
	info, err := fs.Stat(tree, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		r.problems.Error(at, doc.Syntax, "this file cannot be read: %s", reason(err))
		return nil
	case !info.Mode().IsRegular():
		r.problems.Error(at, doc.Syntax, "this is no file that can be read")
		return nil
	}
	data, err := readBounded(tree, name)
	if err != nil {
		r.problems.Error(at, doc.Syntax, "this file cannot be read: %s", reason(err))
		return nil
	}
	if r.total += len(data); r.total > maxTotal {
		r.problems.Error(at, doc.TooCostly, "the folder holds more than %d MiB", maxTotal>>20)
		return nil
	}
	return &content{name: prefix + name, data: data}
}

var errTooLarge = fmt.Errorf("it is larger than %d MiB", maxFile>>20)

func readBounded(tree fs.FS, name string) ([]byte, error) {
	file, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = errTooLarge
	}
	return data, err
}

// reason is an error without the machine's own path in it.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// files reads single (rules.yaml) and then every *.yaml of dir (rules/) in file-name order.
func (r *reader) files(tree fs.FS, prefix, single, dir string) []content {
	var out []content
	if c := r.fileOrGap(tree, prefix, single); c != nil {
		out = append(out, *c)
	}
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return out
	}
	var names []string
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."):
		case strings.HasSuffix(name, ".yaml"):
			names = append(names, name)
		case strings.HasSuffix(name, ".yml"):
			r.problems.Warn(doc.WholeFile(prefix+path.Join(dir, name)), doc.Unused, "this file is not read").
				WithHint("rename it to " + strings.TrimSuffix(name, ".yml") + ".yaml")
		}
	}
	slices.Sort(names)
	if len(names) > maxFiles {
		r.problems.Error(doc.WholeFile(prefix+dir), doc.TooCostly, "this folder holds more than %d files", maxFiles)
		names = names[:maxFiles]
	}
	for _, name := range names {
		if c := r.fileOrGap(tree, prefix, path.Join(dir, name)); c != nil {
			out = append(out, *c)
		}
	}
	return out
}

// fileOrGap reads one of several files. One that stands there and cannot be read is kept without its text, so that what it
// may hold is not called missing.
func (r *reader) fileOrGap(tree fs.FS, prefix, name string) *content {
	before := r.problems.Len()
	c := r.file(tree, prefix, name)
	if c == nil && r.problems.Len() > before {
		return &content{name: prefix + name}
	}
	return c
}

// nearMisses warns of files that look as if they were meant to be read, such as rule.yaml or shop.yml.
func (r *reader) nearMisses(tree fs.FS, prefix string) {
	known := []string{shopFile, rulesFile, intentsFile, testsFile, connectFile, productsFile}
	entries, _ := fs.ReadDir(tree, ".")
	for _, e := range entries {
		name, ext := e.Name(), path.Ext(e.Name())
		if e.IsDir() || slices.Contains(known, name) || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "orders.") {
			continue
		}
		if ext == ".yml" {
			name = strings.TrimSuffix(name, ext) + ".yaml"
		}
		meant := doc.Suggest(name, known)
		if slices.Contains(known, name) {
			meant = name
		}
		if path.Ext(name) == path.Ext(meant) && meant != "" {
			r.problems.Warn(doc.WholeFile(prefix+e.Name()), doc.Unused, "this file is not read").WithHint("rename it to " + meant)
		}
	}
}
