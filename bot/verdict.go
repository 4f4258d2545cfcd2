package bot

import (
	"slices"

	"github.com/govalues/decimal"

	"xiaoer/rules"
)

// Undecided is an offer of a case that waits for a human's verdict, by its id; false where the case has no such offer.
func (h *Handoff) Undecided(id string) (OfferMade, bool) {
	i := slices.IndexFunc(h.Offers, func(o OfferMade) bool { return o.ID == id && o.Approval && o.Verdict == "" })
	if i < 0 {
		return OfferMade{}, false
	}
	return h.Offers[i], true
}

// Offer finds an offer in the ledger.
func (r *Record) Offer(id string) (OfferMade, bool) {
	i := slices.IndexFunc(r.Offers, func(o OfferMade) bool { return o.ID == id })
	if i < 0 {
		return OfferMade{}, false
	}
	return r.Offers[i], true
}

// decide takes a human's verdict on an offer of a case. Where it is approved the buyer reads what the rule would have said had nobody been
// asked; what cannot be said so is left to the agent.
func (t *turn) decide(verdict string) {
	c := t.caseNamed()
	if c == nil {
		return
	}
	o, ok := c.Undecided(t.e.What)
	if kept, there := t.e.Record.Offer(t.e.What); there && kept.Verdict != "" {
		ok = false // it was decided in another case
	}
	if !ok {
		t.note("no offer of this case waits for a verdict under this name")
		return
	}
	o.Verdict, o.By = verdict, t.who()
	told := []spoken(nil)
	if verdict == OfferApproved && !t.e.Quiet {
		if told = t.grants(c, o); t.asked != nil {
			return
		}
	}
	t.setOffer(o)
	c.Offers = withOffer(c.Offers, o)
	t.act(Action{Kind: ActOffer, Rule: o.Rule, Offer: &o})
	t.event(c, t.who(), verdict+" "+o.inWords())
	if verdict == OfferApproved && !t.e.Quiet && len(told) == 0 {
		t.event(c, "bot", untoldOffer)
	}
	for _, s := range told {
		t.answers(s.rule)
		t.said = append(t.said, s)
	}
	t.sendChange(c)
	t.decidedFor(c.ID, o)
	if len(told) > 0 && c == t.c.Case {
		t.spokeThroughBot()
	}
}

// decidedFor shows a verdict in the other open cases of the conversation that wait for the same.
func (t *turn) decidedFor(but string, o OfferMade) {
	show := func(c *Handoff) {
		if _, waits := c.Undecided(o.ID); waits && c.ID != but {
			c.Offers = withOffer(c.Offers, o)
			t.sendChange(c)
		}
	}
	if t.c.Case != nil {
		show(t.c.Case)
	}
	for i := range t.c.Tasks {
		show(&t.c.Tasks[i])
	}
}

// spokeThroughBot counts words that an agent has the bot say as the agent's: the buyer was answered by a human.
func (t *turn) spokeThroughBot() {
	t.agentSpoke = true
	if clock := &t.c.Clock; t.c.Status == StatusAgent {
		clock.Human, clock.Any = t.e.At, t.e.At
		clock.Idle = t.e.At.Add(t.agentIdle())
	}
}

// untoldOffer stands in a case's history where the rule's words for an approved offer cannot be said.
const untoldOffer = "could not tell the buyer of the offer: an agent has to"

// grants is what the rule of an offer says now that it is approved, nothing where a fact in it is unknown, the rule is gone or switched off,
// or the channel would not let it through.
func (t *turn) grants(c *Handoff, o OfferMade) []spoken {
	rule := t.ruleByID(o.Rule, -1)
	if rule == nil || rule.Silent || len(rule.Replies) == 0 || t.paused(rule.ID) || t.shopPaused() {
		return nil
	}
	if inView := t.c.Order; o.OrderNo != "" && (inView == nil || inView.No != o.OrderNo) {
		defer func() { t.c.Order, t.stale = inView, true }() // the buyer may have come to another order meanwhile
		if t.c.Order, t.stale = nil, true; c.Order != nil && c.Order.No == o.OrderNo {
			t.c.Order = c.Order
		}
	}
	if t.refresh() {
		return nil
	}
	t.current = requestOf(c.Intent)
	t.handFacts(c)
	f := t.see(t.current)
	f.set(factOfferKind, rules.TextValue(o.Kind))
	if amount, err := decimal.Parse(o.Amount); o.Amount != "" && err == nil {
		f.set(factOfferAmount, rules.MoneyValue(amount.Trim(0), ""))
	}
	s, problem := t.words(rule)
	if problem != "" {
		t.note("%s cannot be said", rule.ID)
		return nil
	}
	return t.allowed([]spoken{s})
}

// setOffer puts an offer in the place of what it was in this conversation.
func (t *turn) setOffer(o OfferMade) {
	t.c.Offers = withOffer(t.c.Offers, o)
}

// withOffer is a list in which an offer stands as it is now.
func withOffer(list []OfferMade, o OfferMade) []OfferMade {
	out := slices.Clone(list)
	for i := range out {
		if out[i].ID == o.ID {
			out[i] = o
		}
	}
	return out
}

// inWords is an offer as the histories of cases name it.
func (o *OfferMade) inWords() string {
	if o.Amount == "" {
		return o.Kind
	}
	return o.Kind + " " + o.Amount
}
