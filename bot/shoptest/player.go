package shoptest

import (
	"fmt"
	"slices"
	"time"

	"xiaoer/bot"
	"xiaoer/intents"
)

// mostTimers is how many timers may fall due within one step.
const mostTimers = 1000

// A player is one conversation with its clock, its buyer's record and its source of orders.
type player struct {
	subject      Subject
	conversation bot.Conversation
	record       bot.Record
	now          time.Time
	buyer        bot.Buyer
	orders       []bot.Order
	down         bool
	agent        string
	desk         bot.Desk
	handoffs     int // opened so far
	events       int
}

func newPlayer(s Subject, t *Test) *player {
	p := &player{
		subject: s, now: t.now, buyer: t.buyer, orders: t.orders, down: t.down,
		desk:         bot.Desk{Paused: t.paused, Online: t.online},
		conversation: bot.NewConversation(s.Book.Shop.ID, "test"),
	}
	if len(t.orders) > 0 && p.mine(&t.orders[0]) {
		first := t.orders[0]
		first.SeenAt = t.now
		p.conversation.Order = &first
	}
	return p
}

// mine tells whether an order is the buyer's: one without a buyer_id is.
func (p *player) mine(o *bot.Order) bool { return o.BuyerID == "" || o.BuyerID == p.buyer.ID }

// look is the order source of a test.
func (p *player) look(l bot.Lookup) bot.LookupResult {
	if p.down {
		return bot.LookupResult{State: bot.Down}
	}
	var found []bot.Order
	for i := range p.orders {
		o := p.orders[i]
		switch {
		case l.No != "" && o.No != l.No:
		case p.mine(&o):
			o.SeenAt = p.now
			found = append(found, o)
		case l.No != "":
			return bot.LookupResult{State: bot.NotYours}
		}
	}
	if len(found) == 0 {
		return bot.LookupResult{State: bot.NotFound}
	}
	return bot.LookupResult{State: bot.Found, Orders: found}
}

// play moves the clock, fires what falls due, and does what the step says.
func (p *player) play(s *step) *outcome {
	o := &outcome{}
	p.move(p.now.Add(s.after), o)
	if e, ok := p.event(s); ok {
		p.step(e, o)
	}
	o.conversation = p.conversation
	return o
}

// move lets the clock run to a moment; timers fire in their order, each at its own time.
func (p *player) move(until time.Time, o *outcome) {
	for range mostTimers {
		due, ok := p.conversation.Due()
		if !ok || due.After(until) {
			p.now = until
			return
		}
		if due.After(p.now) {
			p.now = due
		}
		p.step(bot.Event{Kind: bot.EventTimer}, o)
	}
	p.now, o.stuck = until, true
}

// event is what happens in a step; ok is false when only the clock moves.
func (p *player) event(s *step) (e bot.Event, ok bool) {
	switch s.kind {
	case stepBuyer:
		m := s.message
		e = p.said(&m)
	case stepEcho:
		e = p.said(&bot.Message{Kind: bot.KindEcho, Text: s.text})
	case stepClaim:
		if p.agent = s.text; p.agent == "" {
			p.agent = "agent"
		}
		e = bot.Event{Kind: bot.EventClaim, Agent: p.agent}
	case stepAgent:
		e = bot.Event{Kind: bot.EventAgent, Agent: p.agentName(), Text: s.text}
	case stepRelease:
		e = bot.Event{Kind: bot.EventRelease, Agent: p.agentName()}
	case stepResolve:
		e = bot.Event{Kind: bot.EventResolve, Agent: p.agentName(), Outcome: s.text}
	case stepNote:
		e = bot.Event{Kind: bot.EventNote, Agent: p.agentName(), Text: s.text}
	case stepMove:
		e = bot.Event{Kind: bot.EventMove, Agent: p.agentName(), Team: s.team, To: s.to}
	default:
		return e, false
	}
	return e, true
}

func (p *player) agentName() string {
	if p.agent == "" {
		return "agent"
	}
	return p.agent
}

// said is a message as the channel would bring it now.
func (p *player) said(m *bot.Message) bot.Event {
	m.ID = fmt.Sprintf("m-%d", p.events+1)
	m.Conversation, m.Buyer, m.SentAt = p.conversation.ID, p.buyer, p.now
	e := bot.Event{Kind: bot.EventMessage, Message: m}
	if p.subject.Read != nil {
		reading := p.subject.Read(m.Text)
		e.Reading = &reading
	} else {
		e.Reading = &intents.Reading{Mood: intents.Calm, Risk: intents.NoRisk}
	}
	return e
}

// deskNow is the desk with the number of the next case, and with what the agents have of this conversation on top of what they
// had when the test began.
func (p *player) deskNow() bot.Desk {
	d := p.desk
	d.Next = p.handoffs + 1
	d.Online = slices.Clone(d.Online)
	for i := range d.Online {
		if c := p.conversation.Case; c != nil && c.Assigned == d.Online[i].Agent {
			d.Online[i].Load++
		}
		for k := range p.conversation.Tasks {
			if p.conversation.Tasks[k].Assigned == d.Online[i].Agent {
				d.Online[i].Load++
			}
		}
	}
	return d
}

// step runs one event and keeps what it changed.
func (p *player) step(e bot.Event, o *outcome) {
	p.events++
	e.ID = fmt.Sprintf("e-%d", p.events)
	e.At, e.Record, e.Explain = p.now, p.record, true
	e.Desk = p.deskNow()
	turn := bot.Run(p.subject.Book, p.conversation, e, p.look)
	p.conversation = turn.Conversation
	p.record = p.record.Apply(turn.Actions)
	for i := range turn.Actions {
		if turn.Actions[i].Kind == bot.ActHandoff {
			p.handoffs++
		}
	}
	o.take(turn)
}
