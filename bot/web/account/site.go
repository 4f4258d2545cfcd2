package account

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/throttle"
)

//go:embed all:files
var embedded embed.FS

// Options are what the pages of accounts work with. Book, Site and Shops are required.
type Options struct {
	Book  *Book
	Site  *page.Site
	Shops func() []string // all shops that there are
	// About is what a shop is called and by whose clock it works; default: its id, and UTC.
	About     func(shop string) (name string, zone *time.Location)
	PublicURL string // under which people reach the site, such as https://desk.example; default: what they call it

	Idle     time.Duration // after which an unused session ends; default 12 h
	Lifetime time.Duration // after which every session ends; default 7 days
}

// Accounts are the pages on which people sign in, look after their own account and, as admins, after others', and what tells other pages
// and the API who is looking.
type Accounts struct {
	Options

	pages  *page.Pages
	https  bool
	plain  *scs.SessionManager
	secure *scs.SessionManager
	guard  *http.CrossOriginProtection

	ofName *throttle.Throttle // tries to sign in with a name, from wherever
	ofPair *throttle.Throttle // with a name from an address
	ofAddr *throttle.Throttle // from an address
	ofMark *throttle.Throttle // with the mark of a browser that is known
	noted  *throttle.Throttle // lines of the audit about tries that failed, by account; "" is for names that nobody has
	notes  sync.WaitGroup     // those that are being written
}

// New makes the pages and registers them with their site.
func New(o Options) (*Accounts, error) {
	if o.Book == nil || o.Site == nil || o.Shops == nil {
		return nil, errors.New("the pages of accounts need a book, a site and shops")
	}
	if o.Idle <= 0 {
		o.Idle = 12 * time.Hour
	}
	if o.Lifetime <= 0 {
		o.Lifetime = 7 * 24 * time.Hour
	}
	if o.About == nil {
		o.About = func(shop string) (string, *time.Location) { return shop, time.UTC }
	}
	a := &Accounts{
		Options: o, guard: http.NewCrossOriginProtection(),
		ofName: throttle.New(1.0/60, 50, mostRemembered), ofPair: throttle.New(1.0/30, 10, mostRemembered),
		ofAddr: throttle.New(0.2, 60, mostRemembered), ofMark: throttle.New(1.0/600, 10, mostRemembered), noted: throttle.New(1, 60, mostRemembered),
	}
	if err := a.public(); err != nil {
		return nil, err
	}
	a.plain, a.secure = a.manager(false), a.manager(true)
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		return nil, err
	}
	a.pages, err = o.Site.Open(page.Section{Name: "account", Files: files, Nav: []page.Link{
		{Word: "people.nav", URL: "/desk/people", Needs: desk.Admin, Order: 80},
		{Word: "audit.nav", URL: "/desk/audit", Needs: desk.Admin, Order: 85},
		{Word: "own.nav", URL: "/desk/me", Order: 90},
	}, Funcs: a.functions()})
	if err != nil {
		return nil, err
	}
	a.routes()
	return a, nil
}

const mostRemembered = 10_000

// public reads the address under which the site is reached.
func (a *Accounts) public() error {
	if a.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(a.PublicURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("the public address %q must be like https://desk.example", a.PublicURL)
	}
	a.PublicURL = u.Scheme + "://" + u.Host
	a.https = u.Scheme == "https"
	return a.guard.AddTrustedOrigin(a.PublicURL)
}

func (a *Accounts) routes() {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /desk/login":               a.getLogin,
		"POST /desk/login":              a.postLogin,
		"POST /desk/logout":             a.postLogout,
		"GET /desk/me":                  a.getOwn,
		"POST /desk/me/password":        a.postPassword,
		"POST /desk/me/sessions":        a.postSessions,
		"POST /desk/me/language":        a.postLanguage,
		"GET /desk/people":              a.getPeople,
		"POST /desk/people/invite":      a.postInvite,
		"POST /desk/people/withdraw":    a.postWithdraw,
		"POST /desk/people/role":        a.postRole,
		"POST /desk/people/switch":      a.postSwitch,
		"POST /desk/people/reset":       a.postReset,
		"POST /desk/people/remove":      a.postRemove,
		"POST /desk/people/revoke":      a.postRevoke,
		"GET /desk/invitation/{token}":  a.getInvitation,
		"POST /desk/invitation/{token}": a.postInvitation,
		"GET /desk/audit":               a.getAudit,
	} {
		a.Site.Handle(pattern, h)
	}
}

// day is by whose calendar the times of these shops are written: their own where they have one in common, else UTC.
func (a *Accounts) day(shops ...string) page.Day {
	if slices.Contains(shops, desk.AllShops) {
		shops = a.Shops()
	}
	d := page.Day{Now: a.Book.Clock()}
	for _, shop := range shops {
		_, zone := a.About(shop)
		if d.Zone != nil && d.Zone.String() != zone.String() {
			return page.Day{Now: d.Now}
		}
		d.Zone = zone
	}
	return d
}

