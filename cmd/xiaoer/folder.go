package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/bot/orders"
	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
	"xiaoer/intents"
	"xiaoer/rules/doc"
)

// loader makes the loader of shop folders. Secrets are looked up only where they are needed: by serve, and by check,
// which says when one is missing.
func (a *app) loader() (*shop.Loader, error) {
	return shop.NewLoader(shop.Options{Secrets: a.secret})
}

// secret finds a secret that connect.yaml refers to. Its errors never hold the secret.
func (a *app) secret(kind, name string) (string, error) {
	switch kind {
	case "env":
		if value, ok := a.env(name); ok && value != "" {
			return value, nil
		}
		return "", errors.New("the environment variable is not set")
	case "file":
		data, err := readUpTo(name, 4<<10)
		if err != nil {
			return "", errors.New("the file cannot be read")
		}
		return string(bytes.TrimSpace(data)), nil
	}
	return "", errors.New("secrets come from env:NAME or file:PATH")
}

// readUpTo reads a whole file of at most so many bytes.
func readUpTo(name string, most int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", name, most)
	}
	return data, err
}

// A folder is one shop's folder as the commands see it: what it says and the tests that it brings.
type folder struct {
	*shop.Result
	prefix   string // what the names of its own files begin with: "", or "fruit/" in a folder of shops
	tests    []*shoptest.Test
	problems []doc.Diagnostic // of the shop and of its tests, sorted
}

// folders reads DIR: one shop's folder, or a folder of them. There is at least one.
func (a *app) folders(dir string) ([]folder, error) {
	whole, err := wholePath(dir)
	if err != nil {
		return nil, err
	}
	loader, err := a.loader()
	if err != nil {
		return nil, err
	}
	results, err := loader.LoadAll(whole)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("no shop in %s stands on its own: each folder is another's base and has no id", dir)
	}
	out := make([]folder, 0, len(results))
	for _, r := range results {
		one := withTests(r)
		if r.Dir != whole {
			one.prefix = filepath.Base(r.Dir) + "/"
		}
		one.readOrders()
		out = append(out, one)
	}
	return out, nil
}

// wholePath gives the path of a folder from the root: a shop without an id is called after its folder, and "." is no
// name. Messages name the folder as it was typed.
func wholePath(dir string) (string, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no folder %s; `xiaoer init %s` writes a starter shop there", dir, dir)
	case err != nil:
		return "", fmt.Errorf("read the folder: %w", err)
	case !info.IsDir():
		return "", fmt.Errorf("%s is a file; name the folder that it is in: %s", dir, filepath.Dir(dir))
	}
	return filepath.Abs(dir)
}

// readOrders joins what is wrong with the shop's file of orders, which only a look-up would notice otherwise.
func (f *folder) readOrders() {
	if f.Shop == nil || f.Shop.Connect.Orders.File == "" {
		return
	}
	name := f.Shop.Connect.Orders.File
	data, err := readUpTo(filepath.Join(f.Shop.Dir, filepath.FromSlash(name)), mostOrders)
	if err != nil {
		return // the loader has said that it is missing
	}
	var p doc.Problems
	for _, d := range f.problems {
		p.Add(d)
	}
	orders.Parse(f.prefix+name, data, f.Shop.Book.Shop.Location, &p)
	f.problems = p.All()
	f.Sources[f.prefix+name] = data
}

// mostOrders bounds the file of orders that is read, in bytes.
const mostOrders = 32 << 20

// withTests joins what the shop's loader found with what its tests say.
func withTests(r *shop.Result) folder {
	var p doc.Problems
	for _, d := range r.Problems {
		p.Add(d)
	}
	var book *bot.Book
	if r.Shop != nil {
		book = r.Shop.Book
	}
	tests := shoptest.Parse(r.Tests, book, &p)
	return folder{Result: r, tests: tests, problems: p.All()}
}

// subject is the folder's shop, which must be good, as its tests take it.
func (f *folder) subject() shoptest.Subject {
	s := subject(f.Shop)
	s.Folder = f.prefix
	return s
}

// errors counts the problems that fail a check.
func (f *folder) errors() int { return countErrors(f.problems) }

func countErrors(problems []doc.Diagnostic) int {
	n := 0
	for i := range problems {
		if problems[i].Severity == doc.Error {
			n++
		}
	}
	return n
}

// oneShop reads the folder of a single shop that must be good; what is wrong with it is written to the error stream.
func (a *app) oneShop(dir string) (*shop.Shop, error) {
	all, err := a.folders(dir)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		one := filepath.Join(dir, filepath.Base(all[0].Dir))
		return nil, usageError(fmt.Sprintf("%s holds %d shops; name the folder of one of them, such as %s", dir, len(all), one))
	}
	f := all[0]
	if f.Shop == nil {
		a.writeProblems(a.err, dir, f.problems, f.Sources)
		fmt.Fprintf(a.err, "xiaoer: %s has %s to mend first\n", dir, counted(f.errors(), "error"))
		return nil, errProblems
	}
	return f.Shop, nil
}

// fromHere is the name of a file as somebody finds it who has named the folder that it is relative to. Files in that folder are called as they
// are; those outside, such as a base's, by their path from where the command is called.
func fromHere(dir, file string) string {
	if !strings.HasPrefix(file, "../") {
		return file
	}
	return filepath.ToSlash(filepath.Join(dir, filepath.FromSlash(file)))
}

// writeProblems writes diagnostics of a folder with their source lines. Who reads Chinese gets each code explained in Chinese, once.
func (a *app) writeProblems(w io.Writer, dir string, problems []doc.Diagnostic, sources map[string][]byte) {
	explained := map[doc.Code]bool{}
	for _, d := range problems {
		source := sources[d.Range.File]
		d.Range.File, d.Related = fromHere(dir, d.Range.File), slices.Clone(d.Related)
		for i := range d.Related {
			d.Related[i].Range.File = fromHere(dir, d.Related[i].Range.File)
		}
		_, _ = io.WriteString(w, doc.Render(d, source))
		if info, ok := doc.Explain(d.Code); ok && !explained[d.Code] && a.chinese() {
			explained[d.Code] = true
			fmt.Fprintf(w, "  %s：%s\n", d.Code, info.Chinese)
		}
	}
}

// chinese tells whether the environment asks for Chinese; of its variables the first that is set counts.
func (a *app) chinese() bool {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value, ok := a.env(name); ok && value != "" {
			return strings.HasPrefix(value, "zh")
		}
	}
	return false
}

// classifier is the built-in one, or that of a shop.
func (a *app) classifier(dir string) (*intents.Classifier, error) {
	if dir == "" {
		return intents.Built()
	}
	s, err := a.oneShop(dir)
	if err != nil {
		return nil, err
	}
	return s.Classifier, nil
}

// writeJSON writes one indented JSON value and a line end.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
