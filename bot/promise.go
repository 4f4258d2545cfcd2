package bot

import (
	"slices"
	"time"

	"xiaoer/rules"
)

// States of a promise.
const (
	promiseOpen   = "open"
	promiseKept   = "kept"
	promiseBroken = "broken"
)

// promisedBefore tells whether the buyer was promised this about this order before, and it was not kept since.
func (t *turn) promisedBefore(rule *rules.Rule) bool {
	for _, p := range t.promised() {
		if p.What == rule.Promise.What && p.OrderNo == t.orderNo() && p.State != promiseKept {
			return true
		}
	}
	return false
}

// brokeItsWord tells whether what a rule would promise again was promised before and not kept in time.
func (t *turn) brokeItsWord(rule *rules.Rule) bool {
	return rule != nil && rule.Promise != nil && slices.ContainsFunc(t.promised(), func(p PromiseMade) bool {
		return p.What == rule.Promise.What && p.OrderNo == t.orderNo() && p.State == promiseBroken
	})
}

// promised is every promise to this buyer, those of this turn included.
func (t *turn) promised() []PromiseMade {
	if len(t.promises) == 0 {
		return t.e.Record.Promises
	}
	return append(slices.Clip(t.e.Record.Promises), t.promises...)
}

func (t *turn) makePromise(rule *rules.Rule) {
	p := PromiseMade{
		ID: t.freshID("p", len(t.promises)), Rule: rule.ID, What: rule.Promise.What, OrderNo: t.orderNo(),
		At: t.e.At, Due: t.e.At.Add(rule.Promise.Within), State: promiseOpen,
	}
	t.promises = append(t.promises, p)
	t.c.Promises = keepLast(t.c.Promises, mostRecorded, p)
	t.act(Action{Kind: ActPromise, Rule: rule.ID, Promise: &p})
	t.stale = true
}

// duePromises settles the promises that have fallen due: kept when the order is delivered or closed by now, else broken.
func (t *turn) duePromises() {
	var open []PromiseMade
	for _, p := range t.c.Promises {
		if t.e.At.Before(p.Due) {
			open = append(open, p)
			continue
		}
		if !t.stillOpen(p) {
			continue
		}
		p.State = promiseBroken
		if t.deliveredBy(p) {
			p.State = promiseKept
		}
		if t.asked != nil {
			return
		}
		t.act(Action{Kind: ActPromise, Rule: p.Rule, Promise: &p})
		if p.State == promiseBroken {
			t.tell(t.promiseTeam(p), "promise_broken")
		}
	}
	t.c.Promises = open
}

// stillOpen is false for a promise that the record knows as settled by now.
func (t *turn) stillOpen(p PromiseMade) bool {
	for _, known := range t.e.Record.Promises {
		if known.ID == p.ID {
			return known.State == promiseOpen
		}
	}
	return true
}

func (t *turn) deliveredBy(p PromiseMade) bool {
	if p.OrderNo == "" {
		return false
	}
	result, ok := t.look(Lookup{Buyer: t.c.Buyer.ID, No: p.OrderNo})
	if !ok || result.State != Found || len(result.Orders) == 0 {
		return false
	}
	o := result.Orders[0]
	if t.c.Order != nil && t.c.Order.No == o.No {
		t.view(o)
	}
	return o.Stage == "delivered" || o.Stage == "closed"
}

func (t *turn) promiseTeam(p PromiseMade) string {
	if rule := t.ruleByID(p.Rule, 0); rule != nil && rule.Handoff != nil {
		return t.b.Team(rule.Handoff.Team).Name
	}
	return t.b.Team("").Name
}

// keep marks a promise as kept because an agent says so, a broken one too. Without words it is every open promise.
func (t *turn) keep() {
	var open []PromiseMade
	list := slices.Clone(t.e.Record.Promises)
	for _, p := range t.c.Promises {
		if !slices.ContainsFunc(list, func(q PromiseMade) bool { return q.ID == p.ID }) {
			list = append(list, p)
		}
	}
	kept := map[string]bool{}
	for _, p := range list {
		if p.State == promiseKept || t.e.What != p.What && (t.e.What != "" || p.State != promiseOpen) {
			continue
		}
		p.State = promiseKept
		kept[p.ID] = true
		t.act(Action{Kind: ActPromise, Rule: p.Rule, Promise: &p})
	}
	for _, p := range t.c.Promises {
		if !kept[p.ID] {
			open = append(open, p)
		}
	}
	t.c.Promises = open
}

// promiseFacts are the facts about promises to the buyer about the order in view.
func (t *turn) promiseFacts(f *row) {
	no := ""
	if o := t.shown.order; o != nil {
		no = o.No
	}
	var due time.Time
	for _, p := range t.promised() {
		if p.OrderNo != no {
			continue
		}
		switch p.State {
		case promiseBroken:
			f.set(factPromiseBroken, rules.BoolValue(true))
		case promiseOpen:
			if due.IsZero() || p.Due.Before(due) {
				due = p.Due
			}
		}
	}
	if !due.IsZero() {
		f.set(factPromiseOpen, rules.BoolValue(true))
		f.set(factPromiseLeftHours, rules.IntValue(wholeHours(due.Sub(t.e.At))))
	}
}
