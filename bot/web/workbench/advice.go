package workbench

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// An advice is desk.Advice as a page shows it.
type advice struct {
	desk.Advice
	Known   bool // there is advice; without it a case is worked on all the same
	Drafted bool // a draft was asked for
}

// needs is what a page or a part of one waits for.
type needs struct{ said, quick, draft, matter bool }

// needsOf lets each part of a case wait for no more than it shows. The page shows no draft before it is there: its script asks for it, and who has
// no script asks by a link.
func needsOf(part string, q url.Values) needs {
	switch part {
	case "talk":
		return needs{said: true, matter: true}
	case "file":
		return needs{matter: true}
	case "help":
		return needs{quick: true, draft: true}
	default:
		return needs{said: true, quick: true, draft: q.Has("help") || q.Has("draft"), matter: true}
	}
}

// advice asks for what is needed. A closed case needs no words. That there is none is no reason to show no case.
func (w *workbench) advice(ctx context.Context, shop string, c *desk.Case, quick []bot.QuickReply, needs needs) advice {
	want := desk.Wanted{Said: needs.said}
	if c.State != desk.Closed {
		want.Draft = needs.draft
		if needs.quick {
			want.Quick = quick
		}
	}
	if !want.Said && !want.Draft && len(want.Quick) == 0 {
		return advice{}
	}
	a, err := w.Desk.Advise(ctx, shop, c.ID, want)
	if err != nil {
		if ctx.Err() == nil && refusal(err) != "not_found" {
			w.Logger.Warn("advise an agent", "shop", shop, "case", c.ID, "err", err)
		}
		return advice{Drafted: want.Draft}
	}
	return advice{a, true, want.Draft}
}

// pick is the text of a quick reply by its name, or of a draft by its number: for those who have no script.
func (a advice) pick(quick, draft string) string {
	for _, q := range a.Quick {
		if quick != "" && q.Name == quick {
			return q.Text
		}
	}
	if n, err := strconv.Atoi(draft); err == nil && n >= 0 && n < len(a.Draft.Texts) {
		return a.Draft.Texts[n]
	}
	return ""
}

// mostAnswer bounds what an agent writes at once, in runes.
const mostAnswer = 2000

// postCheck says what the shop's compliance list forbids in a text that is being written. Nothing is kept of it.
func (w *workbench) postCheck(_ context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	shop, err := w.Shop(who.shop)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"hits": shop.Book.Forbidden(cutRunes(form.Get("text"), mostAnswer))})
	if err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "application/json")
	_, _ = rw.Write(raw)
	return nil
}

func cutRunes(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i]
		}
		n++
	}
	return text
}

// freshKey is an idempotency key of one form.
func freshKey() string { return "desk-" + strings.ToLower(rand.Text()) }
