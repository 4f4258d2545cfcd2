package workbench

import (
	"context"
	"net/http"
	"slices"

	"xiaoer/bot/web/page"
)

// A Stage is a shop whose buyer and agent one person may play, side by side.
type Stage struct {
	Shop, Name string
	Locale     string
	Chat       string   // the address of the buyer's chat, with who the buyer is
	Lines      []string // messages to begin with
}

type playPage struct {
	Stages  []Stage
	Current Stage
	Desk    string
}

// getPlay shows a shop's chat and its desk beside each other, each in a frame of its own.
func (w *workbench) getPlay(_ context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	stages := slices.DeleteFunc(w.Stages(), func(s Stage) bool { return !slices.Contains(who.shops, s.Shop) })
	if len(stages) == 0 {
		return &page.Problem{Status: http.StatusNotFound}
	}
	at := max(0, slices.IndexFunc(stages, func(s Stage) bool { return s.Shop == r.URL.Query().Get("shop") }))
	f := filter{Shop: stages[at].Shop}
	w.pages.Show(rw, r, http.StatusOK, "play.html", playPage{Stages: stages, Current: stages[at], Desk: f.At(home)})
	return nil
}
