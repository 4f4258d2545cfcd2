package rules

import (
	"slices"
	"strings"
)

// gateFacts are the places of the facts that `for`, `from`, `until` and `find_order` read; -1 where the vocabulary lacks one.
type gateFacts struct{ today, productID, productTags, orderKnown int }

func newGateFacts(l *layout) gateFacts {
	place := func(name string, kind Kind) int {
		if i, ok := l.index[name]; ok && (l.facts[i].Type.Kind == kind) {
			return i
		}
		return -1
	}
	return gateFacts{
		today: place("now.date", Date), productID: place("product.id", Text), productTags: place("product.tags", Texts),
		orderKnown: place("order.known", Bool),
	}
}

// Decide finds the first rule that fits.
func (b *Book) Decide(q Query) Decision {
	decision := Decision{Intent: q.Intent}
	if q.Facts == nil {
		q.Facts = b.NewFacts()
	}
	q.Facts.steps = 0
	c := candidates{always: b.always}
	if q.Intent != "" {
		c.intent = b.byIntent[q.Intent]
		if q.Topic != "" {
			c.topic = b.byTopic[Intended{Intent: q.Intent, Topic: q.Topic}]
		}
	}
	if q.Below != nil {
		c.below(q.Below.Index)
	}
	for rule := c.next(); rule != nil; rule = c.next() {
		because := b.failing(rule, &q)
		if q.Trace {
			decision.Considered = append(decision.Considered, because.considered(rule, q.Facts))
		}
		if because.fits() {
			decision.Rule = rule
			break
		}
	}
	return decision
}

// candidates are the rules that are for a message, from three lists in reading order.
type candidates struct{ always, intent, topic []*Rule }

// below drops all up to and including a place.
func (c *candidates) below(index int) {
	for _, list := range []*[]*Rule{&c.always, &c.intent, &c.topic} {
		i, found := slices.BinarySearchFunc(*list, index, func(r *Rule, at int) int { return r.Index - at })
		if found {
			i++
		}
		*list = (*list)[i:]
	}
}

// next takes the first of what is left.
func (c *candidates) next() *Rule {
	first := &c.always
	if len(*first) == 0 || len(c.intent) > 0 && c.intent[0].Index < (*first)[0].Index {
		first = &c.intent
	}
	if len(*first) == 0 || len(c.topic) > 0 && c.topic[0].Index < (*first)[0].Index {
		first = &c.topic
	}
	if len(*first) == 0 {
		return nil
	}
	rule := (*first)[0]
	*first = (*first)[1:]
	// A rule for an intent and for one of its topics is in two lists.
	for _, list := range []*[]*Rule{&c.intent, &c.topic} {
		if len(*list) > 0 && (*list)[0] == rule {
			*list = (*list)[1:]
		}
	}
	return rule
}

// A reason is what keeps a rule from fitting; the zero reason is none.
type reason struct {
	part  string // a key of the rule, or a `${ }`
	when  *condition
	reads []int
}

func (r *reason) fits() bool { return r.part == "" && r.when == nil }

// failing finds the first thing that keeps a rule from fitting: the cheap ones first, the conversation's last.
func (b *Book) failing(rule *Rule, q *Query) reason {
	switch {
	case rule.Off:
		return reason{part: "off"}
	case rule.hasFrom && !b.isOn(q.Facts, func(today int64) bool { return today >= rule.fromDay }):
		return reason{part: "from", reads: existing(b.gates.today)}
	case rule.hasUntil && !b.isOn(q.Facts, func(today int64) bool { return today <= rule.untilDay }):
		return reason{part: "until", reads: existing(b.gates.today)}
	case len(rule.For) > 0 && !b.isForProduct(rule, q.Facts):
		return reason{part: "for", reads: existing(b.gates.productID, b.gates.productTags)}
	case rule.when != nil && !rule.when.fits(q.Facts):
		return reason{when: rule.when}
	}
	if piece := b.unready(rule, q.Facts); piece != nil {
		return reason{part: piece.source, reads: piece.reads}
	}
	if q.Gate != nil {
		return reason{part: q.Gate(rule)}
	}
	return reason{}
}

