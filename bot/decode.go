package bot

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
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

// usualNodes is more than the values of most messages.
const usualNodes = 64

// DecodeMessage reads a webhook body. Unknown fields are ignored; every error is a *FieldError. Nothing of the body is kept.
func DecodeMessage(body []byte) (Message, error) {
	var few [usualNodes]node
	d := fieldReader{document: document{body: body, nodes: few[:0]}}
	if err := d.parse(); err != nil {
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
	var few [usualNodes]node
	d := fieldReader{document: document{body: body, nodes: few[:0]}}
	if err := d.parse(); err != nil {
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
			put(&o.Sent, key, strconv.FormatBool(*v))
		}
	}
	if at := d.time(d.at(&f, "ship_by")); at != nil {
		put(&o.Sent, "ship_by", at.Format(time.RFC3339))
	}
	return o
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
	put(into, f.key, d.textOf(&d.nodes[f.node]))
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
			put(&p.Sent, c.name, strings.Clone(cut(text, mostName)))
		}
	}
	return p
}

func (d *fieldReader) plain(at int) (string, bool) {
	switch n := &d.nodes[at]; n.kind {
	case isText:
		s := d.textOf(n)
		return s, s != ""
	case isNumber:
		return d.textOf(n), true
	case isTrue, isFalse:
		return strconv.FormatBool(n.kind == isTrue), true
	case isList:
		var parts []string
		for inner := range d.inside(at) {
			if one := &d.nodes[inner]; one.kind == isText {
				parts = append(parts, d.textOf(one))
			}
		}
		return strings.Join(parts, ","), len(parts) > 0
	case isNull, isObject:
	}
	return "", false
}

func (d *fieldReader) mustBeObject(f *field) {
	if d.is(f) && d.kind(f.node) != isObject {
		d.fail(f, "must be an object")
	}
}

func (d *fieldReader) required(f field) string {
	if !d.is(&f) {
		d.fail(&f, "is required")
		return ""
	}
	s := d.shortText(f, mostID)
	if strings.TrimSpace(s) == "" {
		d.fail(&f, "must not be empty")
	}
	return s
}

// id is what something is kept under: not every store has a place for control characters, and nobody would find it again by typing.
func (d *fieldReader) id(f field) string {
	s := d.required(f)
	if strings.ContainsFunc(s, unicode.IsControl) {
		d.fail(&f, "must not have control characters")
	}
	return s
}

func (d *fieldReader) shortText(f field, most int) string {
	switch d.kind(f.node) {
	case isNull:
		return ""
	case isText:
	default:
		d.fail(&f, "must be a text")
		return ""
	}
	s := d.textOf(&d.nodes[f.node])
	if len(s) > most && utf8.RuneCountInString(s) > most {
		d.fail(&f, "must have at most "+strconv.Itoa(most)+" characters")
	}
	return s
}

// said is what a buyer wrote, as far as it is read. The copy lets go of the rest.
func (d *fieldReader) said(f field) string {
	s := d.shortText(f, math.MaxInt)
	if short := cut(s, mostText); len(short) < len(s) {
		return strings.Clone(short)
	}
	return s
}

func (d *fieldReader) texts(f field) []string {
	switch d.kind(f.node) {
	case isNull:
		return nil
	case isList:
	default:
		d.fail(&f, "must be a list of texts")
		return nil
	}
	out := make([]string, 0, min(d.length(f.node), mostItems))
	for inner := range d.inside(f.node) {
		if len(out) == mostItems {
			break
		}
		item := field{node: inner, up: &f, place: len(out)}
		s := d.shortText(item, mostLink)
		if s == "" {
			d.fail(&item, "must be a text")
		}
		out = append(out, s)
	}
	return out
}

// isWhole tells numbers such as 12 and -3, of nine digits at most.
func isWhole(text []byte) bool {
	digits := unsigned(text)
	return countDigits(digits) == len(digits) && len(digits) >= 1 && len(digits) <= 9
}

// isMoney tells amounts such as 39.90, of twelve digits before the point and four behind it at most.
func isMoney(text []byte) bool {
	digits := unsigned(text)
	whole := countDigits(digits)
	if whole < 1 || whole > 12 {
		return false
	}
	if whole == len(digits) {
		return true
	}
	cents := digits[whole+1:]
	return digits[whole] == '.' && countDigits(cents) == len(cents) && len(cents) >= 1 && len(cents) <= 4
}

func unsigned(text []byte) []byte {
	if len(text) > 0 && text[0] == '-' {
		return text[1:]
	}
	return text
}

// countDigits is how many digits a text begins with.
func countDigits(text []byte) (n int) {
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

func (d *fieldReader) money(f field) string {
	text := ""
	switch d.kind(f.node) {
	case isNull:
		return ""
	case isText:
		if text = d.textOf(&d.nodes[f.node]); text == "" {
			return ""
		}
	case isNumber:
		text = d.textOf(&d.nodes[f.node])
	default:
	}
	if !isMoney([]byte(text)) {
		d.fail(&f, `must be an amount such as "39.90"`)
		return ""
	}
	return text
}

func (d *fieldReader) count(f field) *int {
	if !d.is(&f) {
		return nil
	}
	if n := &d.nodes[f.node]; n.kind == isNumber && isWhole(d.bytes(n.value)) {
		if i, err := strconv.Atoi(string(d.bytes(n.value))); err == nil && i >= 0 && i <= mostQuantity {
			return &i
		}
	}
	d.fail(&f, "must be a whole number, 0 or more")
	return nil
}

func (d *fieldReader) bool(f field) *bool {
	switch d.kind(f.node) {
	case isNull:
		return nil
	case isTrue, isFalse:
		return new(d.kind(f.node) == isTrue)
	default:
		d.fail(&f, "must be true or false")
		return nil
	}
}

func (d *fieldReader) time(f field) *time.Time {
	text := ""
	switch d.kind(f.node) {
	case isNull:
		return nil
	case isText:
		if text = d.textOf(&d.nodes[f.node]); text == "" {
			return nil
		}
	default:
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1970 || at.Year() > 2200 {
		d.fail(&f, "must be a time such as 2026-11-21T10:00:00+08:00")
		return nil
	}
	return &at
}

func (d *fieldReader) oneOf(f field, words []string) string {
	if d.kind(f.node) == isText { // the word itself, so that nothing is copied
		for _, word := range words {
			if n := &d.nodes[f.node]; !n.coded && string(d.bytes(n.value)) == word {
				return word
			}
		}
	}
	s := d.shortText(f, mostID)
	if s != "" && !slices.Contains(words, s) {
		d.fail(&f, "must be one of "+strings.Join(words, ", "))
	}
	return s
}
