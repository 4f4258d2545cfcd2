package bot

import (
	"slices"
	"time"

	"github.com/govalues/decimal"

	"xiaoer/intents"
	"xiaoer/rules"
)

// see gives the facts for one request. They are begun once a turn, and again when the order or a slot has changed; most are
// worked out only when a rule or a text reads one of their group.
func (t *turn) see(r Request) *row {
	switch {
	case t.facts == nil:
		t.facts = t.b.row()
		t.stale = true
	case t.stale:
		t.facts.Reset()
	}
	if t.stale {
		t.stale = false
		t.shown = shown{counts: t.c.Counts, order: t.c.Order, lookup: t.c.Lookup}
		t.shown.product, t.shown.item = t.productOrItem()
		t.readingFacts(t.facts)
		t.facts.Await(t, t.facts.places.late)
		t.seen = Request{Intent: "\x00"}
	}
	if t.seen != r {
		t.seen = r
		t.requestFacts(t.facts, r)
	}
	return t.facts
}

func (t *turn) requestFacts(f *row, r Request) {
	f.set(factIntent, rules.TextValue(r.Intent))
	f.set(factTopic, rules.TextValue(r.Topic))
	m := t.matterIf(r.Intent)
	for i := range t.b.Slots {
		slot := &t.b.Slots[i]
		var v Filled
		switch {
		case ofConversation(slot.Kind):
			v = t.c.Slots[slot.Name]
		case m != nil:
			v = m.Slots[slot.Name]
		}
		f.Put(f.places.slots[i], t.slotValue(slot.Kind, v))
	}
}

// slotValue is a slot as conditions and texts read it; a Value without a kind makes it unknown.
func (t *turn) slotValue(kind string, v Filled) rules.Value {
	switch kind {
	case SlotOrderNo:
		switch {
		case t.orderNo() != "":
			return rules.TextValue(t.orderNo())
		case t.c.Named != nil && t.c.Named.State == Down:
			return rules.TextValue(t.c.Named.No)
		}
		return rules.Value{}
	case SlotImage:
		if len(v.Images) == 0 {
			return rules.Value{}
		}
		return rules.IntValue(len(v.Images))
	}
	if v.Text == "" {
		return rules.Value{}
	}
	return parseAs(kind, v.Text)
}

func parseAs(kind, text string) rules.Value {
	switch kind {
	case SlotNumber:
		if d, err := decimal.Parse(text); err == nil {
			return rules.NumberValue(d)
		}
		return rules.Value{}
	case SlotAmount:
		v, err := rules.ParseMoney(text)
		if err != nil {
			return rules.Value{}
		}
		return v
	case SlotDate:
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return rules.DateValue(day.Year(), day.Month(), day.Day())
		}
		return rules.Value{}
	}
	return rules.TextValue(text)
}

func (t *turn) messageFacts(f *row) {
	if m := t.e.Message; m != nil {
		f.set(factMessageText, rules.TextValue(m.Text))
		f.set(factMessageKind, rules.TextValue(knownKind(m.Kind)))
		f.set(factMessageImages, rules.IntValue(len(m.Images)))
	}
	var links []string
	for _, e := range t.reading.Entities {
		if e.Type == intents.Link {
			links = append(links, e.Value)
		}
	}
	f.set(factMessageLinks, rules.TextsValue(links))
}

// readingFacts are what was read in the message.
func (t *turn) readingFacts(f *row) {
	f.set(factIntents, rules.TextsValue(t.names))
	f.set(factNegated, rules.TextsValue(t.reading.Negated))
	f.set(factMood, rules.TextValue(string(t.reading.Mood)))
	f.set(factRisk, rules.TextValue(string(t.reading.Risk)))
}

func (t *turn) buyerFacts(f *row) {
	b := &t.c.Buyer
	f.setText(factBuyerID, b.ID)
	f.setText(factBuyerName, b.Name)
	f.setText(factBuyerTier, b.Tier)
	if b.Orders != nil {
		f.set(factBuyerOrders, rules.IntValue(*b.Orders))
	}
	if b.OpenOrders != nil {
		f.set(factBuyerOpenOrders, rules.IntValue(*b.OpenOrders))
	}
	if b.FirstTime != nil {
		f.set(factBuyerFirstTime, rules.BoolValue(*b.FirstTime))
	}
}

