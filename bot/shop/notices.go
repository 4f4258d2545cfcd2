package shop

import (
	"time"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

const maxNotices = 500

func noticeFields() []doc.Field[notice] {
	kinds := []string{"weather", "stock", "holiday", "courier"}
	return []doc.Field[notice]{
		{
			Name: "kind", Required: true, Doc: "What it is about.", Shape: doc.EnumShape(kinds...),
			Set: func(d *doc.Decoder, n *notice, v *doc.Node) { n.Kind, _ = d.Enum(v, kinds...) },
		},
		{
			Name: "text", Required: true, Doc: "In a word, as texts print it.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, n *notice, v *doc.Node) {
				n.Text, _ = d.FilledText(v)
				n.text = v
			},
		},
		{
			Name: "regions", Doc: "Where; everywhere when left out.", Shape: doc.OneOrMoreShape(doc.TextShape()),
			Set: func(d *doc.Decoder, n *notice, v *doc.Node) {
				texts, _ := d.Texts(v)
				for _, t := range texts {
					n.Regions = append(n.Regions, t.Text)
				}
			},
		},
		{
			Name: "from", Doc: "The first day.", Shape: doc.DateShape(),
			Set: func(d *doc.Decoder, n *notice, v *doc.Node) { n.From = readDate(d, v) },
		},
		{
			Name: "until", Doc: "The last day.", Shape: doc.DateShape(),
			Set: func(d *doc.Decoder, n *notice, v *doc.Node) {
				n.Until = readDate(d, v)
				if n.From != "" && n.Until != "" && n.Until < n.From {
					d.Problems.Error(v.Range(), doc.WrongType, "this notice ends before it begins")
				}
			},
		},
	}
}

func readDate(d *doc.Decoder, v *doc.Node) string {
	t, ok := d.Date(v)
	if !ok {
		return ""
	}
	return t.Format(time.DateOnly)
}

func readNotices(d *doc.Decoder, n *doc.Node) []notice {
	var all []notice
	doc.DecodeList(d, n, "notices", func(item *doc.Node) {
		var one notice
		if doc.Decode(d, item, noticeFields(), "a notice", &one) && len(all) < maxNotices {
			all = append(all, one)
		}
	})
	return all
}

func declared(all []notice) []bot.Declared {
	out := make([]bot.Declared, 0, len(all))
	for i := range all {
		out = append(out, all[i].Declared)
	}
	return out
}
