package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// The bounds of the work of looking for rules that are always beaten, for shops with thousands of rules: how many pairs
// of boxes are compared, and how many are subtracted to find rules that are beaten by several together.
const (
	maxComparisons  = 2_000_000
	maxSubtractions = 20_000
	maxForOneRule   = 500
)

// A reached is a rule while it is looked for rules that beat it.
type reached struct {
	draft *draft
	boxes []box
}

// Rivals look for the rules that beat a rule among those before it.
type rivals struct {
	boxer        boxer
	byIntent     map[string][]*reached
	always       []*reached
	comparisons  int
	subtractions int
}

// checkUnreachable reports rules that earlier rules always beat. A rule beats where it surely answers: not with a
// limit, an offer, a promise, products or dates, not when it finds an order (reading may go on below it), and only
// where the facts of its texts are known.
func (r *reader) checkUnreachable(drafts []*draft) {
	s := &rivals{boxer: newBoxer(r.layout), byIntent: map[string][]*reached{}, comparisons: maxComparisons, subtractions: maxSubtractions}
	for _, d := range drafts {
		if d.broken || d.rule.Off {
			continue
		}
		boxes, ok := s.boxer.boxes(d.rule.when)
		if !ok {
			continue
		}
		one := &reached{draft: d, boxes: boxes}
		// A base holds defaults: that a nearer folder answers before one of them is what that folder wants.
		if beaters := s.search(one); len(beaters) > 0 && (!d.base || !slices.ContainsFunc(beaters, d.isElsewhere)) {
			r.reportUnreachable(d, beaters)
			d.broken = true
		}
		s.add(one)
	}
}

// isElsewhere tells a rule of another folder.
func (d *draft) isElsewhere(other *reached) bool {
	return path.Dir(d.rule.At.File) != path.Dir(other.draft.rule.At.File)
}

// add makes a rule one that later ones are compared with, where it surely answers.
func (s *rivals) add(one *reached) {
	facts, ok := one.draft.rule.beats()
	if !ok {
		return
	}
	one.boxes = meetAll(one.boxes, []box{s.boxer.readable(facts)})
	if len(one.draft.rule.Intents) == 0 {
		s.always = append(s.always, one)
	}
	for i, in := range one.draft.rule.Intents {
		if !slices.ContainsFunc(one.draft.rule.Intents[:i], func(before Intended) bool { return before.Intent == in.Intent }) {
			s.byIntent[in.Intent] = append(s.byIntent[in.Intent], one)
		}
	}
}

// beats gives the facts that must be known for a rule to answer whenever its condition is true; ok is false for one
// that may not answer for other reasons.
func (r *Rule) beats() (facts []int, ok bool) {
	if r.FindOrder || r.Limit != nil || r.Offer != nil || r.Promise != nil || len(r.For) > 0 || r.hasFrom || r.hasUntil {
		return nil, false
	}
	return r.needed()
}

// needed lists the facts that must be known for the rule's words; ok is false when a text may fail for another reason.
// Of several variants the first that needs nothing is enough.
func (r *Rule) needed() (facts []int, ok bool) {
	for i := range r.Replies {
		text := r.Replies[i].Text
		if text == nil {
			facts = nil
			break
		}
		reads, plain := text.needed(r.later)
		if !plain {
			return nil, false
		}
		if i == 0 || len(reads) < len(facts) {
			facts = reads
		}
	}
	if r.Handoff != nil && r.Handoff.Reason != nil {
		reads, plain := r.Handoff.Reason.needed(r.later)
		if !plain {
			return nil, false
		}
		facts = append(slices.Clone(facts), reads...)
	}
	return facts, true
}

func (t *Template) needed(later func(int) bool) (facts []int, plain bool) {
	for i := range t.pieces {
		if t.pieces[i].value != nil && !t.pieces[i].plain {
			return nil, false
		}
		for _, fact := range t.pieces[i].reads {
			if !later(fact) {
				facts = append(facts, fact)
			}
		}
	}
	return facts, true
}

