package rules

import (
	"slices"
	"strings"
)

// Usage says what a book's rules speak of, so that what is described and never used can be found. The lists are sorted.
type Usage struct {
	Facts []string // read by conditions, amounts and texts
	Slots []string // collected, or read as a fact
	Teams []string // named by handoffs and offers
}

// Usage collects what all rules speak of, also those that are off.
func (b *Book) Usage() Usage {
	u := &usageCollector{facts: map[string]bool{}, slots: map[string]bool{}, teams: map[string]bool{}}
	for _, rule := range b.rules {
		u.rule(rule, b.layout)
	}
	u.handoff(&b.otherwise.Handoff)
	for name := range u.facts {
		if slot, ok := strings.CutPrefix(name, "slots."); ok {
			u.slots[slot] = true
		}
	}
	return Usage{Facts: sorted(u.facts), Slots: sorted(u.slots), Teams: sorted(u.teams)}
}

type usageCollector struct{ facts, slots, teams map[string]bool }

func (u *usageCollector) rule(rule *Rule, l *layout) {
	if rule.when != nil {
		for _, fact := range rule.when.facts() {
			u.facts[l.facts[fact].Name] = true
		}
	}
	for i := range rule.Replies {
		u.text(rule.Replies[i].Text)
	}
	for _, slot := range rule.Collect {
		u.slots[slot] = true
	}
	if rule.FindOrder {
		u.slots["order_no"] = true
	}
	if rule.Offer != nil {
		u.teams[rule.Offer.Above] = true
		if rule.Offer.Amount != nil {
			u.names(rule.Offer.Amount.facts)
		}
	}
	if rule.Handoff != nil {
		u.handoff(rule.Handoff)
	}
}

func (u *usageCollector) handoff(h *Handoff) {
	u.teams[h.Team] = true
	u.text(h.Reason)
}

func (u *usageCollector) text(t *Template) {
	if t != nil {
		u.names(t.facts)
	}
}

func (u *usageCollector) names(names []string) {
	for _, name := range names {
		u.facts[name] = true
	}
}

func sorted(set map[string]bool) []string {
	var list []string
	for name := range set {
		if name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
