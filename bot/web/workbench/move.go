package workbench

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

const mostMoved = 100 // cases that are reassigned at once

// Moved says what came of reassigning cases, where not all of it went well.
type moved struct {
	Problem string // the key of its words, "" for none
	Done    int
	Refused []unmoved
}

// An unmoved case is one that stayed where it was.
type unmoved struct {
	Number int    // 0 where there is no such case
	Word   string // the key of the words for why
}

func (w *workbench) numberOf(ctx context.Context, shop, id string) int {
	ctx, cancel := w.within(ctx)
	defer cancel()
	c, _, err := w.Desk.Case(ctx, shop, id)
	if err != nil {
		return 0
	}
	return c.Number
}

// postMove gives cases to somebody else, from the lead's page: those that can be moved are, and the others are named with the reason.
func (w *workbench) postMove(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	if len(form.Get("key")) > mostWords/2 || long(form.Get("to"), form.Get("team")) || long(form["case"]...) {
		return &page.Problem{Status: http.StatusBadRequest}
	}
	m, err := w.move(ctx, who, form)
	if err != nil {
		return err
	}
	if m.Problem == "" {
		page.See(rw, r, "/desk/lead?shop="+url.QueryEscape(who.shop)+"&done=move")
		return nil
	}
	p, err := w.lead(ctx, who, who.shop, page.Language(r))
	if err != nil {
		return err
	}
	p.Moved = m
	w.pages.Show(rw, r, http.StatusConflict, "lead.html", p)
	return nil
}

// move moves the cases that a form names. Errors are those after which nothing else would go well either.
func (w *workbench) move(ctx context.Context, who visitor, form url.Values) (m moved, err error) {
	ids := slices.Compact(slices.Sorted(slices.Values(form["case"])))
	to, team := form.Get("to"), form.Get("team")
	switch {
	case len(ids) == 0:
		return moved{Problem: "lead.pickcases"}, nil
	case to == "" && team == "":
		return moved{Problem: "lead.pickplace"}, nil
	case len(ids) > mostMoved:
		return moved{}, &page.Problem{Status: http.StatusRequestEntityTooLarge}
	}
	for _, id := range ids {
		act := desk.Act{Kind: bot.EventMove, To: to, Team: team}
		if key := form.Get("key"); key != "" {
			act.ID = key + " " + id
		}
		err := w.do(ctx, who, id, act)
		word := refusal(err)
		switch {
		case err == nil:
			m.Done++
		case word == "" || word == "busy" || word == "unsure":
			return m, err
		default:
			m.Problem = "lead.notall"
			m.Refused = append(m.Refused, unmoved{Number: w.numberOf(ctx, who.shop, id), Word: "refused." + word})
		}
	}
	return m, nil
}
