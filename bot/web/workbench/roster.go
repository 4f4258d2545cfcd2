package workbench

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// rosterKind is the kind of the document in which a shop's roster stands.
const rosterKind = "roster"

// A roster is who sits at the desk when, and what the shift that ends tells the next.
type roster struct {
	Plan string    `json:"plan"` // a line for each: who, when
	Note string    `json:"note"` // of the shift's end
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// A rosterForm is what somebody wrote while a colleague wrote the roster; empty where nothing is in the way.
type rosterForm struct{ Problem, Plan, Note string }

// mostRoster bounds the plan and the note, in runes.
const mostRoster = 4000

func (w *workbench) roster(ctx context.Context, shop string) (roster, int64, error) {
	d, err := w.Documents.Document(ctx, shop, rosterKind, rosterKind)
	if err != nil || d.Version == 0 {
		return roster{}, 0, err
	}
	var out roster
	if err := json.Unmarshal(d.Body, &out); err != nil {
		w.Logger.Warn("read a roster", "shop", shop, "err", err)
	}
	return out, d.Version, nil
}

// postRoster keeps the roster and the note. Any agent may write: the note of a shift's end is theirs. Who writes over what a colleague wrote
// meanwhile is told.
func (w *workbench) postRoster(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	ctx, cancel := w.within(context.WithoutCancel(ctx))
	defer cancel()
	now, version, err := w.roster(ctx, who.shop)
	if err != nil {
		return err
	}
	next := roster{Plan: clean(form.Get("plan")), Note: clean(form.Get("note")), By: who.Name, At: w.Now()}
	if !who.role.Covers(desk.Editor) {
		next.Plan = now.Plan
	}
	if utf8.RuneCountInString(next.Plan) > mostRoster || utf8.RuneCountInString(next.Note) > mostRoster {
		return &page.Problem{Status: http.StatusRequestEntityTooLarge}
	}
	if form.Get("version") != versionText(version) {
		return w.again(ctx, rw, r, who, &next)
	}
	raw, err := json.Marshal(next)
	if err != nil {
		return err
	}
	err = w.Documents.PutDocument(ctx, desk.Document{Shop: who.shop, Kind: rosterKind, ID: rosterKind, Version: version, Body: raw}, who.Name, "roster", "")
	if refusal(err) == "conflict" {
		return w.again(ctx, rw, r, who, &next)
	}
	if err != nil {
		return err
	}
	page.See(rw, r, "/desk/lead?shop="+who.shop+"&done=roster")
	return nil
}

// again shows the roster as a colleague has written it, and in the form all that the visitor wrote, so that nothing is lost on either side.
func (w *workbench) again(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor, mine *roster) error {
	p, err := w.lead(ctx, who, who.shop, page.Language(r))
	if err != nil {
		return err
	}
	p.Form = rosterForm{Problem: "refused.conflict", Plan: mine.Plan, Note: mine.Note}
	if !p.May {
		p.Form.Plan = p.Roster.Plan
	}
	w.pages.Show(rw, r, http.StatusConflict, "lead.html", p)
	return nil
}

func clean(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }
