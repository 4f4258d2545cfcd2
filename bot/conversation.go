// contract: others build on the types in this file.

package bot

import (
	"maps"
	"time"
)

// Status says who has a conversation.
type Status string

// The statuses.
const (
	StatusBot     Status = "bot"
	StatusWaiting Status = "waiting" // a case waits for an agent
	StatusAgent   Status = "agent"   // an agent has it
	StatusClosed  Status = "closed"
)

// A Conversation is one buyer, one shop, one channel. It is a value: Step takes one and gives the next. All of it
// survives JSON, and all of it is bounded.
type Conversation struct {
	Shop    string `json:"shop"`
	ID      string `json:"id"`
	Buyer   Buyer  `json:"buyer"`
	Status  Status `json:"status"`
	Episode int    `json:"episode"` // counts from 1; 0 before the first message

	Order   *Order      `json:"order,omitempty"`   // in view
	Product *Product    `json:"product,omitempty"` // of the last product card of the episode
	Named   *NamedOrder `json:"named,omitempty"`   // a number that the buyer gave and that did not become the order in view
	Lookup  LookupState `json:"lookup,omitempty"`  // how the last look-up ended, "" when there was none

	Slots    map[string]Filled `json:"slots,omitempty"` // phone and address
	Matters  []Matter          `json:"matters,omitempty"`
	Photos   []string          `json:"photos,omitempty"` // sent in this episode and taken by no slot yet
	Question *Question         `json:"question,omitempty"`
	Lapsed   *Question         `json:"lapsed,omitempty"` // was closed unanswered; the buyer may still come back to it
	Open     []Request         `json:"open,omitempty"`   // open requests
	About    *Request          `json:"about,omitempty"`  // what the buyer last asked of the shop in this episode
	Case     *Handoff          `json:"case,omitempty"`   // the case that an agent waits for or has
	Tasks    []Handoff         `json:"tasks,omitempty"`
	Promises []PromiseMade     `json:"promises,omitempty"` // made here and not yet due
	Offers   []OfferMade       `json:"offers,omitempty"`   // made in this episode

	Counts     Counts         `json:"counts"`
	Answers    map[string]int `json:"answers,omitempty"`  // answers of each rule in this episode
	Variants   map[string]int `json:"variants,omitempty"` // which variant of a rule or script comes next
	LastLine   string         `json:"last_line,omitempty"`
	Said       []Said         `json:"said,omitempty"` // our last lines, to know them when they come back
	Transcript []Line         `json:"transcript,omitempty"`
	Choices    []string       `json:"choices,omitempty"` // quick answers to the last line, where the bot said it
	Clock      Clock          `json:"clock"`
	Sent       int            `json:"sent,omitempty"`    // messages of ours, agents' too, since the buyer's last one
	Pending    *Pending       `json:"pending,omitempty"` // a turn that waits for a look-up
}

// NamedOrder is an order number that the buyer gave and the source did not confirm as theirs. Agents see it.
type NamedOrder struct {
	No    string      `json:"no"`
	State LookupState `json:"state"`
}

// Filled is what a slot holds.
type Filled struct {
	Text   string   `json:"text,omitempty"`
	Images []string `json:"images,omitempty"`
}

// A Matter is one intent about one order within an episode. It owns the slots collected for it.
type Matter struct {
	Intent  string            `json:"intent"`
	Order   string            `json:"order,omitempty"`
	Slots   map[string]Filled `json:"slots,omitempty"`
	Asked   map[string]int    `json:"asked,omitempty"` // askings by slot; the list of orders counts for the order number
	Product *Product          `json:"product,omitempty"`
	NoOrder bool              `json:"no_order,omitempty"` // looking for the order was given up
}

// Kinds of open question.
const (
	AskSlot    = "slot"     // a slot of a rule that collects
	AskOrderNo = "order_no" // the number of the order that a rule looks for
	AskChoice  = "choice"   // one of a list of orders
	AskClarify = "clarify"  // one of the closest intents
)

