package page

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiaoer/bot/desk"
)

// The cookies in which a reader's choices are kept. They hold no more than one of the words that are known.
const (
	languageCookie = "xiaoer_lang"
	themeCookie    = "xiaoer_theme"
)

// themes are how a page may look; auto is what the reader's system says.
func themes() []string { return []string{"auto", "light", "dark"} }

type personKey struct{}

// WithPerson says who is looking; the middleware of accounts does.
func WithPerson(ctx context.Context, p desk.Person) context.Context {
	return context.WithValue(ctx, personKey{}, p)
}

// Who is the person who is looking; false for one who has not signed in.
func Who(r *http.Request) (desk.Person, bool) {
	p, ok := r.Context().Value(personKey{}).(desk.Person)
	return p, ok
}

// Language is the language of a reader: what ?lang= says, what was chosen before, else what the browser likes.
func Language(r *http.Request) string {
	if want := chosen(r, "lang", languageCookie, languages()); want != "" {
		return want
	}
	return preferred(r.Header.Get("Accept-Language"))
}

// Theme is the theme of a reader: light, dark or auto.
func Theme(r *http.Request) string {
	if want := chosen(r, "theme", themeCookie, themes()); want != "" {
		return want
	}
	return themes()[0]
}

// chosen is what a reader says now, else what they said before, "" where it is none of the words that are known.
func chosen(r *http.Request, parameter, cookie string, known []string) string {
	if want := r.URL.Query().Get(parameter); slices.Contains(known, want) {
		return want
	}
	if c, err := r.Cookie(cookie); err == nil && slices.Contains(known, c.Value) {
		return c.Value
	}
	return ""
}

// preferred is the language that a browser likes best among those that are spoken.
func preferred(header string) string {
	best, quality := languages()[0], 0.0
	for part := range strings.SplitSeq(header[:min(len(header), 500)], ",") {
		tag, weight, weighted := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if weighted {
			var err error
			if q, err = strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64); err != nil {
				continue
			}
		}
		main, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if q > quality && slices.Contains(languages(), main) {
			best, quality = main, q
		}
	}
	return best
}

// Remember keeps what a reader has chosen by ?lang= and ?theme=. Every page does; it is for who answers in the place of one.
func (s *Site) Remember(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery == "" {
		return
	}
	query := r.URL.Query()
	for _, c := range []struct {
		parameter, cookie string
		known             []string
	}{{"lang", languageCookie, languages()}, {"theme", themeCookie, themes()}} {
		if want := query.Get(c.parameter); slices.Contains(c.known, want) {
			s.Choose(w, r, c.cookie, want)
		}
	}
}

// Choose keeps a word in a cookie for a year.
func (s *Site) Choose(w http.ResponseWriter, r *http.Request, cookie, value string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // scripts read it, and where the site has no https it cannot be secure
		Name: cookie, Value: value, Path: "/", MaxAge: 365 * 24 * 60 * 60, SameSite: http.SameSiteLaxMode, Secure: s.Secure || r.TLS != nil,
	})
}

// SetLanguage keeps the language that a reader has chosen.
func (s *Site) SetLanguage(w http.ResponseWriter, r *http.Request, lang string) {
	if slices.Contains(languages(), lang) {
		s.Choose(w, r, languageCookie, lang)
	}
}

// with is the address of a request with a parameter of its query replaced.
func with(u *url.URL, parameter, value string) string {
	query := u.Query()
	query.Set(parameter, value)
	query.Del("done")
	return (&url.URL{Path: u.Path, RawQuery: query.Encode()}).String()
}

func notThere(err error) bool { return errors.Is(err, fs.ErrNotExist) }
