package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// Tokens are what agents show the API. The account of who holds or gave one may end or shrink, and what it opens goes with it. Errors are
// desk.ErrNotFound where there is none to take back.
type Tokens interface {
	GrantsOf(ctx context.Context, shop string) ([]desk.Grant, error)
	Revoke(ctx context.Context, shop, id string, by desk.Entry) error
}

// everywhere are the shops that some of an account's own stand for: AllShops is itself and every shop that is known.
func (b *Book) everywhere(ctx context.Context, of []string) ([]string, error) {
	if !slices.Contains(of, desk.AllShops) {
		return of, nil
	}
	out := slices.Clone(of)
	if b.Shops != nil {
		out = append(out, b.Shops()...)
	}
	all, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		out = append(out, all[i].Shops()...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// disarm takes back the tokens that a person has in some shops or gave others there, as far as their roles no longer allow them: those of a
// role above their own, and those that they gave where they are no admin. Without roles that is all of them.
func (b *Book) disarm(ctx context.Context, name string, shops []string, roles map[string]desk.Role, by string) error {
	shops, err := b.everywhere(ctx, shops)
	if err != nil {
		return err
	}
	now := desk.Person{Roles: roles}
	for _, shop := range shops {
		role := now.In(shop)
		if err := b.revoke(ctx, shop, by, func(g desk.Grant) bool {
			return same(g.Agent, name) && !role.Covers(g.Role) || same(g.By, name) && !role.Covers(desk.Admin)
		}); err != nil {
			return err
		}
	}
	return nil
}

func same(a, b string) bool { return desk.AccountID(a) == desk.AccountID(b) }

// revoke takes some of a shop's tokens back.
func (b *Book) revoke(ctx context.Context, shop, by string, which func(desk.Grant) bool) error {
	ctx, cancel := inTime(ctx)
	defer cancel()
	all, err := b.Store.GrantsOf(ctx, shop)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	for _, g := range all {
		if !which(g) {
			continue
		}
		err := b.Store.Revoke(ctx, shop, g.ID, b.entry(shop, by, "revoke", g.ID, string(g.Role)+" for "+g.Agent))
		if err != nil && !errors.Is(err, desk.ErrNotFound) { // another may have been quicker
			return fmt.Errorf("take a token back: %w", err)
		}
	}
	return nil
}

// tokens are those of a shop, for who manages its people.
func (b *Book) tokens(ctx context.Context, shop string) ([]desk.Grant, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	all, err := b.Store.GrantsOf(ctx, shop)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}

// postRevoke takes one token of a shop back.
func (a *Accounts) postRevoke(w http.ResponseWriter, r *http.Request) {
	form, err := page.Form(w, r)
	shop := ""
	if err == nil {
		shop, err = a.shopOf(r, form.Get("shop"))
	}
	if err == nil {
		err = a.Book.revoke(r.Context(), shop, person(r), func(g desk.Grant) bool { return g.ID == form.Get("id") })
	}
	a.did(w, r, shop, "revoke", err)
}
