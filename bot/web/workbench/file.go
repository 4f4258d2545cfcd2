package workbench

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// A file is one case with all that an agent would otherwise ask for.
type file struct {
	desk.Case
	URL      string
	Role     desk.Role
	Shop     string // its name
	Team     string // its title
	Intent   string
	Who      string
	Mine     bool
	Free     bool // nobody has it
	Open     bool
	Clocks   []clock // the nearest first
	Now      time.Time
	Lines    []line
	Place    desk.Place
	Advice   advice
	Slots    []bot.Named
	Requests []string // that are open, as buyers are told of them
	Photos   []string
	Order    *order
	Offers   []offer
	Promises []promise
	Others   []other
	Policy   []bot.Named
	Teams    []choice
	Agents   []seated
	Stages   []choice
	Causes   []string
	HandedBy string // the trace of the turn that handed over

	Form answer // what stands in the form of the answer
}

// An answer is what the form of a reply holds.
type answer struct {
	Key     string // under which it is sent once
	Text    string
	Seen    desk.Place
	Problem string    // key of the words for why it was not sent
	Hits    []bot.Hit // what the compliance list forbids in it
}

// An order is one as an agent reads it.
type order struct {
	*bot.Order
	Dates []dated
}

type dated struct {
	What string
	At   time.Time
}

// An offer with what was decided about it.
type offer struct {
	bot.OfferMade
	Verdict verdict
}

// A promise with its clock.
type promise struct {
	bot.PromiseMade
	Clock clock
}

// An other case of the same buyer.
type other struct {
	desk.Case
	URL    string
	Intent string
	Same   bool // of the same conversation: it is one talk
}

// getCase is the page of a case, or one part of it.
func (w *workbench) getCase(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	ctx, cancel := w.within(ctx)
	defer cancel()
	q := r.URL.Query()
	f, err := w.file(ctx, who, r.PathValue("case"), page.Language(r), needsOf(q.Get("part"), q))
	if err != nil {
		return err
	}
	pictures(rw.Header())
	switch part := q.Get("part"); part {
	case "talk", "file", "help":
		w.pages.Part(rw, r, http.StatusOK, "case.html", part, f)
		return nil
	}
	f.Form.Text = f.Advice.pick(q.Get("quick"), q.Get("draft"))
	return w.showCase(ctx, rw, r, who, http.StatusOK, f)
}

// showCase shows a case beside the queue that it was opened from.
func (w *workbench) showCase(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor, status int, f *file) error {
	list, err := w.queue(ctx, who, readFilter(r.URL.Query()), f.ID, page.Language(r))
	if err != nil {
		return err
	}
	pictures(rw.Header())
	w.pages.Show(rw, r, status, "case.html", casePage{File: f, Queue: list})
	return nil
}

type casePage struct {
	File  *file
	Queue *queue
}

// pictures lets a page show buyers' photos, which lie on the platforms' own servers. They are asked for without saying from where.
func pictures(h http.Header) {
	const name = "Content-Security-Policy"
	h.Set(name, strings.Replace(h.Get(name), "img-src 'self'", "img-src 'self' https:", 1))
}

// file puts everything about a case together, with what of the advice is needed.
func (w *workbench) file(ctx context.Context, who visitor, id, lang string, needs needs) (*file, error) {
	c, late, err := w.Desk.Case(ctx, who.shop, id)
	if err != nil {
		return nil, err
	}
	shop, err := w.Shop(who.shop)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	names := w.names()
	f := &file{
		Case: c, URL: caseAt(c.Shop, c.ID), Role: who.role, Shop: names.shop(c.Shop), Team: names.team(c.Shop, c.Team), Intent: names.intent(c.Shop, c.Intent),
		Who: who.Name, Mine: c.Agent == who.Name, Free: c.Agent == "", Open: c.State != desk.Closed, Now: now, Place: desk.PlaceOf(c.Transcript),
		Photos: safeImages(c.Images), Order: orderOf(c.Order), Policy: shop.Book.PolicyValues(now), Causes: desk.Causes(), HandedBy: turnOf(c.ID),
		Slots: slotsOf(c.Slots),
	}
	for _, of := range c.Open {
		f.Requests = append(f.Requests, names.intent(c.Shop, of))
	}
	f.Form = answer{Key: freshKey(), Seen: f.Place}
	f.Advice = w.advice(ctx, who.shop, &c, shop.Quick, needs)
	f.Lines = linesOf(&c, f.Advice.Said, late)
	f.Clocks = clocksOf(&c, now)
	f.Promises = promisesOf(&c, now)
	if f.Offers, err = w.offers(ctx, &c); err != nil {
		return nil, err
	}
	if f.Others, err = w.others(ctx, &c, names); err != nil {
		return nil, err
	}
	return f, w.places(ctx, f, shop, lang)
}

