package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed assets
var assets embed.FS

// pagePolicy lets the page use what this server sends and nothing else; blob: is a picture from the visitor's own device.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Photos are the names of the sample pictures that a demo shop may offer.
func Photos() []string {
	entries, _ := fs.ReadDir(assets, "assets/photos") // it is embedded: it is there
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// page renders the demo page in the visitor's language.
func (d *demoPage) page(c echo.Context) error {
	lang := languageOf(c.Request())
	words, err := wordsOf(lang)
	if err != nil {
		return err
	}
	page, err := template.ParseFS(assets, "assets/demo.html")
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	var buffer bytes.Buffer
	if err := page.Execute(&buffer, map[string]any{"Lang": lang, "T": words, "Shops": d.Demo.Shops}); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	c.Response().Header().Set("Content-Security-Policy", pagePolicy)
	c.Response().Header().Set("Vary", "Accept-Language")
	return c.HTMLBlob(http.StatusOK, buffer.Bytes())
}

// languageOf is what ?lang= says, else what the browser likes: Chinese or English.
func languageOf(r *http.Request) string {
	if want := r.URL.Query().Get("lang"); want == "zh" || want == "en" {
		return want
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag, _, _ := strings.Cut(strings.TrimSpace(part), ";"); {
		case strings.HasPrefix(tag, "zh"):
			return "zh"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return "zh"
}

// wordsOf is the page's words in one language.
func wordsOf(lang string) (map[string]string, error) {
	raw, err := assets.ReadFile("assets/words.json")
	if err != nil {
		return nil, fmt.Errorf("read the page's words: %w", err)
	}
	var all map[string]map[string]string
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("read the page's words: %w", err)
	}
	return all[lang], nil
}

// asset serves scripts, styles and sample pictures.
func (d *demoPage) asset(c echo.Context) error {
	name := path.Clean("/" + c.Param("*"))
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	kind, ok := types[path.Ext(name)]
	raw, err := assets.ReadFile("assets" + name)
	if err != nil || !ok {
		return newProblem(http.StatusNotFound, "not-found", "the page has no such part")
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, kind, raw)
}
