package workbench

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// Bounds of a buyer's other cases.
const (
	mostOthers  = 30                  // that are listed
	mostMerged  = 8                   // that are shown as one with the case
	mostBuyers  = 300                 // that are looked through
	mergedFor   = 30 * 24 * time.Hour // after they were closed
	mostTalk    = 50                  // lines of another conversation
	buyersCases = 100                 // that are read at once
)

// A source is the case that something is known from; none where that is the one on the page.
type source struct {
	Number int
	URL    string
}

// A sibling is another case of the same matter: of the same buyer, about the same conversation or the same order.
type sibling struct {
	desk.Case
	source

	Intent  string
	OrderNo string
	Clock   clock
	Open    bool
	May     bool   // be closed as merged by who looks
	Talk    []line // the last lines of its conversation, where that is none that is shown already
	Before  int    // lines of it that are not shown
}

// An other case is one of the same buyer about something else.
type other struct {
	desk.Case
	URL     string
	Intent  string
	OrderNo string
	Same    bool // of the same matter, of which there are too many
}

// orderNo is the order that a case is about, "" for none.
func orderNo(c *desk.Case) string {
	if c.Order != nil && c.Order.No != "" {
		return c.Order.No
	}
	return c.Slots[bot.SlotOrderNo]
}

// sameMatter is whether two cases of one shop are one: of the same buyer, and about the same conversation or the same order.
func sameMatter(a, b *desk.Case) bool {
	no := orderNo(a)
	return a.Shop == b.Shop && a.Buyer != "" && a.Buyer == b.Buyer && a.ID != b.ID &&
		(a.Conversation == b.Conversation || no != "" && no == orderNo(b))
}

// buyers are the buyer's other cases in the shop, the latest first. They are without their texts.
func (w *workbench) buyers(ctx context.Context, c *desk.Case) ([]desk.Case, error) {
	if c.Buyer == "" {
		return nil, nil
	}
	var out []desk.Case
	for _, states := range [][]desk.State{{desk.Waiting, desk.Taken, desk.Task}, {desk.Closed}} {
		q := desk.Query{Shops: []string{c.Shop}, Buyer: c.Buyer, States: states, Limit: buyersCases}
		for range mostBuyers / buyersCases {
			list, err := w.Desk.Cases(ctx, q)
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
			if len(list) < q.Limit {
				break
			}
			last := &list[len(list)-1]
			q.After = desk.Cursor{Deadline: last.Deadline, Shop: last.Shop, Number: last.Number}
		}
	}
	out = slices.DeleteFunc(out, func(o desk.Case) bool { return o.ID == c.ID || o.Buyer != c.Buyer || o.Shop != c.Shop })
	slices.SortStableFunc(out, func(x, y desk.Case) int {
		return cmp.Or(y.OpenedAt.Compare(x.OpenedAt), cmp.Compare(y.Number, x.Number))
	})
	return out, nil
}

// matter puts the buyer's other cases into the file: those of the same matter as one with it, the rest as a list.
func (w *workbench) matter(ctx context.Context, f *file, who visitor, names names) error {
	all, err := w.buyers(ctx, &f.Case)
	if err != nil {
		return err
	}
	shown := []string{f.Conversation}
	for i := range all {
		c := &all[i]
		same := sameMatter(&f.Case, c) && (c.ClosedAt.IsZero() || f.Now.Sub(c.ClosedAt) <= mergedFor)
		if !same || len(f.Matter) == mostMerged {
			if len(f.Others) < mostOthers {
				c.Outcome = names.happened(c.Shop, c.Outcome)
				f.Others = append(f.Others, other{*c, caseAt(c.Shop, c.ID), names.intent(c.Shop, c.Intent), orderNo(c), same})
			}
			continue
		}
		whole, late, err := w.Desk.Case(ctx, c.Shop, c.ID)
		if refusal(err) == "not_found" { // erased meanwhile
			continue
		}
		if err != nil {
			return err
		}
		s := sibling{
			Case: whole, source: source{whole.Number, caseAt(whole.Shop, whole.ID)}, Intent: names.intent(whole.Shop, whole.Intent),
			OrderNo: orderNo(&whole), Clock: clockOf("reply", "", whole.Deadline, f.Now), Open: whole.State != desk.Closed,
		}
		s.Reason, s.Outcome = names.reason(s.Reason), names.happened(c.Shop, s.Outcome)
		s.May = s.Open && f.Open && (whole.Agent == "" || whole.Agent == who.Name || who.role.Covers(desk.Editor))
		if !slices.Contains(shown, whole.Conversation) {
			shown = append(shown, whole.Conversation)
			s.Talk = w.linesOf(&whole, nil, late)
			s.Before = max(0, len(s.Talk)-mostTalk)
			s.Talk = s.Talk[s.Before:]
		}
		f.Matter = append(f.Matter, s)
	}
	return nil
}

// postMerge closes a case as one with another of the same matter, and says so in both.
func (w *workbench) postMerge(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	into, err := w.openCase(ctx, who, r.PathValue("case"))
	if err != nil {
		return w.refuse(rw, r, who, err)
	}
	ctx, cancel := w.within(context.WithoutCancel(ctx))
	defer cancel()
	from, _, err := w.Desk.Case(ctx, who.shop, form.Get("of"))
	if err != nil {
		return w.refuse(rw, r, who, err)
	}
	if !sameMatter(&into, &from) {
		return &page.Problem{Status: http.StatusNotFound}
	}
	lang, err := w.langOf(who.shop)
	if err != nil {
		return err
	}
	key := "merge " + from.ID + " " + into.ID
	closing := desk.Act{ID: key, Kind: bot.EventResolve, Outcome: w.pages.Words(lang, "outcome.merged", into.Number)}
	if err := w.do(ctx, who, from.ID, closing); err != nil {
		return w.refuse(rw, r, who, err)
	}
	note := desk.Act{ID: key + " note", Kind: bot.EventNote, Text: w.pages.Words(lang, "note.merged", from.Number)}
	if err := w.do(ctx, who, into.ID, note); err != nil {
		return w.refuse(rw, r, who, err)
	}
	return w.done(rw, r, "merge", "")
}

// langOf is the language of a shop, in which what is kept is written.
func (w *workbench) langOf(shop string) (string, error) {
	s, err := w.Shop(shop)
	if err != nil {
		return "", err
	}
	if locale := strings.ToLower(s.Book.Shop.Locale); locale == "" || strings.HasPrefix(locale, "zh") {
		return "zh", nil
	}
	return "en", nil
}
