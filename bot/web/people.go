package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/desk"
)

// A seated agent is a presence, with whether it counts as online now.
type seated struct {
	desk.Presence
	Here bool `json:"here"`
}

func (a *agentAPI) seated(p desk.Presence) seated {
	p.Teams = append([]string{}, p.Teams...)
	return seated{Presence: p, Here: p.Here(a.Desk.Now())}
}

// getPresence lists who is at the desk of a shop, and who has been.
func (a *agentAPI) getPresence(ctx context.Context, c echo.Context, who caller) error {
	q := readQuery(c)
	limit, after := q.limit(), q.one("after")
	if err := q.err(); err != nil {
		return err
	}
	all, err := a.Desk.Attending(ctx, who.shop)
	if err != nil {
		return err
	}
	name := func(p desk.Presence) string { return p.Agent }
	found := cutPage(all, name, after, limit)
	out := make([]seated, len(found))
	for i, p := range found {
		out[i] = a.seated(p)
	}
	return sendPage(c, "presence", out, limit, func(s seated) string { return s.Agent })
}

// putPresence is an agent's word about being there. It lasts for desk.SeenFor, and for as long as the agent listens.
func (a *agentAPI) putPresence(ctx context.Context, c echo.Context, who caller) error {
	p := desk.Presence{Agent: who.Name, Teams: []string{}, Seen: a.Desk.Now()}
	given, err := a.readFields(c, fields{"online": &p.Online, "teams": &p.Teams, "ceiling": &p.Ceiling})
	switch {
	case err != nil:
		return err
	case !slices.Contains(given, "online"):
		return wrong("online", "must be given")
	case p.Ceiling < 0 || p.Ceiling > mostCeiling:
		return wrong("ceiling", "must be from 0 (no limit) to 10000")
	case len(p.Teams) > mostTeams:
		return wrong("teams", "may have up to 50 names")
	}
	for _, team := range p.Teams {
		if err := needName("teams", team); err != nil {
			return err
		}
	}
	if err := a.Desk.Attend(ctx, who.shop, p); err != nil {
		return err
	}
	now, err := a.mine(ctx, who)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.seated(now))
}

// mine is what is known of the caller's presence.
func (a *agentAPI) mine(ctx context.Context, who caller) (desk.Presence, error) {
	all, err := a.Desk.Attending(ctx, who.shop)
	if err != nil {
		return desk.Presence{}, err
	}
	for _, p := range all {
		if p.Agent == who.Name {
			return p, nil
		}
	}
	return desk.Presence{Agent: who.Name}, nil
}

// getOutlook says how today's replies stand against their deadlines.
func (a *agentAPI) getOutlook(ctx context.Context, c echo.Context, who caller) error {
	if err := readQuery(c).err(); err != nil {
		return err
	}
	o, err := a.Desk.Outlook(ctx, who.shop)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, o)
}

// getAudit lists what was done in a shop, latest first.
func (a *agentAPI) getAudit(ctx context.Context, c echo.Context, who caller) error {
	q := readQuery(c)
	limit, before := q.limit(), q.one("before")
	if err := q.err(); err != nil {
		return err
	}
	entries, err := a.Desk.Audit(ctx, who.shop, before, limit+1)
	if err != nil {
		return err
	}
	return sendPage(c, "entries", entries, limit, func(e desk.Entry) string { return e.ID })
}

// getTokens lists who may work in a shop. The tokens themselves are kept nowhere.
func (a *agentAPI) getTokens(ctx context.Context, c echo.Context, who caller) error {
	q := readQuery(c)
	limit, after := q.limit(), q.one("after")
	if err := q.err(); err != nil {
		return err
	}
	all, err := a.Desk.GrantsOf(ctx, who.shop)
	if err != nil {
		return err
	}
	id := func(g desk.Grant) string { return g.ID }
	return sendPage(c, "tokens", cutPage(all, id, after, limit), limit, id)
}

// A granted token can be read this once.
type granted struct {
	desk.Grant
	Token string `json:"token"`
}

// postToken lets an agent work in a shop.
func (a *agentAPI) postToken(ctx context.Context, c echo.Context, who caller) error {
	var name, word string
	if _, err := a.readFields(c, fields{"agent": &name, "role": &word}); err != nil {
		return err
	}
	if err := needName("agent", name); err != nil {
		return err
	}
	if slices.Contains([]string{me, "bot", "buyer", "agent"}, strings.ToLower(name)) || strings.HasPrefix(name, "cli:") {
		return wrong("agent", "has another meaning in lists and histories; take another name")
	}
	role := desk.Role(word)
	if err := oneOf("role", role, desk.Roles()...); err != nil {
		return err
	}
	if !who.role.Covers(role) {
		return newProblem(http.StatusForbidden, "forbidden", "nobody gives a role above their own").at("role")
	}
	g, token, err := a.Desk.Grant(ctx, who.shop, name, role, who.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, granted{Grant: g, Token: token})
}

// deleteToken revokes a token. Streams that it has open end within DeskLimits.Recheck.
func (a *agentAPI) deleteToken(ctx context.Context, c echo.Context, who caller) error {
	if err := a.Desk.Revoke(ctx, who.shop, param(c, "token"), who.Name); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
