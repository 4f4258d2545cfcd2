package account

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/throttle"
)

// home is where people begin.
const home = "/desk/"

// A loginView is the page on which people sign in.
type loginView struct {
	Name, Next string
	Wrong      bool
	Wait       int // minutes until the next try; 0 for now
}

func (a *Accounts) getLogin(w http.ResponseWriter, r *http.Request) {
	next := page.Local(r.URL.Query().Get("next"), home)
	if _, signed := page.Who(r); signed {
		page.See(w, r, next)
		return
	}
	a.pages.Show(w, r, http.StatusOK, "login.html", loginView{Next: next})
}

// postLogin signs in. Names that nobody has, wrong passwords and accounts that are switched off are answered alike, after the same work.
func (a *Accounts) postLogin(w http.ResponseWriter, r *http.Request) {
	form, err := page.Form(w, r)
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	name, password := cut(form.Get("name"), 200), form.Get("password")
	view := loginView{Name: name, Next: page.Local(form.Get("next"), home)}
	found, ok, wait, err := a.attempt(r, name, password)
	switch {
	case err != nil:
		a.Site.Error(w, r, err)
		return
	case wait > 0:
		view.Wait = int(wait/time.Minute) + 1
		retryAfter(w, wait)
		a.pages.Show(w, r, http.StatusTooManyRequests, "login.html", view)
		return
	case !ok:
		view.Wrong = true
		a.pages.Show(w, r, http.StatusUnauthorized, "login.html", view)
		return
	}
	if err := a.SignIn(r, found.Name); err != nil {
		a.Site.Error(w, r, err)
		return
	}
	a.Site.SetLanguage(w, r, found.Lang)
	page.See(w, r, view.Next)
}

// attempt checks a password within the bounds of how often that may be tried with one name and from one address. What is counted is what
// failed, and whoever was right begins anew.
func (a *Accounts) attempt(r *http.Request, name, password string) (found desk.Account, ok bool, wait time.Duration, err error) {
	id, from := desk.AccountID(cut(name, 200)), throttle.Address(r)
	pair := from + " " + id
	if wait = max(a.ofName.Wait(id), a.ofPair.Wait(pair), a.ofAddr.Wait(from)); wait > 0 {
		return desk.Account{}, false, wait, nil
	}
	a.ofName.Take(id) // before the work, so that tries at the same time are counted too
	a.ofPair.Take(pair)
	found, ok, err = a.Book.Check(r.Context(), name, password)
	if err != nil {
		return desk.Account{}, false, 0, err
	}
	if ok {
		a.ofPair.Forget(pair)
		a.ofName.Forget(id)
		return found, true, 0, nil
	}
	a.ofAddr.Take(from)
	a.noteFailure(r)
	return desk.Account{}, false, 0, nil
}

// noteFailure writes into the audit that somebody failed to sign in, and from where. With which name is not said: a name that nobody has is
// often a password in the wrong field, and a line for known names only would tell by its time which are.
func (a *Accounts) noteFailure(r *http.Request) {
	if a.noted.Take("") > 0 {
		return
	}
	ctx, cancel := inTime(r.Context())
	defer cancel()
	a.Book.note(ctx, a.Book.entries(Deed{Who: "?", What: "login failed", Detail: "from " + throttle.Address(r)}, ""))
}

func (a *Accounts) postLogout(w http.ResponseWriter, r *http.Request) {
	if _, err := page.Form(w, r); err != nil {
		a.Site.Error(w, r, err)
		return
	}
	if err := a.end(r.Context(), a.by(r), "logout"); err != nil {
		a.Site.Error(w, r, err)
		return
	}
	page.See(w, r, "/desk/login?done=logout")
}

// faulty tells a fault of the person who filled in a form from errors of other kinds.
func faulty(err error) (*Fault, bool) {
	var f *Fault
	return f, errors.As(err, &f)
}

func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + v.Encode()
}
