package bot

import (
	"slices"

	"xiaoer/intents"
	"xiaoer/rules"
)

// Step decides what one event does to a conversation. It is pure: the same inputs give the same result, and the inputs
// are not changed. When the last action is a look-up the step had no other effect: its result, stepped as an
// EventLookup, goes on with the same turn.
func Step(b *Book, c Conversation, e Event) (Conversation, []Action, Trace) {
	actions, trace := step(b, &c, &e)
	return c, actions, trace
}

// step is Step with a conversation that becomes the next one.
func step(b *Book, c *Conversation, e *Event) ([]Action, Trace) {
	if e.Kind == EventLookup {
		return goOn(b, c, e)
	}
	if c.Pending == nil {
		return begin(b, c, e, nil)
	}
	// The look-up of the turn before never came back. What the buyer wrote then is answered first, as if it had failed.
	var late []Action
	for c.Pending != nil {
		late, _ = goOn(b, c, &Event{Kind: EventLookup, Lookup: &LookupResult{State: Down}, Explain: e.Explain})
	}
	actions, trace := begin(b, c, e, nil)
	return append(late, actions...), trace
}

// goOn takes a turn up again with the result of its look-up. The turn is worked out anew from its beginning, which had
// no effect yet, so that nothing has to be kept of it but its event and what was looked up.
func goOn(b *Book, c *Conversation, e *Event) ([]Action, Trace) {
	p := c.Pending
	c.Pending = nil
	if p == nil {
		return nil, Trace{Decisions: []Decided{}}
	}
	result := LookupResult{State: Down}
	if e.Lookup != nil {
		result = *e.Lookup
	}
	event := p.Event
	event.Explain = event.Explain || e.Explain
	return begin(b, c, &event, append(slices.Clip(p.Results), Looked{Lookup: p.Asked, Result: result}))
}

// begin works one event out with what was looked up for it so far.
func begin(b *Book, c *Conversation, e *Event, looked []Looked) ([]Action, Trace) {
	t := b.turn()
	defer b.endTurn(t)
	t.b, t.c, t.e, t.looked, t.trace.Decisions = b, *c, *e, looked, []Decided{}
	t.c.separate()
	t.said = t.room.said[:0]
	t.setReading(nothingRead())
	if e.Reading != nil {
		t.setReading(*e.Reading)
		t.trace.Reading = e.Reading
	}
	t.happen()
	t.watchQuestion()
	if t.asked != nil {
		c.Pending = &Pending{Event: *e, Asked: *t.asked, Results: looked}
		return []Action{{Kind: ActLookup, Lookup: t.asked}}, Trace{Decisions: []Decided{}}
	}
	actions := t.speak()
	*c = t.c
	return actions, t.trace
}

// A turn is the work on one event: the conversation as it becomes, and what is to be said and done.
type turn struct {
	b       *Book
	c       Conversation
	e       Event
	reading intents.Reading
	trace   Trace

	accepted []Request // the intents that the message carries and does not deny, the primary first
	requests []Request // those of them that are answered for themselves
	names    []string  // of the accepted intents, each once

	looked []Looked
	asked  *Lookup // the look-up without which the turn cannot go on
	named  *NamedOrder

	facts   *row
	shown   shown
	stale   bool    // the facts have to be set again
	seen    Request // the request that the facts were set for
	current Request
	below   *rules.Rule // the rule below which the current request is read, nil for from the top

	kept     []Request // requests that earlier turns kept
	idle     int       // minutes since the last line of anybody
	task     *Handoff  // a task that is opened once its words are said
	acts     []Action
	said     []spoken // the replies, at most mostReplies
	question *spoken  // the one question
	parting  []spoken // the words of the one handoff
	handed   *Handoff
	apology  bool
	variant  int    // of the reply that was said last
	closing  string // the rule that closes

	once       []*rules.Rule // rules that answered in this turn
	repeated   bool          // one of them fits the current request, too
	promises   []PromiseMade // made in this turn
	offers     []OfferMade
	uses       []Use
	assigned   []string // who this turn has given cases to
	reserved   bool     // the place of the question or handoff is taken by a question that will be put once more
	numberUsed bool
	agentSpoke bool // an agent's act about the open case says the lines of this turn
	answered   bool // the message filled a slot or chose something

	room struct { // for the lists of most turns; nothing that is in it outlives the turn
		accepted, requests [mostOpen]Request
		names              [mostOpen]string
		said               [mostReplies]spoken
	}
}

// happen sends the event to what deals with its kind.
func (t *turn) happen() {
	switch t.e.Kind {
	case EventMessage:
		t.message()
	case EventTimer:
		t.timers()
	case EventClaim:
		t.claims()
	case EventAgent:
		t.writes()
	case EventRelease:
		t.release()
	case EventResolve:
		t.resolve()
	case EventStage:
		t.moveStage()
	case EventKept:
		t.keep()
	case EventNote:
		t.noted()
	case EventMove:
		t.moved()
	case EventApprove:
		t.decide(OfferApproved)
	case EventRefuse:
		t.decide(OfferRefused)
	case EventLookup:
	}
}

// message receives what a channel delivered and answers it where an answer is wanted.
func (t *turn) message() {
	m := t.e.Message
	if m == nil {
		return
	}
	switch m.Kind {
	case KindWithdraw, KindSystem:
		t.note("a %s message wants no answer", m.Kind)
		return
	case KindEcho, KindAgent:
		t.seenOnChannel(m)
		return
	}
	t.receive(m)
	switch t.c.Status {
	case StatusAgent:
		t.toAgent()
	case StatusWaiting:
		t.toWaiting()
	default:
		t.read()
	}
}

// read is the reading order. The first phase that answers ends it; a phase that needs a look-up ends it too, and the turn is
// worked out again when the result is there.
func (t *turn) read() {
	phases := [...]func(*turn) bool{
		(*turn).cardAlone,
		(*turn).seeOrders,
		(*turn).asksForHuman,
		(*turn).danger,
		(*turn).anger,
		(*turn).handsWhenPaused,
		(*turn).withdraw,
		(*turn).answerQuestion,
		(*turn).acknowledge,
		(*turn).rules,
		(*turn).media,
		(*turn).social,
		(*turn).otherwise,
	}
	t.kept, t.c.Open = t.c.Open, nil
	t.takeUpAgain()
	for _, phase := range phases {
		if phase(t) || t.asked != nil {
			break
		}
	}
	t.openRequests()
}
