package bot

import (
	"slices"

	"xiaoer/rules"
)

// missing is the first slot of a rule that is not filled and that the message does not give either.
func (t *turn) missing(rule *rules.Rule, r Request) (Slot, bool) {
	for _, name := range rule.Collect {
		slot, ok := t.b.Slot(name)
		if !ok || t.filled(slot, r) || t.fillUnasked(slot, r, rule) {
			continue
		}
		return slot, true
	}
	return Slot{}, false
}

// filled tells whether a slot holds enough.
func (t *turn) filled(slot Slot, r Request) bool {
	if slot.Kind == SlotOrderNo {
		return t.orderNo() != "" || t.c.Named != nil && t.c.Named.State == Down
	}
	v := t.value(slot, r)
	if slot.Kind == SlotImage {
		return len(v.Images) >= slot.least()
	}
	return v.Text != ""
}

// value is what a slot holds: phone and address belong to the conversation, others to the matter.
func (t *turn) value(slot Slot, r Request) Filled {
	if ofConversation(slot.Kind) {
		return t.c.Slots[slot.Name]
	}
	if m := t.matterIf(r.Intent); m != nil {
		return m.Slots[slot.Name]
	}
	return Filled{}
}

func ofConversation(kind string) bool { return kind == SlotPhone || kind == SlotAddress }

// fill puts a value into a slot; photos are added to those that are there.
func (t *turn) fill(slot Slot, r Request, v Filled) {
	t.stale = true
	v.Text = visible(v.Text)
	if ofConversation(slot.Kind) {
		put(&t.c.Slots, slot.Name, v)
		return
	}
	m := t.matter(r.Intent)
	if slot.Kind == SlotImage {
		v.Images = cutList(append(append([]string{}, m.Slots[slot.Name].Images...), v.Images...), mostPhotos)
		t.c.Photos = nil
	}
	put(&m.Slots, slot.Name, v)
}

// fillUnasked fills a slot from what the message or the photos of the episode already gave.
func (t *turn) fillUnasked(slot Slot, r Request, rule *rules.Rule) bool {
	if slot.Kind == SlotImage {
		if len(t.c.Photos) == 0 {
			return false
		}
		t.fill(slot, r, Filled{Images: t.c.Photos})
		return t.filled(slot, r)
	}
	v, ok := t.given(slot, rule)
	if ok {
		t.fill(slot, r, v)
	}
	return ok
}

// renew takes what the message says anew of slots that an earlier request filled: another address, another count. A message
// that answers a question, or that asked for something else, renews nothing.
func (t *turn) renew(rule *rules.Rule, r Request) {
	if t.answered || !slices.Contains(t.requests, r) {
		return
	}
	for _, name := range rule.Collect {
		slot, ok := t.b.Slot(name)
		if ok && slot.Kind != SlotImage && t.filled(slot, r) {
			t.fillUnasked(slot, r, rule)
		}
	}
}

// collect asks for a slot, or gives up when it was asked for often enough in this matter.
func (t *turn) collect(rule *rules.Rule, r Request, slot Slot) {
	if !t.hasPlace() {
		t.keepOpen(r)
		return
	}
	if !slices.Contains(t.once, rule) {
		t.once = append(t.once, rule)
	}
	m := t.matter(r.Intent)
	if m.Product == nil {
		m.Product = t.product()
	}
	q := &Question{
		Kind: AskSlot, Slot: slot.Name, Rule: rule.ID, RuleAt: rule.Index, Intent: r.Intent, Topic: r.Topic, Order: t.orderNo(), At: t.e.At,
	}
	t.apology = t.apology || rule.Apologise
	t.putAgain(q, slot, false)
	t.countAsking(q)
}

// ruleByID finds a rule again, first at the place where it stood; nil when the shop has dropped it.
func (t *turn) ruleByID(id string, at int) *rules.Rule {
	list := t.b.Rules.Rules()
	if at >= 0 && at < len(list) && list[at].ID == id {
		return list[at]
	}
	for _, r := range list {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// matter is the matter of an intent about the order in view; it is begun when there is none. The pointer holds until the
// next call.
func (t *turn) matter(intent string) *Matter {
	if m := t.matterIf(intent); m != nil {
		if m.Order == "" {
			m.Order = t.orderNo()
		}
		return m
	}
	t.c.Matters = keepLast(t.c.Matters, mostMatters, Matter{Intent: intent, Order: t.orderNo()})
	return &t.c.Matters[len(t.c.Matters)-1]
}

// matterIf finds the matter of an intent about the order in view, nil when there is none. One that was begun before an order
// was in view is about the order that came.
func (t *turn) matterIf(intent string) *Matter {
	var open *Matter
	for i := len(t.c.Matters) - 1; i >= 0; i-- {
		m := &t.c.Matters[i]
		if m.Intent != intent {
			continue
		}
		if m.Order == t.orderNo() {
			return m
		}
		if m.Order == "" && open == nil {
			open = m
		}
	}
	return open
}

func (t *turn) orderNo() string {
	if t.c.Order == nil {
		return ""
	}
	return t.c.Order.No
}
