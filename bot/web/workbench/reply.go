package workbench

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
)

// postReply sends an agent's words and photos to the buyer. What was written while the agent wrote, and words that the shop forbids, keep the
// draft where it is and say so; forbidden words are sent only when the agent insists.
func (w *workbench) postReply(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := w.written(ctx, rw, r, who)
	if refusal(err) != "" {
		return w.refuse(rw, r, who, err)
	}
	if err != nil {
		return err
	}
	a := answer{
		Key: form.Get("key"), Text: strings.TrimSpace(strings.ReplaceAll(form.Get("text"), "\r\n", "\n")), Seen: desk.Place(form.Get("seen")),
		Photos: form.chosen(),
	}
	if len(a.Key) > mostWords || len(a.Seen) > mostWords || long(a.Photos...) {
		return &page.Problem{Status: http.StatusBadRequest}
	}
	if problem, status := form.problem(&a); problem != "" {
		return w.keep(ctx, rw, r, who, status, a, problem)
	}
	if form.Get("anyway") == "" {
		shop, err := w.Shop(who.shop)
		if err != nil {
			return err
		}
		if a.Hits = shop.Book.Forbidden(a.Text); len(a.Hits) > 0 {
			return w.keep(ctx, rw, r, who, http.StatusUnprocessableEntity, a, "forbidden_words")
		}
	}
	return w.send(ctx, rw, r, who, a)
}

// chosen are the paths of the photos of a form, without those that are not to be sent after all.
func (f *written) chosen() []string {
	return slices.DeleteFunc(append(slices.Clone(f.Values["photo"]), f.photos...), func(path string) bool {
		return slices.Contains(f.Values["drop"], path)
	})
}

// problem is why an answer cannot be sent as it is, "" where it can.
func (f *written) problem(a *answer) (word string, status int) {
	switch {
	case f.refused != nil:
		return f.refused.Code, f.refused.Status
	case len(a.Photos) > desk.MostPictures:
		a.Photos = a.Photos[:desk.MostPictures]
		return "photo-many", http.StatusRequestEntityTooLarge
	case a.Text == "" && len(a.Photos) == 0:
		return "empty", http.StatusBadRequest
	case utf8.RuneCountInString(a.Text) > mostAnswer:
		return "long", http.StatusBadRequest
	}
	return "", 0
}

// send sends an answer. Its photos are kept as long as the conversation from then on.
func (w *workbench) send(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor, a answer) error {
	act := desk.Act{ID: a.Key, Kind: bot.EventAgent, Text: a.Text, Seen: a.Seen}
	err := w.keepPhotos(ctx, r, who, a.Photos, &act)
	if err == nil {
		err = w.do(ctx, who, r.PathValue("case"), act)
	}
	if refused, ok := errors.AsType[*photo.Refused](err); ok {
		a.Photos = nil
		return w.keep(ctx, rw, r, who, refused.Status, a, refused.Code)
	}
	switch word := refusal(err); {
	case err == nil:
		return w.done(rw, r, "agent", "")
	case statusOf(word) == http.StatusConflict, word == "busy", word == "unsure":
		return w.keep(ctx, rw, r, who, statusOf(word), a, word)
	default:
		return w.refuse(rw, r, who, err)
	}
}

// keepPhotos puts the photos of these paths into a reply, if they are this buyer's.
func (w *workbench) keepPhotos(ctx context.Context, r *http.Request, who visitor, paths []string, act *desk.Act) error {
	if len(paths) == 0 {
		return nil
	}
	ctx, cancel := w.within(context.WithoutCancel(ctx))
	defer cancel()
	c, _, err := w.Desk.Case(ctx, who.shop, r.PathValue("case"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		act.Images = append(act.Images, w.Photos.Address(r, w.Photos.Local(path, who.shop)))
	}
	return w.Photos.Send(ctx, who.shop, c.Buyer, act.Images...)
}

// keep shows the case as it stands now with the draft still in its form.
func (w *workbench) keep(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor, status int, a answer, problem string) error {
	lang := page.Language(r)
	a.Problem = "refused." + problem
	if scripted(r) {
		return w.tell(rw, status, map[string]any{"refused": problem, "detail": w.pages.Words(lang, a.Problem), "hits": a.Hits})
	}
	ctx, cancel := w.within(ctx)
	defer cancel()
	f, err := w.file(ctx, who, r.PathValue("case"), lang, needs{said: true, quick: true, matter: true})
	if err != nil {
		return err
	}
	if problem != "unsure" { // there the same key makes sure that it is sent once
		a.Key = freshKey()
	}
	a.Seen = f.Place // what is new stands on the page now
	f.Form = a
	return w.showCase(ctx, rw, r, who, status, f)
}
