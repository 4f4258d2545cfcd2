// contract: others build on the types in this file.

package rules

import (
	"time"

	"xiaoer/rules/doc"
)

// A Rule is one compiled rule. It is immutable.
type Rule struct {
	ID    string
	Index int       // place in reading order, from 0
	At    doc.Range // of its id

	Intents []Intended // what it is for; empty makes it a candidate for every message
	For     []string   // product ids or tags; empty means any product
	From    time.Time  // first day it holds, zero when unbounded; midnight UTC of that calendar day
	Until   time.Time  // last day it holds, inclusive
	Off     bool

	FindOrder bool
	Collect   []string
	Replies   []Reply // variants, taken in turn
	Silent    bool
	Apologise bool
	Offer     *Offer
	Promise   *Promise
	Tags      []string
	Limit     *Limit
	Handoff   *Handoff
	Close     bool

	when              *condition // nil fits always
	forIDs, forTags   []string   // the two kinds in For
	fromDay, untilDay int64      // days since 1970
	hasFrom, hasUntil bool
	collected         []int               // the facts of the slots in Collect
	guarded           bool                // the condition reads what the guards look at
	later             func(fact int) bool // facts that texts may read although they are still unknown
	found             func(fact int) bool // the same while an order is still to be found
}

// Intended is an intent, or one topic of it, that a rule is for.
type Intended struct {
	Intent string
	Topic  string // "" takes all topics
}

// A Reply is one variant of what a rule says.
type Reply struct {
	Text    *Template // nil when only an image is sent
	Image   string
	Choices []string
}

// An Offer is a compensation, reserved in the ledger within its caps.
type Offer struct {
	Kind   string // coupon, refund, difference, resend
	Amount *Expr  // nil for a resend without an amount
	Cap    Cap
	Above  string // team that approves what is above Cap.Amount; "" means the rule's or the default team
}

// A Cap bounds an offer. Zero means no bound.
type Cap struct {
	Amount         string // decimal yuan, "" for none
	PerOrder       int
	PerBuyerPerDay int
}

// A Promise is recorded and timed.
type Promise struct {
	What   string
	Within time.Duration
}

// A Limit bounds how often a rule answers one buyer.
type Limit struct {
	Times int
	Per   string // episode, day, hour
}

// Handoff says to whom and why a rule hands over.
type Handoff struct {
	Team     string    // "" means the default team
	Priority string    // low, normal, high, urgent; "" means normal
	Reason   *Template // nil when none was written
	Task     bool      // open a case and leave the conversation with the bot
}

// Otherwise is what happens to a message that was not understood.
type Otherwise struct {
	Clarify int // 0 or 1
	Handoff Handoff
	At      doc.Range
}
