package workbench

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// postReply sends an agent's words to the buyer. What was written while the agent wrote, and words that the shop forbids, keep the draft
// where it is and say so; forbidden words are sent only when the agent insists.
func (w *workbench) postReply(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	a := answer{Key: form.Get("key"), Text: strings.TrimSpace(strings.ReplaceAll(form.Get("text"), "\r\n", "\n")), Seen: desk.Place(form.Get("seen"))}
	switch {
	case a.Text == "":
		a.Problem = "refused.empty"
	case utf8.RuneCountInString(a.Text) > mostAnswer:
		a.Problem = "refused.long"
	case len(a.Key) > mostWords || len(a.Seen) > mostWords:
		return &page.Problem{Status: http.StatusBadRequest}
	}
	if a.Problem != "" {
		return w.keep(ctx, rw, r, who, http.StatusBadRequest, a)
	}
	if form.Get("anyway") == "" {
		shop, err := w.Shop(who.shop)
		if err != nil {
			return err
		}
		if a.Hits = shop.Book.Forbidden(a.Text); len(a.Hits) > 0 {
			a.Problem = "refused.forbidden_words"
			return w.keep(ctx, rw, r, who, http.StatusUnprocessableEntity, a)
		}
	}
	act := desk.Act{ID: a.Key, Kind: bot.EventAgent, Text: a.Text, Seen: a.Seen}
	if err := w.do(ctx, who, r.PathValue("case"), act); err != nil {
		word := refusal(err)
		if a.Problem = "refused." + word; statusOf(word) == http.StatusConflict || word == "busy" || word == "unsure" {
			return w.keep(ctx, rw, r, who, statusOf(word), a)
		}
		return w.refuse(rw, r, who, err)
	}
	return w.done(rw, r, "agent")
}

// keep shows the case as it stands now with the draft still in its form.
func (w *workbench) keep(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor, status int, a answer) error {
	lang := page.Language(r)
	if scripted(r) {
		return w.tell(rw, status, map[string]any{
			"refused": strings.TrimPrefix(a.Problem, "refused."), "detail": w.pages.Words(lang, a.Problem), "hits": a.Hits,
		})
	}
	ctx, cancel := w.within(ctx)
	defer cancel()
	f, err := w.file(ctx, who, r.PathValue("case"), lang, needs{said: true, quick: true})
	if err != nil {
		return err
	}
	if a.Problem != "refused.unsure" { // there the same key makes sure that it is sent once
		a.Key = freshKey()
	}
	a.Seen = f.Place // what is new stands on the page now
	f.Form = a
	return w.showCase(ctx, rw, r, who, status, f)
}
