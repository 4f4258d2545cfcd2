package shoptest

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// Bounds of what one shop may write.
const (
	maxTests = 5000
	maxSteps = 500
	longest  = 400 * 24 * time.Hour // that the clock moves in one step
)

// defaultNow is the clock of a test that sets none: a Friday morning, so that a desk is open. It is a wall clock in
// the shop's timezone.
const defaultNow = "2026-11-20T10:00:00"

// A parser reads the tests of one shop.
type parser struct {
	d     *doc.Decoder
	words vocabulary
	tests []*Test
}

// A reading is a test while it is read.
type reading struct {
	test   Test
	buyer  *doc.Node
	orders []*doc.Node
	steps  *doc.Node
	checks int
	name   *doc.Node
}

// Parse reads test documents and reports what is wrong with them. book is the shop's, for the names that expectations
// may speak of, or nil for a broken shop: then names are not checked. Tests that have problems are left out.
func Parse(files []*doc.File, book *bot.Book, p *doc.Problems) []*Test {
	zone := time.UTC
	if book != nil && book.Shop.Location != nil {
		zone = book.Shop.Location
	}
	r := &parser{d: &doc.Decoder{Problems: p, Zone: zone}, words: wordsOf(book)}
	for _, f := range files {
		if f == nil || f.Root == nil || f.Root.Kind == doc.Null {
			continue
		}
		doc.Decode(r.d, f.Root, r.fileFields(), "a test file", r)
	}
	return r.tests
}

func (r *parser) fileFields() []doc.Field[parser] {
	return []doc.Field[parser]{{
		Name: "tests", Required: true, Doc: "The conversations that must hold.", Shape: doc.ListShape(doc.ObjectShape(r.testFields())),
		Set: func(d *doc.Decoder, _ *parser, v *doc.Node) {
			if v.Kind == doc.Null {
				return
			}
			doc.DecodeList(d, v, "tests", r.readTest)
		},
	}}
}

func (r *parser) testFields() []doc.Field[reading] {
	return []doc.Field[reading]{
		{
			Name: "name", Required: true, Doc: "What must hold, in a sentence.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, t *reading, v *doc.Node) {
				t.test.Name, _ = d.FilledText(v)
				t.test.At, t.name = v.Range(), v
			},
		},
		{
			Name: "now", Doc: "The clock when the test begins.", Shape: doc.TimeShape(),
			Set: func(d *doc.Decoder, t *reading, v *doc.Node) { t.test.now, _ = d.Time(v) },
		},
		{
			Name: "buyer", Doc: "Who writes; one is made up when left out.", Shape: doc.AnyShape(doc.TextShape(), doc.MapShape(doc.AnythingShape())),
			Set: func(_ *doc.Decoder, t *reading, v *doc.Node) { t.buyer = v },
		},
		{
			Name: "order", Doc: "The buyer's order at the source, in view from the beginning.", Shape: doc.MapShape(doc.AnythingShape()),
			Set: func(_ *doc.Decoder, t *reading, v *doc.Node) { t.orders = append([]*doc.Node{v}, t.orders...) },
		},
		{
			Name: "orders", Doc: "The buyer's orders at the source; the first is in view from the beginning.", Shape: doc.ListShape(doc.MapShape(doc.AnythingShape())),
			Set: func(d *doc.Decoder, t *reading, v *doc.Node) {
				if v.Kind != doc.Null {
					doc.DecodeList(d, v, "orders", func(n *doc.Node) { t.orders = append(t.orders, n) })
				}
			},
		},
		{
			Name: "source", Doc: "down simulates an outage of the order source.", Shape: doc.EnumShape("up", "down"),
			Set: func(d *doc.Decoder, t *reading, v *doc.Node) {
				word, _ := d.Enum(v, "up", "down")
				t.test.down = word == "down"
			},
		},
		{
			Name: "pause", Doc: "Rules that are switched off for now, or \"*\" for everything that the bot says of its own.", Shape: doc.OneOrMoreShape(doc.TextShape()),
			Set: func(_ *doc.Decoder, t *reading, v *doc.Node) { t.test.paused = r.readPause(v) },
		},
		{
			Name: "online", Doc: "The agents at the desk; nobody, when left out.", Shape: doc.ListShape(doc.AnyShape(doc.TextShape(), doc.ObjectShape(r.seatFields()))),
			Set: func(_ *doc.Decoder, t *reading, v *doc.Node) { t.test.online = r.readOnline(v) },
		},
		{
			Name: "steps", Required: true, Doc: "What happens, in order.", Shape: doc.ListShape(doc.ObjectShape(r.stepFields())),
			Set: func(_ *doc.Decoder, t *reading, v *doc.Node) { t.steps = v },
		},
	}
}

