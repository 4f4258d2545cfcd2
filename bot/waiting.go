package bot

import (
	"slices"
	"time"

	"xiaoer/intents"
)

// toWaiting deals with a buyer's message while a case waits: silence, but for details that fill the case, the question
// whether anybody is there, and the word that it is settled.
func (t *turn) toWaiting() {
	if t.c.Case == nil {
		t.c.Status = StatusBot
		t.read()
		return
	}
	t.owesAgain()
	if t.reading.Withdrawn && len(t.requests) == 0 && !t.has(intents.Human) {
		t.settle()
		return
	}
	changed := t.fillCase()
	if t.asked != nil {
		return
	}
	if t.reading.Chasing || t.has(intents.Human) {
		changed = t.hold() || changed
	}
	if changed {
		t.changed(t.c.Case, "buyer", "details")
		t.tell(t.c.Case.Team, "details")
	}
}

// settle closes a case that the buyer needs no more. The conversation is the bot's again.
func (t *turn) settle() {
	c := t.c.Case
	c.Stage, c.Outcome, c.ClosedAt = "closed", "settled", t.e.At
	t.changed(c, "buyer", "settled")
	t.tell(c.Team, "settled")
	t.c.Case = nil
	t.backToBot()
	t.saysScript(saysSettled, "settled")
}

// backToBot ends what belongs to a human's turn.
func (t *turn) backToBot() {
	t.c.Status = StatusBot
	clock := &t.c.Clock
	clock.Human, clock.Waiting, clock.Held = time.Time{}, time.Time{}, time.Time{}
	clock.Hold, clock.Deadline, clock.Idle = time.Time{}, time.Time{}, time.Time{}
	clock.Counted = false
	t.c.Question, t.c.Lapsed, t.c.Open = nil, nil, nil
}

// hold says the holding line, once per half deadline, and makes the case more pressing. It is true when it did. It says it even
// in the words of the last time, which a reminder does not: a buyer who asks gets an answer.
func (t *turn) hold() bool {
	half := t.b.Team(t.c.Case.Team).FirstReply / 2
	if held := t.c.Clock.Held; !held.IsZero() && !t.e.At.Before(held) && t.e.At.Before(held.Add(half)) {
		t.note("the holding line was said a moment ago")
		return false
	}
	t.c.Clock.Held = t.e.At
	t.c.Case.Priority = raise(t.c.Case.Priority, "")
	t.handFacts(t.c.Case)
	t.answers(saysHolding)
	if text := t.script("holding"); text != "" {
		t.said = append(t.said, spoken{rule: saysHolding, text: text})
	}
	return true
}

// fillCase takes new details, photos, orders and requests into the open case. It is true when there was something new.
func (t *turn) fillCase() bool {
	c := t.c.Case
	if c == nil {
		return false
	}
	if t.seeOrders() {
		return false
	}
	changed := t.fillOrder(c)
	if images := cutList(t.c.Photos, mostPhotos); len(t.e.Message.Images) > 0 {
		c.Images = keepLast(c.Images, mostPhotos, cutList(t.e.Message.Images, mostPhotos)...)
		changed = changed || len(images) > 0
	}
	changed = t.fillSlots(c) || changed
	for _, r := range t.requests {
		if isSubstantive(r) && r.name() != c.Intent && !slices.Contains(c.Open, r.name()) && len(c.Open) < mostOpen {
			c.Open = append(c.Open, r.name())
			changed = true
		}
	}
	return t.fillDanger(c) || changed
}

func (t *turn) fillOrder(c *Handoff) bool {
	no := c.Slots[SlotOrderNo]
	switch {
	case t.c.Order != nil && (c.Order == nil || c.Order.No != t.c.Order.No):
		c.Order = t.c.Order
		if no := t.orderNo(); no != "" {
			put(&c.Slots, SlotOrderNo, visible(no))
		}
	case t.named != nil && t.named.No != no:
		put(&c.Slots, SlotOrderNo, visible(t.named.No))
	case t.e.Message.Product != nil:
		c.Product = t.e.Message.Product
	default:
		return false
	}
	return true
}

// fillSlots fills the slots that the case's rule collects, and phone and address, from what the message says by itself.
func (t *turn) fillSlots(c *Handoff) bool {
	changed := false
	rule := t.ruleByID(c.Rule, -1)
	for i := range t.b.Slots {
		slot := t.b.Slots[i]
		wanted := ofConversation(slot.Kind) || rule != nil && slices.Contains(rule.Collect, slot.Name) && c.Slots[slot.Name] == ""
		if !wanted || slot.Kind == SlotImage || slot.Kind == SlotOrderNo {
			continue
		}
		if rule == nil && slot.Kind == SlotNumber {
			continue
		}
		v, ok := t.given(slot, rule)
		v.Text = visible(v.Text)
		if ok && c.Slots[slot.Name] != v.Text {
			put(&c.Slots, slot.Name, v.Text)
			t.fill(slot, requestOf(c.Intent), v)
			changed = true
		}
	}
	return changed
}

func (t *turn) fillDanger(c *Handoff) bool {
	changed := false
	if risk := graver(c.Risk, t.reading.Risk); risk != c.Risk && t.reading.Risk != intents.NoRisk {
		c.Risk, changed = risk, true
	}
	if t.reading.Mood == intents.Angry && c.Mood != intents.Angry {
		c.Mood, changed = intents.Angry, true
	}
	if floor := t.floor(); changed && floor != priorityNormal {
		c.Priority = raise(c.Priority, floor)
		t.routeDanger(c)
	}
	return changed
}

// routeDanger gives a case in which danger came up while it waited to the team and the priority that the shop's rule for the
// danger names, as it would have been given had the danger come first. The buyer reads nothing: the case waits already.
func (t *turn) routeDanger(c *Handoff) {
	_, rule := t.riskRule()
	if rule == nil || t.c.Status != StatusWaiting {
		return
	}
	if rule.Handoff.Priority != "" {
		c.Priority = raise(c.Priority, rule.Handoff.Priority)
	}
	team := t.b.Team(rule.Handoff.Team)
	if team.Name == c.Team {
		return
	}
	t.assignTo(team.Name, c)
	if next := t.deadline(t.e.At, team.FirstReply); next.Before(c.Deadline) {
		c.Deadline = next
		t.c.Clock.Hold, t.c.Clock.Deadline = t.deadline(t.e.At, team.FirstReply/2), next
	}
	t.tell(team.Name, "escalation")
}

func requestOf(name string) Request {
	for i := range len(name) {
		if name[i] == '.' {
			return Request{Intent: name[:i], Topic: name[i+1:]}
		}
	}
	return Request{Intent: name}
}
