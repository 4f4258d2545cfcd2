package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A FieldError says which field of a message or an order is wrong.
type FieldError struct {
	Field   string // such as "order.items[0].price"; "" for the whole body
	Problem string // such as "must be a text"
}

// Error gives the field and its problem.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + " " + e.Problem
}

// Bounds of what is read from outside. A buyer's own words and photos are cut there, since a message that is refused is lost;
// anything else that is too long is an error.
const (
	mostID       = 200 // runes
	mostName     = 500
	mostText     = 20_000
	mostLink     = 4000
	mostItems    = 200
	mostSent     = 60
	mostQuantity = 1_000_000_000
)

// A body has about one value for so many of its bytes, and most have no more than these; where it has more, room is made then.
const (
	bytesPerNode = 16
	usualNodes   = 64
)

// takeApart reads a body.
func takeApart(body []byte) (fieldReader, error) {
	room := min(2+len(body)/bytesPerNode, usualNodes)
	d := fieldReader{document: document{body: body, nodes: make([]node, 0, room)}}
	return d, d.parse()
}

// DecodeMessage reads a webhook body. Unknown fields are ignored; every error is a *FieldError. Nothing of the body is kept.
func DecodeMessage(body []byte) (Message, error) {
	d, err := takeApart(body)
	if err != nil {
		return Message{}, err
	}
	m := d.message(field{})
	if d.err != nil {
		return Message{}, d.err
	}
	return m, nil
}

// DecodeOrder reads one order as a source gives it. Unknown fields are ignored; every error is a *FieldError. Nothing of the body is kept.
func DecodeOrder(body []byte) (Order, error) {
	d, err := takeApart(body)
	if err != nil {
		return Order{}, err
	}
	o := d.order(field{})
	if d.err != nil {
		return Order{}, d.err
	}
	return *o, nil
}

// fieldReader reads fields of a parsed body and keeps the first thing that is wrong with them.
type fieldReader struct {
	document
	err error
}

// A field is a value and by which way it was reached. The zero field is the whole body.
type field struct {
	node  int    // nowhere when it is absent
	up    *field // nil for the whole body
	key   string // in an object
	place int    // in a list, where key is ""
}

// name is how an error calls the field.
func (f *field) name() string {
	switch {
	case f.up == nil:
		return ""
	case f.key == "":
		return f.up.name() + "[" + strconv.Itoa(f.place) + "]"
	}
	return joinName(f.up.name(), f.key)
}

// at finds a member of an object; none is asked for whose name is empty.
func (d *fieldReader) at(f *field, key string) field {
	return field{node: d.member(f.node, key), up: f, key: key}
}

// is tells whether the field is there and not null.
func (d *fieldReader) is(f *field) bool { return d.kind(f.node) != isNull }

func (d *fieldReader) fail(f *field, problem string) {
	if d.err == nil {
		d.err = &FieldError{Field: f.name(), Problem: problem}
	}
}

func (d *fieldReader) message(top field) Message {
	if d.kind(top.node) != isObject {
		d.fail(&top, "the body must be a JSON object")
		return Message{}
	}
	m := Message{
		ID: d.id(d.at(&top, "id")), Conversation: d.id(d.at(&top, "conversation")), Buyer: d.buyer(d.at(&top, "buyer")),
		Kind: d.required(d.at(&top, "kind")), Text: d.said(d.at(&top, "text")), Images: d.texts(d.at(&top, "images")),
	}
	if at := d.time(d.at(&top, "sent_at")); at != nil {
		m.SentAt = *at
	}
	if f := d.at(&top, "order"); d.is(&f) {
		m.Order = d.order(f)
	}
	if f := d.at(&top, "product"); d.is(&f) {
		m.Product = d.product(f)
	}
	return m
}

func (d *fieldReader) buyer(f field) Buyer {
	d.mustBeObject(&f)
	return Buyer{
		ID: d.id(d.at(&f, "id")), Name: d.shortText(d.at(&f, "name"), mostName), Tier: d.shortText(d.at(&f, "tier"), mostName),
		Orders: d.count(d.at(&f, "orders")), OpenOrders: d.count(d.at(&f, "open_orders")), FirstTime: d.bool(d.at(&f, "first_time")),
	}
}

