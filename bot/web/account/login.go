package account

import (
	"context"
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
	a.remember(w, r, found.Name)
	a.Site.SetLanguage(w, r, found.Lang)
	page.See(w, r, view.Next)
}

// attempt checks a password within the bounds of how often that may be tried. What is counted is what failed, and whoever was right begins
// anew. Who was signed in to the account in this browser before has tries of their own, and when those are used up a stranger's.
func (a *Accounts) attempt(r *http.Request, name, password string) (found desk.Account, ok bool, wait time.Duration, err error) {
	id := desk.AccountID(cut(name, 200))
	number, err := a.known(r, id)
	if err != nil {
		return desk.Account{}, false, 0, err
	}
	if number == "" || a.ofMark.Take(number) > 0 {
		return a.attemptAsStranger(r, id, password)
	}
	found, ok, err = a.Book.check(r.Context(), a.Book.lane, id, password)
	switch {
	case err != nil:
		return desk.Account{}, false, 0, err
	case ok:
		a.ofMark.Forget(number)
	default:
		a.noteFailure(r, id, " in a browser that is known")
	}
	return found, ok, 0, nil
}

// attemptAsStranger counts tries with a name, from an address, and both.
func (a *Accounts) attemptAsStranger(r *http.Request, id, password string) (found desk.Account, ok bool, wait time.Duration, err error) {
	from := throttle.Address(r)
	pair := from + " " + id
	if wait = max(a.ofName.Wait(id), a.ofPair.Wait(pair), a.ofAddr.Wait(from)); wait > 0 {
		return desk.Account{}, false, wait, nil
	}
	a.ofName.Take(id) // before the work, so that tries at the same time are counted too
	a.ofPair.Take(pair)
	found, ok, err = a.Book.Check(r.Context(), id, password)
	switch {
	case err != nil:
		return desk.Account{}, false, 0, err
	case ok:
		a.ofPair.Forget(pair)
		a.ofName.Forget(id)
	default:
		a.ofAddr.Take(from)
		a.noteFailure(r, id, "")
	}
	return found, ok, 0, nil
}

// noteFailure writes into the audit that somebody failed to sign in, and from where: in the shops of the account where there is one of this name, else
// where those look who manage all shops. A name that nobody has is not said, since it is often a password in the wrong field. The answer
// does not wait for it: else its time would tell which names there are.
func (a *Accounts) noteFailure(r *http.Request, id, how string) {
	ctx, cancel := inTime(context.WithoutCancel(r.Context()))
	detail := "from " + throttle.Address(r) + how
	a.notes.Go(func() {
		defer cancel()
		found, err := a.Book.Find(ctx, id)
		if err != nil && !errors.Is(err, desk.ErrNotFound) {
			a.Book.Logger.Error("write the audit", "what", "login failed", "err", err)
			return
		}
		if a.noted.Take(desk.AccountID(found.Name)) > 0 {
			return
		}
		a.Book.note(ctx, a.Book.entries(Deed{Who: "?", What: "login failed", Detail: detail, Shops: found.Shops()}, found.Name))
	})
}

// Close waits until the audit has all that it is owed. Nobody may sign in any more.
func (a *Accounts) Close() { a.notes.Wait() }

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