// existing leaves out the places that the vocabulary lacks.
func existing(places ...int) []int {
	return slices.DeleteFunc(places, func(i int) bool { return i < 0 })
}

// isOn tells whether the day is known and one of those that a rule holds on.
func (b *Book) isOn(f *Facts, holds func(today int64) bool) bool {
	today, known := f.At(Place(b.gates.today))
	return known && today.kind == Date && holds(today.n)
}

func (b *Book) isForProduct(rule *Rule, f *Facts) bool {
	if id, known := f.At(Place(b.gates.productID)); known && slices.Contains(rule.forIDs, id.s) {
		return true
	}
	tags, _ := f.At(Place(b.gates.productTags))
	for _, tag := range tags.texts {
		if slices.Contains(rule.forTags, tag) {
			return true
		}
	}
	return false
}

// unready finds a text or amount of the rule that cannot be worked out. Of the variants of a reply one is enough.
func (b *Book) unready(r *Rule, f *Facts) *piece {
	later := r.later
	if (r.FindOrder || slices.Contains(r.Collect, orderNumber)) && !b.orderKnown(f) {
		later = r.found
	}
	if failing := r.unreadyReply(f, later); failing != nil {
		return failing
	}
	if r.Handoff != nil && r.Handoff.Reason != nil {
		if failing := r.Handoff.Reason.failing(f, later); failing != nil {
			return failing
		}
	}
	if r.Offer != nil && r.Offer.Amount != nil && !r.Offer.Amount.ready(f, later) {
		return &piece{source: r.Offer.Amount.source, reads: r.Offer.Amount.reads}
	}
	return nil
}

func (b *Book) orderKnown(f *Facts) bool {
	known, _ := f.At(Place(b.gates.orderKnown))
	return known.n != 0
}

// unreadyReply finds what keeps the first variant from being sent, when no other can be sent either.
func (r *Rule) unreadyReply(f *Facts, later func(fact int) bool) *piece {
	var first *piece
	for i := range r.Replies {
		if r.Replies[i].Text == nil {
			return nil
		}
		failing := r.Replies[i].Text.failing(f, later)
		if failing == nil {
			return nil
		}
		if first == nil {
			first = failing
		}
	}
	return first
}

// laterFacts tells which facts a rule's texts may read although they are unknown when it is chosen: the slots that it
// collects itself, and what is known only when the handoff or the offer was made.
func (r *reader) laterFacts(rule *Rule) func(fact int) bool {
	l := r.layout
	return func(fact int) bool { return slices.Contains(rule.collected, fact) || l.facts[fact].TextOnly }
}

// orderNumber is the slot whose answer brings an order into view.
const orderNumber = "order_no"

// foundFacts adds what an order brings with it. A rule that finds the order, or collects its number, is chosen for that
// while there is none; what the order then leaves unknown keeps the rule from fitting, or hands over.
func (r *reader) foundFacts(rule *Rule) func(fact int) bool {
	l := r.layout
	return func(fact int) bool {
		group, _, _ := strings.Cut(l.facts[fact].Name, ".")
		ofOrder := group == "order" || group == "logistics" || group == "aftersales" || group == "product"
		return ofOrder || l.facts[fact].Name == "slots."+orderNumber || rule.later(fact)
	}
}

// considered writes a reason down for the trace.
func (r *reason) considered(rule *Rule, f *Facts) Considered {
	c := Considered{Rule: rule, Fits: r.fits(), Because: r.part, Values: map[string]string{}}
	reads := r.reads
	if r.when != nil {
		part := r.when.failing(f)
		c.Because, reads = part.part, part.facts()
		if err := part.err(f); err != nil {
			c.Error = err.Error()
		}
	}
	for _, i := range reads {
		c.Values[f.layout.facts[i].Name] = printFact(f, i)
	}
	return c
}

// unknownValue is how a trace shows an unknown fact.
const unknownValue = "unknown"

func printFact(f *Facts, i int) string {
	v, known := f.At(Place(i))
	if !known {
		return unknownValue
	}
	return v.printed(f.layout.zone)
}
