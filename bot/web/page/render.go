package page

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"xiaoer/bot/desk"
)

// A View is what a template sees.
type View struct {
	Data   any         // what was given to Show
	Lang   string      // zh or en
	HTML   string      // the lang attribute
	Theme  string      // auto, light or dark
	Person desk.Person // who is looking; Signed says whether anybody is
	Signed bool
	Path   string // of this page
	Nav    []NavLink
	Done   string // words for what has just been done, from ?done=
	Bare   bool   // no header and navigation: for frames
	Langs  []Choice
	Themes []Choice
	Words  string // the address of the layout's words for scripts
	Own    string // and of the section's own
}

// A NavLink is a link of the navigation as it is shown.
type NavLink struct {
	Text, URL string
	Current   bool
}

// A Choice is one of the looks of a page that a reader may choose.
type Choice struct {
	Word, URL string
	Current   bool
}

// parse reads the templates of a section, once for each language.
func (p *Pages) parse(files fs.FS) (map[string]map[string]*template.Template, error) {
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]*template.Template{}
	for _, lang := range languages() {
		out[lang] = map[string]*template.Template{}
		base, err := p.base(files, lang)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			one, err := base.Clone()
			if err == nil {
				one, err = one.ParseFS(files, name)
			}
			if err != nil {
				return nil, fmt.Errorf("read a template: %w", err)
			}
			out[lang][name] = one
		}
	}
	return out, nil
}

// base is the layout and what the templates of a section share.
func (p *Pages) base(files fs.FS, lang string) (*template.Template, error) {
	base, err := template.New("").Option("missingkey=error").Funcs(p.functions(lang)).Funcs(p.funcs).ParseFS(layoutFiles(), "parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the layout: %w", err)
	}
	shared, err := fs.Glob(files, "parts/*.html")
	if err != nil || len(shared) == 0 {
		return base, err
	}
	if base, err = base.ParseFS(files, shared...); err != nil {
		return nil, fmt.Errorf("read a template: %w", err)
	}
	return base, nil
}

func (p *Pages) functions(lang string) template.FuncMap {
	return template.FuncMap{
		"t":    func(key any, args ...any) string { return p.Words(lang, fmt.Sprint(key), args...) },
		"said": func(key any) bool { return p.said(fmt.Sprint(key)) },
		"asset": func(name string) (string, error) {
			if at := p.site.Asset(name); at != "" {
				return at, nil
			}
			return "", fmt.Errorf("there is no asset %s", name)
		},
		"url":   address,
		"at":    at,
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock": func(t time.Time) string { return t.In(p.site.Zone).Format("2006-01-02 15:04") },
	}
}

// address is a path with a query of keys and values in turn; values that are empty are left out.
func address(path string, pairs ...any) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := fmt.Sprint(pairs[i+1]); value != "" {
			query.Set(fmt.Sprint(pairs[i]), value)
		}
	}
	return (&url.URL{Path: path, RawQuery: query.Encode()}).String()
}

// Show answers with a page. Nothing is sent before the whole of it is written, so that an error is a page of its own.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, status int, file string, data any) {
	p.show(w, r, status, file, "layout", p.view(r, data))
}

// ShowBare is Show without header and navigation, for pages in frames.
func (p *Pages) ShowBare(w http.ResponseWriter, r *http.Request, status int, file string, data any) {
	v := p.view(r, data)
	v.Bare = true
	p.show(w, r, status, file, "layout", v)
}

// Part answers with one of the templates that a file defines, for a script that puts it into the page (see fragment.js).
func (p *Pages) Part(w http.ResponseWriter, r *http.Request, status int, file, name string, data any) {
	p.show(w, r, status, file, name, p.view(r, data))
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, file, name string, v View) {
	found := p.templates[v.Lang][file]
	if found == nil {
		p.site.Error(w, r, fmt.Errorf("there is no template %s/%s", p.name, file))
		return
	}
	var buffer bytes.Buffer
	if err := found.ExecuteTemplate(&buffer, name, v); err != nil {
		if p == p.site.own { // the page for errors is the one that fails
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		p.site.Error(w, r, fmt.Errorf("write a page: %w", err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", v.HTML)
	w.WriteHeader(status)
	_, _ = buffer.WriteTo(w) // whoever has gone needs no page
}

// view is what a reader gets beside the data.
func (p *Pages) view(r *http.Request, data any) View {
	person, signed := Who(r)
	v := View{
		Data: data, Lang: Language(r), Theme: Theme(r), Person: person, Signed: signed, Path: r.URL.Path,
		Nav: []NavLink{},
	}
	v.HTML = map[string]string{"zh": "zh-CN", "en": "en"}[v.Lang]
	v.Words = p.site.Asset("page/words-" + v.Lang + ".js")
	if p != p.site.own {
		v.Own = p.site.Asset(p.name + "/words-" + v.Lang + ".js")
	}
	if done := "done." + r.URL.Query().Get("done"); p.said(done) {
		v.Done = p.Words(v.Lang, done)
	}
	for _, lang := range languages() {
		v.Langs = append(v.Langs, Choice{"lang." + lang, with(r.URL, "lang", lang), lang == v.Lang})
	}
	for _, theme := range themes() {
		v.Themes = append(v.Themes, Choice{"theme." + theme, with(r.URL, "theme", theme), theme == v.Theme})
	}
	if signed {
		v.Nav = p.site.links(person, v.Lang, r.URL.Path)
	}
	return v
}

// links are the links of the navigation that a person may follow.
func (s *Site) links(person desk.Person, lang, path string) []NavLink {
	all := slices.Clone(s.nav)
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.Order, b.Order) })
	out, current := []NavLink{}, -1
	for _, l := range all {
		if l.Needs != "" && !Anywhere(person, l.Needs) {
			continue
		}
		out = append(out, NavLink{Text: l.of.Words(lang, l.Word), URL: l.URL})
		under := path == l.URL || strings.HasPrefix(path, strings.TrimSuffix(l.URL, "/")+"/")
		if under && (current < 0 || len(l.URL) > len(out[current].URL)) {
			current = len(out) - 1
		}
	}
	if current >= 0 {
		out[current].Current = true
	}
	return out
}

// Anywhere is whether a person has a role in at least one shop.
func Anywhere(p desk.Person, needed desk.Role) bool {
	for role := range maps.Values(p.Roles) {
		if role.Covers(needed) {
			return true
		}
	}
	return false
}
