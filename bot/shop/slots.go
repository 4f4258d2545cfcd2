package shop

import (
	"slices"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// A slot is a bot.Slot before its texts are compiled.
type slot struct {
	bot.Slot
	node       *doc.Node // the key
	kind       *doc.Node
	ask, retry *doc.Node
	min        *doc.Node
	choices    []*doc.Node
	hasChoices *doc.Node
}

const (
	maxSlots    = 200
	maxMin      = 20
	maxChoices  = 50
	maxAttempts = 10
)

func slotFields() []doc.Field[slot] {
	return []doc.Field[slot]{
		{
			Name: "kind", Doc: "What fills it; text when left out, or what the slot is named after.", Shape: doc.EnumShape(bot.SlotKinds()...),
			Set: func(d *doc.Decoder, s *slot, v *doc.Node) {
				s.kind = v
				s.Kind, _ = d.Enum(v, bot.SlotKinds()...)
			},
		},
		{
			Name: "ask", Doc: "The question.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, s *slot, v *doc.Node) { s.ask = filled(d, v) },
		},
		{
			Name: "retry", Doc: "What is said when the answer was none; the question again when left out.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, s *slot, v *doc.Node) { s.retry = filled(d, v) },
		},
		{
			Name: "min", Doc: "The fewest photos, for kind image.", Shape: doc.IntegerShape(1, maxMin),
			Set: func(d *doc.Decoder, s *slot, v *doc.Node) {
				s.min = v
				s.Min, _ = d.Int(v, 1, maxMin)
			},
		},
		{
			Name: "choices", Doc: "What can be chosen, for kind choice.", Shape: doc.ListShape(doc.TextShape()),
			Set: func(d *doc.Decoder, s *slot, v *doc.Node) { s.readChoices(d, v) },
		},
		{
			Name: "attempts", Doc: "How often it is asked in all; 2 when left out.", Shape: doc.IntegerShape(1, maxAttempts),
			Set: func(d *doc.Decoder, s *slot, v *doc.Node) { s.Attempts, _ = d.Int(v, 1, maxAttempts) },
		},
	}
}

// filled gives back the node of a text that is one.
func filled(d *doc.Decoder, v *doc.Node) *doc.Node {
	if _, ok := d.FilledText(v); !ok {
		return nil
	}
	return v
}

func (s *slot) readChoices(d *doc.Decoder, v *doc.Node) {
	s.hasChoices = v
	doc.DecodeList(d, v, "choices", func(item *doc.Node) {
		text, ok := d.FilledText(item)
		switch {
		case !ok:
		case slices.Contains(s.Choices, text):
			d.Problems.Error(item.Range(), doc.WrongType, "the choice %q is there twice", text)
		case len(s.Choices) == maxChoices:
			d.Problems.Error(item.Range(), doc.TooCostly, "a slot has at most %d choices", maxChoices)
		default:
			s.Choices, s.choices = append(s.Choices, text), append(s.choices, item)
		}
	})
}

// readSlots reads the slots in their order.
func readSlots(d *doc.Decoder, n *doc.Node) []slot {
	var all []slot
	doc.DecodeMap(d, n, "slots", func(key, value *doc.Node) {
		if !checkName(d.Problems, key, "slot") {
			return
		}
		s := slot{node: key}
		s.Name = key.Text
		before := d.Problems.Len()
		if doc.Decode(d, value, slotFields(), "a slot", &s) {
			s.complete(d, d.Problems.Len() > before)
		}
		if len(all) == maxSlots {
			d.Problems.Error(key.Range(), doc.TooCostly, "a shop has at most %d slots", maxSlots)
		}
		if len(all) < maxSlots {
			all = append(all, s)
		}
	})
	return all
}

// complete settles the kind and reports what does not go together; broken says that something was reported already.
func (s *slot) complete(d *doc.Decoder, broken bool) {
	if s.Kind == "" {
		s.Kind = bot.SlotText
		if slices.Contains(bot.SlotKinds(), s.Name) {
			s.Kind = s.Name
		}
	}
	if broken {
		return
	}
	if s.ask == nil && s.Kind != bot.SlotOrderNo {
		d.Problems.Error(s.node.Range(), doc.MissingKey, "the slot %q has no question", s.Name).WithHint("add ask: and the question")
	}
	if s.Kind == bot.SlotChoice && len(s.Choices) < 2 {
		d.Problems.Error(s.node.Range(), doc.MissingKey, "the slot %q needs at least two choices", s.Name).WithHint("add choices: [不喜欢, 质量问题]")
	}
	if s.hasChoices != nil && s.Kind != bot.SlotChoice {
		d.Problems.Error(s.hasChoices.Range(), doc.WrongType, "only a slot of kind choice has choices").WithHint("add kind: choice")
	}
	if s.min != nil && s.Kind != bot.SlotImage {
		d.Problems.Error(s.min.Range(), doc.WrongType, "only a slot of kind image has min").WithHint("add kind: image")
	}
}
