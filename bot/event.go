// contract: others build on the types in this file.

package bot

import (
	"time"

	"xiaoer/intents"
)

// EventKind says what happened to a conversation.
type EventKind string

// The kinds of event.
const (
	EventMessage EventKind = "message" // the channel delivered a message
	EventLookup  EventKind = "lookup"  // the answer to the look-up that the step before asked for
	EventTimer   EventKind = "timer"   // a timer of the conversation fell due
	EventClaim   EventKind = "claim"   // an agent took the conversation
	EventAgent   EventKind = "agent"   // an agent wrote
	EventRelease EventKind = "release" // an agent gave the conversation back to the bot
	EventResolve EventKind = "resolve" // an agent closed the case
	EventStage   EventKind = "stage"   // an agent moved a case to another stage
	EventKept    EventKind = "kept"    // an agent says that a promise was kept
	EventNote    EventKind = "note"    // an agent wrote a note that the buyer never reads
	EventMove    EventKind = "move"    // a case goes to another team or agent
	EventApprove EventKind = "approve" // an agent approves an offer above its cap
	EventRefuse  EventKind = "refuse"  // an agent refuses one
)

// An Event is everything that a step may know of the outside world.
type Event struct {
	ID   string    `json:"id"` // fresh and unique; ids of handoffs and offers are derived from it
	Kind EventKind `json:"kind"`
	At   time.Time `json:"at"` // the server's clock

	Message *Message         `json:"message,omitempty"`
	Reading *intents.Reading `json:"reading,omitempty"` // of Message.Text
	Lookup  *LookupResult    `json:"lookup,omitempty"`
	Agent   string           `json:"agent,omitempty"`
	Text    string           `json:"text,omitempty"`
	Images  []string         `json:"images,omitempty"` // EventAgent: addresses of the photos that go with the text, or without one
	Stage   string           `json:"stage,omitempty"`
	What    string           `json:"what,omitempty"`    // EventKept: the promise's words; EventApprove, EventRefuse: the offer's id
	Outcome string           `json:"outcome,omitempty"` // EventResolve
	Cause   string           `json:"cause,omitempty"`   // EventResolve: goods, warehouse, courier, us, buyer
	Cost    string           `json:"cost,omitempty"`    // EventResolve: what the case has cost the shop, decimal yuan

	Quiet bool `json:"quiet,omitempty"` // EventApprove: the buyer is not told

	Team string `json:"team,omitempty"` // EventMove: to this team, "" keeps it
	To   string `json:"to,omitempty"`   // EventMove: to this agent, "" lets the desk choose; who has it already keeps it

	// Handoff is the id of the case or task that an agent's event is about; "" means the conversation and its open case. An id
	// that is not open any more changes nothing. A claim or release of a task leaves the conversation with the bot.
	Handoff string `json:"handoff,omitempty"`
	Explain bool   `json:"-"` // the trace names every rule that was read, not only the winners

	Record Record `json:"record"` // what is known of this buyer over all conversations
	Desk   Desk   `json:"desk"`
}

// A Lookup is what a step asks of the order source. With No it asks for that order, without for the buyer's open orders.
type Lookup struct {
	Buyer string `json:"buyer"`
	No    string `json:"no,omitempty"`
}

// LookupState says how a look-up ended.
type LookupState string

// How a look-up ends.
const (
	Found    LookupState = "found"
	NotFound LookupState = "not_found"
	Down     LookupState = "down"
	NotYours LookupState = "not_yours" // the order is another buyer's: nothing of it may be told
)

// A LookupResult is the order source's answer. Orders are this buyer's own only.
type LookupResult struct {
	State  LookupState `json:"state"`
	Orders []Order     `json:"orders,omitempty"`
}

// A Record is what a shop knows of one buyer over all conversations. Engines keep it and hand it in; actions change it.
type Record struct {
	Uses     []Use         `json:"uses,omitempty"`     // rules with a limit that answered, last 24 hours and this episode
	Offers   []OfferMade   `json:"offers,omitempty"`   // the ledger
	Promises []PromiseMade `json:"promises,omitempty"` // open, kept and broken ones
}

// A Use is one answer by a rule that has a limit.
type Use struct {
	Rule         string    `json:"rule"`
	At           time.Time `json:"at"`
	Conversation string    `json:"conversation"`
	Episode      int       `json:"episode"`
}

// OfferMade is an offer in the ledger.
type OfferMade struct {
	ID       string    `json:"id"`
	Rule     string    `json:"rule"`
	Kind     string    `json:"kind"`   // coupon, refund, difference, resend
	Amount   string    `json:"amount"` // decimal yuan, "" for a resend without an amount
	OrderNo  string    `json:"order_no,omitempty"`
	At       time.Time `json:"at"`
	Approval bool      `json:"approval"`          // above the cap's amount: waits for a human
	Verdict  string    `json:"verdict,omitempty"` // of the human: OfferApproved, OfferRefused, "" while it waits
	By       string    `json:"by,omitempty"`      // who gave the verdict
}

// Verdicts on offers above their cap.
const (
	OfferApproved = "approved"
	OfferRefused  = "refused"
)

// PromiseMade is a promise to a buyer about an order.
type PromiseMade struct {
	ID      string    `json:"id"`
	Rule    string    `json:"rule"`
	What    string    `json:"what"`
	OrderNo string    `json:"order_no,omitempty"`
	At      time.Time `json:"at"`
	Due     time.Time `json:"due"`
	State   string    `json:"state"` // open, kept, broken
}

// Desk is how busy the agents are, and what they have switched off.
type Desk struct {
	Next   int            `json:"next"`             // number of the next handoff of this shop
	Ahead  map[string]int `json:"ahead,omitempty"`  // waiting conversations by team
	Online []Seat         `json:"online,omitempty"` // agents at the desk, by name
	Paused []string       `json:"paused,omitempty"` // ids of rules that are switched off for now; PausedShop is everything
}

// PausedShop among the paused rules says that the bot says nothing of its own: each message is handed to a human.
const PausedShop = "*"

// A Seat is an agent who is at the desk.
type Seat struct {
	Agent   string   `json:"agent"`
	Teams   []string `json:"teams,omitempty"` // empty: all
	Load    int      `json:"load"`            // open cases
	Ceiling int      `json:"ceiling,omitempty"`
}
