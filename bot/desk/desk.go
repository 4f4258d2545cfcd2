// contract: engine, stores and web build on the types in this package.

// Package desk is what agents work with: the cases as they see them, who they are and what they may do, what was done by
// whom, what is switched off for now. It is pure: it reads no store and no clock, and it decides nothing about what a buyer
// is told (package bot does).
package desk

import (
	"math"
	"time"

	"xiaoer/bot"
)

// State says where a case is.
type State string

// The states of a case. A task is open while the conversation stays with the bot.
const (
	Waiting State = "waiting" // for an agent
	Taken   State = "agent"   // an agent has it
	Task    State = "task"
	Closed  State = "closed"
)

// A Case is a handoff with where it came from.
type Case struct {
	Shop         string `json:"shop"`
	Conversation string `json:"conversation"`
	Buyer        string `json:"buyer"`
	State        State  `json:"state"`
	// Change counts the changes of all cases of a shop, in the order of their commits. It is what a live update is
	// numbered by, and where a listener who was away goes on.
	Change    int64     `json:"change"`
	ChangedAt time.Time `json:"changed_at"`
	// Counted says to a store that the reply that the buyer waits for is among the late ones already.
	Counted bool `json:"-"`
	bot.Handoff
}

// StateOf is where a case is, given the conversation that it belongs to.
func StateOf(h *bot.Handoff, of bot.Status) State {
	switch {
	case !h.ClosedAt.IsZero():
		return Closed
	case h.Task:
		return Task
	case of == bot.StatusAgent:
		return Taken
	default:
		return Waiting
	}
}

// Due is the deadline of the reply or task that is owed: the first that was missed, be it that another team was given one since. It is zero
// where nothing is owed.
func (c *Case) Due() time.Time {
	if !c.Missed.IsZero() {
		return c.Missed
	}
	return c.Deadline
}

// Overdue is whether somebody waits too long.
func (c *Case) Overdue(now time.Time) bool {
	return c.State != Closed && !c.Due().IsZero() && c.Due().Before(now)
}

// A Query asks for cases. Empty fields do not narrow it.
type Query struct {
	Shops     []string // none asks for nothing: who may see all shops names them all
	Teams     []string
	Stages    []string
	States    []State // empty: all but closed ones
	Agent     string  // who has it or to whom it is assigned
	Buyer     string
	Due       time.Time // deadline not after this; a case that owes no reply has none
	After     Cursor    // the last case of the page before
	Limit     int
	WithTexts bool // with transcript, photos and snapshots; without them a page of cases stays small
}

// A Cursor is a place in a list of cases: they are ordered by deadline, those without one last, then shop, then number.
type Cursor struct {
	Deadline time.Time `json:"deadline"`
	Shop     string    `json:"shop"`
	Number   int       `json:"number"`
}

// ByDeadline is where a deadline stands among others, in milliseconds. The zero time, of a case that owes no reply, is later than
// all.
func ByDeadline(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return t.UnixMilli()
}

// A Person is an agent who has shown a token.
type Person struct {
	Name  string
	Roles map[string]Role // by shop; "*" is every shop
}

// A Presence is an agent at the desk of a shop.
type Presence struct {
	Agent   string    `json:"agent"`
	Teams   []string  `json:"teams"`   // empty: all of the shop's
	Ceiling int       `json:"ceiling"` // open cases at once; 0 no limit
	Online  bool      `json:"online"`  // as last said by the agent
	Seen    time.Time `json:"seen"`
	Load    int       `json:"load"` // open cases that the agent has or that are assigned to the agent
}

// SeenFor is how long an agent who says nothing more still counts as online.
const SeenFor = 90 * time.Second

// Here is whether an agent counts as online.
func (p Presence) Here(now time.Time) bool { return p.Online && now.Sub(p.Seen) < SeenFor }

// A Pause switches a rule off for now, or everything that the bot says of its own in a shop: then each message is handed to a human.
type Pause struct {
	Shop  string    `json:"shop"`
	Rule  string    `json:"rule"` // "*" is the whole shop
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"` // zero: until it is taken back
	Why   string    `json:"why"`
}

// An Entry of the audit says who changed what. It holds no buyer's words, phone or address.
type Entry struct {
	ID     string    `json:"id"` // fresh and growing
	Shop   string    `json:"shop"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`    // an agent's name, or "cli:" and the name of the system's user
	What   string    `json:"what"`   // claim, reply, note, stage, transfer, release, close, approve, refuse, pause, unpause, grant, revoke, resend, export, erase …
	On     string    `json:"on"`     // id of the case, the rule, the delivery or the token
	Detail string    `json:"detail"` // "stage negotiating", "to team lead"
}

// A Letter is a late reply as an operator sees it: how its delivery stands, and nothing of what it says.
type Letter struct {
	ID           string    `json:"id"`
	Shop         string    `json:"shop"`
	Conversation string    `json:"conversation"`
	State        string    `json:"state"` // pending, queued, unsent, delivered, dropped, dead
	Attempts     int       `json:"attempts"`
	Error        string    `json:"error"`
	At           time.Time `json:"at"`
	Next         time.Time `json:"next,omitzero"`
}

// A Delivered line says whether a late reply has reached the channel.
type Delivered struct {
	ID    string `json:"id"`
	State string `json:"state"`
}