func (r *parser) readTest(n *doc.Node) {
	before := r.d.Problems.Len()
	t := &reading{}
	if !doc.Decode(r.d, n, r.testFields(), "a test", t) {
		return
	}
	t.test.buyer = r.readBuyer(t.buyer)
	for _, o := range t.orders {
		if order, ok := r.readOrder(o); ok {
			t.test.orders = append(t.test.orders, order)
		}
	}
	if t.steps != nil && t.steps.Kind != doc.Null {
		doc.DecodeList(r.d, t.steps, "steps", func(item *doc.Node) { r.readStep(t, item) })
	}
	if t.test.now.IsZero() {
		t.test.now, _ = time.ParseInLocation("2006-01-02T15:04:05", defaultNow, r.d.Zone)
	}
	r.refuseEmpty(t, n)
	if r.d.Problems.Len() == before && len(r.tests) < maxTests {
		r.tests = append(r.tests, &t.test)
	}
}

// refuseEmpty reports a test that checks nothing, unless its steps are missing altogether or are no list.
func (r *parser) refuseEmpty(t *reading, n *doc.Node) {
	listed := t.steps != nil && (t.steps.Kind == doc.Sequence || t.steps.Kind == doc.Null)
	if t.checks > 0 || !listed {
		return
	}
	at := n.Range()
	if t.name != nil {
		at = t.name.Range()
	}
	r.d.Problems.Error(at, doc.EmptyTest, "this test checks nothing").WithHint("add expect: {rule: …} to a step")
}

func (r *parser) readBuyer(n *doc.Node) bot.Buyer {
	made := bot.Buyer{ID: "test-buyer"}
	if n == nil || n.Kind == doc.Null {
		return made
	}
	if n.Kind == doc.Scalar {
		made.ID, _ = r.d.FilledText(n)
		return made
	}
	r.checkKeys(n, "buyer", buyerKeys())
	var m bot.Message
	if !r.decode(n, "buyer", func(body []byte) (err error) {
		m, err = bot.DecodeMessage(envelope(map[string]json.RawMessage{"buyer": withDefault(body, "id", made.ID)}))
		return err
	}) {
		return made
	}
	return m.Buyer
}

// withDefault gives a JSON object a text field that it lacks.
func withDefault(object []byte, key, value string) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil || fields == nil {
		return object
	}
	if _, has := fields[key]; !has {
		fields[key], _ = json.Marshal(value)
	}
	out, err := json.Marshal(fields)
	if err != nil {
		return object
	}
	return out
}

// envelope is a webhook body with the fields that every message needs, and the given ones.
func envelope(fields map[string]json.RawMessage) []byte {
	all := map[string]json.RawMessage{
		"id": json.RawMessage(`"test"`), "conversation": json.RawMessage(`"test"`), "kind": json.RawMessage(`"text"`),
		"buyer": json.RawMessage(`{"id":"test-buyer"}`),
	}
	maps.Copy(all, fields)
	body, err := json.Marshal(all)
	if err != nil {
		return nil
	}
	return body
}

func (r *parser) readOrder(n *doc.Node) (o bot.Order, ok bool) {
	if n.Kind == doc.Null {
		return o, false
	}
	r.checkOrder(n)
	ok = r.decode(n, "", func(body []byte) (err error) {
		o, err = bot.DecodeOrder(body)
		return err
	})
	return o, ok
}

// decode writes a node as JSON and reports the field that read refuses. within is the name that read gives the node.
func (r *parser) decode(n *doc.Node, within string, read func(body []byte) error) bool {
	if n.Kind != doc.Mapping {
		r.d.Wrong(n, "expected a mapping", "for example {id: b1}")
		return false
	}
	body, err := bot.JSON(n, r.d.Zone)
	if err == nil {
		err = read(body)
	}
	if err == nil {
		return true
	}
	var field *bot.FieldError
	if !errors.As(err, &field) {
		r.d.Problems.Error(n.Range(), doc.WrongType, "this cannot be read: %v", err)
		return false
	}
	inner := &bot.FieldError{Field: strings.TrimPrefix(strings.TrimPrefix(field.Field, within), "."), Problem: field.Problem}
	code := doc.WrongType
	if strings.HasPrefix(field.Problem, "must be one of") {
		code = doc.UnknownValue
	}
	r.d.Problems.Error(inner.Find(n).Range(), code, "%s", inner.Error())
	return false
}
