package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"xiaoer/fixtures"
)

type initCmd struct {
	Dir  string `arg:"" help:"The folder to make."`
	Lang string `help:"Language of the starter shop: ${enum}." enum:"zh,en" default:"zh"`
}

// Help teaches the command.
func (initCmd) Help() string {
	return `Writes a small shop that passes its own check and tests, with comments that explain each part:

  xiaoer init myshop && xiaoer test myshop && xiaoer chat myshop

The shop's id is the folder's name, or my-shop where that has other than small letters,
digits and hyphens. An existing file is never written over.`
}

// Run writes the starter shop.
func (c *initCmd) Run(a *app) error {
	root := path.Join("starter", c.Lang)
	entries, err := fs.ReadDir(fixtures.Files, root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := os.Lstat(filepath.Join(c.Dir, e.Name())); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already and is left as it is; name a new folder", filepath.Join(c.Dir, e.Name()))
		}
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil { //nolint:gosec // a shop's files are for its owner's colleagues too
		return err
	}
	for _, e := range entries {
		data, err := fs.ReadFile(fixtures.Files, path.Join(root, e.Name()))
		if err != nil {
			return err
		}
		if e.Name() == "shop.yaml" {
			data = withID(data, c.Dir)
		}
		if err := os.WriteFile(filepath.Join(c.Dir, e.Name()), data, 0o644); err != nil { //nolint:gosec // see above
			return err
		}
		fmt.Fprintln(a.out, "wrote", filepath.Join(c.Dir, e.Name()))
	}
	_, err = fmt.Fprintf(a.out, "next: xiaoer test %s\n      xiaoer chat %s\n", c.Dir, c.Dir)
	return err
}

// idOfStarter is how the starter shops say what they are called in addresses.
const idOfStarter = "id: my-shop"

var goodID = regexp.MustCompile(`^[a-z0-9-]+$`)

// withID gives a starter shop the name of its folder as id: two shops of one id would not be served together.
func withID(shop []byte, dir string) []byte {
	whole, err := filepath.Abs(dir)
	if err != nil || !goodID.MatchString(filepath.Base(whole)) {
		return shop
	}
	return bytes.Replace(shop, []byte(idOfStarter), []byte("id: "+filepath.Base(whole)), 1)
}
