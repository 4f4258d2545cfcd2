package account

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

const (
	invitationKind = "invitation"
	inviteFor      = 72 * time.Hour
	resetFor       = 24 * time.Hour
	mostInvited    = 1000
)

// An invitation is a link that works once: it makes an account, gives one that is there a role, or lets somebody who has forgotten the password set another.
// Only the hash of what stands in the link is kept.
type invitation struct {
	Name  string               `json:"name"`
	Roles map[string]desk.Role `json:"roles,omitempty"`
	Reset bool                 `json:"reset,omitempty"`
	By    string               `json:"by"`
	At    time.Time            `json:"at"`
}

// An invitationView is one that nobody has taken yet.
type invitationView struct {
	invitation
	ID    string
	Role  desk.Role
	Until time.Time
}

// invite keeps an invitation and gives what stands in its link.
func (b *Book) invite(ctx context.Context, in invitation, lasts time.Duration, shops []string) (token string, err error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	if token, err = desk.NewToken(rand.Reader); err != nil {
		return "", err
	}
	token = strings.TrimPrefix(token, "xot_") // it is no token of the API's
	raw, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	what := "invite"
	if in.Reset {
		what = "reset"
	}
	entries := b.entries(Deed{Who: in.By, What: what, Roles: in.Roles, Shops: shops}, in.Name)
	_, err = b.Store.PutDocument(ctx, desk.Document{
		Shop: desk.AllShops, Kind: invitationKind, ID: desk.Hash(token), At: b.Clock().Truncate(time.Millisecond),
		Until: b.Clock().Add(lasts).Truncate(time.Millisecond), Body: raw,
	}, &entries[0])
	if err != nil {
		return "", fmt.Errorf("keep an invitation: %w", err)
	}
	b.note(ctx, entries[1:])
	return token, nil
}

// invited finds an invitation that may still be taken, or says that it is gone.
func (b *Book) invited(ctx context.Context, id string) (invitation, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	d, err := b.Store.Document(ctx, desk.AllShops, invitationKind, id)
	if errors.Is(err, desk.ErrNotFound) || err == nil && !b.Clock().Before(d.Until) {
		return invitation{}, &Fault{Word: "invite.gone"}
	}
	if err != nil {
		return invitation{}, fmt.Errorf("find an invitation: %w", err)
	}
	var in invitation
	if err := json.Unmarshal(d.Body, &in); err != nil {
		return invitation{}, fmt.Errorf("read an invitation: %w", err)
	}
	return in, b.stands(ctx, in)
}

// stands is whether who has invited could do so now: an invitation gives nothing that its maker has lost.
func (b *Book) stands(ctx context.Context, in invitation) error {
	maker, err := b.Find(ctx, in.By)
	if errors.Is(err, desk.ErrNotFound) {
		return &Fault{Word: "invite.gone"}
	}
	if err != nil {
		return err
	}
	needed := in.Roles
	if in.Reset {
		found, err := b.Find(ctx, in.Name)
		if errors.Is(err, desk.ErrNotFound) || err == nil && found.Off {
			return &Fault{Word: "invite.gone"}
		}
		if err != nil {
			return err
		}
		needed = found.Roles
	}
	for shop := range needed {
		if maker.Off || !manages(maker.Person(), shop) {
			return &Fault{Word: "invite.gone"}
		}
	}
	return nil
}

// take uses an invitation up: of several who try, one succeeds.
func (b *Book) take(ctx context.Context, id string) error {
	ctx, cancel := inTime(ctx)
	defer cancel()
	err := b.Store.DropDocument(ctx, desk.AllShops, invitationKind, id, nil)
	if errors.Is(err, desk.ErrNotFound) {
		return &Fault{Word: "invite.gone"}
	}
	return err
}