// functions are what the templates need: what a shop is called, the fault of one field, and what the list of shops is made of.
func (a *Accounts) functions() template.FuncMap {
	return template.FuncMap{
		"shop": func(id string) string { name, _ := a.About(id); return cmp.Or(name, id) },
		"field": func(f *Fault, name string) *Fault {
			if f == nil || f.Field != name {
				return nil
			}
			return f
		},
		"shops": func(shops []string, shop, path string) map[string]any {
			return map[string]any{"Shops": shops, "Shop": shop, "Path": path}
		},
	}
}

// open are the addresses under /desk that need no session.
func open(path string) bool {
	return path == "/desk/login" || strings.HasPrefix(path, "/desk/invitation/")
}

// under is whether a path is one of the desk's pages.
func under(path string) bool { return path == "/desk" || strings.HasPrefix(path, "/desk/") }

// public is whether what is at a path is the same for everybody, and kept by whoever stands between: the pages' assets, and the script that a
// shop's site loads. No session may come with that.
func public(path string) bool {
	script, ok := strings.CutPrefix(path, "/chat/")
	return strings.HasPrefix(path, "/assets/") || ok && strings.HasSuffix(script, ".js") && !strings.Contains(script, "/")
}

// Wrap stands before all pages: it finds out who is looking, refuses what other sites send through a browser, and sends those who have not signed in to do so,
// on every address under /desk but those where they can. Pages then ask page.Who, and check the role in the shop themselves.
func (a *Accounts) Wrap(next http.Handler) http.Handler {
	known := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.let(w, r, next) })
	plain, secure := a.plain.LoadAndSave(known), a.secure.LoadAndSave(known)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case public(r.URL.Path):
			next.ServeHTTP(w, r)
		case under(r.URL.Path) && a.guard.Check(r) != nil:
			a.Site.Fail(w, r, &page.Problem{Status: http.StatusForbidden})
		case unattended(r):
			a.look(w, r, known)
		case a.by(r) == a.secure:
			secure.ServeHTTP(w, r)
		default:
			plain.ServeHTTP(w, r)
		}
	})
}

// unattended is whether a page asks by itself, with nobody at it: for what is live, and for parts of it that have changed. A page that is only
// open is not in use.
func unattended(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && (r.URL.Path == "/desk/live" || r.Header.Get("X-Fragment") != "")
}

// look serves a request without noting that the session was used.
func (a *Accounts) look(w http.ResponseWriter, r *http.Request, next http.Handler) {
	w.Header().Add("Vary", "Cookie")
	m, token := a.by(r), ""
	if cookie, err := r.Cookie(m.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := m.Load(r.Context(), token)
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	next.ServeHTTP(w, r.WithContext(ctx))
}

func (a *Accounts) let(w http.ResponseWriter, r *http.Request, next http.Handler) {
	m := a.by(r)
	found, s, ok, err := a.signed(r.Context(), m)
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	if !ok && m.GetString(r.Context(), sessionValue) != "" {
		if err := m.Destroy(r.Context()); err != nil {
			a.Book.Logger.Warn("forget a session", "err", err)
		}
	}
	if ok {
		ctx := page.WithPerson(r.Context(), found.Person())
		r = r.WithContext(context.WithValue(ctx, seatKey{}, seat{found, s}))
	}
	switch {
	case ok || !under(r.URL.Path) || open(r.URL.Path):
		next.ServeHTTP(w, r)
	case (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("X-Fragment") == "":
		a.Site.Remember(w, r)
		http.Redirect(w, r, "/desk/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	default:
		a.Site.Fail(w, r, &page.Problem{Status: http.StatusUnauthorized})
	}
}

// A seat is the account and the session of who is looking.
type seat struct {
	desk.Account
	session desk.Session
}

type seatKey struct{}

// seated is the account of who is looking. Handlers behind Wrap have one, but for open addresses.
func seated(r *http.Request) (seat, bool) {
	s, ok := r.Context().Value(seatKey{}).(seat)
	return s, ok
}

// Who is the person who is looking, on pages behind Wrap.
func (a *Accounts) Who(r *http.Request) (desk.Person, bool) { return page.Who(r) }

// Signed is who has sent a request's cookie, for handlers that are not behind Wrap, such as the API's. Key names the session, for counting its
// calls; false is for a request without a session that holds. Its use is noted as if a page had been looked at.
func (a *Accounts) Signed(ctx context.Context, r *http.Request) (p desk.Person, key string, ok bool, err error) {
	m := a.by(r)
	cookie, err := r.Cookie(m.Cookie.Name)
	if err != nil || cookie.Value == "" {
		return desk.Person{}, "", false, nil //nolint:nilerr // there is no cookie
	}
	ctx, err = m.Load(ctx, cookie.Value)
	if err != nil {
		return desk.Person{}, "", false, err
	}
	found, s, ok, err := a.signed(ctx, m)
	if err != nil || !ok {
		return desk.Person{}, "", false, err
	}
	if r.Header.Get("Accept") != "text/event-stream" { // a page that only listens on is not in use
		if _, _, err := m.Commit(ctx); err != nil {
			return desk.Person{}, "", false, err
		}
	}
	return found.Person(), "session:" + s.ID, true, nil
}

// Guard refuses what other sites send through a browser; nil is for what may pass.
func (a *Accounts) Guard(r *http.Request) error { return a.guard.Check(r) }
