package shop

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"xiaoer/rules/doc"
)

// maxChain is how many folders a shop may stand on.
const maxChain = 5

// A place opens folders: on the disk or in a file system such as an embedded one. Nothing outside of an opened folder
// can be read through it; only `extends` leads to another.
type place struct {
	// open gives the folder's files, its one true name (for finding cycles), and what closes it.
	open func(dir string) (tree fs.FS, name string, done func(), err error)
	join func(dir, relative string) string
}

// disk opens folders of the disk. A link inside of a folder that leads out of it is not followed.
func disk() place {
	return place{
		open: func(dir string) (fs.FS, string, func(), error) {
			name, err := filepath.EvalSymlinks(dir)
			if err != nil {
				return nil, "", nil, err
			}
			root, err := os.OpenRoot(name)
			if err != nil {
				return nil, "", nil, err
			}
			return root.FS(), name, func() { _ = root.Close() }, nil
		},
		join: func(dir, relative string) string { return filepath.Join(dir, filepath.FromSlash(relative)) },
	}
}

// within opens folders of a file system.
func within(tree fs.FS) place {
	return place{
		open: func(dir string) (fs.FS, string, func(), error) {
			info, err := fs.Stat(tree, dir)
			if err != nil {
				return nil, "", nil, err
			}
			if !info.IsDir() {
				return nil, "", nil, fs.ErrInvalid
			}
			sub, err := fs.Sub(tree, dir)
			return sub, dir, func() {}, err
		},
		join: func(dir, relative string) string { return path.Join(dir, relative) },
	}
}

// climb reads a folder and what it extends, in this order. The first layer is there even if the folder is not.
func (r *run) climb(dir, prefix string) []*layer {
	var chain []*layer
	seen := map[string]bool{}
	at := (*doc.Node)(nil) // where the folder is named
	for {
		tree, name, done, err := r.place.open(dir)
		if err != nil {
			r.cut = true
			r.noFolder(at, prefix, err)
			return chain
		}
		if seen[name] {
			done()
			r.cut = true
			r.problems.Error(at.Range(), doc.WrongType, "the folders extend each other in a circle").WithHint("take one `extends` away")
			return chain
		}
		seen[name] = true
		r.watch = append(r.watch, dir)
		l := r.parseLayer(r.reader.read(tree, dir, prefix, len(chain) == 0))
		if len(chain) == 0 {
			r.tree = tree
			r.closers = append(r.closers, done)
		} else {
			r.emptyBase(at, l)
			done()
		}
		chain = append(chain, l)
		if at = l.root().Get("extends"); at == nil {
			return chain
		}
		relative, ok := r.extends(at, len(chain))
		if !ok {
			r.cut = true
			return chain
		}
		dir, prefix = r.place.join(dir, relative), path.Join(prefix, relative)+"/"
	}
}

// extends reads the name of the base folder.
func (r *run) extends(n *doc.Node, depth int) (string, bool) {
	d := &doc.Decoder{Problems: r.problems}
	text, ok := d.FilledText(n)
	switch {
	case !ok:
		return "", false
	case path.IsAbs(text) || strings.ContainsAny(text, `\:`):
		d.Wrong(n, "expected a folder relative to this one", "for example ../base")
		return "", false
	case depth == maxChain:
		r.problems.Error(n.Range(), doc.TooCostly, "a shop stands on at most %d folders", maxChain-1)
		return "", false
	default:
		return path.Clean(text), true
	}
}

func (r *run) noFolder(at *doc.Node, prefix string, err error) {
	why := reason(err)
	if at == nil {
		r.problems.Error(doc.WholeFile(prefix+shopFile), doc.MissingKey, "the folder cannot be read: %s", why)
		return
	}
	r.problems.Error(at.Range(), doc.MissingKey, "the folder %q cannot be read: %s", at.Text, why).
		WithHint("write the path from this folder to the base, such as ../base")
}

func (r *run) emptyBase(at *doc.Node, l *layer) {
	if l.folder.shop == nil && len(l.rules) == 0 && l.intent == nil {
		r.cut = true
		r.problems.Error(at.Range(), doc.MissingKey, "the folder %q holds no shop.yaml and no rules", at.Text).WithHint("write the path from this folder to the base, such as ../base")
	}
}
