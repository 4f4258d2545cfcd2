package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/desk"
)

// getPauses lists what is switched off in a shop.
func (a *agentAPI) getPauses(ctx context.Context, c echo.Context, who caller) error {
	q := readQuery(c)
	limit, after := q.limit(), q.one("after")
	if err := q.err(); err != nil {
		return err
	}
	all, err := a.Desk.Pauses(ctx, who.shop)
	if err != nil {
		return err
	}
	rule := func(p desk.Pause) string { return p.Rule }
	return sendPage(c, "pauses", cutPage(all, rule, after, limit), limit, rule)
}

// longestPause bounds a pause with an end; one without lasts until it is taken back.
const longestPause = 366 * 24 * time.Hour

// putPause switches a rule off, or with "*" everything that the bot says of its own.
func (a *agentAPI) putPause(ctx context.Context, c echo.Context, who caller) error {
	p := desk.Pause{Shop: who.shop, Rule: param(c, "rule"), By: who.Name, At: a.Desk.Now()}
	var lasts string
	given, err := a.readFields(c, fields{"why": &p.Why, "until": &p.Until, "for": &lasts})
	if err != nil {
		return err
	}
	if err := needText("why", p.Why, mostWords); err != nil {
		return err
	}
	if err := until(&p, given, lasts); err != nil {
		return err
	}
	if err := a.Desk.Pause(ctx, p); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

// until works out when a pause ends.
func until(p *desk.Pause, given []string, lasts string) error {
	field := "until"
	if slices.Contains(given, "for") {
		if slices.Contains(given, "until") {
			return wrong("for", "cannot stand beside until")
		}
		d, err := time.ParseDuration(lasts)
		if err != nil {
			return wrong("for", "must be a duration such as 90m or 48h")
		}
		field, p.Until = "for", p.At.Add(d)
	} else if !slices.Contains(given, "until") {
		return nil
	}
	if !p.Until.After(p.At) || p.Until.Sub(p.At) > longestPause {
		return wrong(field, "must end in the future, within a year")
	}
	return nil
}

// deletePause switches on again.
func (a *agentAPI) deletePause(ctx context.Context, c echo.Context, who caller) error {
	if err := a.Desk.Unpause(ctx, who.shop, param(c, "rule"), who.Name); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
