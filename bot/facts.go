package bot

import (
	"slices"
	"time"

	"github.com/govalues/decimal"

	"xiaoer/intents"
	"xiaoer/rules"
)

// see gives the facts for one request. They are worked out once a turn, and again when the order or a slot has changed.
func (t *turn) see(r Request) *rules.Facts {
	switch {
	case t.facts == nil:
		t.facts = t.b.row()
		t.stale = true
	case t.stale:
		t.facts.Reset()
	}
	if t.stale {
		t.stale = false
		t.messageFacts(t.facts)
		t.buyerFacts(t.facts)
		t.shopFacts(t.facts)
		t.orderFacts(t.facts)
		t.productFacts(t.facts)
		t.noticeFacts(t.facts)
		t.promiseFacts(t.facts)
		t.seen = Request{Intent: "\x00"}
	}
	if t.seen != r {
		t.seen = r
		t.requestFacts(t.facts, r)
	}
	return t.facts
}

func (t *turn) requestFacts(f *rules.Facts, r Request) {
	f.Set("intent", rules.TextValue(r.Intent))
	f.Set("topic", rules.TextValue(r.Topic))
	for i := range t.b.Slots {
		slot := &t.b.Slots[i]
		f.Set("slots."+slot.Name, t.slotValue(*slot, t.value(*slot, r)))
	}
}

// slotValue is a slot as conditions and texts read it; a Value without a kind makes it unknown.
func (t *turn) slotValue(slot Slot, v Filled) rules.Value {
	switch slot.Kind {
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
	return parseAs(slot.Kind, v.Text)
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

func (t *turn) messageFacts(f *rules.Facts) {
	if m := t.e.Message; m != nil {
		f.Set("message.text", rules.TextValue(m.Text))
		f.Set("message.kind", rules.TextValue(knownKind(m.Kind)))
		f.Set("message.images", rules.IntValue(len(m.Images)))
	}
	var links []string
	for _, e := range t.reading.Entities {
		if e.Type == intents.Link {
			links = append(links, e.Value)
		}
	}
	f.Set("message.links", rules.TextsValue(links))
	f.Set("intents", rules.TextsValue(t.intentNames()))
	f.Set("negated", rules.TextsValue(t.reading.Negated))
	f.Set("mood", rules.TextValue(string(t.reading.Mood)))
	f.Set("risk", rules.TextValue(string(t.reading.Risk)))
}

func (t *turn) intentNames() []string {
	var out []string
	for _, r := range t.accepted() {
		if !slices.Contains(out, r.Intent) {
			out = append(out, r.Intent)
		}
	}
	return out
}

func (t *turn) buyerFacts(f *rules.Facts) {
	b := &t.c.Buyer
	setText(f, "buyer.id", b.ID)
	setText(f, "buyer.name", b.Name)
	setText(f, "buyer.tier", b.Tier)
	if b.Orders != nil {
		f.Set("buyer.orders", rules.IntValue(*b.Orders))
	}
	if b.OpenOrders != nil {
		f.Set("buyer.open_orders", rules.IntValue(*b.OpenOrders))
	}
	if b.FirstTime != nil {
		f.Set("buyer.first_time", rules.BoolValue(*b.FirstTime))
	}
	c := &t.c.Counts
	f.Set("conversation.turns", rules.IntValue(c.Turns))
	f.Set("conversation.idle_minutes", rules.IntValue(t.idle))
	f.Set("conversation.failures", rules.IntValue(c.Failures))
	f.Set("conversation.repeats", rules.IntValue(c.Repeats))
	f.Set("conversation.handoffs", rules.IntValue(c.Handoffs))
}

func setText(f *rules.Facts, name, text string) {
	if text != "" {
		f.Set(name, rules.TextValue(text))
	}
}

// shopFacts are what does not depend on the buyer: the shop, its policy, the clock.
func (t *turn) shopFacts(f *rules.Facts) {
	s := &t.b.Shop
	setText(f, "shop.id", s.ID)
	setText(f, "shop.name", s.Name)
	desk := t.b.deskAt(t.e.At)
	f.Set("shop.open", rules.BoolValue(desk.open))
	if desk.opensAgain {
		f.Set("shop.opens", rules.TimeValue(desk.opens))
	}
	for name, v := range t.b.Policy {
		f.Set("policy."+name, v)
	}
	now := t.e.At.In(t.zone())
	y, m, d := now.Date()
	f.Set("now.date", rules.DateValue(y, m, d))
	f.Set("now.hour", rules.IntValue(now.Hour()))
	f.Set("now.weekday", rules.TextValue(weekdays()[now.Weekday()]))
}

func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// product is the message's card, else the only item of the order in view, else the last card of the episode, else what the
// matter is about; nil when nothing says.
func (t *turn) product() *Product {
	if m := t.e.Message; m != nil && m.Product != nil {
		return m.Product
	}
	if m := t.matterIf(t.current.Intent); m != nil && m.Product != nil && t.c.Question != nil {
		return m.Product
	}
	if o := t.c.Order; o != nil && len(o.Items) == 1 {
		item := o.Items[0]
		return &Product{ID: item.ID, Title: item.Title, Price: item.Price}
	}
	return t.c.Product
}

// productFacts are the catalogue's line, with what the card or the order says itself on top.
func (t *turn) productFacts(f *rules.Facts) {
	p := t.product()
	if p == nil || p.ID == "" && p.Title == "" {
		return
	}
	f.Set("product.known", rules.BoolValue(true))
	if line, ok := t.b.Products[p.ID]; ok && p.ID != "" {
		catalogueFacts(f, line)
	}
	setText(f, "product.id", p.ID)
	setText(f, "product.title", p.Title)
	setSent(f, "product.price", p.Price)
	for name, text := range p.Sent {
		if name != "known" {
			setSent(f, "product."+name, text)
		}
	}
}

func catalogueFacts(f *rules.Facts, line CatalogueProduct) {
	for name, v := range line.Columns {
		f.Set("product."+name, v)
	}
	if len(line.Tags) > 0 {
		f.Set("product.tags", rules.TextsValue(line.Tags))
	}
}

// noticeFacts are the first declared notice that holds today for the order in view.
func (t *turn) noticeFacts(f *rules.Facts) {
	if len(t.b.Notices) == 0 {
		return
	}
	today := dayOf(t.e.At, t.zone())
	for i := range t.b.Notices {
		n := &t.b.Notices[i]
		if n.From != "" && today < n.From || n.Until != "" && today > n.Until || !t.concerns(n) {
			continue
		}
		f.Set("notice.active", rules.BoolValue(true))
		f.Set("notice.kind", rules.TextValue(n.Kind))
		setText(f, "notice.text", n.Text)
		if day, err := time.Parse(time.DateOnly, n.Until); err == nil {
			f.Set("notice.until", rules.DateValue(day.Year(), day.Month(), day.Day()))
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
