package orders

import (
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// Parse reads the text of a file of orders: name ends in .csv or .yaml. Each order needs no and buyer_id. Problems name
// places and fields, never values.
func Parse(name string, data []byte, zone *time.Location, p *doc.Problems) []bot.Order {
	if zone == nil {
		zone = time.UTC
	}
	if strings.EqualFold(path.Ext(name), ".csv") {
		return parseCSV(name, data, zone, p)
	}
	return parseYAML(name, data, zone, p)
}

// parseYAML reads `orders:` with a list, or a list alone.
func parseYAML(name string, data []byte, zone *time.Location, p *doc.Problems) []bot.Order {
	root := doc.Parse(name, data, p).Root
	if root == nil {
		return nil
	}
	d := &doc.Decoder{Problems: p, Zone: zone}
	var list []bot.Order
	read := func(item *doc.Node) {
		o, ok := FromYAML(d, item)
		if ok && o.BuyerID == "" {
			p.Error(start(item), doc.MissingKey, "an order in a file needs buyer_id")
		} else if ok {
			list = append(list, o)
		}
	}
	if root.Kind == doc.Mapping {
		doc.Decode(d, root, []doc.Field[struct{}]{{
			Name: "orders", Required: true, Doc: "The orders.", Shape: doc.ListShape(doc.AnythingShape()),
			Set: func(d *doc.Decoder, _ *struct{}, v *doc.Node) { doc.DecodeList(d, v, "orders", read) },
		}}, "orders", &struct{}{})
	} else {
		doc.DecodeList(d, root, "orders", read)
	}
	return list
}

// FromYAML reads one order. ok is false when a problem was reported.
func FromYAML(d *doc.Decoder, n *doc.Node) (o bot.Order, ok bool) {
	if n.Kind != doc.Mapping {
		d.Problems.Error(n.Range(), doc.WrongType, "an order is a mapping").WithHint("write {buyer_id: …, no: …, stage: …}")
		return o, false
	}
	body, err := json.Marshal(tree(n, "", d.Zone))
	if err == nil {
		o, err = bot.DecodeOrder(body)
	}
	if err != nil {
		reportField(d.Problems, n, err)
		return o, false
	}
	return o, true
}

// reportField points at the field that an error of bot.DecodeOrder names.
func reportField(p *doc.Problems, n *doc.Node, err error) {
	var f *bot.FieldError
	if !errors.As(err, &f) {
		p.Error(n.Range(), doc.WrongType, "this is no order")
		return
	}
	at := n
	for part := range strings.FieldsFuncSeq(f.Field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := at.Get(part)
		if i, err := strconv.Atoi(part); err == nil && i < len(at.Items) {
			next = at.Items[i]
		}
		if next == nil {
			break
		}
		at = next
	}
	p.Error(at.Range(), doc.WrongType, "%s", strings.TrimSpace(f.Error()))
}

// start is the place of a mapping's first key.
func start(n *doc.Node) doc.Range {
	if len(n.Pairs) > 0 {
		return n.Pairs[0].Key.Range()
	}
	return n.Range()
}

// fieldOnly is the error of bot.DecodeOrder, which names fields and never values.
func fieldOnly(err error) error {
	var f *bot.FieldError
	if errors.As(err, &f) {
		return f
	}
	return errors.New("not an order")
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)

// tree turns a YAML value into what JSON would hold. Numbers keep their digits; texts stay texts even where YAML
// would see a number; a time without a zone is in the given one.
func tree(n *doc.Node, key string, zone *time.Location) any {
	switch n.Kind {
	case doc.Mapping:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key.Text] = tree(p.Value, p.Key.Text, zone)
		}
		return m
	case doc.Sequence:
		list := make([]any, 0, len(n.Items))
		for _, item := range n.Items {
			list = append(list, tree(item, key, zone))
		}
		return list
	case doc.Null:
		return nil
	default:
		return scalar(n, key, zone)
	}
}

func scalar(n *doc.Node, key string, zone *time.Location) any {
	switch {
	case isMoment(key):
		return moment(n.Text, zone)
	case n.Quoted || isTextField(key):
		return n.Text
	case n.Tag == "!!bool":
		return n.Text == "true"
	case jsonNumber.MatchString(n.Text):
		return json.Number(n.Text)
	default:
		return n.Text
	}
}

func isMoment(key string) bool {
	return strings.HasSuffix(key, "_at") || key == "ship_by"
}

// isTextField tells whether a field is a text although its value may look like a number.
func isTextField(key string) bool {
	switch key {
	case "no", "id", "buyer_id", "sku", "title", "remark", "tracking_no", "amount", "price", "place", "signed_by", "carrier":
		return true
	default:
		return false
	}
}

// moment writes a time as RFC 3339 where it is a time without a zone or a day; anything else stays as it is.
func moment(text string, zone *time.Location) string {
	for _, layout := range []string{
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
		"2006/1/2 15:04:05", "2006/1/2 15:04", time.DateOnly, "2006/1/2",
	} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(text), zone); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return text
}
