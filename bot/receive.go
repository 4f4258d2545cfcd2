package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaoer/intents"
)

// MostLines is how many lines a conversation and its case keep.
const MostLines = 50

// Bounds of what a conversation keeps beside them.
const (
	mostLine     = 2000 // runes
	mostPhotos   = 30
	mostMatters  = 12
	mostOpen     = 8
	mostSaid     = 10
	mostTasks    = 12
	mostHistory  = 30
	mostOrders   = 20
	mostRecorded = 40 // promises and offers
)

// idleEnd is how long a conversation is silent before a new episode begins.
const idleEnd = 24 * time.Hour

// receive takes a buyer's message into the conversation: who writes, the order or product it carries, photos, the clock.
func (t *turn) receive(m *Message) {
	if !t.c.Clock.Any.IsZero() {
		t.idle = max(int(t.e.At.Sub(t.c.Clock.Any)/time.Minute), 0)
	}
	if t.episodeEnded() {
		t.lapseBefore()
		t.newEpisode()
	}
	t.meet(m.Buyer)
	t.countMessage(m)
	t.c.Transcript = keepLast(t.c.Transcript, MostLines, Line{
		At: t.e.At, From: "buyer", Name: t.c.Buyer.Name, Text: cut(lineText(m), mostLine), Images: cutList(m.Images, mostPhotos),
	})
	if m.Order != nil && (m.Order.No != "" || m.Order.Stage != "") { // an order may come without its number
		t.carry(*m.Order)
	}
	if m.Product != nil {
		t.c.Product = m.Product
	}
	if len(m.Images) > 0 {
		t.c.Photos = keepLast(t.c.Photos, mostPhotos, cutList(m.Images, mostPhotos)...)
	}
	t.c.Clock.Buyer, t.c.Clock.Any = t.e.At, t.e.At
	t.c.Sent = 0
}

// episodeEnded tells whether this message begins a new episode. A case that a human has or is awaited for keeps its own.
func (t *turn) episodeEnded() bool {
	switch t.c.Status {
	case StatusWaiting, StatusAgent:
		return false
	case StatusClosed:
		return true
	case StatusBot:
	}
	return t.c.Episode == 0 || !t.e.At.Before(t.c.Clock.Any.Add(idleEnd))
}

// newEpisode begins the counters and matters anew. The order in view, phone and address, cases and promises stay.
func (t *turn) newEpisode() {
	c := &t.c
	answered := 0
	if c.WasAnswered() && !c.hadHuman() && c.Clock.Human.IsZero() && t.e.At.Sub(c.Clock.Buyer) < idleEnd {
		answered = 1
	}
	c.Episode++
	c.Status = StatusBot
	c.Product, c.Named, c.Lookup = nil, nil, ""
	c.Matters, c.Photos, c.Question, c.Lapsed, c.Open, c.About, c.Offers = nil, nil, nil, nil, nil, nil, nil
	c.Counts = Counts{Answered: answered}
	c.Answers, c.Variants = nil, nil
	c.LastLine = ""
	c.Clock = Clock{Buyer: c.Clock.Buyer} // what a channel lets through hangs on it
}

// notKnown ends the names of rules that say that the shop has no answer, such as "product.unknown".
const notKnown = ".unknown"

// WasAnswered tells whether a rule has answered the buyer, in this episode or in one that goes on with it: with its words, by silence or with
// what it does. Greetings and questions are no answers.
func (c *Conversation) WasAnswered() bool {
	if c.Counts.Answered > 0 {
		return true
	}
	for rule := range c.Answers {
		if !strings.HasSuffix(rule, notKnown) {
			return true
		}
	}
	return false
}

func (t *turn) meet(b Buyer) {
	old := t.c.Buyer
	if b.ID == "" {
		b.ID = old.ID
	}
	if b.ID == old.ID {
		if b.Name == "" {
			b.Name = old.Name
		}
		if b.Tier == "" {
			b.Tier = old.Tier
		}
		if b.Orders == nil {
			b.Orders = old.Orders
		}
		if b.OpenOrders == nil {
			b.OpenOrders = old.OpenOrders
		}
		if b.FirstTime == nil {
			b.FirstTime = old.FirstTime
		}
	}
	t.c.Buyer = b
}

