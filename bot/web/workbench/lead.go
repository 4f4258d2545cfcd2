package workbench

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/intents"
)

const mostListed = 50 // cases of each list of the lead's page

// A lead's view of one shop.
type leadPage struct {
	Shops   []choice
	Shop    string
	Name    string
	Day     page.Day // by which times are written
	Outlook desk.Outlook
	Agents  []seated
	Teams   []choice
	Oldest  leadList
	Risks   leadList
	Night   leadList // opened while nobody was at the desk, in the order that they were promised
	Roster  roster
	Version int64
	Waiting int
	Open    int
	Beyond  int    // 0, or how many of the open cases are looked at: there are more
	May     bool   // reassign and write the roster
	Key     string // of the form by which cases are reassigned
	Moved   moved
	Form    rosterForm
}

// A leadList is some of the open cases, and how many there are in all.
type leadList struct {
	Word     string // the key of what it is called
	Rows     []row
	All      int
	Promised bool // when a reply was promised is what counts, not since when it is waited for
	Day      page.Day
	May      bool // reassign
}

// A seated agent is one at the desk, or who was.
type seated struct {
	desk.Presence
	Here bool
	Full bool   // the ceiling is reached
	Left bool   // nobody looks after their cases
	Part int    // of the ceiling, in percent, for the bar
	URL  string // of what they have
}

func (w *workbench) seated(ctx context.Context, shop string) ([]seated, error) {
	all, err := w.People.Attending(ctx, shop)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	out := make([]seated, 0, len(all))
	for _, p := range all {
		s := seated{Presence: p, Here: p.Here(now), URL: filter{Shop: shop, Agent: p.Agent}.At(home)}
		s.Left = !s.Here && p.Load > 0
		if p.Ceiling > 0 {
			s.Full, s.Part = p.Load >= p.Ceiling, min(100, 100*p.Load/p.Ceiling)
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(x, y seated) int { return cmp.Or(first(x.Here, y.Here), cmp.Compare(x.Agent, y.Agent)) })
	return out, nil
}

// first puts what holds before what does not.
func first(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	default:
		return 1
	}
}

// getLead is how a shop's desk stands.
func (w *workbench) getLead(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	shop, err := w.chosenShop(r, who)
	if err != nil {
		return err
	}
	ctx, cancel := w.within(ctx)
	defer cancel()
	p, err := w.lead(ctx, who, shop, page.Language(r))
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") == "lead" {
		w.pages.Part(rw, r, http.StatusOK, "lead.html", "stand", p)
		return nil
	}
	w.pages.Show(rw, r, http.StatusOK, "lead.html", p)
	return nil
}

// lead reads how the desk of a shop stands; "" is none.
func (w *workbench) lead(ctx context.Context, who visitor, shop, lang string) (*leadPage, error) {
	now := w.Now()
	p := &leadPage{Shops: w.shopChoices(who, shop), Shop: shop, Day: page.Day{Now: now}, May: who.In(shop).Covers(desk.Editor), Key: freshKey()}
	if shop == "" {
		return p, nil
	}
	names := w.names().in(lang)
	p.Name = names.shop(shop)
	if book := names.book(shop); book != nil {
		p.Day.Zone = book.Shop.Location
		for _, t := range book.Teams {
			p.Teams = append(p.Teams, choice{Value: t.Name, Text: cmp.Or(t.Title, t.Name)})
		}
	}
	var err error
	if p.Outlook, err = w.People.Outlook(ctx, shop); err != nil {
		return nil, err
	}
	if p.Agents, err = w.seated(ctx, shop); err != nil {
		return nil, err
	}
	list, err := w.open.of(ctx, shop)
	if err != nil {
		return nil, err
	}
	if p.Open = len(list.cases); list.more {
		p.Beyond = mostOpen
	}
	p.sort(list.cases, names, who)
	p.Roster, p.Version, err = w.roster(ctx, shop)
	return p, err
}

// sort puts the open cases, which come by deadline, into the lists of the page.
func (p *leadPage) sort(cases []*openCase, names names, who visitor) {
	book := names.book(p.Shop)
	var oldest, night, risks []*openCase
	for _, c := range cases {
		if c.State == desk.Waiting {
			oldest = append(oldest, c)
			if book != nil && !book.Shop.IsOpen(c.Opened) {
				night = append(night, c)
			}
		}
		if c.atRisk(p.Day.Now) {
			risks = append(risks, c)
		}
	}
	slices.SortStableFunc(oldest, func(x, y *openCase) int { return x.Waiting.Compare(y.Waiting) })
	p.Waiting = len(oldest)
	listed := func(word string, of []*openCase, most int) leadList {
		out := leadList{Word: word, All: len(of), Day: p.Day, May: p.May}
		for _, c := range of[:min(len(of), most)] {
			out.Rows = append(out.Rows, names.row(c, who, filter{}, "", p.Day.Now))
		}
		return out
	}
	p.Oldest, p.Risks, p.Night = listed("lead.oldest", oldest, mostListed/5), listed("lead.risks", risks, mostListed), listed("lead.night", night, mostListed)
	p.Night.Promised = true
}

// atRisk is whether a lead has to look at a case: its deadline is near or gone, it was late before, or something may happen to somebody.
func (c *openCase) atRisk(now time.Time) bool {
	near := !c.Deadline.IsZero() && c.Deadline.Sub(now) <= soon
	return near || c.Missed || c.BeenLate || c.Mood == intents.Angry || c.Risk != "" && c.Risk != intents.NoRisk || c.Priority == "urgent"
}

// RatePercent and PredictedPercent are the rates of replies in time, as people read them.
func (p *leadPage) RatePercent() float64 { return 100 * p.Outlook.Rate }

// PredictedPercent is what the day's rate will be, if those that wait fare as those before them did.
func (p *leadPage) PredictedPercent() float64 { return 100 * p.Outlook.Predicted }
