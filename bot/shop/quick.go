package shop

import (
	"slices"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// Bounds of the sentences that agents pick from: an agent looks for one while a buyer waits.
const (
	maxQuick     = 300
	maxQuickName = 40 // runes
)

// A quick reply is a bot.QuickReply with its places.
type quickReply struct {
	node    *doc.Node // the key
	text    *doc.Node
	intents []*doc.Node
}

func quickFields() []doc.Field[quickReply] {
	return []doc.Field[quickReply]{
		{
			Name: "text", Required: true, Doc: "What is said, with the facts of a reply in ${ }.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, q *quickReply, v *doc.Node) { q.text = filled(d, v) },
		},
		{
			Name: "intents", Doc: "The intents of the cases in which it stands first.", Shape: doc.OneOrMoreShape(doc.TextShape()),
			Set: func(d *doc.Decoder, q *quickReply, v *doc.Node) { q.intents, _ = d.Texts(v) },
		},
	}
}

// readQuick reads what agents may pick: by its name a text alone, or one with the intents that it is for.
func readQuick(d *doc.Decoder, n *doc.Node) []quickReply {
	var all []quickReply
	doc.DecodeMap(d, n, "quick_replies", func(key, value *doc.Node) {
		q := quickReply{node: key}
		switch {
		case utf8.RuneCountInString(key.Text) > maxQuickName || key.Text == "":
			d.Wrong(key, "expected a short name", "an agent finds the text by it; at most 40 characters")
			return
		case len(all) == maxQuick:
			d.Problems.Error(key.Range(), doc.TooCostly, "a shop has at most %d quick replies", maxQuick)
			return
		case value.Kind == doc.Mapping:
			if !doc.Decode(d, value, quickFields(), "a quick reply", &q) {
				return
			}
		default:
			q.text = filled(d, value)
		}
		if q.text != nil {
			all = append(all, q)
		}
	})
	return all
}

// quick compiles the quick replies. Each may show every fact that a reply may.
func (u *unit) quick() []bot.QuickReply {
	var out []bot.QuickReply
	first := map[string]*doc.Node{}
	for _, q := range u.settings.quick {
		if same := first[q.text.Text]; same != nil {
			u.problems.Warn(q.node.Range(), doc.Unused, "the quick reply %q says what %q says", q.node.Text, same.Text).
				WithHint("delete one of them").Relate(same.Range(), "the same text")
			continue
		}
		first[q.text.Text] = q.node
		one := bot.QuickReply{Name: q.node.Text, Text: rules.CompileTemplate(q.text, u.vocabulary, u.problems)}
		for _, n := range q.intents {
			if u.knowsIntent(n) {
				one.Intents = append(one.Intents, n.Text)
			}
		}
		if one.Text != nil {
			out = append(out, one)
		}
	}
	return out
}

// knowsIntent says so where there is no such intent or topic.
func (u *unit) knowsIntent(n *doc.Node) bool {
	var names []string
	for _, in := range u.vocabulary.Intents {
		names = append(names, in.Name)
		for _, topic := range in.Topics {
			names = append(names, in.Name+"."+topic)
		}
	}
	if slices.Contains(names, n.Text) {
		return true
	}
	u.problems.Error(n.Range(), doc.UnknownIntent, "unknown intent %q", n.Text).
		WithHint(didYouMean(n.Text, names, "`xiaoer explain` shows the intents of a sentence"))
	return false
}
