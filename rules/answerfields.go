package rules

import (
	"strings"
	"unicode/utf8"

	"xiaoer/rules/doc"
)

// replyFields is the table of a reply that is more than a text.
func (r *reader) replyFields() []doc.Field[replyDraft] {
	return []doc.Field[replyDraft]{
		{Name: "text", Doc: "The text.", Shape: doc.TextShape(), Set: func(d *doc.Decoder, into *replyDraft, v *doc.Node) {
			if _, ok := d.FilledText(v); ok {
				into.reply.Text = r.text(v)
				into.text = v
			}
		}},
		{Name: "image", Doc: "The address of an image to send with it.", Shape: doc.TextShape(), Set: func(d *doc.Decoder, into *replyDraft, v *doc.Node) {
			into.reply.Image, _ = d.FilledText(v)
		}},
		{Name: "choices", Doc: "Answers for the buyer to choose from, where the channel can show them.", Shape: doc.ListShape(doc.TextShape()), Set: func(d *doc.Decoder, into *replyDraft, v *doc.Node) {
			into.reply.Choices = readTexts(d, v)
			r.plainChoices(v)
		}},
	}
}

// plainChoices reports a choice with a value in it: choices are sent as they stand.
func (r *reader) plainChoices(v *doc.Node) {
	for _, item := range v.Items {
		at := strings.Index(item.Text, "${")
		if item.Kind != doc.Scalar || at < 0 {
			continue
		}
		from := utf8.RuneCountInString(item.Text[:at])
		r.problems.Error(item.Part(from, from+2), doc.WrongType, "choices are sent as they stand, so nothing is filled in here").
			WithHint("write it in `text`, and let the choices be plain words")
	}
}

type replyDraft struct {
	reply Reply
	text  *doc.Node
}

func (r *reader) setReply(d *doc.Decoder, into *draft, v *doc.Node) {
	variants := []*doc.Node{v}
	if v.Kind == doc.Sequence {
		variants = v.Items
		if len(variants) == 0 {
			d.Wrong(v, "expected a text", "write one behind `reply:`")
		}
	}
	for _, variant := range variants {
		r.readVariant(d, into, variant)
	}
}

func (r *reader) readVariant(d *doc.Decoder, into *draft, v *doc.Node) {
	var one replyDraft
	if v.Kind == doc.Mapping {
		before := r.problems.Len()
		doc.Decode(d, v, r.replyFields(), "a reply", &one)
		if one.text == nil && one.reply.Image == "" && r.problems.Len() == before {
			r.problems.Error(v.Pairs[0].Key.Range(), doc.MissingKey, "this reply has neither text nor image").WithHint("add `text: …`")
		}
	} else if _, ok := d.FilledText(v); ok {
		one.text = v
		if !v.Lost {
			one.reply.Text = r.text(v)
		}
	}
	into.rule.Replies = append(into.rule.Replies, one.reply)
	if one.text != nil {
		into.replies = append(into.replies, one.text)
	}
}

// handoffFields is the table of a handoff.
func (r *reader) handoffFields() []doc.Field[Handoff] {
	return []doc.Field[Handoff]{
		{Name: "team", Doc: "The team that takes over; the first of shop.yaml when it is left out.", Shape: doc.Shape{Type: doc.TextType, Example: "aftersales"}, Set: func(d *doc.Decoder, into *Handoff, v *doc.Node) {
			into.Team = r.team(d, v)
		}},
		{Name: "priority", Doc: "How soon it should be looked at; normal when it is left out.", Shape: doc.EnumShape(priorities()...), Set: func(d *doc.Decoder, into *Handoff, v *doc.Node) {
			into.Priority, _ = d.Enum(v, priorities()...)
		}},
		{Name: "reason", Doc: "Why, for the agent to read.", Shape: doc.TextShape(), Set: func(d *doc.Decoder, into *Handoff, v *doc.Node) {
			if _, ok := d.FilledText(v); ok {
				into.Reason = r.text(v)
			}
		}},
		{Name: "task", Doc: "Opens a case and leaves the conversation with the bot.", Shape: doc.BoolShape(), Set: func(d *doc.Decoder, into *Handoff, v *doc.Node) {
			into.Task, _ = d.Bool(v)
		}},
	}
}

func priorities() []string { return []string{"low", "normal", "high", "urgent"} }

func offerKinds() []string { return []string{"coupon", "refund", "difference", "resend"} }

// offerFields is the table of an offer.
func (r *reader) offerFields() []doc.Field[Offer] {
	amount := doc.Shape{Type: doc.TextType, Example: "order.amount * 0.1"}
	var fields []doc.Field[Offer]
	docs := map[string]string{
		"coupon": "A coupon of this amount in yuan.", "refund": "A refund of this amount in yuan.",
		"difference": "The difference in price, in yuan.", "resend": "Goods are sent again: `true`, or what they are worth in yuan.",
	}
	for _, kind := range offerKinds() {
		fields = append(fields, doc.Field[Offer]{Name: kind, Doc: docs[kind], Shape: amount, Set: func(d *doc.Decoder, into *Offer, v *doc.Node) {
			r.setAmount(d, into, kind, v)
		}})
	}
	return append(fields,
		doc.Field[Offer]{Name: "cap", Doc: "Bounds; beyond a count the rule does not fit, above the amount a team approves.", Shape: doc.ObjectShape(capFields()), Set: func(d *doc.Decoder, into *Offer, v *doc.Node) {
			doc.Decode(d, v, capFields(), "a cap", &into.Cap)
		}},
		doc.Field[Offer]{Name: "above", Doc: "The team that approves what is above `cap.amount`.", Shape: doc.TextShape(), Set: func(d *doc.Decoder, into *Offer, v *doc.Node) {
			into.Above = r.team(d, v)
		}},
	)
}

