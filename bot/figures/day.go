package figures

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/intents"
)

// Bounds of what one day keeps, whatever was written into it.
const (
	// mostNames is how many rules, intents or causes are counted by name; all further ones count under OtherName.
	mostNames = 2000
	mostName  = 120 // bytes
)

// OtherName stands for the names for which there was no room.
const OtherName = "…"

// Names of answers that say that nobody answered: two that are built in, and the rules of a shop that take what it knows no answer to, such
// as "product.unknown".
const (
	notUnderstood = "otherwise"
	noRule        = "guard.no_rule"
	unknownRule   = ".unknown"
)

// unanswered tells whether one of the rules that answered says that the shop has no answer to what was understood.
func unanswered(answered []string) bool {
	return slices.ContainsFunc(answered, func(name string) bool { return name == noRule || strings.HasSuffix(name, unknownRule) })
}

// Format counts the ways in which days were summed. Days of another format are summed anew.
const Format = 1

// A Day is the figures of one calendar day of a shop. Sums of the same turns are equal in whatever pieces they were made.
type Day struct {
	Format int    `json:"format"`
	Date   string `json:"date"` // 2006-01-02
	Zone   string `json:"zone"` // the timezone whose day it is
	Whole  bool   `json:"whole,omitempty"`
	Turns  int    `json:"turns,omitempty"`

	// All turns before Upto are in it. Where After is not empty, a sum of those until Next was broken off at the turn of that id.
	Upto  time.Time `json:"upto,omitzero"`
	Next  time.Time `json:"next,omitzero"`
	After string    `json:"after,omitempty"`

	Messages int         `json:"messages,omitempty"` // of buyers
	Hours    map[int]int `json:"hours,omitempty"`    // messages by hour of the shop's clock
	Answered int         `json:"answered,omitempty"` // messages that the bot answered or asked back about
	Handed   int         `json:"handed,omitempty"`   // messages after which a human was called
	Missed   int         `json:"missed,omitempty"`   // messages that were not understood
	NoRule   int         `json:"no_rule,omitempty"`  // messages that were understood and to which the rules have no answer
	Asked    *Sample     `json:"asked,omitempty"`    // the turns of the last two kinds, or some of them

	Visits map[string]Visits `json:"visits,omitempty"` // by the day of the buyer's last message, as this day's turns changed them

	Intents map[string]int `json:"intents,omitempty"` // accepted ones, "intent.topic" where there was one
	Rules   map[string]int `json:"rules,omitempty"`   // and built-in answers, by the turns that they answered
	Calls   map[string]int `json:"calls,omitempty"`   // what called a human, by rule or built-in answer
	Tasks   int            `json:"tasks,omitempty"`
	Closed  map[string]int `json:"closed,omitempty"` // cases by cause, "" where none was named

	Replies Replies         `json:"replies,omitzero"`
	Made    int             `json:"made,omitempty"` // promises
	Kept    int             `json:"kept,omitempty"`
	Broken  int             `json:"broken,omitempty"`
	Offers  map[string]Paid `json:"offers,omitempty"` // by kind
	Stars   [5]int          `json:"stars,omitzero"`   // ratings by their stars, from one to five

	Approved map[string]Paid `json:"approved,omitempty"` // offers that had waited and that a human approved on this day, by kind
	Costs    map[string]Paid `json:"costs,omitempty"`    // of cases closed on this day, by cause, "" where none was named
}

// Visits are stays of buyers: such that the bot answered alone, such that a human had a part in, and such in which nobody answered.
type Visits struct {
	Alone int `json:"bot,omitempty"`
	Human int `json:"human,omitempty"`
	None  int `json:"none,omitempty"`
}

// Add sums two.
func (v Visits) Add(w Visits) Visits {
	return Visits{Alone: v.Alone + w.Alone, Human: v.Human + w.Human, None: v.None + w.None}
}

// All is how many they are.
func (v Visits) All() int { return v.Alone + v.Human + v.None }

// Paid is what was offered of one kind.
type Paid struct {
	Count   int   `json:"count,omitempty"`
	Sum     Money `json:"sum,omitempty"`
	Waiting int   `json:"waiting,omitempty"` // that were put before a human for approval; those that were approved are among the others, too
	Refused int   `json:"refused,omitempty"` // that a human refused
}

// A Turn is what a sum needs to know of one recorded turn.
type Turn struct {
	ID      string
	At      time.Time
	Event   *bot.Event // from outside, nil where it was not kept
	Rule    string     // the winner
	Outcome *Outcome
}

// NewDay is a day without turns.
func NewDay(date string, zone *time.Location) Day {
	return Day{Format: Format, Date: date, Zone: zone.String()}
}

// Add takes one more turn into the sum. Turns come in the order of their ids; zone is that of the day.
func (d *Day) Add(t Turn, zone *time.Location) {
	d.Turns++
	d.After = t.ID
	answered := t.Outcome.Rules
	if len(answered) == 0 && t.Rule != "" {
		answered = []string{t.Rule}
	}
	if t.Event != nil && isBuyers(t.Event) {
		d.addMessage(t, answered, zone)
	}
	for _, name := range answered {
		count(&d.Rules, name)
	}
	d.addVisit(t, zone)
	d.addEffects(t.Outcome, t.Rule)
}

