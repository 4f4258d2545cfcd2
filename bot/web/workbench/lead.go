package workbench

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/intents"
)

const mostRisks = 50 // cases of each list of the lead's page

// A lead's view of one shop.
type leadPage struct {
	Shops   []choice
	Shop    string
	Name    string
	Outlook desk.Outlook
	Agents  []seated
	Oldest  []row
	Risks   []row
	Night   []row // opened while nobody was at the desk, in the order that they were promised
	Roster  roster
	Version int64
	Waiting int
	Open    int
	Beyond  int  // 0, or how many of the open cases are looked at: there are more
	May     bool // reassign and write the roster
	Now     time.Time
	Form    rosterForm
}

// A rosterForm is what somebody wrote while a colleague wrote the roster; empty where nothing is in the way.
type rosterForm struct{ Problem, Plan, Note string }

// A seated agent is one at the desk, or who was.
type seated struct {
	desk.Presence
	Here bool
	Full bool // the ceiling is reached
	Part int  // of the ceiling, in percent, for the bar
}

func (w *workbench) seated(ctx context.Context, shop string) ([]seated, error) {
	all, err := w.People.Attending(ctx, shop)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	out := make([]seated, 0, len(all))
	for _, p := range all {
		s := seated{Presence: p, Here: p.Here(now)}
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
	p := leadPage{Shops: w.shopChoices(who, shop), Shop: shop, Now: w.Now(), May: who.In(shop).Covers(desk.Editor)}
	ctx, cancel := w.within(ctx)
	defer cancel()
	if shop != "" {
		if err := w.lead(ctx, who, &p); err != nil {
			return err
		}
	}
	if r.URL.Query().Get("part") == "lead" {
		w.pages.Part(rw, r, http.StatusOK, "lead.html", "stand", p)
		return nil
	}
	w.pages.Show(rw, r, http.StatusOK, "lead.html", p)
	return nil
}

func (w *workbench) lead(ctx context.Context, who visitor, p *leadPage) error {
	names := w.names()
	p.Name = names.shop(p.Shop)
	var err error
	if p.Outlook, err = w.People.Outlook(ctx, p.Shop); err != nil {
		return err
	}
	if p.Agents, err = w.seated(ctx, p.Shop); err != nil {
		return err
	}
	list, err := w.open.of(ctx, p.Shop)
	if err != nil {
		return err
	}
	if p.Open = len(list.cases); list.more {
		p.Beyond = mostOpen
	}
	p.sort(list.cases, names, who)
	p.Roster, p.Version, err = w.roster(ctx, p.Shop)
	return err
}

// sort puts the open cases into the lists of the page.
func (p *leadPage) sort(cases []*openCase, names names, who visitor) {
	book := names.book(p.Shop)
	for _, c := range cases {
		one := names.row(c, who, filter{}, "", p.Now)
		if c.State == desk.Waiting {
			p.Waiting++
			p.Oldest = append(p.Oldest, one)
			if book != nil && !book.Shop.IsOpen(c.Opened) {
				p.Night = append(p.Night, one)
			}
		}
		if atRisk(c, p.Now) {
			p.Risks = append(p.Risks, one)
		}
	}
	slices.SortStableFunc(p.Oldest, func(x, y row) int { return x.Since.Compare(y.Since) })
	slices.SortStableFunc(p.Night, func(x, y row) int { return cmp.Or(x.Deadline.Compare(y.Deadline), cmp.Compare(x.Number, y.Number)) })
	p.Oldest = p.Oldest[:min(len(p.Oldest), 10)]
	p.Night, p.Risks = p.Night[:min(len(p.Night), mostRisks)], p.Risks[:min(len(p.Risks), mostRisks)]
}

// atRisk is whether a lead has to look at a case: its deadline is near or gone, it was late before, or something may happen to somebody.
func atRisk(c *openCase, now time.Time) bool {
	near := !c.Deadline.IsZero() && c.Deadline.Sub(now) <= soon
	return near || c.BeenLate || c.Mood == intents.Angry || c.Risk != "" && c.Risk != intents.NoRisk || c.Priority == "urgent"
}

// postMove gives a case to somebody else, from the lead's page.
func (w *workbench) postMove(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	act := desk.Act{ID: form.Get("key"), Kind: bot.EventMove, To: form.Get("to"), Team: form.Get("team")}
	if len(act.ID) > mostWords || long(act.To, act.Team) {
		return &page.Problem{Status: http.StatusBadRequest}
	}
	if err := w.do(ctx, who, r.PathValue("case"), act); err != nil {
		return w.refuse(rw, r, who, err)
	}
	page.See(rw, r, "/desk/lead?shop="+who.shop+"&done=move")
	return nil
}

// rosterKind is the kind of the document in which a shop's roster stands.
const rosterKind = "roster"

// A roster is who sits at the desk when, and what the shift that ends tells the next.
type roster struct {
	Plan string    `json:"plan"` // a line for each: who, when
	Note string    `json:"note"` // of the shift's end
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

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
	p := leadPage{Shops: w.shopChoices(who, who.shop), Shop: who.shop, Now: w.Now(), May: who.role.Covers(desk.Editor)}
	if err := w.lead(ctx, who, &p); err != nil {
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

// RatePercent and PredictedPercent are the rates of replies in time, as people read them.
func (p leadPage) RatePercent() float64 { return 100 * p.Outlook.Rate }

// PredictedPercent is what the day's rate will be, if those that wait fare as those before them did.
func (p leadPage) PredictedPercent() float64 { return 100 * p.Outlook.Predicted }