func (d *fieldReader) order(f field) *Order {
	d.mustBeObject(&f)
	o := &Order{
		No: d.shortText(d.at(&f, "no"), mostID), BuyerID: d.shortText(d.at(&f, "buyer_id"), mostID), Stage: d.oneOf(d.at(&f, "stage"), orderStages()),
		Amount: d.money(d.at(&f, "amount")), PaidAt: d.time(d.at(&f, "paid_at")), ShippedAt: d.time(d.at(&f, "shipped_at")),
		DeliveredAt: d.time(d.at(&f, "delivered_at")), PromisedAt: d.time(d.at(&f, "promised_at")), GiftDue: d.bool(d.at(&f, "gift_due")),
		Items: d.items(d.at(&f, "items")),
	}
	if r := d.at(&f, "remark"); d.is(&r) {
		text := d.shortText(r, mostText)
		o.Remark = &text
	}
	o.Logistics, o.Aftersales = d.logistics(d.at(&f, "logistics")), d.aftersales(d.at(&f, "aftersales"))
	for _, key := range [...]string{"paid_hours", "ship_left_hours", "shipped_hours", "delivered_hours", "delivered_days", "late_hours"} {
		d.sentNumber(d.at(&f, key), &o.Sent)
	}
	for _, key := range [...]string{"changeable", "cancellable"} {
		if v := d.bool(d.at(&f, key)); v != nil {
			keep(&o.Sent, key, strconv.FormatBool(*v))
		}
	}
	if at := d.time(d.at(&f, "ship_by")); at != nil {
		keep(&o.Sent, "ship_by", at.Format(time.RFC3339))
	}
	return o
}

// keep writes to a map of the reader's that may not be there yet.
func keep(m *map[string]string, key, text string) {
	if *m == nil {
		*m = make(map[string]string)
	}
	(*m)[key] = text
}

// sentNumber keeps a whole number under its own name.
func (d *fieldReader) sentNumber(f field, into *map[string]string) {
	if !d.is(&f) {
		return
	}
	if d.kind(f.node) != isNumber || !isWhole(d.bytes(d.nodes[f.node].value)) {
		d.fail(&f, "must be a whole number")
		return
	}
	keep(into, f.key, d.textOf(&d.nodes[f.node]))
}

func (d *fieldReader) logistics(f field) *Logistics {
	if !d.is(&f) {
		return nil
	}
	d.mustBeObject(&f)
	l := &Logistics{
		State: d.oneOf(d.at(&f, "state"), parcelStates()), Carrier: d.shortText(d.at(&f, "carrier"), mostName),
		TrackingNo: d.shortText(d.at(&f, "tracking_no"), mostName), Place: d.shortText(d.at(&f, "place"), mostName),
		SignedBy: d.shortText(d.at(&f, "signed_by"), mostName), UpdatedAt: d.time(d.at(&f, "updated_at")),
	}
	d.sentNumber(d.at(&f, "idle_hours"), &l.Sent)
	return l
}

func (d *fieldReader) aftersales(f field) *Aftersales {
	if !d.is(&f) {
		return nil
	}
	d.mustBeObject(&f)
	a := &Aftersales{
		Type: d.oneOf(d.at(&f, "type"), aftersalesTypes()), State: d.oneOf(d.at(&f, "state"), aftersalesStates()), Amount: d.money(d.at(&f, "amount")),
	}
	d.sentNumber(d.at(&f, "deadline_hours"), &a.Sent)
	return a
}

func (d *fieldReader) items(f field) []Item {
	if !d.is(&f) {
		return nil
	}
	n := d.length(f.node)
	if d.kind(f.node) != isList || n > mostItems {
		d.fail(&f, "must be a list of at most "+strconv.Itoa(mostItems)+" items")
		return nil
	}
	out := make([]Item, 0, n)
	for inner := range d.inside(f.node) {
		item := field{node: inner, up: &f, place: len(out)}
		d.mustBeObject(&item)
		quantity := d.count(d.at(&item, "quantity"))
		next := Item{
			ID: d.shortText(d.at(&item, "id"), mostID), Title: d.shortText(d.at(&item, "title"), mostName),
			SKU: d.shortText(d.at(&item, "sku"), mostName), Price: d.money(d.at(&item, "price")),
		}
		if quantity != nil {
			next.Quantity = *quantity
		}
		out = append(out, next)
	}
	return out
}

// product keeps every other plain value of a card under its own name: it may be a column of the shop's.
func (d *fieldReader) product(f field) *Product {
	d.mustBeObject(&f)
	p := &Product{ID: d.shortText(d.at(&f, "id"), mostID), Title: d.shortText(d.at(&f, "title"), mostName), Price: d.money(d.at(&f, "price"))}
	if d.kind(f.node) != isObject {
		return p
	}
	type column struct {
		name string
		node int
	}
	var others []column
	for inner := range d.inside(f.node) {
		switch key := d.keyText(&d.nodes[inner]); {
		case key == "id" || key == "title" || key == "price" || len(key) > mostID:
		default:
			others = append(others, column{key, inner})
		}
	}
	slices.SortFunc(others, func(a, b column) int { return strings.Compare(a.name, b.name) })
	for _, c := range others {
		if text, ok := d.plain(c.node); ok && len(p.Sent) < mostSent {
			keep(&p.Sent, c.name, strings.Clone(cut(text, mostName)))
		}
	}
	return p
}
