package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// What follows reads messages by way of encoding/json: slowly, and as they have always been read. The reading of decode.go must
// give the same messages and the same errors for any body at all.

func FuzzReadsAsBefore(f *testing.F) {
	for _, body := range hardBodies() {
		f.Add([]byte(body))
	}
	f.Fuzz(requireReadAsBefore)
}

func requireReadAsBefore(t *testing.T, body []byte) {
	t.Helper()
	wantMessage, wantErr := decodeMessageBefore(bytes.Clone(body))
	message, err := DecodeMessage(body)
	require.Equal(t, wantErr, err, "%s", body)
	require.Equal(t, wantMessage, message, "%s", body)
	wantOrder, wantErr := decodeOrderBefore(bytes.Clone(body))
	order, err := DecodeOrder(body)
	require.Equal(t, wantErr, err, "%s", body)
	require.Equal(t, wantOrder, order, "%s", body)
}

// decodeMessageBefore reads a webhook body. Unknown fields are ignored; every error is a *FieldError.
func decodeMessageBefore(body []byte) (Message, error) {
	root, err := parseJSON(body)
	if err != nil {
		return Message{}, err
	}
	d := &slowReader{}
	m := d.message(root)
	if d.err != nil {
		return Message{}, d.err
	}
	return m, nil
}

// decodeOrderBefore reads one order as a source gives it. Unknown fields are ignored; every error is a *FieldError.
func decodeOrderBefore(body []byte) (Order, error) {
	root, err := parseJSON(body)
	if err != nil {
		return Order{}, err
	}
	d := &slowReader{}
	o := d.order(slowField{value: root})
	if d.err != nil {
		return Order{}, d.err
	}
	return *o, nil
}

// slowReader reads fields of a parsed body and keeps the first thing that is wrong with them.
type slowReader struct{ err error }

// slowField is a value with the name by which an error calls it.
type slowField struct {
	name  string
	value any // nil when absent or null
}

func (f slowField) at(key string) slowField {
	name := key
	if f.name != "" {
		name = f.name + "." + key
	}
	m, _ := f.value.(map[string]any)
	return slowField{name: name, value: m[key]}
}

func (d *slowReader) fail(f slowField, problem string) {
	if d.err == nil {
		d.err = &FieldError{Field: f.name, Problem: problem}
	}
}

func (d *slowReader) message(root any) Message {
	top := slowField{value: root}
	if _, ok := root.(map[string]any); !ok {
		d.fail(top, "the body must be a JSON object")
		return Message{}
	}
	m := Message{
		ID: d.id(top.at("id")), Conversation: d.id(top.at("conversation")), Buyer: d.buyer(top.at("buyer")),
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

func (d *slowReader) buyer(f slowField) Buyer {
	d.object(f)
	return Buyer{
		ID: d.id(f.at("id")), Name: d.text(f.at("name"), mostName), Tier: d.text(f.at("tier"), mostName),
		Orders: d.count(f.at("orders")), OpenOrders: d.count(f.at("open_orders")), FirstTime: d.bool(f.at("first_time")),
	}
}

func (d *slowReader) order(f slowField) *Order {
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

func (d *slowReader) sentNumber(f slowField, key string, into *map[string]string) {
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

func (d *slowReader) logistics(f slowField) *Logistics {
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

func (d *slowReader) aftersales(f slowField) *Aftersales {
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

func (d *slowReader) items(f slowField) []Item {
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
		item := slowField{name: f.name + "[" + strconv.Itoa(i) + "]", value: v}
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
func (d *slowReader) product(f slowField) *Product {
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

func (d *slowReader) object(f slowField) {
	if _, ok := f.value.(map[string]any); !ok && f.value != nil {
		d.fail(f, "must be an object")
	}
}

func (d *slowReader) required(f slowField) string {
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

func (d *slowReader) id(f slowField) string {
	s := d.required(f)
	if strings.IndexFunc(s, unicode.IsControl) >= 0 {
		d.fail(f, "must not have control characters")
	}
	return s
}

func (d *slowReader) text(f slowField, most int) string {
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
func (d *slowReader) said(f slowField) string {
	return strings.Clone(cut(d.text(f, math.MaxInt), mostText))
}

func (d *slowReader) texts(f slowField) []string {
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
		item := slowField{name: f.name + "[" + strconv.Itoa(i) + "]", value: v}
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

func (d *slowReader) money(f slowField) string {
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

func (d *slowReader) count(f slowField) *int {
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

func (d *slowReader) bool(f slowField) *bool {
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

func (d *slowReader) time(f slowField) *time.Time {
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

func (d *slowReader) oneOf(f slowField, words []string) string {
	s := d.text(f, mostID)
	if s != "" && !slices.Contains(words, s) {
		d.fail(f, "must be one of "+strings.Join(words, ", "))
	}
	return s
}

// parseJSON reads one JSON value into maps, lists, texts, truth values and json.Numbers. A key that is given twice is an error,
// since the sender and we might mean different ones.
func parseJSON(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, &FieldError{Problem: "the body is not valid UTF-8"}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	v, err := parseValue(dec, slowField{}, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, &FieldError{Problem: "the body must be one JSON object"}
	}
	return v, nil
}

func parseValue(dec *json.Decoder, at slowField, depth int) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, malformed()
	}
	delim, ok := token.(json.Delim)
	switch {
	case !ok:
		return token, nil
	case depth == mostDepth:
		return nil, &FieldError{Field: cut(at.name, mostID), Problem: "lies too deep"}
	case delim == '{':
		return parseObject(dec, at, depth)
	case delim == '[':
		return parseList(dec, at, depth)
	}
	return nil, malformed()
}

func parseObject(dec *json.Decoder, at slowField, depth int) (any, error) {
	out := map[string]any{}
	for dec.More() {
		token, err := dec.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return nil, malformed()
		}
		here := at.at(key)
		if _, twice := out[key]; twice {
			return nil, &FieldError{Field: cut(here.name, mostID), Problem: "is given twice"}
		}
		v, err := parseValue(dec, here, depth+1)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	if _, err := dec.Token(); err != nil {
		return nil, malformed()
	}
	return out, nil
}

func parseList(dec *json.Decoder, at slowField, depth int) (any, error) {
	out := []any{}
	for dec.More() {
		v, err := parseValue(dec, slowField{name: at.name + "[" + itoa(len(out)) + "]"}, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if _, err := dec.Token(); err != nil {
		return nil, malformed()
	}
	return out, nil
}
