package shop

import (
	"time"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// The words for which hours count and whose reply does.
const (
	deskHours   = "desk"
	alwaysHours = "always"
	byHuman     = "human"
	byAny       = "any"
	noDeadline  = "none"
)

func replyClockFields() []doc.Field[bot.ReplyClock] {
	return []doc.Field[bot.ReplyClock]{
		{
			Name: "hours", Doc: "The hours that count: desk (the shop's hours, when left out), always, or hours of their own, which count on holidays too.",
			Shape: doc.AnyShape(doc.EnumShape(deskHours, alwaysHours), hoursShape()), Set: readClockHours,
		},
		{
			Name: "counts", Doc: "Whose reply stops the clock: human (when left out), or any, a line of the bot's too.", Shape: doc.EnumShape(byHuman, byAny),
			Set: func(d *doc.Decoder, c *bot.ReplyClock, v *doc.Node) {
				word, _ := d.Enum(v, byHuman, byAny)
				c.Any = word == byAny
			},
		},
	}
}

func hoursShape() doc.Shape {
	return doc.MapShape(doc.OneOrMoreShape(doc.PatternShape(`\d\d?:\d\d-\d\d?:\d\d|closed`, "09:00-12:00,13:00-21:00")))
}

// readClockHours reads a word or hours. Hours without any stretch would be a clock that never runs.
func readClockHours(d *doc.Decoder, c *bot.ReplyClock, v *doc.Node) {
	if v.Kind == doc.Scalar {
		word, _ := d.Enum(v, deskHours, alwaysHours)
		c.Always = word == alwaysHours
		return
	}
	before := d.Problems.Len()
	hours := readHours(d, v)
	c.Week = spansOf(&hours)
	if len(c.Week) == 0 && v.Kind == doc.Mapping && d.Problems.Len() == before {
		d.Wrong(v, "expected hours that are open at some time", `for example {mon-sun: "08:00-23:00"}`)
	}
}

// spansOf gives the days that have hours.
func spansOf(w *week) map[time.Weekday][]bot.Span {
	out := map[time.Weekday][]bot.Span{}
	for i, spans := range w {
		for _, one := range spans {
			out[time.Weekday(i)] = append(out[time.Weekday(i)], bot.Span{From: one.from, To: one.until})
		}
	}
	return out
}

// readNextReply reads how long later replies may take; none and 0 mean as long as they like.
func readNextReply(d *doc.Decoder, v *doc.Node) time.Duration {
	if v.Kind == doc.Scalar && (v.Text == noDeadline || v.Text == "0") {
		return bot.NoReply
	}
	t, _ := d.Duration(v)
	return t
}

// budgetFields is the table of webhook.budget.
func budgetFields() []doc.Field[bot.Budget] {
	return []doc.Field[bot.Budget]{
		{
			Name: "messages", Required: true, Doc: "How many messages the channel lets through after each message of the buyer, agents' too.",
			Shape: doc.IntegerShape(1, maxBudget),
			Set:   func(d *doc.Decoder, b *bot.Budget, v *doc.Node) { b.Messages, _ = d.Int(v, 1, maxBudget) },
		},
		{
			Name: "within", Doc: "For how long after the buyer's message; for ever, when left out.", Shape: doc.DurationShape(),
			Set: func(d *doc.Decoder, b *bot.Budget, v *doc.Node) { b.Within, _ = d.Duration(v) },
		},
	}
}

const maxBudget = 1000
