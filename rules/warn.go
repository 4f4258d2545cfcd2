package rules

import (
	"fmt"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// builtIn tells intents that are answered without a rule.
func builtIn(intent string) bool {
	return slices.Contains([]string{"human", "complaint", "greeting", "thanks", "other"}, intent)
}

// checkAnswered warns of intents that no rule answers. Those of the shop have places of their own, the others are
// named together.
func (r *reader) checkAnswered(drafts []*draft, at doc.Range) {
	if slices.ContainsFunc(drafts, func(d *draft) bool { return d.answersAll() }) {
		return
	}
	var missing []string
	for i := range r.vocabulary.Intents {
		intent := &r.vocabulary.Intents[i]
		answered := slices.ContainsFunc(drafts, func(d *draft) bool { return !d.rule.Off && d.rule.isFor(intent.Name) })
		switch {
		case answered || builtIn(intent.Name):
		case intent.At != doc.Range{}:
			r.problems.Warn(intent.At, doc.UnansweredIntent, "no rule answers %s", intent.titled()).
				WithHint(fmt.Sprintf("write a rule with `intent: %s`", intent.Name))
		default:
			missing = append(missing, intent.titled())
		}
	}
	if len(missing) > 0 {
		r.problems.Warn(at, doc.UnansweredIntent, "no rule answers %s", strings.Join(missing, ", ")).
			WithHint("such messages go to a human; write rules for those that come often")
	}
}

// titled names an intent as rules do, with what it is called.
func (i *Intent) titled() string {
	if i.Title == "" || i.Title == i.Name {
		return i.Name
	}
	return fmt.Sprintf("%s (%s)", i.Name, i.Title)
}

// answersAll tells a rule for every message that surely fits.
func (d *draft) answersAll() bool {
	rule := d.rule
	return len(rule.Intents) == 0 && rule.when == nil && !rule.Off && len(rule.For) == 0 && !rule.hasFrom && !rule.hasUntil
}

// checkNeedsOrder warns of an intent whose rules all need an order when none of them finds it.
func (r *reader) checkNeedsOrder(drafts []*draft) {
	for i := range r.vocabulary.Intents {
		name := r.vocabulary.Intents[i].Name
		var first *draft
		needed := true
		for _, d := range drafts {
			if d.rule.Off || len(d.rule.Intents) > 0 && !d.rule.isFor(name) {
				continue
			}
			needed = needed && r.needsOrder(d.rule)
			if first == nil && d.rule.isFor(name) {
				first = d
			}
		}
		if first == nil || !needed {
			continue
		}
		r.problems.Warn(first.intentNode(name).Range(), doc.NeedsOrder, "all rules for %q need an order and none finds it", name).
			WithHint("put a rule with `when: not order.known` and `find_order: true` before them")
	}
}

func (d *draft) intentNode(name string) *doc.Node {
	for i, in := range d.rule.Intents {
		if in.Intent == name {
			return d.intents[i]
		}
	}
	return d.id
}

// needsOrder tells a rule that can fit only when the order is known.
func (r *reader) needsOrder(rule *Rule) bool {
	if rule.FindOrder {
		return false
	}
	boxes, ok := newBoxer(r.layout).boxes(rule.when)
	if !ok {
		return false
	}
	texts, plain := rule.needed()
	if plain && slices.ContainsFunc(texts, func(fact int) bool { return r.isOfOrder(fact) && !r.layout.certain(fact) }) {
		return true
	}
	return !slices.ContainsFunc(boxes, func(b box) bool { return !r.boxNeedsOrder(b) })
}

func (r *reader) boxNeedsOrder(b box) bool {
	return slices.ContainsFunc(b, func(s side) bool {
		switch s.dim.kind {
		case dimKnown:
			return r.isOfOrder(s.dim.fact) && s.set.(mask).bits == caseKnown
		case dimValue:
			w, ok := s.set.(words)
			return ok && r.layout.facts[s.dim.fact].Name == "order.known" && slices.Equal(w.list, []string{"true"})
		default:
			return false
		}
	})
}

func (r *reader) isOfOrder(fact int) bool {
	group, _, _ := strings.Cut(r.layout.facts[fact].Name, ".")
	return group == "order" || group == "logistics" || group == "aftersales"
}

// checkProducts warns of ids and tags that no product has.
func (r *reader) checkProducts(nodes []*doc.Node) {
	if len(r.vocabulary.Tags) == 0 {
		return
	}
	for _, n := range nodes {
		if !slices.Contains(r.vocabulary.Tags, n.Text) {
			r.problems.Warn(n.Range(), doc.Unused, "no product has the id or tag %q%s", n.Text, didYouMean(n.Text, r.vocabulary.Tags))
		}
	}
}
