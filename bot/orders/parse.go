package orders

import (
	"errors"
	"path"
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
		switch o, ok := FromYAML(d, item); {
		case !ok:
		case o.No == "":
			p.Error(start(item), doc.MissingKey, "an order in a file needs no")
		case o.BuyerID == "":
			p.Error(start(item), doc.MissingKey, "an order in a file needs buyer_id")
		default:
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
	body, err := bot.JSON(n, d.Zone)
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
	p.Error(f.Find(n).Range(), doc.WrongType, "%s", f.Error())
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
	if f, ok := errors.AsType[*bot.FieldError](err); ok {
		return f
	}
	return errors.New("not an order")
}
