package engine

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"xiaoer/bot/desk"
)

// Person is who has shown a token, with the roles that it gives.
func (e *Engine) Person(ctx context.Context, token string) (desk.Person, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	grants, err := e.Store.Grants(ctx, desk.Hash(token))
	if err != nil {
		return desk.Person{}, deskRefusal("find a token", err)
	}
	p := desk.Person{Roles: map[string]desk.Role{}}
	for _, g := range grants {
		if p.Name == "" {
			p.Name = g.Agent
		}
		if g.Agent == p.Name && !p.Roles[g.Shop].Covers(g.Role) {
			p.Roles[g.Shop] = g.Role
		}
	}
	if p.Name == "" {
		return desk.Person{}, ErrUnauthorised
	}
	return p, nil
}

// Grant makes a token for an agent in a shop, or in desk.AllShops, and returns it; it can be read this once.
func (e *Engine) Grant(ctx context.Context, shop, agent string, role desk.Role, who string) (desk.Grant, string, error) {
	switch {
	case !isName(agent):
		return desk.Grant{}, "", malformed("agent", "must be a name of up to 100 characters, without control characters or spaces around it")
	case !slices.Contains(desk.Roles(), role):
		return desk.Grant{}, "", malformed("role", "must be agent, editor or admin")
	}
	if shop != desk.AllShops {
		if err := e.exists(shop); err != nil {
			return desk.Grant{}, "", err
		}
	}
	token, err := desk.NewToken(rand.Reader)
	if err != nil {
		return desk.Grant{}, "", err
	}
	g := desk.Grant{ID: e.IDs(), Shop: shop, Agent: agent, Role: role, Hash: desk.Hash(token), At: e.Clock(), By: who}
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.Grant(ctx, g, e.entry(shop, who, "grant", g.ID, string(role)+" for "+agent)); err != nil {
		return desk.Grant{}, "", writeRefusal("keep a token", err)
	}
	return g, token, nil
}

// GrantsOf lists the tokens of a shop, or of desk.AllShops.
func (e *Engine) GrantsOf(ctx context.Context, shop string) ([]desk.Grant, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.GrantsOf(ctx, shop)
	if err != nil {
		return nil, deskRefusal("list tokens", err)
	}
	return list, nil
}

// Revoke takes a token back: its next call is refused.
func (e *Engine) Revoke(ctx context.Context, shop, id, who string) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.Revoke(ctx, shop, id, e.entry(shop, who, "revoke", id, "")); err != nil {
		return writeRefusal("take a token back", err)
	}
	return nil
}

// attend notes a presence as of now; the caller is through the turnstile.
func (e *Engine) attend(ctx context.Context, shop string, p desk.Presence) error {
	s, err := e.shop(shop)
	switch {
	case err != nil:
		return err
	case !isName(p.Agent):
		return malformed("agent", "must be a name")
	case p.Ceiling < 0:
		return malformed("ceiling", "must be 0, for no limit, or more")
	}
	for _, team := range p.Teams {
		if !hasTeam(s.Book, team) {
			return malformed("teams", "the shop has no team "+quoted(team))
		}
	}
	p.Seen = e.Clock()
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.Attend(ctx, shop, p); err != nil {
		return writeRefusal("note who is at the desk", err)
	}
	return nil
}

// Attending lists all who have ever been at the desk of a shop, by name, with their load.
func (e *Engine) Attending(ctx context.Context, shop string) ([]desk.Presence, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Attending(ctx, shop)
	if err != nil {
		return nil, deskRefusal("list who is at the desk", err)
	}
	return list, nil
}

// Audit lists what was done in a shop, latest first, those before the given id only.
func (e *Engine) Audit(ctx context.Context, shop, before string, limit int) ([]desk.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Audit(ctx, shop, before, limit)
	if err != nil {
		return nil, deskRefusal("read the audit", err)
	}
	return list, nil
}

// entry is a line of the audit, of now.
func (e *Engine) entry(shop, who, what, on, detail string) desk.Entry {
	return desk.Entry{ID: e.IDs(), Shop: shop, At: e.Clock(), Who: who, What: what, On: on, Detail: detail}
}

// exists is nil for a shop that there is, whether its folder can be read or not.
func (e *Engine) exists(shop string) error {
	if slices.Contains(e.ShopNames(), shop) {
		return nil
	}
	_, err := e.shop(shop)
	return err
}

const longestName = 100 // runes

func isName(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= longestName && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