// invitations are those to a shop that nobody has taken.
func (a *Accounts) invitations(ctx context.Context, me desk.Person, shop string) (out []invitationView, err error) {
	now := a.Book.Clock()
	err = a.Book.each(ctx, invitationKind, func(d desk.Document) error {
		var in invitation
		if err := json.Unmarshal(d.Body, &in); err != nil {
			return fmt.Errorf("read an invitation: %w", err)
		}
		role := in.Roles[shop]
		if !in.Reset && role != "" && now.Before(d.Until) && manages(me, shop) {
			out = append(out, invitationView{invitation: in, ID: d.ID, Role: role, Until: d.Until})
		}
		return nil
	})
	slices.SortFunc(out, func(x, y invitationView) int { return x.Until.Compare(y.Until) })
	return out, err
}

// postInvite makes an invitation and shows its link, this once.
func (a *Accounts) postInvite(w http.ResponseWriter, r *http.Request) {
	form, err := page.Form(w, r)
	v := peopleView{Shop: form.Get("shop"), Name: cut(form.Get("name"), 200)}
	if err == nil {
		v.Shop, err = a.shopOf(r, v.Shop)
	}
	role := desk.Role(form.Get("role"))
	switch {
	case err != nil:
	case desk.NameProblem(v.Name) != "":
		err = &Fault{Field: "name", Word: "name.bad"}
	case !slices.Contains(desk.Roles(), role):
		err = &Fault{Field: "role", Word: "role.bad"}
	default:
		err = a.inviteRoom(r.Context())
	}
	if err == nil {
		var token string
		in := invitation{Name: v.Name, Roles: map[string]desk.Role{v.Shop: role}, By: person(r), At: a.Book.Clock().UTC()}
		if token, err = a.Book.invite(r.Context(), in, inviteFor, []string{v.Shop}); err == nil {
			v.Link, v.LinkFor = a.link(r, "/desk/invitation/"+token), v.Name
			a.showPeople(w, r, http.StatusCreated, v)
			return
		}
	}
	if f, bad := faulty(err); bad {
		v.Fault = f
		a.showPeople(w, r, http.StatusUnprocessableEntity, v)
		return
	}
	a.Site.Error(w, r, err)
}

// inviteRoom refuses more open invitations than there may be.
func (a *Accounts) inviteRoom(ctx context.Context) error {
	n := 0
	err := a.Book.each(ctx, invitationKind, func(desk.Document) error { n++; return nil })
	if err == nil && n >= mostInvited {
		return &Fault{Word: "full"}
	}
	return err
}

// postReset makes a link by which somebody sets another password, and shows it, this once.
func (a *Accounts) postReset(w http.ResponseWriter, r *http.Request) {
	_, shop, found, err := a.subject(w, r, true)
	if err == nil {
		var token string
		in := invitation{Name: found.Name, Reset: true, By: person(r), At: a.Book.Clock().UTC()}
		if token, err = a.Book.invite(r.Context(), in, resetFor, found.Shops()); err == nil {
			a.showPeople(w, r, http.StatusCreated, peopleView{Shop: shop, Link: a.link(r, "/desk/invitation/"+token), LinkFor: found.Name})
			return
		}
	}
	a.did(w, r, shop, "", err)
}

// postWithdraw takes an invitation back.
func (a *Accounts) postWithdraw(w http.ResponseWriter, r *http.Request) {
	form, err := page.Form(w, r)
	shop := ""
	if err == nil {
		shop, err = a.shopOf(r, form.Get("shop"))
	}
	if err == nil {
		err = a.withdraw(r, shop, form.Get("id"))
	}
	a.did(w, r, shop, "withdraw", err)
}

func (a *Accounts) withdraw(r *http.Request, shop, id string) error {
	me, _ := page.Who(r)
	open, err := a.invitations(r.Context(), me, shop)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(open, func(v invitationView) bool { return v.ID == id })
	if at < 0 {
		return &Fault{Word: "invite.gone"}
	}
	ctx, cancel := inTime(r.Context())
	defer cancel()
	by := a.Book.entry(shop, me.Name, "withdraw", open[at].Name, "")
	return a.Book.Store.DropDocument(ctx, desk.AllShops, invitationKind, id, &by)
}

// An acceptView is the page behind the link of an invitation.
type acceptView struct {
	invitation
	Token string
	Roles []roleIn
	As    string // who is signed in already, and may take it for their own account
	Fault *Fault
}

