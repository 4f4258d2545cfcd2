package account

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/throttle"
)

// manages is whether a person may manage the people of a shop, or of every shop.
func manages(p desk.Person, shop string) bool {
	if shop == desk.AllShops {
		return p.Roles[desk.AllShops].Covers(desk.Admin)
	}
	return p.In(shop).Covers(desk.Admin)
}

// managesWholly is whether a person may manage all that an account may do. Who manages only some of its shops may change what it is in those, and
// nothing that reaches into others: not its password, and not whether it may sign in.
func managesWholly(p desk.Person, a *desk.Account) bool {
	for shop := range a.Roles {
		if !manages(p, shop) {
			return false
		}
	}
	return len(a.Roles) > 0 || manages(p, desk.AllShops)
}

// managed are the shops whose people a person may manage, sorted, AllShops first.
func (a *Accounts) managed(p desk.Person) []string {
	out := []string{}
	for _, shop := range a.Shops() {
		if manages(p, shop) {
			out = append(out, shop)
		}
	}
	slices.Sort(out)
	if manages(p, desk.AllShops) {
		out = append([]string{desk.AllShops}, out...)
	}
	return out
}

// A peopleView is the list of the people of one shop, for who manages them.
type peopleView struct {
	Shop        string
	Shops       []string
	People      []personView
	Invitations []invitationView
	Tokens      []desk.Grant
	Roles       []desk.Role
	Link        string // of an invitation that was just made; it is shown this once
	LinkFor     string
	Fault       *Fault
	Name        string // as it was asked for
	Day         page.Day
}

// A personView is one of the people of a shop. What they are elsewhere is not in it.
type personView struct {
	desk.Account
	Role       desk.Role
	Everywhere bool // by a role in all shops, which is not changed here
	Wholly     bool // may be switched off, removed, given a new password
	Self       bool
}

func (a *Accounts) getPeople(w http.ResponseWriter, r *http.Request) {
	a.showPeople(w, r, http.StatusOK, peopleView{Shop: r.URL.Query().Get("shop")})
}

// shopOf is the shop of a form or an address, if who is looking manages its people. A shop that they do not manage looks as one that
// does not exist.
func (a *Accounts) shopOf(r *http.Request, shop string) (string, error) {
	me, _ := page.Who(r)
	mine := a.managed(me)
	switch {
	case len(mine) == 0:
		return "", refusal("forbidden")
	case shop == "":
		return mine[0], nil
	case !slices.Contains(mine, shop):
		return "", refusal("no_shop")
	}
	return shop, nil
}

func (a *Accounts) showPeople(w http.ResponseWriter, r *http.Request, status int, v peopleView) {
	me, _ := page.Who(r)
	var err error
	if v.Shop, err = a.shopOf(r, v.Shop); err != nil {
		a.Site.Error(w, r, err)
		return
	}
	v.Shops, v.Roles, v.Day = a.managed(me), desk.Roles(), a.day(v.Shop)
	all, err := a.Book.List(r.Context())
	if err == nil {
		v.Invitations, err = a.invitations(r.Context(), me, v.Shop)
	}
	if err == nil {
		v.Tokens, err = a.Book.tokens(r.Context(), v.Shop)
	}
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	for i := range all {
		if one, ok := personIn(&all[i], v.Shop, me); ok {
			v.People = append(v.People, one)
		}
	}
	slices.SortFunc(v.People, func(x, y personView) int { return cmp.Compare(x.Name, y.Name) })
	a.pages.Show(w, r, status, "people.html", v)
}

// personIn is an account as the managers of a shop see it; false for one that has no role there.
func personIn(a *desk.Account, shop string, me desk.Person) (personView, bool) {
	role, everywhere := a.Roles[shop], false
	if all := a.Roles[desk.AllShops]; shop != desk.AllShops && all != "" && (role == all || !role.Covers(all)) {
		role, everywhere = all, true
	}
	if role == "" {
		return personView{}, false
	}
	v := personView{Account: *a, Role: role, Everywhere: everywhere, Self: desk.AccountID(a.Name) == desk.AccountID(me.Name)}
	v.Wholly = !v.Self && managesWholly(me, a)
	v.Password, v.Sessions, v.Roles = "", nil, nil
	return v, true
}

// subject is the account that a form is about, if it is one of the people of a shop that who is looking manages.
func (a *Accounts) subject(w http.ResponseWriter, r *http.Request, wholly bool) (form url.Values, shop string, found desk.Account, err error) {
	if form, err = page.Form(w, r); err != nil {
		return nil, "", desk.Account{}, err
	}
	if shop, err = a.shopOf(r, form.Get("shop")); err != nil {
		return nil, "", desk.Account{}, err
	}
	if found, err = a.Book.Find(r.Context(), cut(form.Get("name"), 200)); err != nil {
		return nil, "", desk.Account{}, err
	}
	me, _ := page.Who(r)
	one, there := personIn(&found, shop, me)
	switch {
	case !there:
		return nil, "", desk.Account{}, desk.ErrNotFound // as if there were nobody of this name
	case one.Self:
		return nil, "", desk.Account{}, &Fault{Word: "role.yours"}
	case wholly && !one.Wholly, !wholly && one.Everywhere:
		return nil, "", desk.Account{}, refusal("forbidden")
	}
	return form, shop, found, nil
}

// did shows the list again after something was done, or what was wrong with it.
func (a *Accounts) did(w http.ResponseWriter, r *http.Request, shop, done string, err error) {
	if f, bad := faulty(err); bad {
		a.showPeople(w, r, http.StatusUnprocessableEntity, peopleView{Shop: shop, Fault: f})
		return
	}
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	page.See(w, r, query("/desk/people", "shop", shop, "done", done))
}

// postRole changes the role of somebody in one shop; none takes them out of it.
func (a *Accounts) postRole(w http.ResponseWriter, r *http.Request) {
	form, shop, found, err := a.subject(w, r, false)
	if err == nil {
		role := desk.Role(form.Get("role"))
		if role == "none" {
			role = ""
		} else if !slices.Contains(desk.Roles(), role) {
			err = &Fault{Field: "role", Word: "role.bad"}
		}
		if err == nil {
			err = a.Book.SetRole(r.Context(), found.Name, shop, role, person(r))
		}
	}
	a.did(w, r, shop, "role", err)
}

func (a *Accounts) postSwitch(w http.ResponseWriter, r *http.Request) {
	form, shop, found, err := a.subject(w, r, true)
	if err == nil {
		err = a.Book.Switch(r.Context(), found.Name, form.Get("to") == "off", person(r))
	}
	a.did(w, r, shop, "switch", err)
}

func (a *Accounts) postRemove(w http.ResponseWriter, r *http.Request) {
	_, shop, found, err := a.subject(w, r, true)
	if err == nil {
		err = a.Book.Remove(r.Context(), found.Name, person(r))
	}
	a.did(w, r, shop, "remove", err)
}

// person is the name of who is looking.
func person(r *http.Request) string {
	me, _ := page.Who(r)
	return me.Name
}

// link is the address of a page as somebody outside reaches it.
func (a *Accounts) link(r *http.Request, path string) string {
	at := a.PublicURL
	if at == "" {
		scheme := "http"
		if throttle.HTTPS(r) {
			scheme = "https"
		}
		at = scheme + "://" + r.Host
	}
	return strings.TrimSuffix(at, "/") + path
}
