package shop

import (
	"io/fs"
	"os"
	"path/filepath"

	"xiaoer/rules/doc"
)

// A Place is where a shop of an id stands.
type Place struct{ ID, Dir string }

// Places finds the shops of dir as LoadAll does, by reading nothing but each shop.yaml: whether a shop is in order it does not say, and a folder
// that is only others' base is among them. There may be none. The error says that dir cannot be read at all.
func Places(dir string) ([]Place, error) {
	names, err := folders(dir)
	if err != nil {
		return nil, err
	}
	var out []Place
	for _, name := range names {
		at, err := filepath.Abs(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if isShop(at) {
			out = append(out, Place{idIn(os.DirFS(at), filepath.Base(at)), at})
		}
	}
	return out, nil
}

// idIn is the id in a shop.yaml, or the folder's name where it cannot be read there.
func idIn(tree fs.FS, folder string) string {
	data, err := readBounded(tree, shopFile)
	if err != nil {
		return folder
	}
	if id := doc.Parse(shopFile, data, &doc.Problems{}).Root.Get("id"); id != nil && id.Kind == doc.Scalar && id.Text != "" && len(id.Text) <= maxID {
		return id.Text
	}
	return folder
}
