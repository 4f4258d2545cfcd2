// contract: others build on the types in this file.

package bot

import (
	"time"

	"xiaoer/intents"
	"xiaoer/rules"
)

// ActionKind says what a step wants done.
type ActionKind string

// The kinds of action.
const (
	ActReply   ActionKind = "reply"
	ActAsk     ActionKind = "ask" // the question is the reply before it
	ActHandoff ActionKind = "handoff"
	ActOffer   ActionKind = "offer"
	ActPromise ActionKind = "promise" // made, or changed to kept or broken
	ActTag     ActionKind = "tag"
	ActClose   ActionKind = "close"
	ActLookup  ActionKind = "lookup" // at most one, and then the last; its result comes back as the next event of the turn
	ActUse     ActionKind = "use"    // a rule with a limit answered
	ActNotice  ActionKind = "notice" // a word to a team, never to the buyer
	ActCase    ActionKind = "case"   // a case that was opened before has changed; Handoff is how it stands now
)

// An Action is one thing that a step wants done. The field named like the kind is set.
type Action struct {
	Kind    ActionKind   `json:"kind"`
	Rule    string       `json:"rule,omitempty"` // the rule or built-in answer that caused it
	Reply   *Reply       `json:"reply,omitempty"`
	Ask     string       `json:"ask,omitempty"` // slot
	Handoff *Handoff     `json:"handoff,omitempty"`
	Offer   *OfferMade   `json:"offer,omitempty"`
	Promise *PromiseMade `json:"promise,omitempty"`
	Tag     string       `json:"tag,omitempty"`
	Lookup  *Lookup      `json:"lookup,omitempty"`
	Use     *Use         `json:"use,omitempty"`
	Notice  *Notice      `json:"notice,omitempty"`
}

// A Reply is one thing sent to the buyer.
type Reply struct {
	Kind    string   `json:"kind"` // text, image
	Text    string   `json:"text,omitempty"`
	Image   string   `json:"image,omitempty"`
	Choices []string `json:"choices,omitempty"`
}

// A Notice tells a team something.
type Notice struct {
	Team    string `json:"team"`
	Kind    string `json:"kind"` // reminder, escalation, promise_broken, agent_idle, details, settled, withdrawn, moved
	Handoff string `json:"handoff,omitempty"`
}

// A Handoff is the case that an agent receives.
type Handoff struct {
	ID         string            `json:"id"`
	Number     int               `json:"number"`
	Team       string            `json:"team"`
	Priority   string            `json:"priority"` // low, normal, high, urgent
	Reason     string            `json:"reason"`
	Task       bool              `json:"task,omitempty"`
	Rule       string            `json:"rule,omitempty"`
	Intent     string            `json:"intent,omitempty"`
	Mood       intents.Mood      `json:"mood,omitempty"`
	Risk       intents.Risk      `json:"risk,omitempty"`
	Slots      map[string]string `json:"slots"`
	Images     []string          `json:"images,omitempty"`
	Order      *Order            `json:"order"`
	Product    *Product          `json:"product,omitempty"`
	Summary    string            `json:"summary"`
	Open       []string          `json:"open,omitempty"` // open requests
	Promises   []PromiseMade     `json:"promises,omitempty"`
	Offers     []OfferMade       `json:"offers,omitempty"`
	Stage      string            `json:"stage"`
	Deadline   time.Time         `json:"deadline"`        // of the reply that is owed, of a task; zero while the buyer has been answered
	Remind     time.Time         `json:"remind,omitzero"` // of a task: when its team is told of it next, by a reminder, or by an escalation at its deadline
	OpenedAt   time.Time         `json:"opened_at"`
	Waiting    time.Time         `json:"waiting"`            // the oldest buyer message that nobody who counts has answered; zero when there is none
	Agent      string            `json:"agent,omitempty"`    // who has claimed it
	Assigned   string            `json:"assigned,omitempty"` // who the desk chose for it; any agent may claim it nevertheless
	Notes      []Note            `json:"notes,omitempty"`
	InTime     int               `json:"in_time,omitempty"` // replies that came before their deadline, as the shop counts
	Late       int               `json:"late,omitempty"`    // replies that came after it
	Missed     time.Time         `json:"missed,omitzero"`   // the deadline that the reply that is owed has missed, whatever deadline another team was given since
	Outcome    string            `json:"outcome,omitempty"`
	Cause      string            `json:"cause,omitempty"`
	Cost       string            `json:"cost,omitempty"` // what it has cost the shop, decimal yuan
	History    []Change          `json:"history,omitempty"`
	ClosedAt   time.Time         `json:"closed_at,omitzero"`
	Dispute    bool              `json:"dispute,omitempty"`
	Episode    int               `json:"episode,omitempty"`
	Transcript []Line            `json:"transcript,omitempty"`
}

// A Note is a word among agents. The buyer never reads it.
type Note struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	Text string    `json:"text"`
}

// A Change is one entry of a case's history.
type Change struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"` // an agent's name, "buyer" or "bot"
	What string    `json:"what"`
}

// A Line is one line of the conversation.
type Line struct {
	At     time.Time `json:"at"`
	From   string    `json:"from"` // buyer, bot, agent
	Name   string    `json:"name,omitempty"`
	Text   string    `json:"text"`
	Images []string  `json:"images,omitempty"`
}

// A Trace says why a turn ended as it did.
type Trace struct {
	Reading   *intents.Reading `json:"reading,omitempty"`
	Decisions []Decided        `json:"decisions"`
	Answered  []string         `json:"answered,omitempty"` // rules and built-in answers that answered (by silence too), asked or handed over
	Notes     []string         `json:"notes,omitempty"`    // guards that acted, questions read, requests kept for later: English, no buyer's text
}

// Decided is one decision of the rule book with the place of its winner.
type Decided struct {
	Intent     string             `json:"intent"`
	Rule       string             `json:"rule"` // id or the name of a built-in answer, "" for none
	File       string             `json:"file"`
	Line       int                `json:"line"`
	Considered []rules.Considered `json:"-"` // rendered by Explain with rule ids
}

// A Turn is the outcome of one outside event: every step that it took.
type Turn struct {
	Conversation Conversation
	Actions      []Action
	Trace        Trace
	Events       []Event // the inputs, for replay
}

// LookupFunc answers a look-up. It never fails: a source that cannot be asked is Down.
type LookupFunc func(Lookup) LookupResult
