package rules

import (
	"fmt"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// maxComparisons bounds the work of looking for rules that are always beaten, for shops with thousands of rules.
const maxComparisons = 2_000_000

// A reached is a rule while it is looked for rules that beat it.
type reached struct {
	draft *draft
	boxes []box
	beats bool
}

// checkUnreachable reports rules that earlier rules always beat. A rule beats where it surely answers: not with a
// limit, an offer, a promise, products or dates, not when it finds an order (reading may go on below it), and only
// where the facts of its texts are known.
func (r *reader) checkUnreachable(drafts []*draft) {
	x := boxer{r.layout}
	byIntent := map[string][]*reached{}
	var always []*reached
	budget := maxComparisons
	for _, d := range drafts {
		if d.broken || d.rule.Off {
			continue
		}
		boxes, ok := x.boxes(d.rule.when)
		if !ok {
			continue
		}
		one := &reached{draft: d, boxes: boxes, beats: r.beats(d.rule)}
		r.checkReached(one, byIntent, always, &budget)
		if !one.beats {
			continue
		}
		if one.boxes = r.whereTextsKnown(d.rule, boxes); len(one.boxes) == 0 {
			continue
		}
		if len(d.rule.Intents) == 0 {
			always = append(always, one)
		}
		for _, in := range d.rule.Intents {
			byIntent[in.Intent] = append(byIntent[in.Intent], one)
		}
	}
}

func (r *reader) beats(rule *Rule) bool {
	if rule.FindOrder || rule.Limit != nil || rule.Offer != nil || rule.Promise != nil || len(rule.For) > 0 || rule.hasFrom || rule.hasUntil {
		return false
	}
	_, ok := rule.needed()
	return ok
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

// whereTextsKnown narrows boxes to where the rule's words can be said.
func (r *reader) whereTextsKnown(rule *Rule, boxes []box) []box {
	facts, _ := rule.needed()
	known, _ := boxer{r.layout}.readable(facts)
	return meetAll(boxes, []box{known})
}

// checkReached reports a rule that is beaten for everything that it is for.
func (r *reader) checkReached(one *reached, byIntent map[string][]*reached, always []*reached, budget *int) {
	rule := one.draft.rule
	intents := rule.Intents
	if len(intents) == 0 {
		intents = []Intended{{}}
	}
	var beaters []*reached
	for _, in := range intents {
		some, beaten := beatenBy(one, in, slices.Concat(always, byIntent[in.Intent]), budget)
		if !beaten {
			return
		}
		for _, b := range some {
			if !slices.Contains(beaters, b) {
				beaters = append(beaters, b)
			}
		}
	}
	r.reportUnreachable(one.draft, beaters)
	one.draft.broken = true
}

// beatenBy finds the earlier rules that leave nothing of a rule.
func beatenBy(one *reached, in Intended, earlier []*reached, budget *int) (beaters []*reached, beaten bool) {
	left := one.boxes
	if len(left) == 0 {
		return nil, false
	}
	for _, e := range earlier {
		if !e.covers(one.draft.rule, in) {
			continue
		}
		if *budget -= len(left) * len(e.boxes); *budget < 0 {
			return nil, false
		}
		if !touches(left, e.boxes) {
			continue
		}
		next, ok := subtract(left, e.boxes)
		if !ok {
			return nil, false
		}
		left = next
		beaters = append(beaters, e)
		if len(left) == 0 {
			return smallest(one, beaters), true
		}
	}
	return nil, false
}

func touches(a, b []box) bool {
	for _, one := range a {
		for _, other := range b {
			if _, ok := one.meet(other); ok {
				return true
			}
		}
	}
	return false
}

// smallest leaves out earlier rules that are not needed to beat the rule.
func smallest(one *reached, beaters []*reached) []*reached {
	for i := 0; i < len(beaters) && len(beaters) > 1; {
		rest := slices.Delete(slices.Clone(beaters), i, i+1)
		left := one.boxes
		ok := true
		for _, e := range rest {
			if left, ok = subtract(left, e.boxes); !ok {
				break
			}
		}
		if ok && len(left) == 0 {
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
	if later.Handoff != nil && rule.Handoff == nil && (in.Intent == "human" || in.Intent == "complaint" || later.readsGuard()) {
		return false
	}
	if len(rule.Intents) == 0 {
		return true
	}
	return slices.ContainsFunc(rule.Intents, func(i Intended) bool {
		return i.Intent == in.Intent && (i.Topic == "" || i.Topic == in.Topic)
	})
}

func (r *Rule) readsGuard() bool { return r.guarded }

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
