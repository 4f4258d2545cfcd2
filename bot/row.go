package bot

import "xiaoer/rules"

// A row is the facts of one turn. Those that turns set themselves are set by number, so that no name is looked up.
type row struct {
	*rules.Facts
	places *places
}

// places are where the facts stand in the rows of a book.
type places struct {
	facts [factCount]rules.Place
	slots []rules.Place // of the book's slots
	late  rules.Groups  // that are worked out when they are read
}

func (f *row) set(n factNumber, v rules.Value) { f.Put(f.places.facts[n], v) }

func (f *row) setText(n factNumber, text string) {
	if text != "" {
		f.set(n, rules.TextValue(text))
	}
}

// newRow makes a row in which is known what the shop says of itself, also after a Reset.
func (b *Book) newRow() *row {
	f := &row{Facts: b.Rules.NewFacts(), places: b.places.Load()}
	if f.places == nil {
		f.places = b.findPlaces(f.Facts)
		b.places.Store(f.places)
	}
	f.setText(factShopID, b.Shop.ID)
	f.setText(factShopName, b.Shop.Name)
	for name, v := range b.Policy {
		f.Set("policy."+name, v)
	}
	f.Keep()
	return f
}

func (b *Book) findPlaces(f *rules.Facts) *places {
	p := &places{late: b.Rules.Groups("message", "buyer", "conversation", "shop", "now", "order", "order.items", "logistics", "aftersales", "product", "notice", "promise")}
	for n, name := range factNames() {
		p.facts[n] = f.Place(name)
	}
	for i := range b.Slots {
		p.slots = append(p.slots, f.Place("slots."+b.Slots[i].Name))
	}
	return p
}

// shown is what the facts are of: the turn may go on while they are read.
type shown struct {
	counts  Counts
	order   *Order
	lookup  LookupState
	product *Product
	item    *Item // in place of a product
}

// Fill works out the facts of one group, which a rule or a text reads now.
func (t *turn) Fill(_ *rules.Facts, group string) {
	f, o := t.facts, t.shown.order
	switch group {
	case "message":
		t.messageFacts(f)
	case "buyer":
		t.buyerFacts(f)
	case "conversation":
		t.conversationFacts(f)
	case "shop":
		t.deskFacts(f)
	case "now":
		t.clockFacts(f)
	case "order":
		t.orderFacts(f)
	case "order.items":
		if o != nil && len(o.Items) > 0 {
			f.set(factOrderItems, itemRecords(o.Items))
		}
	case "logistics":
		if o != nil && o.Logistics != nil {
			t.parcelFacts(f, o.Logistics)
		}
	case "aftersales":
		if o != nil && o.Aftersales != nil {
			aftersalesFacts(f, o.Aftersales)
		}
	case "product":
		t.productFacts(f)
	case "notice":
		t.noticeFacts(f)
	case "promise":
		t.promiseFacts(f)
	}
}