// places are where the case may go from here.
func (w *workbench) places(ctx context.Context, f *file, shop Shop, lang string) error {
	for _, t := range shop.Book.Teams {
		f.Teams = append(f.Teams, choice{t.Name, cmp.Or(t.Title, t.Name), t.Name == f.Case.Team})
	}
	for _, s := range bot.Stages()[:4] {
		f.Stages = append(f.Stages, choice{s, w.pages.Words(lang, "stage."+s), s == f.Stage})
	}
	var err error
	f.Agents, err = w.seated(ctx, f.Case.Shop)
	return err
}

// others are the buyer's other cases, closed ones too, the latest first.
func (w *workbench) others(ctx context.Context, c *desk.Case, names names) ([]other, error) {
	if c.Buyer == "" {
		return nil, nil
	}
	all, err := w.Desk.Cases(ctx, desk.Query{
		Shops: []string{c.Shop}, Buyer: c.Buyer, States: []desk.State{desk.Waiting, desk.Taken, desk.Task, desk.Closed}, Limit: mostOthers,
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(x, y desk.Case) int { return y.OpenedAt.Compare(x.OpenedAt) })
	var out []other
	for i := range all {
		if all[i].ID != c.ID {
			out = append(out, other{all[i], caseAt(c.Shop, all[i].ID), names.intent(c.Shop, all[i].Intent), all[i].Conversation == c.Conversation})
		}
	}
	return out, nil
}

const mostOthers = 30

// clocksOf are the moments that somebody waits for, the nearest first.
func clocksOf(c *desk.Case, now time.Time) []clock {
	var out []clock
	if c.State == desk.Closed {
		return nil
	}
	if !c.Deadline.IsZero() {
		out = append(out, clockOf("reply", "", c.Deadline, now))
	}
	for _, p := range c.Promises {
		if p.State == "open" {
			out = append(out, clockOf("promise", p.What, p.Due, now))
		}
	}
	if due, ok := platformDue(c.Order); ok {
		out = append(out, clockOf("platform", "", due, now))
	}
	slices.SortStableFunc(out, func(x, y clock) int { return x.Due.Compare(y.Due) })
	return out
}

// platformDue is when the platform decides an after-sales request by itself, as far as the order says.
func platformDue(o *bot.Order) (time.Time, bool) {
	if o == nil || o.Aftersales == nil {
		return time.Time{}, false
	}
	hours, err := strconv.ParseFloat(o.Aftersales.Sent["deadline_hours"], 64)
	if err != nil || o.SeenAt.IsZero() || hours < 0 || hours > 24*365 {
		return time.Time{}, false
	}
	return o.SeenAt.Add(time.Duration(hours * float64(time.Hour))), true
}

func promisesOf(c *desk.Case, now time.Time) []promise {
	out := make([]promise, 0, len(c.Promises))
	for _, p := range c.Promises {
		out = append(out, promise{p, clockOf("promise", p.What, p.Due, now)})
	}
	return out
}

func orderOf(o *bot.Order) *order {
	if o == nil {
		return nil
	}
	out := &order{Order: o}
	for _, d := range []struct {
		what string
		at   *time.Time
	}{{"paid", o.PaidAt}, {"promised", o.PromisedAt}, {"shipped", o.ShippedAt}, {"delivered", o.DeliveredAt}} {
		if d.at != nil {
			out.Dates = append(out.Dates, dated{d.what, *d.at})
		}
	}
	return out
}

func slotsOf(of map[string]string) []bot.Named {
	out := make([]bot.Named, 0, len(of))
	for name, text := range of {
		out = append(out, bot.Named{Name: name, Text: text})
	}
	slices.SortFunc(out, func(x, y bot.Named) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

// turnOf is the trace of the turn that opened a case: ids of cases are derived from it.
func turnOf(id string) string {
	if at := strings.LastIndex(id, "-h"); at > 0 {
		if _, err := strconv.Atoi(id[at+2:]); err == nil {
			return id[:at]
		}
	}
	return ""
}

// refusal is the word of an error that the visitor can do something about, "" for others.
func refusal(err error) string {
	type refuser interface {
		error
		Refusal() string
	}
	if refused, ok := errors.AsType[refuser](err); ok {
		return refused.Refusal()
	}
	return ""
}
