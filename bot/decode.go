package bot

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
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

// DecodeMessage reads a webhook body. Unknown fields are ignored; every error is a *FieldError.
func DecodeMessage(body []byte) (Message, error) {
	root, err := parseJSON(body)
	if err != nil {
		return Message{}, err
	}
	d := &fieldReader{}
	m := d.message(root)
	if d.err != nil {
		return Message{}, d.err
	}
	return m, nil
}

// DecodeOrder reads one order as a source gives it. Unknown fields are ignored; every error is a *FieldError.
func DecodeOrder(body []byte) (Order, error) {
	root, err := parseJSON(body)
	if err != nil {
		return Order{}, err
	}
	d := &fieldReader{}
	o := d.order(field{value: root})
	if d.err != nil {
		return Order{}, d.err
	}
	return *o, nil
}

// fieldReader reads fields of a parsed body and keeps the first thing that is wrong with them.
type fieldReader struct{ err error }

// field is a value with the name by which an error calls it.
type field struct {
	name  string
	value any // nil when absent or null
}

func (f field) at(key string) field {
	name := key
	if f.name != "" {
		name = f.name + "." + key
	}
	m, _ := f.value.(map[string]any)
	return field{name: name, value: m[key]}
}

func (d *fieldReader) fail(f field, problem string) {
	if d.err == nil {
		d.err = &FieldError{Field: f.name, Problem: problem}
	}
}

func (d *fieldReader) message(root any) Message {
	top := field{value: root}
	if _, ok := root.(map[string]any); !ok {
		d.fail(top, "the body must be a JSON object")
		return Message{}
	}
	m := Message{
		ID: d.required(top.at("id")), Conversation: d.required(top.at("conversation")), Buyer: d.buyer(top.at("buyer")),
		Kind: d.required(top.at("kind")), Text: d.said(top.at("text")), Images: d.texts(top.at("images")),
	}
	if at := d.time(top.at("sent_at")); at != nil {
		m.SentAt = *at
	}
	if f := top.at("order"); f.value != nil {
		m.Order = d.order(f)
	}
	if f := top.at("product"); f.value != nil {
		m.Product = d.product(f)
	}
	return m
}

func (d *fieldReader) buyer(f field) Buyer {
	d.object(f)
	return Buyer{
		ID: d.required(f.at("id")), Name: d.text(f.at("name"), mostName), Tier: d.text(f.at("tier"), mostName),
		Orders: d.count(f.at("orders")), OpenOrders: d.count(f.at("open_orders")), FirstTime: d.bool(f.at("first_time")),
	}
}

func (d *fieldReader) order(f field) *Order {
	d.object(f)
	o := &Order{
		No: d.text(f.at("no"), mostID), BuyerID: d.text(f.at("buyer_id"), mostID), Stage: d.oneOf(f.at("stage"), orderStages()),
		Amount: d.money(f.at("amount")), PaidAt: d.time(f.at("paid_at")), ShippedAt: d.time(f.at("shipped_at")),
		DeliveredAt: d.time(f.at("delivered_at")), PromisedAt: d.time(f.at("promised_at")), GiftDue: d.bool(f.at("gift_due")),
		Items: d.items(f.at("items")),
	}
	if r := f.at("remark"); r.value != nil {
		text := d.text(r, mostText)
		o.Remark = &text
	}
	o.Logistics, o.Aftersales = d.logistics(f.at("logistics")), d.aftersales(f.at("aftersales"))
	for _, key := range [...]string{"paid_hours", "ship_left_hours", "shipped_hours", "delivered_hours", "delivered_days", "late_hours"} {
		d.sentNumber(f.at(key), key, &o.Sent)
	}
	for _, key := range [...]string{"changeable", "cancellable"} {
		if v := d.bool(f.at(key)); v != nil {
			put(&o.Sent, key, strconv.FormatBool(*v))
		}
	}
	if at := d.time(f.at("ship_by")); at != nil {
		put(&o.Sent, "ship_by", at.Format(time.RFC3339))
	}
	return o
}

func (d *fieldReader) sentNumber(f field, key string, into *map[string]string) {
	if f.value == nil {
		return
	}
	n, ok := f.value.(json.Number)
	if !ok || !wholeNumber.MatchString(n.String()) {
		d.fail(f, "must be a whole number")
		return
	}
	put(into, key, n.String())
}

func (d *fieldReader) logistics(f field) *Logistics {
	if f.value == nil {
		return nil
	}
	d.object(f)
	l := &Logistics{
		State: d.oneOf(f.at("state"), parcelStates()), Carrier: d.text(f.at("carrier"), mostName),
		TrackingNo: d.text(f.at("tracking_no"), mostName), Place: d.text(f.at("place"), mostName),
		SignedBy: d.text(f.at("signed_by"), mostName), UpdatedAt: d.time(f.at("updated_at")),
	}
	d.sentNumber(f.at("idle_hours"), "idle_hours", &l.Sent)
	return l
}

func (d *fieldReader) aftersales(f field) *Aftersales {
	if f.value == nil {
		return nil
	}
	d.object(f)
	a := &Aftersales{
		Type: d.oneOf(f.at("type"), aftersalesTypes()), State: d.oneOf(f.at("state"), aftersalesStates()), Amount: d.money(f.at("amount")),
	}
	d.sentNumber(f.at("deadline_hours"), "deadline_hours", &a.Sent)
	return a
}

