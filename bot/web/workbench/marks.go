package workbench

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

const (
	markKind  = "mark"
	mostMarks = 200                  // on one page
	marksFor  = 180 * 24 * time.Hour // as long as texts are kept
)

// A mark says that the bot was wrong in one turn. It holds no phone, address, order number or name: it is to become a test.
type mark struct {
	Trace string    `json:"trace"`
	Case  string    `json:"case"`
	Rule  string    `json:"rule"`
	Asked string    `json:"asked"` // what the buyer wrote, masked
	Said  string    `json:"said"`  // what the bot answered, masked
	Order *stand    `json:"order,omitempty"`
	Who   string    `json:"who"`
	At    time.Time `json:"at"`
}

// A stand is where an order stood, without which order it was.
type stand struct {
	Stage  string `json:"stage,omitempty"`
	Amount string `json:"amount,omitempty"`
}

// postMark keeps a turn in which the bot was wrong, by the line that it said.
func (w *workbench) postMark(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(form.Get("line"))
	if err != nil {
		return &page.Problem{Status: http.StatusBadRequest}
	}
	ctx, cancel := w.within(context.WithoutCancel(ctx))
	defer cancel()
	f, err := w.file(ctx, who, r.PathValue("case"), page.Language(r), needs{said: true})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(f.Lines, func(l line) bool { return l.N == n && l.Trace != "" && l.Trace == form.Get("trace") })
	if at < 0 { // the conversation has moved on
		return &page.Problem{Status: http.StatusConflict}
	}
	shop, err := w.Shop(who.shop)
	if err != nil {
		return err
	}
	mask := func(text string) string { return maskText(text, shop.Read, f.Buyer, f.buyerName()) }
	l := f.Lines[at]
	m := mark{
		Trace: l.Trace, Case: f.ID, Rule: l.Rule, Asked: mask(before(f.Transcript, at)), Said: mask(l.Text), Who: who.Name, At: w.Now(),
	}
	if o := f.Case.Order; o != nil {
		m.Order = &stand{o.Stage, o.Amount}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	doc := desk.Document{Shop: who.shop, Kind: markKind, ID: l.Trace, Buyer: f.Buyer, Until: w.Now().Add(marksFor), Body: raw}
	err = w.Documents.PutDocument(ctx, doc, who.Name, "mark", f.ID)
	if err != nil && refusal(err) != "conflict" { // marked before: that is what was wanted
		return w.refuse(rw, r, who, err)
	}
	return w.done(rw, r, "mark", "")
}

// buyerName is what the buyer is called in the conversation.
func (f *file) buyerName() string {
	for _, l := range f.Transcript {
		if l.From == "buyer" && l.Name != "" {
			return l.Name
		}
	}
	return ""
}

// A draft is a mark as a test to be reviewed.
type draft struct {
	mark
	ID   string
	YAML string
	URL  string // of the case
	Why  string
}

type marksPage struct {
	Shops  []choice
	Shop   string
	Drafts []draft
	May    bool // drop them
	Day    page.Day
	Next   string
	All    string // the drafts of this page as one file
}

// getMarks lists what was marked in a shop, as drafts of tests.
func (w *workbench) getMarks(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	shop, err := w.chosenShop(r, who)
	if err != nil {
		return err
	}
	p := marksPage{Shop: shop, Shops: w.shopChoices(who, shop), May: who.In(shop).Covers(desk.Editor)}
	if shop != "" {
		p.Day = w.dayOf(shop)
		ctx, cancel := w.within(ctx)
		defer cancel()
		docs, err := w.Documents.Documents(ctx, shop, markKind, r.URL.Query().Get("after"), mostMarks+1)
		if err != nil {
			return err
		}
		if len(docs) > mostMarks {
			docs = docs[:mostMarks]
			p.Next = docs[mostMarks-1].ID
		}
		for i := range docs {
			var m mark
			if err := json.Unmarshal(docs[i].Body, &m); err != nil {
				w.Logger.Warn("read a mark", "shop", shop, "err", err)
				continue
			}
			at := caseAt(shop, m.Case)
			p.Drafts = append(p.Drafts, draft{m, docs[i].ID, testYAML(&m), at, at + "/why/" + m.Trace})
		}
		p.All = testsYAML(p.Drafts)
	}
	w.pages.Show(rw, r, http.StatusOK, "marks.html", p)
	return nil
}

// dayOf is by which times of a shop are written.
func (w *workbench) dayOf(shop string) page.Day {
	day := page.Day{Now: w.Now()}
	if s, err := w.Shop(shop); err == nil {
		day.Zone = s.Book.Shop.Location
	}
	return day
}

// dropMark forgets a mark that was dealt with.
func (w *workbench) dropMark(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	if !who.role.Covers(desk.Editor) {
		return &page.Problem{Status: http.StatusForbidden}
	}
	if _, err := page.Form(rw, r); err != nil {
		return err
	}
	ctx, cancel := w.within(context.WithoutCancel(ctx))
	defer cancel()
	if err := w.Documents.DropDocument(ctx, who.shop, markKind, r.PathValue("mark"), who.Name, "unmark"); err != nil {
		return err
	}
	page.See(rw, r, "/desk/marks?shop="+who.shop+"&done=unmark")
	return nil
}

// chosenShop is the shop that a page of one shop is about: the one that is asked for, else the visitor's first.
func (w *workbench) chosenShop(r *http.Request, who visitor) (string, error) {
	shop := r.URL.Query().Get("shop")
	switch {
	case shop == "" && len(who.shops) > 0:
		return who.shops[0], nil
	case shop != "" && !slices.Contains(who.shops, shop):
		return "", &page.Problem{Status: http.StatusNotFound}
	}
	return shop, nil
}

func (w *workbench) shopChoices(who visitor, chosen string) []choice {
	names := w.names()
	out := make([]choice, 0, len(who.shops))
	for _, shop := range who.shops {
		out = append(out, choice{shop, names.shop(shop), shop == chosen})
	}
	return out
}