// view is the page of an invitation.
func (a *Accounts) accept(r *http.Request, in invitation, fault *Fault) acceptView {
	v := acceptView{invitation: in, Token: r.PathValue("token"), Fault: fault}
	for _, shop := range (&desk.Account{Roles: in.Roles}).Shops() {
		v.Roles = append(v.Roles, roleIn{shop, in.Roles[shop]})
	}
	if !in.Reset {
		v.As = person(r)
	}
	return v
}

func (a *Accounts) getInvitation(w http.ResponseWriter, r *http.Request) {
	in, err := a.Book.invited(r.Context(), desk.Hash(r.PathValue("token")))
	if a.gone(w, r, err) {
		return
	}
	a.pages.Show(w, r, http.StatusOK, "invitation.html", a.accept(r, in, nil))
}

// gone shows what is wrong with a link, if anything is.
func (a *Accounts) gone(w http.ResponseWriter, r *http.Request, err error) bool {
	if err == nil {
		return false
	}
	if _, bad := faulty(err); bad {
		a.pages.Show(w, r, http.StatusNotFound, "gone.html", nil)
		return true
	}
	a.Site.Error(w, r, err)
	return true
}

// postInvitation takes an invitation: for an account of its own, for that of who is signed in, or for a new password.
func (a *Accounts) postInvitation(w http.ResponseWriter, r *http.Request) {
	id := desk.Hash(r.PathValue("token"))
	in, err := a.Book.invited(r.Context(), id)
	if a.gone(w, r, err) {
		return
	}
	form, err := page.Form(w, r)
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	name := in.Name
	switch me, signed := seated(r); {
	case form.Get("as") == "me" && signed && !in.Reset:
		name, err = me.Name, a.join(r.Context(), id, in, me.Name)
	case form.Get("password") != form.Get("again"):
		err = &Fault{Field: "again", Word: "password.differ"}
	case in.Reset:
		err = a.setAnew(r.Context(), id, in, form.Get("password"))
	default:
		err = a.begin(r.Context(), id, in, form.Get("password"))
	}
	if f, bad := faulty(err); bad && f.Word != "invite.gone" {
		a.pages.Show(w, r, http.StatusUnprocessableEntity, "invitation.html", a.accept(r, in, f))
		return
	}
	if a.gone(w, r, err) {
		return
	}
	if err := a.SignIn(r, name); err != nil {
		a.Site.Error(w, r, err)
		return
	}
	if form.Get("as") != "me" {
		a.remember(w, r, name)
	}
	page.See(w, r, home)
}

// begin makes the account of an invitation. What can be wrong is looked at first, so that a password that will not do does not use the link up.
func (a *Accounts) begin(ctx context.Context, id string, in invitation, password string) error {
	if err := judge(in.Name, password); err != nil {
		return err
	}
	_, err := a.Book.Find(ctx, in.Name)
	if err == nil {
		return &Fault{Field: "name", Word: "name.taken"}
	}
	if !errors.Is(err, desk.ErrNotFound) {
		return err
	}
	if err := a.Book.take(ctx, id); err != nil {
		return err
	}
	return a.Book.Add(ctx, in.Name, password, in.Roles, in.By)
}

// join gives an account the roles of an invitation, unless it has more already.
func (a *Accounts) join(ctx context.Context, id string, in invitation, name string) error {
	if err := a.Book.take(ctx, id); err != nil {
		return err
	}
	_, err := a.Book.Change(ctx, name, func(found *desk.Account) (Deed, error) {
		for shop, role := range in.Roles {
			if !found.Roles[shop].Covers(role) {
				found.Roles[shop] = role
			}
		}
		d := Deed{Who: name, What: "join", Detail: "invited by " + in.By, Shops: (&desk.Account{Roles: in.Roles}).Shops()}
		return d, judgeRoles(found.Roles)
	})
	return err
}

// setAnew sets the password of somebody who had forgotten it.
func (a *Accounts) setAnew(ctx context.Context, id string, in invitation, password string) error {
	if err := judge(in.Name, password); err != nil {
		return err
	}
	if err := a.Book.take(ctx, id); err != nil {
		return err
	}
	return a.Book.SetPassword(ctx, in.Name, password, in.Name)
}
