package account

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// An ownView is a person's page about their own account.
type ownView struct {
	Account  desk.Account
	Shops    []roleIn
	Sessions []sessionView
	Fault    *Fault
	Wait     int
	Day      page.Day
}

type roleIn struct {
	Shop string
	Role desk.Role
}

type sessionView struct {
	desk.Session
	Used    time.Time // when it was last used, to about a minute
	Current bool
	Brief   string // the browser in a few words
}

func (a *Accounts) getOwn(w http.ResponseWriter, r *http.Request) {
	a.showOwn(w, r, http.StatusOK, nil, 0)
}

func (a *Accounts) showOwn(w http.ResponseWriter, r *http.Request, status int, fault *Fault, wait int) {
	me, ok := seated(r)
	if !ok {
		a.Site.Fail(w, r, &page.Problem{Status: http.StatusUnauthorized})
		return
	}
	v := ownView{Account: me.Account, Fault: fault, Wait: wait, Day: a.day(me.Shops()...)}
	for _, shop := range me.Shops() {
		v.Shops = append(v.Shops, roleIn{shop, me.Roles[shop]})
	}
	for _, s := range slices.Backward(me.Sessions) {
		v.Sessions = append(v.Sessions, sessionView{Session: s, Used: a.used(r, s), Current: s.ID == me.session.ID, Brief: brief(s.Browser)})
	}
	a.pages.Show(w, r, status, "own.html", v)
}

// used is when a session was last used, zero where that is no longer known.
func (a *Accounts) used(r *http.Request, s desk.Session) time.Time {
	ctx, cancel := inTime(r.Context())
	defer cancel()
	d, err := a.Book.Store.Document(ctx, desk.AllShops, sessionKind, s.Key)
	if err != nil {
		return time.Time{}
	}
	return d.At
}

// postPassword changes the password of who is looking, who must know the old one. All sessions end, and this browser gets a new one.
func (a *Accounts) postPassword(w http.ResponseWriter, r *http.Request) {
	me, _ := seated(r)
	form, err := page.Form(w, r)
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	_, ok, wait, err := a.attempt(r, me.Name, form.Get("current"))
	fresh := form.Get("password")
	switch {
	case err != nil:
	case wait > 0:
		retryAfter(w, wait)
		a.showOwn(w, r, http.StatusTooManyRequests, nil, int(wait/time.Minute)+1)
		return
	case !ok:
		err = &Fault{Field: "current", Word: "password.current"}
	case fresh != form.Get("again"):
		err = &Fault{Field: "again", Word: "password.differ"}
	case fresh == form.Get("current"):
		err = &Fault{Field: "password", Word: "password.same"}
	default:
		err = a.Book.SetPassword(r.Context(), me.Name, fresh, me.Name)
	}
	if f, bad := faulty(err); bad {
		a.showOwn(w, r, http.StatusUnprocessableEntity, f, 0)
		return
	}
	if err == nil {
		err = a.SignIn(r, me.Name)
	}
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	a.remember(w, r, me.Name)
	page.See(w, r, "/desk/me?done=password")
}

// postSessions ends one session of who is looking, or all but this one.
func (a *Accounts) postSessions(w http.ResponseWriter, r *http.Request) {
	me, _ := seated(r)
	form, err := page.Form(w, r)
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	which := func(s desk.Session) bool { return s.ID == form.Get("session") }
	if form.Get("session") == "others" {
		which = func(s desk.Session) bool { return s.ID != me.session.ID }
	}
	if err := a.Book.endSessions(r.Context(), me.Name, me.Name, "end sessions", which); err != nil {
		a.Site.Error(w, r, err)
		return
	}
	page.See(w, r, "/desk/me?done=sessions")
}

// postLanguage keeps the language of who is looking, for every browser in which they will sign in.
func (a *Accounts) postLanguage(w http.ResponseWriter, r *http.Request) {
	me, _ := seated(r)
	form, err := page.Form(w, r)
	lang := form.Get("lang")
	if err == nil && lang != "zh" && lang != "en" {
		err = &page.Problem{Status: http.StatusBadRequest}
	}
	if err == nil {
		_, err = a.Book.Change(r.Context(), me.Name, func(found *desk.Account) (Deed, error) {
			found.Lang = lang
			return Deed{}, nil
		})
	}
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	a.Site.SetLanguage(w, r, lang)
	page.See(w, r, "/desk/me?done=language")
}

func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
}