func (r *reader) setAmount(d *doc.Decoder, into *Offer, kind string, v *doc.Node) {
	if into.Kind != "" {
		r.problems.Error(v.Range(), doc.WrongType, "an offer has one kind, this one has %s and %s", into.Kind, kind).WithHint("write two rules")
		return
	}
	into.Kind = kind
	if kind == "resend" && v.Kind == doc.Scalar && v.Tag == "!!bool" && !v.Quoted {
		if given, _ := d.Bool(v); !given {
			d.Wrong(v, "expected true", "leave the offer out when nothing is sent again")
		}
		return
	}
	if _, ok := d.Condition(v); ok && !v.Lost {
		into.Amount = compileAmount(v, r.layout, r.problems)
		r.incomplete = r.incomplete || into.Amount == nil
	}
}

func (r *reader) setOffer(d *doc.Decoder, into *draft, v *doc.Node) {
	var o Offer
	before := r.problems.Len()
	if !doc.Decode(d, v, r.offerFields(), "an offer", &o) {
		return
	}
	if o.Kind == "" && r.problems.Len() == before {
		at := v.Range()
		if len(v.Pairs) > 0 {
			at = v.Pairs[0].Key.Range()
		}
		r.problems.Error(at, doc.MissingKey, "this offer offers nothing").WithHint("add one of coupon, refund, difference, resend, such as `coupon: 5`")
	}
	into.rule.Offer = &o
}

const maxCount = 1_000_000

func capFields() []doc.Field[Cap] {
	count := doc.IntegerShape(1, maxCount)
	return []doc.Field[Cap]{
		{Name: "amount", Doc: "Above this many yuan a team approves first.", Shape: doc.NumberShape(), Set: func(d *doc.Decoder, into *Cap, v *doc.Node) {
			into.Amount, _ = d.Decimal(v)
		}},
		{Name: "per_order", Doc: "How often for one order.", Shape: count, Set: func(d *doc.Decoder, into *Cap, v *doc.Node) {
			into.PerOrder, _ = d.Int(v, 1, maxCount)
		}},
		{Name: "per_buyer_per_day", Doc: "How often for one buyer on one day.", Shape: count, Set: func(d *doc.Decoder, into *Cap, v *doc.Node) {
			into.PerBuyerPerDay, _ = d.Int(v, 1, maxCount)
		}},
	}
}

func promiseFields() []doc.Field[Promise] {
	return []doc.Field[Promise]{
		{Name: "what", Required: true, Doc: "What is promised, in a word.", Shape: doc.Shape{Type: doc.TextType, Example: "送达"}, Set: func(d *doc.Decoder, into *Promise, v *doc.Node) {
			into.What, _ = d.FilledText(v)
		}},
		{Name: "within", Required: true, Doc: "By when.", Shape: doc.Shape{Type: doc.DurationType, Example: "48h"}, Set: func(d *doc.Decoder, into *Promise, v *doc.Node) {
			into.Within, _ = d.Duration(v)
		}},
	}
}

func limitFields() []doc.Field[Limit] {
	return []doc.Field[Limit]{
		{Name: "times", Required: true, Doc: "How many times.", Shape: doc.IntegerShape(1, maxCount), Set: func(d *doc.Decoder, into *Limit, v *doc.Node) {
			into.Times, _ = d.Int(v, 1, maxCount)
		}},
		{Name: "per", Required: true, Doc: "In which stretch of time.", Shape: doc.EnumShape(limitSpans()...), Set: func(d *doc.Decoder, into *Limit, v *doc.Node) {
			into.Per, _ = d.Enum(v, limitSpans()...)
		}},
	}
}

func limitSpans() []string { return []string{"episode", "day", "hour"} }

// otherwiseFields is the table of `otherwise`.
func (r *reader) otherwiseFields() []doc.Field[Otherwise] {
	return []doc.Field[Otherwise]{
		{Name: "clarify", Doc: "1 asks once which of the closest intents is meant, 0 hands over at once.", Shape: doc.IntegerShape(0, 1), Set: func(d *doc.Decoder, into *Otherwise, v *doc.Node) {
			into.Clarify, _ = d.Int(v, 0, 1)
		}},
		{Name: "handoff", Doc: "To whom what is not understood goes.", Shape: doc.ObjectShape(r.handoffFields()), Set: func(d *doc.Decoder, into *Otherwise, v *doc.Node) {
			doc.Decode(d, v, r.handoffFields(), "a handoff", &into.Handoff)
		}},
	}
}
