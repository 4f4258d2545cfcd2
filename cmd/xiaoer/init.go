package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"xiaoer/fixtures"
)

type initCmd struct {
	Dir  string `arg:"" help:"The folder to make."`
	ID   string `name:"id" help:"The shop's id: small letters, digits and hyphens. Default: made of the folder's name."`
	Lang string `help:"Language of the starter shop: ${enum}." enum:"zh,en" default:"zh"`
}

// Help teaches the command.
func (initCmd) Help() string {
	return `Writes a small shop that passes its own check and tests, with comments that explain each part:

  xiaoer init myshop && xiaoer test myshop && xiaoer chat myshop

The shop's id, by which servers and callers know it, is --id, or the folder's name. Where that
has other than small letters, digits and hyphens it is my-shop- and a few letters that only
this name gives. An existing file is never written over.`
}

// Run writes the starter shop.
func (c *initCmd) Run(a *app) error {
	id, err := c.id()
	if err != nil {
		return err
	}
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
		data = bytes.Replace(data, []byte(idOfStarter), []byte("id: "+id), 1)
		data = bytes.ReplaceAll(data, []byte(secretOfStarter), []byte(secretOf(id)))
		if err := os.WriteFile(filepath.Join(c.Dir, e.Name()), data, 0o644); err != nil { //nolint:gosec // see above
			return err
		}
		fmt.Fprintln(a.out, "wrote", filepath.Join(c.Dir, e.Name()))
	}
	dir := shellWord(c.Dir)
	_, err = fmt.Fprintf(a.out, "next: xiaoer test %s\n      xiaoer chat %s\n", dir, dir)
	return err
}

// How the starter shops say what they are called in addresses, and where their secret is.
const (
	idOfStarter     = "id: my-shop"
	secretOfStarter = "XIAOER_MYSHOP_SECRET" //nolint:gosec // the name of a variable, which has no secret in it
)

const longestID = 64 // as a shop's loader takes it

var goodID = regexp.MustCompile(`^[a-z0-9-]+$`)

func isID(id string) bool { return goodID.MatchString(id) && len(id) <= longestID }

// id is what the shop is called in addresses: two shops of one id would not be served together.
func (c *initCmd) id() (string, error) {
	if c.ID != "" {
		if !isID(c.ID) {
			return "", usageError(fmt.Sprintf("--id has small letters, digits and hyphens only, and at most %d of them", longestID))
		}
		return c.ID, nil
	}
	whole, err := filepath.Abs(c.Dir)
	if err != nil {
		return "", err
	}
	name := filepath.Base(whole)
	if isID(name) {
		return name, nil
	}
	sum := sha256.Sum256([]byte(name))
	return "my-shop-" + hex.EncodeToString(sum[:3]), nil
}

// secretOf is the variable in which the secret of a shop is looked for.
func secretOf(id string) string {
	return "XIAOER_" + strings.ToUpper(strings.ReplaceAll(id, "-", "_")) + "_SECRET"
}

var plainWord = regexp.MustCompile(`^[\pL\pN._/\\:+-]+$`)

// shellWord is a path as a shell takes it for one word.
func shellWord(path string) string {
	switch {
	case plainWord.MatchString(path):
		return path
	case runtime.GOOS == "windows":
		return `"` + path + `"`
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
