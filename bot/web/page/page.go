// contract: the packages under bot/web make their pages with the types in this package.

// Package page is what all pages for people have in common: the layout, words in Chinese and English, light and dark, assets under
// hashed addresses, the content security policy, forms that are read within bounds, and errors as pages. It knows no accounts and no
// store; who is looking comes with the request's context (see WithPerson and Who).
//
// A page is made so. A package embeds a folder with words/zh.json and words/en.json (flat: key to text; both have the same keys), templates
// (*.html, one a page, and parts/*.html, which those share) and assets/ (*.css, *.js, *.svg, *.png). It opens the folder under its own
// name, registers its addresses, and shows templates:
//
//	pages, err := site.Open(page.Section{Name: "people", Files: files, Nav: []page.Link{{Word: "people.nav", URL: "/desk/people", Needs: desk.Admin}}})
//	site.Handle("GET /desk/people", func(w http.ResponseWriter, r *http.Request) { pages.Show(w, r, http.StatusOK, "list.html", data) })
//
// A template defines "title" and "main", and "head" where it needs scripts and styles of its own:
//
//	{{define "title"}}{{t "people.title"}}{{end}}
//	{{define "head"}}<script type="module" src="{{asset "people/list.js"}}"></script>{{end}}
//	{{define "main"}}<h1>{{t "people.title"}}</h1>{{range .Data}}<p>{{.Name}} {{template "time" .At}}</p>{{end}}{{end}}
//
// In a template . is a View: .Data is what was given to Show, .Lang, .Person and so on say who looks and how. The functions are:
//
//	t KEY ARG…      the words of a key; {1}, {2} … in them are the arguments
//	said KEY        whether there are words of a key
//	asset NAME      the hashed address of "section/file"
//	url PATH KEY VALUE …   an address with a query
//	at TIME DAY            a time by the calendar of a shop (see Day); {{template "zone" DAY}} says once whose times they are, to readers elsewhere
//
// Inside scripts and styles an address in quotes or in url() of the form "/assets/section/file" becomes the hashed one when the site is opened, so that
// modules import each other by it: import { call } from "/assets/page/api.js". The modules that are there: api.js (calling the JSON API, errors in an
// aria-live region), live.js (server-sent events that come back; all pages of one person share a line), fragment.js (parts of a page that are read anew), words.js (words whose keys begin with
// "js." in the language of the page), picture.js (photos made smaller before they are sent), look.js (loaded by every page: theme, times in the reader's zone, copy buttons).
// No inline script or style ever runs: the policy forbids it, style attributes too.
package page

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"xiaoer/bot/desk"
)

// Options are what a site works with. Zero values take the defaults.
type Options struct {
	Logger *slog.Logger   // default: discards
	Zone   *time.Location // of times where no script puts them into the reader's own; default: China's
	Secure bool           // the site is reached by https only, so its cookies are too
	// FrameAncestors are the origins that may show pages in a frame, as the policy wants them; default 'none'. A page may say otherwise with
	// Frame.
	FrameAncestors string
}

// A Link stands in the navigation for those who have a role in some shop.
type Link struct {
	Word  string    // the key of its words
	URL   string    // and the path by which it is known to be the current one
	Needs desk.Role // "" for everybody who is signed in
	Order int       // small ones first
}

// A Section is the folder of one package: its templates, words and assets.
type Section struct {
	Name  string // a lower-case noun: the first part of its assets' addresses
	Files fs.FS
	Nav   []Link
	Funcs template.FuncMap // of its templates, beside those of every page
}

// A Site is all pages of a server together. Open sections and register addresses first, then serve.
type Site struct {
	Options

	mux    *http.ServeMux
	assets *assets
	own    *Pages
	nav    []entry
}

// An entry is a link of the navigation with whose words it has.
type entry struct {
	Link
	of *Pages
}

// Pages are the pages of one section.
type Pages struct {
	site      *Site
	name      string
	funcs     template.FuncMap
	words     map[string]words                         // by language
	templates map[string]map[string]*template.Template // by language and file
}

