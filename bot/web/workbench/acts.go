package workbench

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// mostWords bounds what an agent writes into a short field, in runes.
const mostWords = 500

// actOf reads the form of one kind of act; ok is false for what is none.
func actOf(kind string, form url.Values, me string) (desk.Act, bool) {
	a := desk.Act{ID: form.Get("key")}
	switch kind {
	case "claim":
		a.Kind, a.From = bot.EventClaim, form.Get("from")
	case "release":
		a.Kind, a.Outcome = bot.EventRelease, form.Get("outcome")
	case "close":
		a.Kind, a.Outcome, a.Cause, a.Cost = bot.EventResolve, form.Get("outcome"), form.Get("cause"), strings.TrimSpace(form.Get("cost"))
	case "note":
		a.Kind, a.Text = bot.EventNote, form.Get("text")
	case "stage":
		a.Kind, a.Stage, a.Quiet = bot.EventStage, form.Get("stage"), form.Get("tell") == ""
	case "move":
		a.Kind, a.Team, a.To = bot.EventMove, form.Get("team"), form.Get("to")
		if a.To == "me" {
			a.To = me
		}
	case "kept":
		a.Kind, a.What = bot.EventKept, form.Get("what")
	case "approve":
		a.Kind, a.What, a.Quiet = bot.EventApprove, form.Get("offer"), form.Get("tell") == ""
	case "refuse":
		a.Kind, a.What = bot.EventRefuse, form.Get("offer")
	default:
		return a, false
	}
	return a, true
}

// postAct does something to a case, and shows it again.
func (w *workbench) postAct(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	act, ok := actOf(r.PathValue("act"), form, who.Name)
	if !ok || len(act.ID) > mostWords || utf8.RuneCountInString(act.Text) > mostAnswer || long(act.From, act.Outcome, act.What, act.Team, act.To, act.Stage, act.Cause, act.Cost) {
		return &page.Problem{Status: http.StatusBadRequest}
	}
	c, err := w.act(ctx, who, r.PathValue("case"), act)
	if err != nil {
		return w.refuse(rw, r, who, err)
	}
	done := string(act.Kind)
	if n := len(c.History); act.Kind == bot.EventApprove && n > 0 && c.History[n-1].What == untold {
		done = "untold"
	}
	return w.done(rw, r, done, form.Get("back"))
}

func long(texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return utf8.RuneCountInString(s) > mostWords })
}

// do does an act even if the visitor hangs up meanwhile: the same form again has no second effect.
func (w *workbench) do(ctx context.Context, who visitor, id string, act desk.Act) error {
	_, err := w.act(ctx, who, id, act)
	return err
}

// act is do that gives the case as it is then.
func (w *workbench) act(ctx context.Context, who visitor, id string, act desk.Act) (desk.Case, error) {
	ctx, cancel := w.within(context.WithoutCancel(ctx))
	defer cancel()
	act.Who, act.Role = who.Name, who.role
	return w.Desk.ActOn(ctx, who.shop, id, act)
}

// scripted is whether a script sent a form and wants a word instead of a page.
func scripted(r *http.Request) bool { return r.Header.Get("X-Fragment") != "" }

// done sends the browser back to where it was, "" for the case.
func (w *workbench) done(rw http.ResponseWriter, r *http.Request, what, back string) error {
	if scripted(r) {
		return w.tell(rw, http.StatusOK, map[string]any{"done": what, "said": w.pages.Words(page.Language(r), "done."+what), "key": freshKey()})
	}
	q := readFilter(r.URL.Query())
	at := q.At(page.Local(back, caseAt(r.PathValue("shop"), r.PathValue("case"))))
	mark := "?"
	if strings.Contains(at, "?") {
		mark = "&"
	}
	page.See(rw, r, at+mark+"done="+url.QueryEscape(what))
	return nil
}

// refuse says why nothing was done: a script reads it, else it is the page of an error.
func (w *workbench) refuse(rw http.ResponseWriter, r *http.Request, _ visitor, err error) error {
	word := refusal(err)
	lang := page.Language(r)
	key := "refused." + word
	if word == "" || w.pages.Words(lang, key) == key {
		if !scripted(r) {
			return err
		}
		key = "refused.other"
	}
	status := statusOf(word)
	detail := w.pages.Words(lang, key)
	if word == "malformed" {
		detail += " " + err.Error()
	}
	if scripted(r) {
		if word == "" {
			w.Logger.Error("act on a case", "shop", r.PathValue("shop"), "err", err)
		}
		return w.tell(rw, status, map[string]any{"refused": word, "detail": detail})
	}
	w.site.Fail(rw, r, &page.Problem{Status: status, Detail: detail})
	return nil
}

func statusOf(word string) int {
	switch word {
	case "claimed", "closed", "conflict", "news", "budget":
		return http.StatusConflict
	case "forbidden", "unclaimed":
		return http.StatusForbidden
	case "not_found", "no_shop":
		return http.StatusNotFound
	case "malformed":
		return http.StatusBadRequest
	case "forbidden_words":
		return http.StatusUnprocessableEntity
	case "":
		return http.StatusInternalServerError
	default:
		return http.StatusServiceUnavailable
	}
}

// tell answers a script.
func (w *workbench) tell(rw http.ResponseWriter, status int, what map[string]any) error {
	raw, err := json.Marshal(what)
	if err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = rw.Write(raw)
	return nil
}