func (t *turn) countMessage(m *Message) {
	t.c.Counts.Turns++
	if text := strings.TrimSpace(m.Text); text != "" {
		for _, line := range slices.Backward(t.c.Transcript) {
			if line.From == "buyer" {
				if line.Text == cut(text, mostLine) {
					t.c.Counts.Repeats++
				}
				break
			}
		}
	}
}

// lineText is how a message stands in the transcript: its words, else what it was.
func lineText(m *Message) string {
	if text := strings.TrimSpace(m.Text); text != "" {
		return text
	}
	switch {
	case m.Order != nil:
		return "[" + KindOrderCard + " " + m.Order.No + "]"
	case m.Product != nil:
		return "[" + KindProductCard + " " + m.Product.Title + "]"
	case len(m.Images) > 0:
		return fmt.Sprintf("[%s ×%d]", KindImage, len(m.Images))
	}
	return "[" + cut(m.Kind, 40) + "]"
}

// text is what the buyer wrote in this turn.
func (t *turn) text() string {
	if t.e.Message == nil {
		return ""
	}
	return strings.TrimSpace(t.e.Message.Text)
}

// isCard tells whether the message is a card and nothing else.
func (t *turn) isCard() bool {
	m := t.e.Message
	if t.text() != "" || len(m.Images) > 0 {
		return false
	}
	switch m.Kind {
	case KindOrderCard, KindProductCard, KindRefundCard:
		return true
	}
	return m.Order != nil || m.Product != nil
}

// cardAlone keeps a card that came without words: it answers only an open question.
func (t *turn) cardAlone() bool {
	if t.c.Question != nil || !t.isCard() {
		return false
	}
	t.note("a card alone is kept for what comes next")
	return true
}

// nothingRead is the reading of what is no message.
func nothingRead() intents.Reading { return intents.Reading{Mood: intents.Calm, Risk: intents.NoRisk} }

// setReading takes what was read, and what of it is asked for.
func (t *turn) setReading(r intents.Reading) {
	t.reading = r
	t.accepted, t.names = t.room.accepted[:0], t.room.names[:0]
	for i := range r.Intents {
		p := &r.Intents[i]
		if p.Intent == intents.Other || t.denied(p) || len(t.accepted) == mostOpen {
			continue
		}
		t.accepted = append(t.accepted, Request{Intent: p.Intent, Topic: p.Topic})
		if !slices.Contains(t.names, p.Intent) {
			t.names = append(t.names, p.Intent)
		}
	}
	t.accepted = slices.Clip(t.accepted)
	t.requests = slices.Clip(answerable(t.room.requests[:0], t.accepted))
}

func (t *turn) denied(p *intents.Prediction) bool {
	for _, name := range t.reading.Negated {
		if name == p.Intent || name == p.Name() {
			return true
		}
	}
	return false
}

// answerable appends the accepted intents that are answered for themselves: greeting, thanks and complaint only when nothing
// else is there, and then one of them.
func answerable(to, accepted []Request) []Request {
	for _, r := range accepted {
		if !isSocial(r.Intent) && r.Intent != intents.Complaint && r.Intent != intents.Human {
			to = append(to, r)
		}
	}
	if len(to) > 0 || len(accepted) == 0 {
		return to
	}
	for _, r := range accepted {
		if r.Intent == intents.Complaint {
			return append(to, r)
		}
	}
	if accepted[0].Intent == intents.Human {
		return to
	}
	return append(to, accepted[0])
}

func isSocial(intent string) bool { return intent == intents.Greeting || intent == intents.Thanks }

func (t *turn) has(intent string) bool {
	for _, r := range t.accepted {
		if r.Intent == intent {
			return true
		}
	}
	return false
}

func (t *turn) note(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	t.trace.Notes = append(t.trace.Notes, format)
}

func (t *turn) answers(name string) {
	if name == "" {
		return
	}
	if slices.Contains(t.trace.Answered, name) {
		return
	}
	t.trace.Answered = append(t.trace.Answered, name)
}

// cut bounds a text in runes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// lastOf copies the end of a list.
func lastOf[T any](list []T, most int) []T { return slices.Clone(list[max(0, len(list)-most):]) }

func cutList[T any](list []T, most int) []T {
	if len(list) > most {
		return list[:most]
	}
	return list
}