func (d *fieldReader) items(f field) []Item {
	list, ok := f.value.([]any)
	if f.value == nil {
		return nil
	}
	if !ok || len(list) > mostItems {
		d.fail(f, "must be a list of at most "+strconv.Itoa(mostItems)+" items")
		return nil
	}
	out := make([]Item, 0, len(list))
	for i, v := range list {
		item := field{name: f.name + "[" + strconv.Itoa(i) + "]", value: v}
		d.object(item)
		n := d.count(item.at("quantity"))
		next := Item{
			ID: d.text(item.at("id"), mostID), Title: d.text(item.at("title"), mostName), SKU: d.text(item.at("sku"), mostName),
			Price: d.money(item.at("price")),
		}
		if n != nil {
			next.Quantity = *n
		}
		out = append(out, next)
	}
	return out
}

// product keeps every other plain value of a card under its own name: it may be a column of the shop's.
func (d *fieldReader) product(f field) *Product {
	d.object(f)
	p := &Product{ID: d.text(f.at("id"), mostID), Title: d.text(f.at("title"), mostName), Price: d.money(f.at("price"))}
	m, _ := f.value.(map[string]any)
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if key == "id" || key == "title" || key == "price" || len(key) > mostID || len(p.Sent) == mostSent {
			continue
		}
		if text, ok := plain(m[key]); ok {
			put(&p.Sent, key, cut(text, mostName))
		}
	}
	return p
}

func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, v != ""
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case []any:
		var parts []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ","), len(parts) > 0
	}
	return "", false
}

func (d *fieldReader) object(f field) {
	if _, ok := f.value.(map[string]any); !ok && f.value != nil {
		d.fail(f, "must be an object")
	}
}

func (d *fieldReader) required(f field) string {
	if f.value == nil {
		d.fail(f, "is required")
		return ""
	}
	s := d.text(f, mostID)
	if strings.TrimSpace(s) == "" {
		d.fail(f, "must not be empty")
	}
	return s
}

func (d *fieldReader) text(f field, most int) string {
	if f.value == nil {
		return ""
	}
	s, ok := f.value.(string)
	switch {
	case !ok:
		d.fail(f, "must be a text")
	case utf8.RuneCountInString(s) > most:
		d.fail(f, "must have at most "+strconv.Itoa(most)+" characters")
	}
	return s
}

// said is what a buyer wrote, as far as it is read. The copy lets go of the rest.
func (d *fieldReader) said(f field) string {
	return strings.Clone(cut(d.text(f, math.MaxInt), mostText))
}

func (d *fieldReader) texts(f field) []string {
	if f.value == nil {
		return nil
	}
	list, ok := f.value.([]any)
	if !ok {
		d.fail(f, "must be a list of texts")
		return nil
	}
	list = cutList(list, mostItems)
	out := make([]string, 0, len(list))
	for i, v := range list {
		item := field{name: f.name + "[" + strconv.Itoa(i) + "]", value: v}
		s := d.text(item, mostLink)
		if s == "" {
			d.fail(item, "must be a text")
		}
		out = append(out, s)
	}
	return out
}

// Forms of numbers.
var (
	wholeNumber = regexp.MustCompile(`^-?\d{1,9}$`)
	moneyNumber = regexp.MustCompile(`^-?\d{1,12}(\.\d{1,4})?$`)
)

func (d *fieldReader) money(f field) string {
	if f.value == nil {
		return ""
	}
	text := ""
	switch v := f.value.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	}
	if text == "" && f.value == "" {
		return ""
	}
	if !moneyNumber.MatchString(text) {
		d.fail(f, `must be an amount such as "39.90"`)
		return ""
	}
	return text
}

func (d *fieldReader) count(f field) *int {
	if f.value == nil {
		return nil
	}
	n, ok := f.value.(json.Number)
	if ok && wholeNumber.MatchString(n.String()) {
		if i, err := strconv.Atoi(n.String()); err == nil && i >= 0 && i <= mostQuantity {
			return &i
		}
	}
	d.fail(f, "must be a whole number, 0 or more")
	return nil
}

func (d *fieldReader) bool(f field) *bool {
	if f.value == nil {
		return nil
	}
	b, ok := f.value.(bool)
	if !ok {
		d.fail(f, "must be true or false")
		return nil
	}
	return &b
}

func (d *fieldReader) time(f field) *time.Time {
	if f.value == nil || f.value == "" {
		return nil
	}
	s, ok := f.value.(string)
	at, err := time.Parse(time.RFC3339, s)
	if !ok || err != nil || at.Year() < 1970 || at.Year() > 2200 {
		d.fail(f, "must be a time such as 2026-11-21T10:00:00+08:00")
		return nil
	}
	return &at
}

func (d *fieldReader) oneOf(f field, words []string) string {
	s := d.text(f, mostID)
	if s != "" && !slices.Contains(words, s) {
		d.fail(f, "must be one of "+strings.Join(words, ", "))
	}
	return s
}
