package workbench

import (
	"context"
	"net/http"
	"strconv"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

type whyPage struct {
	Why
	Case desk.Case
	URL  string // of the case
	Day  page.Day
}

// getWhy is why the bot said what it said, or handed over.
func (w *workbench) getWhy(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	ctx, cancel := w.within(ctx)
	defer cancel()
	c, _, err := w.Desk.Case(ctx, who.shop, r.PathValue("case")) // who may see the case may see why
	if err != nil {
		return err
	}
	why, err := w.Why(ctx, who.shop, r.PathValue("trace"))
	if err != nil {
		return err
	}
	if why.Conversation != "" && why.Conversation != c.Conversation { // a trace of another buyer under this case
		return &page.Problem{Status: http.StatusNotFound}
	}
	w.pages.Show(rw, r, http.StatusOK, "why.html", whyPage{Why: why, Case: c, URL: caseAt(c.Shop, c.ID), Day: w.dayOf(who.shop)})
	return nil
}

func versionText(v int64) string { return strconv.FormatInt(v, 10) }
