package shoptest

import (
	"encoding/json"
	"slices"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// A stepReading is a step while it is read.
type stepReading struct {
	step
	said *doc.Node // the first key that says what happens
}

func (r *parser) stepFields() []doc.Field[stepReading] {
	text := func(kind stepKind, about string) doc.Field[stepReading] {
		shape := doc.TextShape()
		if kind == stepRelease || kind == stepResolve {
			shape = doc.AnythingShape() // they are mostly written without a value
		}
		return doc.Field[stepReading]{
			Name: string(kind), Doc: about, Shape: shape,
			Set: func(d *doc.Decoder, s *stepReading, v *doc.Node) {
				if v.Kind != doc.Null {
					s.text, _ = d.Text(v)
				}
				r.happens(s, kind, v)
			},
		}
	}
	return []doc.Field[stepReading]{
		{
			Name: "buyer", Doc: "The buyer writes: a text, or text, kind, images, order and product.",
			Shape: doc.AnyShape(doc.TextShape(), doc.MapShape(doc.AnythingShape())),
			Set: func(_ *doc.Decoder, s *stepReading, v *doc.Node) {
				s.message = r.readMessage(v)
				r.happens(s, stepBuyer, v)
			},
		},
		{
			Name: "after", Doc: "The clock moves; timers that fall due fire.", Shape: doc.DurationShape(),
			Set: func(d *doc.Decoder, s *stepReading, v *doc.Node) {
				s.after, _ = d.Duration(v)
				if s.after > longest {
					d.Problems.Error(v.Range(), doc.TooCostly, "the clock moves by more than 400 days")
				}
			},
		},
		text(stepClaim, "An agent of this name takes the conversation."),
		text(stepAgent, "The agent writes this."),
		text(stepRelease, "The agent gives the conversation back to the bot."),
		text(stepResolve, "The agent closes the case, with this outcome."),
		text(stepNote, "The agent writes this for colleagues; the buyer never reads it."),
		{
			Name: string(stepMove), Doc: "The case goes to another team, to another agent, or back to the desk: {team: …, to: …}.", Shape: doc.ObjectShape(r.moveFields()),
			Set: func(d *doc.Decoder, s *stepReading, v *doc.Node) {
				if v.Kind != doc.Null {
					doc.Decode(d, v, r.moveFields(), "move", s)
				}
				r.happens(s, stepMove, v)
			},
		},
		text(stepEcho, "The channel shows this text of ours, or of a human."),
		{
			Name: "expect", Doc: "What must hold after the step; what is not named is not checked.", Shape: doc.ObjectShape(r.expectFields()),
			Set: func(d *doc.Decoder, s *stepReading, v *doc.Node) {
				if v.Kind == doc.Null {
					return
				}
				s.checks = len(v.Pairs)
				doc.Decode(d, v, r.expectFields(), "expect", &s.step)
			},
		},
	}
}

// happens notes what a step is about; a step is about one thing.
func (r *parser) happens(s *stepReading, kind stepKind, v *doc.Node) {
	if s.kind != stepNone {
		r.d.Problems.Error(v.Range(), doc.WrongType, "a step has one of buyer, claim, agent, note, move, release, resolve and echo").
			WithHint("make two steps of it")
		return
	}
	s.kind, s.said = kind, v
}

func (r *parser) readStep(t *reading, n *doc.Node) {
	var s stepReading
	before := r.d.Problems.Len()
	if !doc.Decode(r.d, n, r.stepFields(), "a step", &s) {
		return
	}
	t.checks += s.checks
	if s.kind == stepNone && s.after == 0 && s.checks == 0 && r.d.Problems.Len() == before {
		r.d.Problems.Error(n.Range(), doc.MissingKey, "nothing happens in this step").WithHint("add buyer: and what the buyer writes")
	}
	if len(t.test.steps) == maxSteps {
		r.d.Problems.Error(n.Range(), doc.TooCostly, "a test has at most %d steps", maxSteps)
	}
	if len(t.test.steps) < maxSteps {
		t.test.steps = append(t.test.steps, s.step)
	}
}

// readMessage reads what a buyer sends. The kind follows from what is in it where none is named: images make an image,
// a card alone is a card.
func (r *parser) readMessage(n *doc.Node) bot.Message {
	if n.Kind == doc.Scalar {
		text, _ := r.d.Text(n)
		return bot.Message{Kind: bot.KindText, Text: text}
	}
	keys := []string{"text", "kind", "images", "order", "product", "id"}
	r.strictKeys(n, "a message", keys)
	if order := n.Get("order"); order != nil {
		r.checkOrder(order)
	}
	var m bot.Message
	r.decode(n, "", func(body []byte) (err error) {
		var fields map[string]json.RawMessage
		if err = json.Unmarshal(body, &fields); err != nil {
			return err
		}
		if n.Get("kind") == nil {
			fields["kind"] = json.RawMessage(`"` + kindOf(n) + `"`)
		}
		if images := n.Get("images"); images != nil && images.Kind == doc.Scalar {
			fields["images"], _ = json.Marshal([]string{images.Text})
		}
		m, err = bot.DecodeMessage(envelope(fields))
		return err
	})
	return m
}

func kindOf(n *doc.Node) string {
	switch {
	case n.Get("images") != nil:
		return bot.KindImage
	case n.Get("text") != nil:
		return bot.KindText
	case n.Get("order") != nil:
		return bot.KindOrderCard
	case n.Get("product") != nil:
		return bot.KindProductCard
	default:
		return bot.KindText
	}
}

// strictKeys reports every key that is none of a list.
func (r *parser) strictKeys(n *doc.Node, what string, keys []string) {
	for _, pair := range n.Pairs {
		if !slices.Contains(keys, pair.Key.Text) {
			r.d.Problems.Error(pair.Key.Range(), doc.UnknownKey, "unknown key %q in %s", pair.Key.Text, what).
				WithHint(nearest(pair.Key.Text, keys))
		}
	}
}
