package rules

import (
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// checkOwnIntent reports a part of a condition that asks for an intent or topic which the rule is not read for. It
// returns whether it did.
func (r *reader) checkOwnIntent(d *draft) bool {
	intent, known := r.layout.index["intent"]
	if d.broken || d.rule.when == nil || !known || len(d.rule.Intents) == 0 {
		return false
	}
	topic, hasTopic := r.layout.index["topic"]
	facts := d.rule.when.facts()
	if !slices.Contains(facts, intent) && (!hasTopic || !slices.Contains(facts, topic)) {
		return false
	}
	c := contradictions{boxer: newBoxer(r.layout)}
	for _, in := range d.rule.Intents {
		b := box{c.oneOf(intent, in.Intent)}
		if hasTopic {
			b = append(b, r.topicSides(c.boxer, topic, in)...)
		}
		c.read = append(c.read, b)
	}
	part := c.find(d.rule.when)
	if part == nil {
		return false
	}
	d.when.fail(part.at, doc.ConstantCondition, "`%s` is never true: this rule is for %s", part.part, strings.Join(nodeTexts(d.intents), ", ")).
		WithHint("take it out, or change `intent:` of "+d.rule.ID).
		Relate(d.intents[0].Range(), "the intent stands here")
	return true
}

// topicSides are the bounds of the topic where a rule is read for an intent: that one, or any of the intent's or none.
func (r *reader) topicSides(x boxer, topic int, in Intended) []side {
	known := dimension{kind: dimKnown, fact: topic}
	if in.Topic != "" {
		return []side{x.oneOf(topic, in.Topic), {known, mask{caseKnown, caseKnown | caseUnknown}}}
	}
	for i := range r.vocabulary.Intents {
		if intent := &r.vocabulary.Intents[i]; intent.Name == in.Intent && len(intent.Topics) > 0 {
			return []side{x.oneOf(topic, intent.Topics...)}
		}
	}
	return []side{{known, mask{caseUnknown, caseKnown | caseUnknown}}}
}

// oneOf bounds a fact to these words.
func (x boxer) oneOf(fact int, list ...string) side {
	values := make([]Value, len(list))
	for i, word := range list {
		values[i] = TextValue(word)
	}
	return side{dimension{kind: dimValue, fact: fact}, wordSet(&x.layout.facts[fact].Type, values, "==")}
}

// Contradictions look for the parts of a condition that do not hold in any of the boxes that a rule is read in.
type contradictions struct {
	boxer
	read []box
}

// find gives the innermost such part, nil when there is none.
func (c *contradictions) find(cond *condition) *condition {
	for _, part := range cond.parts {
		if found := c.find(part); found != nil {
			return found
		}
	}
	if boxes, ok := c.boxes(cond); ok && len(boxes) > 0 && len(meetAll(c.read, boxes)) == 0 {
		return cond
	}
	return nil
}