// isBuyers tells whether an event is a message that a buyer wrote.
func isBuyers(e *bot.Event) bool {
	if e.Kind != bot.EventMessage || e.Message == nil {
		return false
	}
	switch e.Message.Kind {
	case bot.KindAgent, bot.KindEcho, bot.KindSystem, bot.KindWithdraw:
		return false
	}
	return true
}

func (d *Day) addMessage(t Turn, answered []string, zone *time.Location) {
	d.Messages++
	if d.Hours == nil {
		d.Hours = map[int]int{}
	}
	d.Hours[t.At.In(zone).Hour()]++
	missed, unruled := slices.Contains(answered, notUnderstood), unanswered(answered)
	switch {
	case t.Outcome.Handoff > 0:
		d.Handed++
	case len(answered) > 0 && !missed && !unruled:
		d.Answered++
	}
	if missed {
		d.Missed++
	} else if unruled {
		d.NoRule++
	}
	if missed || unruled {
		if d.Asked == nil {
			d.Asked = &Sample{}
		}
		d.Asked.Add(t.ID)
	}
	if r := t.Event.Reading; r != nil {
		for _, p := range r.Intents {
			if p.Intent != intents.Other && !slices.Contains(r.Negated, p.Intent) && !slices.Contains(r.Negated, p.Name()) {
				count(&d.Intents, p.Name())
			}
		}
	}
}

func (d *Day) addVisit(t Turn, zone *time.Location) {
	v := t.Outcome.Visit
	if v == nil {
		return
	}
	since, is := time.Unix(v.Since, 0), cmp.Or(v.Is, v.Was)
	d.move(v.Was, since, zone, -1)
	if !v.Now {
		d.move(is, since, zone, 1)
		return
	}
	d.move(is, t.At, zone, 1)
}

func (d *Day) move(h Hands, at time.Time, zone *time.Location, by int) {
	if h == "" {
		return
	}
	date := at.In(zone).Format(time.DateOnly)
	if d.Visits == nil {
		d.Visits = map[string]Visits{}
	}
	v, there := d.Visits[date]
	if !there && len(d.Visits) >= mostNames {
		return
	}
	switch h {
	case Human:
		v.Human += by
	case None:
		v.None += by
	default:
		v.Alone += by
	}
	if v == (Visits{}) {
		delete(d.Visits, date)
		return
	}
	d.Visits[date] = v
}

func (d *Day) addEffects(o *Outcome, rule string) {
	if o.Handoff > 0 {
		count(&d.Calls, rule)
	}
	d.Tasks += o.Tasks
	for _, cause := range o.Closed {
		count(&d.Closed, cause)
	}
	d.Made += o.Made
	d.Kept += o.Kept
	d.Broken += o.Broken
	if r := o.Replies; r != nil {
		d.Replies = d.Replies.Add(*r)
	}
	for _, offer := range o.Offers {
		d.addOffer(offer)
	}
	for _, cost := range o.Costs {
		Pay(&d.Costs, cost.Cause, cost.Amount)
	}
}

func (d *Day) addOffer(o Offer) {
	switch {
	case !o.Approval:
		Pay(&d.Offers, o.Kind, o.Amount)
		return
	case o.Verdict == bot.OfferApproved:
		Pay(&d.Approved, o.Kind, o.Amount)
		return
	}
	if d.Offers == nil {
		d.Offers = map[string]Paid{}
	}
	name := known(d.Offers, o.Kind)
	p := d.Offers[name]
	if o.Verdict == bot.OfferRefused {
		p.Refused++
	} else {
		p.Waiting++
	}
	d.Offers[name] = p
}

// Pay adds what was paid to that of its kind.
func Pay(in *map[string]Paid, kind, amount string) {
	if *in == nil {
		*in = map[string]Paid{}
	}
	name := known(*in, kind)
	p := (*in)[name]
	p.Count++
	if sum, ok := ParseMoney(amount); ok {
		p.Sum = p.Sum.Add(sum)
	}
	(*in)[name] = p
}

// Add sums two.
func (r Replies) Add(s Replies) Replies {
	return Replies{
		FirstInTime: r.FirstInTime + s.FirstInTime, FirstLate: r.FirstLate + s.FirstLate,
		NextInTime: r.NextInTime + s.NextInTime, NextLate: r.NextLate + s.NextLate,
	}
}

func count(in *map[string]int, name string) {
	if *in == nil {
		*in = map[string]int{}
	}
	(*in)[known(*in, name)]++
}

// known is the name under which something is counted: its own as long as there is room.
func known[V any](in map[string]V, name string) string {
	if len(name) > mostName {
		name = strings.ToValidUTF8(name[:mostName], "")
	}
	if _, there := in[name]; !there && len(in) >= mostNames {
		return OtherName
	}
	return name
}

// Clone shares nothing with the day.
func (d Day) Clone() Day {
	d.Hours, d.Visits, d.Intents, d.Rules = maps.Clone(d.Hours), maps.Clone(d.Visits), maps.Clone(d.Intents), maps.Clone(d.Rules)
	d.Calls, d.Closed, d.Offers, d.Approved = maps.Clone(d.Calls), maps.Clone(d.Closed), maps.Clone(d.Offers), maps.Clone(d.Approved)
	d.Costs = maps.Clone(d.Costs)
	if d.Asked != nil {
		asked := d.Asked.Clone()
		d.Asked = &asked
	}
	return d
}
