package shoptest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/intents"
)

// An outcome is everything that happened in one step.
type outcome struct {
	conversation bot.Conversation
	turns        []bot.Turn
	intents      []string
	rules        []string
	sent         []string // what the buyer reads, each reply with its choices
	ask          string
	tags         []string
	handoffs     list
	cases        list // as they stand after a change: filled by the buyer, passed on by the clock
	offers       list
	promises     list
	mood, risk   string
	stuck        bool
}

// take adds a turn of the step.
func (o *outcome) take(t bot.Turn) {
	o.turns = append(o.turns, t)
	res := t.Response("")
	for _, in := range res.Intents {
		o.intents = append(o.intents, intents.Prediction{Intent: in.Name, Topic: in.Topic}.Name())
	}
	for _, rule := range slices.Concat(res.Rules, t.Trace.Answered) {
		if !slices.Contains(o.rules, rule) {
			o.rules = append(o.rules, rule)
		}
	}
	for _, reply := range res.Replies {
		o.sent = append(o.sent, strings.TrimSpace(strings.Join(append([]string{reply.Text, reply.Image}, reply.Choices...), "\n")))
	}
	if res.Ask != nil {
		o.ask = *res.Ask
	}
	o.tags = append(o.tags, res.Tags...)
	o.effects(t, tree(res.Handoff))
	if r := readingOf(t); r != nil {
		o.mood, o.risk = string(r.Mood), string(r.Risk)
	}
}

// effects adds cases, offers and promises. The case that the response tells of is shown as the response shows it.
func (o *outcome) effects(t bot.Turn, told map[string]any) {
	for i := range t.Actions {
		switch a := &t.Actions[i]; a.Kind {
		case bot.ActHandoff:
			h := tree(a.Handoff)
			if told != nil && told["id"] == h["id"] {
				maps.Copy(h, told)
			}
			o.handoffs = append(o.handoffs, h)
		case bot.ActCase:
			o.cases = append(o.cases, tree(a.Handoff))
		case bot.ActOffer:
			o.offers = append(o.offers, tree(a.Offer))
		case bot.ActPromise:
			o.promises = append(o.promises, tree(a.Promise))
		default:
		}
	}
}

func readingOf(t bot.Turn) *intents.Reading {
	if t.Trace.Reading != nil {
		return t.Trace.Reading
	}
	for i := range t.Events {
		if t.Events[i].Reading != nil {
			return t.Events[i].Reading
		}
	}
	return nil
}

// handoff compares what a case should hold with the cases of the step: one that was opened, or one from before that the step
// changed. None and {} speak of opening only.
func (o *outcome) handoff(want map[string]any) string {
	failed := o.handoffs.check(want)
	if failed != "" && len(want) > 0 && o.cases.check(want) == "" {
		return ""
	}
	return failed
}

// slots gives what is collected: a text, or a list of photos. The order in view fills the slot order_no, and so does a number
// that the buyer gave and that could not be confirmed.
func (o *outcome) slots() map[string]any {
	out := map[string]any{}
	switch c := &o.conversation; {
	case c.Order != nil:
		out[bot.SlotOrderNo] = c.Order.No
	case c.Named != nil:
		out[bot.SlotOrderNo] = c.Named.No
	}
	for name, filled := range o.conversation.Collected() {
		if len(filled.Images) == 0 {
			out[name] = filled.Text
			continue
		}
		images := make([]any, 0, len(filled.Images))
		for _, image := range filled.Images {
			images = append(images, image)
		}
		out[name] = images
	}
	return out
}

// trace tells why the step ended as it did, down to the condition that said no.
func (o *outcome) trace() []string {
	var out []string
	for i := range o.turns {
		out = append(out, turnTrace(&o.turns[i])...)
	}
	return append(out, "status "+string(o.conversation.Status))
}

func turnTrace(t *bot.Turn) []string {
	var out []string
	e := t.Explain()
	for _, in := range e.Intents {
		name := intents.Prediction{Intent: in.Name, Topic: in.Topic}.Name()
		out = append(out, fmt.Sprintf("intent %s, score %.2f", name, in.Score))
	}
	if len(e.Intents) == 0 && readingOf(*t) != nil {
		out = append(out, "no intent was accepted")
	}
	for i := range e.Decisions {
		out = append(out, decisionTrace(&e.Decisions[i])...)
	}
	for _, note := range t.Trace.Notes {
		out = append(out, "note: "+note)
	}
	for _, reply := range e.Replies {
		out = append(out, "sent: "+strings.TrimSpace(reply.Text+" "+reply.Image))
	}
	return out
}

func decisionTrace(d *bot.DecisionExplained) []string {
	about := d.Intent
	if about == "" {
		about = "a message without an intent"
	}
	line := about + ": no rule fits"
	if d.Rule != nil {
		line = fmt.Sprintf("%s: %s answers", about, *d.Rule)
	}
	if d.File != "" {
		line += fmt.Sprintf(" (%s:%d)", d.File, d.Line)
	}
	out := []string{line}
	for i := range d.Considered {
		c := &d.Considered[i]
		if c.Fits {
			out = append(out, fmt.Sprintf("  %s fits", c.Rule))
			continue
		}
		out = append(out, fmt.Sprintf("  %s does not fit: %s%s", c.Rule, c.Because, values(c.Values)))
	}
	return out
}

func values(v map[string]string) string {
	if len(v) == 0 {
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		parts = append(parts, name+" = "+v[name])
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