func (t *turn) conversationFacts(f *row) {
	c := &t.shown.counts
	f.set(factConversationTurns, rules.IntValue(c.Turns))
	f.set(factConversationIdleMinutes, rules.IntValue(t.idle))
	f.set(factConversationFailures, rules.IntValue(c.Failures))
	f.set(factConversationRepeats, rules.IntValue(c.Repeats))
	f.set(factConversationHandoffs, rules.IntValue(c.Handoffs))
}

// deskFacts tell whether agents are there.
func (t *turn) deskFacts(f *row) {
	desk := t.b.deskAt(t.e.At)
	f.set(factShopOpen, rules.BoolValue(desk.open))
	if desk.opensAgain {
		f.set(factShopOpens, rules.TimeValue(desk.opens))
	}
}

func (t *turn) clockFacts(f *row) {
	now := t.e.At.In(t.zone())
	y, m, d := now.Date()
	f.set(factNowDate, rules.DateValue(y, m, d))
	f.set(factNowHour, rules.IntValue(now.Hour()))
	f.set(factNowWeekday, rules.TextValue(weekdays()[now.Weekday()]))
}

func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// product is the message's card, else the only item of the order in view, else the last card of the episode, else what the
// matter is about; nil when nothing says.
func (t *turn) product() *Product {
	p, item := t.productOrItem()
	if item != nil {
		return &Product{ID: item.ID, Title: item.Title, Price: item.Price}
	}
	return p
}

// productOrItem is the same with an order's item as it is.
func (t *turn) productOrItem() (*Product, *Item) {
	if m := t.e.Message; m != nil && m.Product != nil {
		return m.Product, nil
	}
	if m := t.matterIf(t.current.Intent); m != nil && m.Product != nil && t.c.Question != nil {
		return m.Product, nil
	}
	if o := t.c.Order; o != nil && len(o.Items) == 1 {
		return nil, &o.Items[0]
	}
	return t.c.Product, nil
}

// productFacts are the catalogue's line, with what the card or the order says itself on top.
func (t *turn) productFacts(f *row) {
	p := t.shown.product
	if item := t.shown.item; item != nil {
		p = &Product{ID: item.ID, Title: item.Title, Price: item.Price}
	}
	if p == nil || p.ID == "" && p.Title == "" {
		return
	}
	f.set(factProductKnown, rules.BoolValue(true))
	if line, ok := t.b.Products[p.ID]; ok && p.ID != "" {
		catalogueFacts(f, line)
	}
	f.setText(factProductID, p.ID)
	f.setText(factProductTitle, p.Title)
	f.setSent(f.places.facts[factProductPrice], p.Price)
	for name, text := range p.Sent {
		if name != "known" {
			f.setSent(f.Place("product."+name), text)
		}
	}
}

func catalogueFacts(f *row, line CatalogueProduct) {
	for name, v := range line.Columns {
		f.Set("product."+name, v)
	}
	if len(line.Tags) > 0 {
		f.set(factProductTags, rules.TextsValue(line.Tags))
	}
}

// noticeFacts are the first declared notice that holds today for the order in view.
func (t *turn) noticeFacts(f *row) {
	if len(t.b.Notices) == 0 {
		return
	}
	today := dayOf(t.e.At, t.zone())
	for i := range t.b.Notices {
		n := &t.b.Notices[i]
		if n.From != "" && today < n.From || n.Until != "" && today > n.Until || !t.concerns(n) {
			continue
		}
		f.set(factNoticeActive, rules.BoolValue(true))
		f.set(factNoticeKind, rules.TextValue(n.Kind))
		f.setText(factNoticeText, n.Text)
		if day, err := time.Parse(time.DateOnly, n.Until); err == nil {
			f.set(factNoticeUntil, rules.DateValue(day.Year(), day.Month(), day.Day()))
		}
		return
	}
}

// isForeign tells facts whose text comes from the buyer, an order or a card.
func isForeign(name string) bool {
	for _, group := range [...]string{"buyer.", "message.", "order.", "logistics.", "aftersales.", "product.", "slots."} {
		if len(name) > len(group) && name[:len(group)] == group {
			return true
		}
	}
	return false
}

func knownKind(kind string) string {
	if slices.Contains(messageKinds(), kind) {
		return kind
	}
	return KindOther
}

func messageKinds() []string {
	return []string{
		KindText, KindImage, KindVoice, KindVideo, KindEmoji, KindOrderCard, KindProductCard, KindRefundCard, KindWithdraw,
		KindSystem, KindAgent, KindEcho, KindOther,
	}
}
