package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// languages are those that pages speak. The first is spoken where nothing is known of the reader.
func languages() []string { return []string{"zh", "en"} }

// words are the texts of one language by their keys.
type words map[string]string

// readWords reads a section's words. Every language must have the same keys, so that no page is half in another language.
func readWords(files fs.FS) (map[string]words, error) {
	out := map[string]words{}
	for _, lang := range languages() {
		name := "words/" + lang + ".json"
		raw, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read words: %w", err)
		}
		var w words
		if err := json.Unmarshal(raw, &w); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		out[lang] = w
	}
	return out, sameKeys(out)
}

// sameKeys refuses words that are there in one language only.
func sameKeys(all map[string]words) error {
	for _, lang := range languages() {
		for _, other := range languages() {
			for _, key := range slices.Sorted(maps.Keys(all[lang])) {
				if all[other][key] == "" {
					return fmt.Errorf("words/%s.json has no words %q, which words/%s.json has", other, key, lang)
				}
			}
		}
	}
	return nil
}

// fill puts arguments into the places {1}, {2} … of a text. What an argument holds is never looked at for places.
func fill(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(args))
	for i, arg := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", fmt.Sprint(arg))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Words are the words of a key in a language: the section's own, else the layout's, else the key itself.
func (p *Pages) Words(lang, key string, args ...any) string {
	if text, ok := p.words[lang][key]; ok {
		return fill(text, args)
	}
	if own := p.site.own; own != nil && own != p {
		return own.Words(lang, key, args...)
	}
	return key
}

// said is whether there are words of a key.
func (p *Pages) said(key string) bool {
	if _, ok := p.words[languages()[0]][key]; ok {
		return true
	}
	return p.site.own != nil && p.site.own != p && p.site.own.said(key)
}

// scripted are the words that scripts may use, as a module.
func scripted(all map[string]words, lang string) ([]byte, error) {
	out := words{}
	for key, text := range all[lang] {
		if name, ok := strings.CutPrefix(key, "js."); ok {
			out[name] = text
		}
	}
	raw, err := json.Marshal(out) // escapes <, > and &, and U+2028 too
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "export default %s;\n", raw), nil
}