// A Question is what the bot waits to be told.
type Question struct {
	Kind    string    `json:"kind"`
	Slot    string    `json:"slot,omitempty"`
	Rule    string    `json:"rule,omitempty"`
	Intent  string    `json:"intent,omitempty"`
	Topic   string    `json:"topic,omitempty"`
	Order   string    `json:"order,omitempty"` // number of the order that the matter was about
	Options []Request `json:"options,omitempty"`
	Orders  []Order   `json:"orders,omitempty"`
	RuleAt  int       `json:"rule_at,omitempty"` // where the rule stood
	Photo   bool      `json:"photo,omitempty"`   // AskClarify: asked about a photo that came without words
	Task    string    `json:"task,omitempty"`    // of one that has lapsed: the id of the task that stands for the request
	At      time.Time `json:"at"`
}

// A Request is something that the buyer asked for and that has not been answered yet.
type Request struct {
	Intent string `json:"intent"`
	Topic  string `json:"topic,omitempty"`
}

// Counts are the counters of an episode.
type Counts struct {
	Turns    int `json:"turns"`
	Failures int `json:"failures"` // messages that were not understood
	Repeats  int `json:"repeats"`  // times that the buyer sent the same words again
	Handoffs int `json:"handoffs"`
	Greeted  int `json:"greeted"`
	Clarify  int `json:"clarify"`
	Answered int `json:"answered,omitempty"` // 1: a rule has answered the buyer in the episode before, which ended within a day
}

// Said is a line of ours that may come back as an echo.
type Said struct {
	ID   string    `json:"id,omitempty"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Clock is when things happened and when the next timers fall due. Zero times are unset.
type Clock struct {
	Buyer    time.Time `json:"buyer,omitzero"`    // last message of the buyer
	Any      time.Time `json:"any,omitzero"`      // last line of anybody
	Human    time.Time `json:"human,omitzero"`    // last word of an agent, or the claim
	Waiting  time.Time `json:"waiting,omitzero"`  // oldest buyer message that no human has answered since the hand-over
	Held     time.Time `json:"held,omitzero"`     // last holding line
	Hold     time.Time `json:"hold,omitzero"`     // timer: holding line and reminder
	Deadline time.Time `json:"deadline,omitzero"` // timer: escalation
	Idle     time.Time `json:"idle,omitzero"`     // timer: back to the bot
	Question time.Time `json:"question,omitzero"` // timer: the open question is closed
	Counted  bool      `json:"counted,omitempty"` // the reply that is owed has been counted as late already
}

// Pending is a turn that waits for a look-up: the event that began it and what was looked up so far.
type Pending struct {
	Event   Event    `json:"event"`
	Asked   Lookup   `json:"asked"`
	Results []Looked `json:"results,omitempty"`
}

// Looked is one look-up of a turn with its result.
type Looked struct {
	Lookup Lookup       `json:"lookup"`
	Result LookupResult `json:"result"`
}

// NewConversation makes the conversation of a buyer who has not written yet.
func NewConversation(shop, id string) Conversation {
	return Conversation{Shop: shop, ID: id, Status: StatusBot}
}

// Due is the earliest timer; when it is reached the engine steps an EventTimer. ok is false when none is set.
func (c *Conversation) Due() (at time.Time, ok bool) {
	times := []time.Time{c.Clock.Hold, c.Clock.Deadline, c.Clock.Idle, c.Clock.Question}
	for i := range c.Promises {
		times = append(times, c.Promises[i].Due)
	}
	for i := range c.Tasks {
		times = append(times, c.Tasks[i].Remind)
	}
	for _, t := range times {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at, !at.IsZero()
}

// Collected is every slot that is filled: those of the conversation and those of this episode's matters, later ones first.
func (c *Conversation) Collected() map[string]Filled {
	out := make(map[string]Filled, len(c.Slots))
	for i := range c.Matters {
		maps.Copy(out, c.Matters[i].Slots)
	}
	maps.Copy(out, c.Slots)
	return out
}
