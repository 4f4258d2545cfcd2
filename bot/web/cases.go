package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// getAllCases lists cases of all shops that the caller may see, or of those that are named.
func (a *agentAPI) getAllCases(ctx context.Context, c echo.Context, who caller) error {
	q := readQuery(c)
	shops := a.mayEnter(who)
	if named := q.list("shop"); len(named) > 0 {
		for _, shop := range named {
			if !slices.Contains(shops, shop) {
				return refusalProblem("no_shop")
			}
		}
		shops = slices.Compact(slices.Sorted(slices.Values(named)))
	}
	return a.listCases(ctx, c, q, who, shops)
}

// getCases lists cases of one shop.
func (a *agentAPI) getCases(ctx context.Context, c echo.Context, who caller) error {
	return a.listCases(ctx, c, readQuery(c), who, []string{who.shop})
}

func (a *agentAPI) listCases(ctx context.Context, c echo.Context, q *query, who caller, shops []string) error {
	limit := q.limit()
	wanted := desk.Query{
		Shops: shops, Teams: q.list("team"), Stages: q.list("stage"), States: states(q), Agent: q.one("agent"),
		Buyer: q.one("buyer"), Due: q.time("due_before"), After: cursor(q), Limit: limit + 1,
	}
	for _, s := range wanted.Stages {
		q.check(oneOf("stage", s, bot.Stages()...))
	}
	if err := q.err(); err != nil {
		return err
	}
	if wanted.Agent == me {
		wanted.Agent = who.Name
	}
	if len(shops) == 0 {
		return sendPage(c, "cases", []shownCase{}, limit, cursorOf)
	}
	found, err := a.Desk.Cases(ctx, wanted)
	if err != nil {
		return err
	}
	shown := make([]shownCase, len(found))
	for i := range found {
		shown[i] = show(found[i])
	}
	return sendPage(c, "cases", shown, limit, cursorOf)
}

// me stands for the caller where an agent's name is asked for.
const me = "me"

func states(q *query) []desk.State {
	words := q.list("state")
	out := make([]desk.State, 0, len(words))
	for _, w := range words {
		q.check(oneOf("state", desk.State(w), desk.Waiting, desk.Taken, desk.Task, desk.Closed))
		out = append(out, desk.State(w))
	}
	return out
}

// cursorOf is where a page that begins after a case goes on. Callers are not to read it.
func cursorOf(c shownCase) string {
	raw, _ := json.Marshal(desk.Cursor{Deadline: c.Case.Deadline, Shop: c.Shop, Number: c.Number}) // a time, a text and a number: it cannot fail
	return base64.RawURLEncoding.EncodeToString(raw)
}

func cursor(q *query) desk.Cursor {
	var out desk.Cursor
	text := q.one("after")
	if text == "" {
		return out
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		q.check(wrong("after", "must be the next of an earlier page"))
	}
	return out
}

// A shownCase is a case as callers read it: a time that there is not is null, and not the year 1.
type shownCase struct {
	desk.Case
	Slots    map[string]string `json:"slots"`
	Deadline *time.Time        `json:"deadline"`
	Waiting  *time.Time        `json:"waiting"`
}

func show(c desk.Case) shownCase {
	s := shownCase{Case: c, Slots: c.Slots, Deadline: known(c.Deadline), Waiting: known(c.Waiting)}
	if s.Slots == nil {
		s.Slots = map[string]string{}
	}
	return s
}

// known is nil for a time that there is not.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// A wholeCase is a case with the state of what was said late in its conversation.
type wholeCase struct {
	shownCase
	Deliveries []desk.Delivered `json:"deliveries"`
	Place      desk.Place       `json:"place"`
}

// getCase gives a case whole.
func (a *agentAPI) getCase(ctx context.Context, c echo.Context, who caller) error {
	if err := readQuery(c).err(); err != nil {
		return err
	}
	found, late, err := a.Desk.Case(ctx, who.shop, param(c, "case"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wholeCase{show(found), append([]desk.Delivered{}, late...), desk.PlaceOf(found.Transcript)})
}