// New makes a site that has the layout, and no page yet.
func New(o Options) (*Site, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("CST", 8*60*60)
	}
	if o.FrameAncestors == "" {
		o.FrameAncestors = "'none'"
	}
	s := &Site{Options: o, mux: http.NewServeMux(), assets: newAssets()}
	own, err := s.Open(Section{Name: "page", Files: layoutFiles()})
	if err != nil {
		return nil, err
	}
	s.own = own
	return s, nil
}

var sectionName = regexp.MustCompile(`^[a-z]{2,20}$`)

// Open reads the folder of a section. A template that is broken, words that are missing in one of the languages, and an asset that refers to
// one that is not there are errors.
func (s *Site) Open(sec Section) (*Pages, error) {
	if !sectionName.MatchString(sec.Name) {
		return nil, fmt.Errorf("open pages %q: the name must be a lower-case noun", sec.Name)
	}
	if sec.Files == nil {
		return nil, fmt.Errorf("open pages %q: there are no files", sec.Name)
	}
	p := &Pages{site: s, name: sec.Name, funcs: sec.Funcs}
	var err error
	if p.words, err = readWords(sec.Files); err != nil {
		return nil, fmt.Errorf("open pages %q: %w", sec.Name, err)
	}
	if err := s.assets.add(sec.Name, sec.Files, p.words); err != nil {
		return nil, fmt.Errorf("open pages %q: %w", sec.Name, err)
	}
	if p.templates, err = p.parse(sec.Files); err != nil {
		return nil, fmt.Errorf("open pages %q: %w", sec.Name, err)
	}
	for _, l := range sec.Nav {
		if _, ok := p.words[languages()[0]][l.Word]; !ok {
			return nil, fmt.Errorf("open pages %q: no words %q for the navigation", sec.Name, l.Word)
		}
		s.nav = append(s.nav, entry{l, p})
	}
	return p, nil
}

// Handle registers a page under a pattern of net/http's ServeMux, such as "GET /desk/people". It panics where two patterns collide, as the
// ServeMux does: that is seen when the server starts.
func (s *Site) Handle(pattern string, h http.HandlerFunc) { s.mux.HandleFunc(pattern, h) }

// Sections are the names of all sections, under each of which there are assets at /assets/NAME/.
func (s *Site) Sections() []string { return s.assets.sections() }

// ServeHTTP answers with a page, an asset, or an error that is a page too.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, ok := assetName(r.URL.Path); ok {
		s.assets.serve(w, r, name)
		return
	}
	s.headers(w.Header())
	s.Remember(w, r)
	guarded := &response{ResponseWriter: w}
	defer s.recover(guarded, r)
	h, pattern := s.mux.Handler(r)
	if pattern == "" {
		s.noPage(guarded, r, h)
		return
	}
	s.mux.ServeHTTP(guarded, r)
}

// noPage turns what the ServeMux says of an address without a page into a page.
func (s *Site) noPage(w http.ResponseWriter, r *http.Request, h http.Handler) {
	probe := &refused{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	if to := probe.header.Get("Location"); to != "" { // a path that was not clean
		See(w, r, to)
		return
	}
	s.Fail(w, r, &Problem{Status: max(probe.status, http.StatusBadRequest)})
}

// refused takes down what the ServeMux answers of its own.
type refused struct {
	header http.Header
	status int
}

func (r *refused) Header() http.Header         { return r.header }
func (r *refused) Write(b []byte) (int, error) { return len(b), nil }
func (r *refused) WriteHeader(status int)      { r.status = status }

// A response knows whether anything was sent.
type response struct {
	http.ResponseWriter
	sent bool
}

func (w *response) WriteHeader(status int) {
	w.sent = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	w.sent = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets streams flush and set deadlines.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// recover makes a panic one reader's error page instead of a line that breaks off.
func (s *Site) recover(w *response, r *http.Request) {
	found := recover()
	if found == nil {
		return
	}
	if err, ok := found.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(found)
	}
	s.Logger.Error("a page panicked", "path", r.Pattern, "err", fmt.Sprint(found))
	if !w.sent {
		s.Fail(w, r, &Problem{Status: http.StatusInternalServerError})
	}
}
