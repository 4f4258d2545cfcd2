package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

//go:embed files
var embedded embed.FS

// layoutFiles are the layout's own templates, words and assets.
func layoutFiles() fs.FS {
	files, err := fs.Sub(embedded, "files")
	if err != nil { // only for a name that is no path
		return embedded
	}
	return files
}

const (
	assetRoot  = "/assets/"
	hashLength = 12 // of 64 letters: enough that two versions never share an address
)

// An asset is a file that pages refer to. Its address has the hash of what is in it, so browsers may keep it for ever.
type asset struct {
	kind string
	body []byte
	hash string
}

// assets are the files of all sections by "section/file".
type assets struct {
	all   map[string]*asset
	names []string // of sections
}

func newAssets() *assets { return &assets{all: map[string]*asset{}} }

func (a *assets) sections() []string { return slices.Clone(a.names) }

// assetKinds are the types of files that are served.
func assetKinds() map[string]string {
	return map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".png": "image/png", ".json": "application/json",
	}
}

// add reads the assets of a section and the words for its scripts, and puts hashed addresses into them.
func (a *assets) add(section string, files fs.FS, spoken map[string]words) error {
	if slices.Contains(a.names, section) {
		return errors.New("there are pages of this name already")
	}
	fresh := map[string]*asset{}
	entries, err := fs.ReadDir(files, "assets")
	if err != nil && !notThere(err) {
		return fmt.Errorf("read assets: %w", err)
	}
	for _, e := range entries {
		kind, ok := assetKinds()[path.Ext(e.Name())]
		if e.IsDir() || !ok {
			return fmt.Errorf("assets/%s is none of the types that are served", e.Name())
		}
		body, err := fs.ReadFile(files, "assets/"+e.Name())
		if err != nil {
			return fmt.Errorf("read assets: %w", err)
		}
		fresh[section+"/"+e.Name()] = &asset{kind: kind, body: body}
	}
	for lang := range spoken {
		body, err := scripted(spoken, lang)
		if err != nil {
			return fmt.Errorf("write words for scripts: %w", err)
		}
		fresh[section+"/words-"+lang+".js"] = &asset{kind: assetKinds()[".js"], body: body}
	}
	maps.Copy(a.all, fresh)
	a.names = append(a.names, section)
	for name := range fresh {
		if err := a.settle(name, nil); err != nil {
			return err
		}
	}
	return nil
}

var reference = regexp.MustCompile(`(["'(])/assets/([a-z]+/[A-Za-z0-9._-]+)(["')])`)

// settle puts the hashed addresses of others into an asset, and then knows its own hash. An asset that refers to itself by way of others can have
// none.
func (a *assets) settle(name string, way []string) error {
	one := a.all[name]
	if one.hash != "" {
		return nil
	}
	if slices.Contains(way, name) {
		return fmt.Errorf("assets refer to each other in a circle: %s", strings.Join(append(way, name), ", "))
	}
	if strings.HasPrefix(one.kind, "text/") {
		var failed error
		one.body = reference.ReplaceAllFunc(one.body, func(found []byte) []byte {
			parts := reference.FindSubmatch(found)
			to := string(parts[2])
			if a.all[to] == nil {
				failed = fmt.Errorf("asset %s refers to %s, which is not there", name, to)
				return found
			}
			if err := a.settle(to, append(way, name)); err != nil {
				failed = err
				return found
			}
			return []byte(string(parts[1]) + a.url(to) + string(parts[3]))
		})
		if failed != nil {
			return failed
		}
	}
	sum := sha256.Sum256(one.body)
	one.hash = hex.EncodeToString(sum[:])[:hashLength]
	return nil
}

// url is the hashed address of an asset, "" where there is none.
func (a *assets) url(name string) string {
	one := a.all[name]
	if one == nil {
		return ""
	}
	ext := path.Ext(name)
	return assetRoot + strings.TrimSuffix(name, ext) + "." + one.hash + ext
}

// Asset is the hashed address of an asset "section/file", "" where there is none.
func (s *Site) Asset(name string) string { return s.assets.url(name) }

// assetName is the asset that a path asks for.
func assetName(of string) (string, bool) { return strings.CutPrefix(of, assetRoot) }

// unhashed splits "section/file.hash.ext" into the asset's name and the hash; an address without a hash is one, too.
func unhashed(name string) (plain, hash string) {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	if dot := path.Ext(stem); len(dot) == hashLength+1 {
		return strings.TrimSuffix(stem, dot) + ext, dot[1:]
	}
	return name, ""
}

// assetPolicy is for an SVG that is opened by itself, and for a worker, which has the policy of its script and not that of the page.
func assetPolicy(kind string) string {
	if kind == assetKinds()[".js"] {
		return "default-src 'none'; script-src 'self'; connect-src 'self'"
	}
	return "default-src 'none'; style-src 'unsafe-inline'; sandbox"
}

// serve sends an asset. Under its hashed address it never changes; an old hash gets what is there now, and is not kept.
func (a *assets) serve(w http.ResponseWriter, r *http.Request, name string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "assets are only read", http.StatusMethodNotAllowed)
		return
	}
	plain, hash := unhashed(name)
	one := a.all[plain]
	if one == nil {
		http.Error(w, "there is no such asset", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", assetPolicy(one.kind))
	h.Set("ETag", `"`+one.hash+`"`)
	h.Set("Cache-Control", "no-cache")
	if hash == one.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(one.body))
}
