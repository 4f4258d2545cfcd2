package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

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

An existing file is never written over.`
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
		if err := os.WriteFile(filepath.Join(c.Dir, e.Name()), data, 0o644); err != nil { //nolint:gosec // see above
			return err
		}
		fmt.Fprintln(a.out, "wrote", filepath.Join(c.Dir, e.Name()))
	}
	_, err = fmt.Fprintf(a.out, "next: xiaoer test %s\n      xiaoer chat %s\n", c.Dir, c.Dir)
	return err
}