// search finds the rules that beat a rule for everything that it is for.
func (s *rivals) search(one *reached) (beaters []*reached) {
	intents := one.draft.rule.Intents
	if len(intents) == 0 {
		intents = []Intended{{}}
	}
	for _, in := range intents {
		some := s.beaters(one, in)
		if len(some) == 0 {
			return nil
		}
		for _, b := range some {
			if !slices.Contains(beaters, b) {
				beaters = append(beaters, b)
			}
		}
	}
	return beaters
}

// beaters finds the earlier rules that leave nothing of a rule for one intent: one alone if there is such a one, else
// several together.
func (s *rivals) beaters(one *reached, in Intended) []*reached {
	var near []*reached
	for _, list := range [][]*reached{s.always, s.byIntent[in.Intent]} {
		for _, e := range list {
			if s.comparisons -= len(one.boxes) * len(e.boxes); s.comparisons < 0 {
				return nil
			}
			if !e.touches(one) || !e.covers(one.draft.rule, in) {
				continue
			}
			if e.containsAll(one) {
				return []*reached{e}
			}
			near = append(near, e)
		}
	}
	if !s.leaveNothing(one, near) {
		return nil
	}
	return s.fewest(one, near)
}

// touches tells whether something of the later rule is taken by this one, as far as facts are concerned that the later
// one reads too: where it does not, they may be unknown, and nothing is taken.
func (e *reached) touches(later *reached) bool {
	for _, b := range later.boxes {
		for _, other := range e.boxes {
			if !b.disjoint(other) {
				return true
			}
		}
	}
	return false
}

func (e *reached) containsAll(later *reached) bool {
	for _, b := range later.boxes {
		if !slices.ContainsFunc(e.boxes, b.within) {
			return false
		}
	}
	return true
}

// leaveNothing takes the earlier rules away from the later one, within the bounds of work.
func (s *rivals) leaveNothing(one *reached, earlier []*reached) bool {
	left := one.boxes
	work := maxForOneRule
	for _, e := range earlier {
		cost := len(left) * len(e.boxes)
		work -= cost
		s.subtractions -= cost
		if work < 0 || s.subtractions < 0 {
			return false
		}
		next, ok := subtract(left, e.boxes)
		if !ok {
			return false
		}
		if left = next; len(left) == 0 {
			return true
		}
	}
	return false
}

// fewest leaves out earlier rules that are not needed to beat the rule.
func (s *rivals) fewest(one *reached, beaters []*reached) []*reached {
	for i := 0; i < len(beaters); {
		rest := slices.Delete(slices.Clone(beaters), i, i+1)
		if s.leaveNothing(one, rest) {
			beaters = rest
			continue
		}
		i++
	}
	return beaters
}

// covers tells whether the earlier rule is read for all that the later one is for. The guards take the first rule
// with a handoff for a human, a complaint and danger, so there a rule without one beats none that has one.
func (e *reached) covers(later *Rule, in Intended) bool {
	rule := e.draft.rule
	if later.Handoff != nil && rule.Handoff == nil && (in.Intent == "human" || in.Intent == "complaint" || later.guarded) {
		return false
	}
	if len(rule.Intents) == 0 {
		return true
	}
	return slices.ContainsFunc(rule.Intents, func(i Intended) bool {
		return i.Intent == in.Intent && (i.Topic == "" || i.Topic == in.Topic)
	})
}

func (r *reader) reportUnreachable(d *draft, beaters []*reached) {
	ids := make([]string, len(beaters))
	for i, b := range beaters {
		ids[i] = fmt.Sprintf("%q", b.draft.rule.ID)
	}
	hint := "put it above that rule, or make that rule's condition narrower"
	if len(beaters) > 1 {
		hint = "put it above them, or make their conditions narrower"
	}
	diagnostic := r.problems.Error(d.rule.At, doc.UnreachableRule, "this rule can never answer: %s before it always does", strings.Join(ids, " and ")).WithHint(hint)
	for _, b := range beaters {
		diagnostic.Relate(b.draft.rule.At, "this rule comes first")
	}
}
