package bot

import (
	"slices"

	"xiaoer/intents"
	"xiaoer/rules"
)

// Bounds of what one turn says: replies, and then one question or handoff.
const (
	mostReplies = 2
	mostRounds  = 6 // decisions for one request: looking for an order makes the rules run again
)

// rules answers what the message asks for, the primary intent first. A message without an accepted intent may still be
// answered by a rule that has none.
func (t *turn) rules() bool {
	requests := t.requests
	if len(requests) == 0 {
		if t.reading.Chasing {
			return false
		}
		return t.answer(Request{})
	}
	done := false
	for _, r := range requests {
		if t.answer(r) {
			done = true
		}
		if t.asked != nil {
			return true
		}
	}
	return done
}

// answer lets the rules answer one request. It is false when no rule fits and that is no reason to hand over.
func (t *turn) answer(r Request) bool {
	t.kept = slices.DeleteFunc(slices.Clone(t.kept), func(k Request) bool { return k == r })
	if isSubstantive(r) && (t.c.About == nil || *t.c.About != r) {
		about := r
		t.c.About = &about
	}
	defer func() { t.below = nil }()
	t.repeated = false
	for range mostRounds {
		rule := t.choose(r, t.gate)
		if rule == nil {
			break
		}
		t.renew(rule, r)
		again := t.perform(rule, r)
		if t.asked != nil || !again {
			return true
		}
	}
	if r.Intent == "" || isSocial(r.Intent) {
		return false
	}
	if t.repeated && t.hasPlace() {
		t.note("the rule for %s has answered in this turn", r.name())
		return true
	}
	t.noRule(r)
	return true
}

// choose asks the rule book and keeps the decision in the trace.
func (t *turn) choose(r Request, gate func(*rules.Rule) string) *rules.Rule {
	t.current = r
	d := t.b.Rules.Decide(rules.Query{
		Intent: r.Intent, Topic: r.Topic, Facts: t.see(r).Facts, Below: t.below, Gate: gate, Trace: t.e.Explain,
	})
	out := Decided{Intent: r.name(), Considered: d.Considered}
	if d.Rule != nil {
		out.Rule, out.File, out.Line = d.Rule.ID, d.Rule.At.File, d.Rule.At.Start.Line
	}
	t.trace.Decisions = append(t.trace.Decisions, out)
	return d.Rule
}

func (r Request) name() string {
	if r.Topic == "" {
		return r.Intent
	}
	return r.Intent + "." + r.Topic
}

// gate keeps a rule whose condition fits from answering for what only the conversation knows.
func (t *turn) gate(rule *rules.Rule) string {
	switch {
	case t.paused(rule.ID):
		return "paused"
	case slices.Contains(t.once, rule):
		t.repeated = true
		return "once"
	case rule.FindOrder && t.orderSettled(rule):
		return "find_order"
	case rule.Limit != nil && t.used(rule) >= rule.Limit.Times:
		return "limit"
	case rule.Offer != nil:
		return t.offerGate(rule)
	}
	return ""
}

// orderSettled tells whether looking for the order has come to its end and the rule has nothing else to say.
func (t *turn) orderSettled(rule *rules.Rule) bool {
	if t.c.Order != nil {
		return !saysMore(rule)
	}
	m := t.matterIf(t.current.Intent)
	return m != nil && m.NoOrder
}

func saysMore(rule *rules.Rule) bool {
	return len(rule.Replies) > 0 || rule.Silent || rule.Offer != nil || rule.Handoff != nil
}

// used counts the answers of a rule with a limit to this buyer within the limit's time.
func (t *turn) used(rule *rules.Rule) int {
	n := 0
	for _, list := range [2][]Use{t.e.Record.Uses, t.uses} {
		for _, u := range list {
			if u.Rule == rule.ID && t.within(rule.Limit.Per, u) {
				n++
			}
		}
	}
	return n
}

func (t *turn) within(per string, u Use) bool {
	switch per {
	case "hour":
		return t.e.At.Sub(u.At) < 60*60*1e9
	case "day":
		return t.sameDay(u.At, t.e.At)
	}
	return u.Conversation == t.c.ID && u.Episode == t.c.Episode
}

// perform does what a rule says as far as it can be done now. It is true when the rules have to run again.
func (t *turn) perform(rule *rules.Rule, r Request) (again bool) {
	t.current = r
	if rule.FindOrder && t.c.Order == nil {
		return t.findOrder(rule, r)
	}
	if slot, missing := t.missing(rule, r); missing {
		t.collect(rule, r, slot)
		return false
	}
	if t.asked == nil {
		t.carryOut(rule, r)
	}
	return false
}

// noRule hands over what was understood but what the shop says nothing about.
func (t *turn) noRule(r Request) {
	t.name(guardNoRule)
	t.handOver(handing{name: guardNoRule, request: r})
}

// name says in the trace which built-in answer took the place of a rule that was not found.
func (t *turn) name(builtIn string) {
	n := len(t.trace.Decisions)
	if n == 0 || t.trace.Decisions[n-1].Rule != "" {
		return
	}
	d := &t.trace.Decisions[n-1]
	d.Rule = builtIn
	if builtIn == saysOtherwise {
		at := t.b.Rules.Otherwise().At
		d.File, d.Line = at.File, at.Start.Line
	}
}

// keepOpen keeps a request that does not fit into this turn.
func (t *turn) keepOpen(r Request) {
	if r.Intent == "" || slices.Contains(t.c.Open, r) {
		return
	}
	t.note("kept for later: %s", r.name())
	t.c.Open = keepLast(t.c.Open, mostOpen, r)
}

// hasPlace tells whether the one question or handoff of this turn is still free.
func (t *turn) hasPlace() bool { return t.question == nil && t.handed == nil && !t.reserved }

// openRequests answers what was kept from earlier turns once no question is open.
func (t *turn) openRequests() {
	kept := t.kept
	t.kept = nil
	for i, r := range kept {
		if t.asked != nil {
			return
		}
		if t.shopPaused() || t.c.Question != nil || !t.hasPlace() || len(t.said) >= mostReplies {
			for _, later := range kept[i:] {
				t.keepOpen(later)
			}
			return
		}
		t.note("taken up again: %s", r.name())
		t.answer(r)
	}
}

// isSubstantive tells whether a request asks for something of the shop.
func isSubstantive(r Request) bool {
	return r.Intent != "" && !isSocial(r.Intent) && r.Intent != intents.Complaint && r.Intent != intents.Human
}
