package workbench

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// verdictKind is the kind of the documents in which it stands what was decided about an offer above its cap.
const verdictKind = "verdict"

// A verdict is what was decided about one offer. The ledger keeps the offer as it was made; who pays it looks here.
type verdict struct {
	Offer    string    `json:"offer"`
	Case     string    `json:"case"`
	Approved bool      `json:"approved"`
	Kind     string    `json:"kind"`
	Amount   string    `json:"amount"`
	Who      string    `json:"who"`
	At       time.Time `json:"at"`
}

// offers are those of a case with what was decided about them.
func (w *workbench) offers(ctx context.Context, c *desk.Case) ([]offer, error) {
	out := make([]offer, 0, len(c.Offers))
	for _, o := range c.Offers {
		one := offer{OfferMade: o}
		if o.Approval {
			d, err := w.Documents.Document(ctx, c.Shop, verdictKind, o.ID)
			if err != nil {
				return nil, err
			}
			if d.Version > 0 {
				if err := json.Unmarshal(d.Body, &one.Verdict); err != nil {
					w.Logger.Warn("read a verdict", "shop", c.Shop, "case", c.ID, "err", err)
				}
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// mayDecide is whether somebody may approve and refuse offers of a case: who has it, and editors.
func mayDecide(c *desk.Case, who visitor) bool {
	return c.Agent == who.Name || who.role.Covers(desk.Editor)
}

// postOffer approves or refuses an offer above its cap, once. The decision stands in the case's notes too, where colleagues see it.
func (w *workbench) postOffer(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	id, decision := form.Get("offer"), form.Get("decision")
	if decision != "approve" && decision != "refuse" {
		return &page.Problem{Status: http.StatusBadRequest}
	}
	ctx, cancel := w.within(context.WithoutCancel(ctx))
	defer cancel()
	c, _, err := w.Desk.Case(ctx, who.shop, r.PathValue("case"))
	if err != nil {
		return err
	}
	at := slices.IndexFunc(c.Offers, func(o bot.OfferMade) bool { return o.ID == id && o.Approval })
	switch {
	case at < 0:
		return &page.Problem{Status: http.StatusNotFound}
	case c.State == desk.Closed:
		return &page.Problem{Status: http.StatusConflict}
	case !mayDecide(&c, who):
		return &page.Problem{Status: http.StatusForbidden}
	}
	o := c.Offers[at]
	v := verdict{Offer: o.ID, Case: c.ID, Approved: decision == "approve", Kind: o.Kind, Amount: o.Amount, Who: who.Name, At: w.Now()}
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	doc := desk.Document{Shop: who.shop, Kind: verdictKind, ID: o.ID, Buyer: c.Buyer, Body: raw}
	if err := w.decide(ctx, doc, &v, decision); err != nil {
		return w.refuse(rw, r, who, err)
	}
	note := desk.Act{ID: "verdict-" + o.ID, Kind: bot.EventNote, Text: w.pages.Words(page.Language(r), "note."+decision, o.Kind, o.Amount)}
	if err := w.do(ctx, who, c.ID, note); err != nil && refusal(err) != "conflict" { // it stands there in another language
		return w.refuse(rw, r, who, err)
	}
	return w.done(rw, r, decision)
}

// decide keeps a verdict. The same by the same person again is no conflict: its note may be missing still.
func (w *workbench) decide(ctx context.Context, doc desk.Document, v *verdict, decision string) error {
	err := w.Documents.PutDocument(ctx, doc, v.Who, decision, v.Case)
	if refusal(err) != "conflict" {
		return err
	}
	kept, failed := w.Documents.Document(ctx, doc.Shop, doc.Kind, doc.ID)
	if failed != nil {
		return failed
	}
	var was verdict
	if json.Unmarshal(kept.Body, &was) != nil || was.Who != v.Who || was.Approved != v.Approved || was.Case != v.Case {
		return err
	}
	return nil
}
