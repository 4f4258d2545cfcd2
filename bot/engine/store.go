// contract: stores implement the interface in this file.

package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/figures"
)

// What a store answers where it cannot do what was asked.
var (
	// ErrStale means that another turn committed first: load again and step again.
	ErrStale = desk.ErrStale
	// ErrNotFound means that nothing is kept under this name, or no longer.
	ErrNotFound = desk.ErrNotFound
	// ErrFull means that the store has no room left; nothing was kept.
	ErrFull = errors.New("the store is full")
)

// A Store keeps what must outlive a turn. Every method is safe for concurrent use. What a store returns is the
// caller's own: changing it changes nothing that is kept.
type Store interface {
	Turns
	Timers
	Outbox
	Letters
	Cases
	People
	Buyers
	Documents
	Keeping
}

// Turns is the way of one turn: one read, one write.
type Turns interface {
	// Load reads everything that a turn needs in one round trip. A conversation that is not kept yet has version 0.
	Load(ctx context.Context, a Ask) (Loaded, error)
	// Commit keeps everything that a turn did, or nothing: ErrStale when the version of the conversation or of the
	// record is no longer the one that was loaded, or when the turn's id, the message or a handoff's number is already taken.
	Commit(ctx context.Context, c Commit) error
	// Trace gives the recorded inputs of one turn, or ErrNotFound. They come last: before them stand those of the turns that lead to it
	// from the last one that is kept with the state before it, which is the first.
	Trace(ctx context.Context, shop, id string) ([]Recorded, error)
	// Turns lists the recorded inputs of a shop's turns from one time until before another, in the order of their ids, those after the
	// given id only. The states before them are given where they are kept. A store may look at the turns only whose ids are UUIDs
	// of about that time, and at those that are no UUIDs.
	Turns(ctx context.Context, shop string, from, until time.Time, after string, limit int) ([]Recorded, error)
	// Lately lists the last turns of a conversation that were not before a time, the latest first, without their inputs and the states
	// before them.
	Lately(ctx context.Context, k Key, since time.Time, limit int) ([]Recorded, error)
}

// Timers finds the conversations whose time has come.
type Timers interface {
	// Due lists conversations whose due time is not after q.Now, earliest first, at most q.PerShop of one shop.
	Due(ctx context.Context, q Query) ([]Timer, error)
	// NextDue is the earliest due time of all; ok is false where no timer runs.
	NextDue(ctx context.Context) (at time.Time, ok bool, err error)
	// PutOff moves the due time of a conversation that rang too early (see Commit.Due), if the conversation is in this version still.
	PutOff(ctx context.Context, k Key, version int64, due time.Time) error
}

// Outbox holds the late replies.
type Outbox interface {
	// Replies lists a conversation's late replies that were not dropped, in order, those after the given id only; an id that
	// is not kept (any more) lists all, so that nothing is missed.
	Replies(ctx context.Context, k Key, after string, limit int) ([]Late, error)
	// Acknowledge says that whoever reads a conversation's late replies has got those up to this one: of them, those that were not sent to
	// anybody, or could not be, are delivered. An id that is not kept changes nothing.
	Acknowledge(ctx context.Context, k Key, upTo string, now time.Time) error
	// Pending lists what is to be delivered now, the oldest of each conversation only, at most q.PerShop of one shop.
	Pending(ctx context.Context, q Query) ([]Delivery, error)
	// Settle records how an attempt ended.
	Settle(ctx context.Context, s Settlement) error
}

// Letters are late replies as an operator sees them.
type Letters interface {
	// Letters lists late replies of a shop in a state, oldest first, those after the given id only.
	Letters(ctx context.Context, shop, state, after string, limit int) ([]desk.Letter, error)
	// Resend puts a dead or dropped late reply into its old place in its conversation's queue, its attempts forgotten. ErrNotFound where
	// there is none in such a state.
	Resend(ctx context.Context, shop, id string, now time.Time, by desk.Entry) error
	// Deliveries says how the delivery of each kept late reply of a conversation stands, oldest first; none where nothing is kept. The
	// states are those of desk.Letter.
	Deliveries(ctx context.Context, k Key) ([]desk.Delivered, error)
	// Backlog says how much waits to be delivered, and how many cases are open.
	Backlog(ctx context.Context) (Backlog, error)
}

// Cases are the handoffs, open and closed.
type Cases interface {
	// Cases lists cases by deadline, then shop, then number.
	Cases(ctx context.Context, q desk.Query) ([]desk.Case, error)
	// Case gives one case whole, or ErrNotFound.
	Case(ctx context.Context, shop, id string) (desk.Case, error)
	// Changed lists the cases of a shop that changed after a place in its count of changes, each once, as it stands now and
	// without its texts, in the order of their last changes.
	Changed(ctx context.Context, shop string, after int64, limit int) ([]desk.Case, error)
	// LastChange is where the count of changes of a shop stands.
	LastChange(ctx context.Context, shop string) (int64, error)
	// Tally counts the replies of cases opened from one time until before another, closed ones too. Deadlines are held against
	// the second, so that one who wants to know how a day stands now asks until now.
	Tally(ctx context.Context, shop string, from, until time.Time) (Tally, error)
}

// People are agents with their tokens, presence, switches, and the record of what they did.
type People interface {
	// Grants finds what a token gives, by its hash; none for a token that is unknown or revoked.
	Grants(ctx context.Context, hash string) ([]desk.Grant, error)
	// GrantsOf lists the tokens of a shop (or desk.AllShops), without their hashes.
	GrantsOf(ctx context.Context, shop string) ([]desk.Grant, error)
	// Grant keeps a token. Revoke forgets it, or is ErrNotFound.
	Grant(ctx context.Context, g desk.Grant, by desk.Entry) error
	Revoke(ctx context.Context, shop, id string, by desk.Entry) error
	// Attend says that an agent is at the desk, or has left it. Attending lists all who have ever been, by name, with their load.
	Attend(ctx context.Context, shop string, p desk.Presence) error
	Attending(ctx context.Context, shop string) ([]desk.Presence, error)
	// Pause switches off and Unpause on again; Unpause is ErrNotFound where nothing was switched off.
	Pause(ctx context.Context, p desk.Pause, by desk.Entry) error
	Unpause(ctx context.Context, shop, rule string, by desk.Entry) error
	Pauses(ctx context.Context, shop string) ([]desk.Pause, error)
	// Note keeps an entry about what changed nothing here, such as an export.
	Note(ctx context.Context, by desk.Entry) error
	// Audit lists what was done in a shop, latest first, those before the given id only.
	Audit(ctx context.Context, shop, before string, limit int) ([]desk.Entry, error)
}

// Documents are small things that are kept whole under a name (see desk.Document). Those whose time is over may still be found until
// they are swept.
type Documents interface {
	// Document gives one, or ErrNotFound.
	Document(ctx context.Context, shop, kind, id string) (desk.Document, error)
	// Documents lists those of a kind in the order of their ids, those after the given id only.
	Documents(ctx context.Context, shop, kind, after string, limit int) ([]desk.Document, error)
	// PutDocument keeps one and gives its version; ErrStale unless the version it comes with is the one that is kept (0: none is).
	PutDocument(ctx context.Context, d desk.Document, by *desk.Entry) (int64, error)
	// DropDocument forgets one, or is ErrNotFound.
	DropDocument(ctx context.Context, shop, kind, id string, by *desk.Entry) error
}

// Signals is what a store may offer beside: to say at once what other processes have changed. Signals may get lost; who follows
// them looks for himself now and then, too.
type Signals interface {
	// Follow hands over the names of shops in which something was changed by whomever, "" for that any may have been, until ctx ends.
	Follow(ctx context.Context, take func(shop string)) error
}

// Leases is what a store must offer beside where several processes share its timers and its outbox (see Options.Shared). What is due is
// listed to all of them; each takes what it is about to do, and whoever dies leaves it to the others when the lease has run out. A lease
// is no more than a later time: a timer's and a late reply's own time is moved to its end, so that neither lists nor NextDue show it until then.
// Its end is given in whole milliseconds, by which it is known again.
type Leases interface {
	// TakeTimers moves those of these timers that are due at now still to until, and gives those that it moved. A commit of the conversation
	// sets the time anew, whoever has taken it. With an until that has come the timers are given back.
	TakeTimers(ctx context.Context, now, until time.Time, of []Timer) ([]Timer, error)
	// TakeDeliveries moves those of these late replies to until that are at the head of their conversation's queue still, due at now, and tried
	// as often as was listed; and gives those that it moved. Settle ends the lease.
	TakeDeliveries(ctx context.Context, now, until time.Time, of []Delivery) ([]Delivery, error)
}

// Buyers gives out and forgets what is kept of one buyer.
type Buyers interface {
	// Export hands everything that is kept of a buyer to take, piece by piece: "conversation", "record", "case", "turn", "late_reply",
	// "answer", "document", each as JSON.
	Export(ctx context.Context, shop, buyer string, take func(kind string, body []byte) error) error
	// Erase forgets all of it and says how many pieces there were. The audit keeps that it happened, without the buyer's name:
	// what the entry is about and its detail are the store's to write.
	Erase(ctx context.Context, shop, buyer string, by desk.Entry) (int, error)
}

// Exported is an answer as Export gives it.
type Exported struct {
	Message  string          `json:"message"`
	At       time.Time       `json:"at"`
	Response json.RawMessage `json:"response"`
}

// ExportedDocument is a document as Export gives it. A body that is no JSON is base64.
type ExportedDocument struct {
	Kind string    `json:"kind"`
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	Body any       `json:"body"`
}

// ExportDocument is a document as Export gives it.
func ExportDocument(d *desk.Document) ExportedDocument {
	out := ExportedDocument{Kind: d.Kind, ID: d.ID, At: d.At, Body: d.Body}
	if json.Valid(d.Body) {
		out.Body = json.RawMessage(d.Body)
	}
	return out
}

// A Backlog is what is to be done yet, in all shops.
type Backlog struct {
	Waiting int       // late replies that are pending or queued
	Oldest  time.Time // when the oldest of them was said; zero when none waits
	Dead    int
	Cases   int // that are not closed
}

// A Tally counts replies of humans (or of whoever counts) against their deadlines.
type Tally struct {
	InTime, Late int // replies that came
	Waiting      int // cases that wait for a reply whose deadline has not passed
	Overdue      int // cases that wait for a reply whose deadline has passed, or had before another team was given one
}

// Keeping is the upkeep of a store.
type Keeping interface {
	// Sweep forgets what has been kept long enough (see Retention, which the store was opened with).
	Sweep(ctx context.Context, now time.Time) error
	// Ready says whether the store can work now.
	Ready(ctx context.Context) error
}

// A Key names a conversation.
type Key struct{ Shop, Conversation string }

// An Ask says what a turn needs to read.
type Ask struct {
	Key
	Buyer   string // whose record; "" takes the conversation's buyer
	Message string // the idempotency key, "" for turns without one
	Now     time.Time

	// Recent says that the turn ends in a commit unless its message was answered before. It may then be built on what was
	// remembered from before, and on what others are about to commit: the commit finds out when that is not so, or came to nothing.
	Recent bool
	// WithoutDesk says that the desk is known already and need not be read.
	WithoutDesk bool
}

// Loaded is what a turn read.
type Loaded struct {
	Conversation  bot.Conversation // meaningless when Version is 0
	JSON          []byte           // the conversation as it is kept, where the store has it so; it is not changed by anybody
	Version       int64            // 0: not kept yet
	Record        bot.Record
	RecordVersion int64     // 0: not kept yet
	Desk          bot.Desk  // the next free handoff number, how many wait by team, who is here (desk.Presence.Here at Ask.Now), what is paused
	Answered      *Answered // what the message was answered with before, nil if it is new
	Standing      Standing
}

// A Standing is what a store wants to be told again of the conversation that a commit changes, so that a commit is writing only: it
// was loaded with it, and the version sees to it that it is so still.
type Standing struct {
	Buyer   string    // whose it is in the store
	Waiting string    // the team that it waits for
	Due     time.Time // as in Commit, in milliseconds
	Read    int64     // where a store may show what comes to nothing after all: how often that had happened before it was read, from 1; else 0
	Turn    string    // the last that was recorded, "" for none

	// The stretch of turns that are made again from the state before the first of them.
	Book  string    // of all of them, "" where the next is not to go on with it
	Steps int       // how many they are
	Since time.Time // when the first was, in milliseconds
}

// A Commit is everything that one turn did.
type Commit struct {
	Key
	Version      int64    // the one that was loaded
	Standing     Standing // the one that was loaded
	Conversation bot.Conversation
	JSON         []byte // the conversation, written once for all who need it; nil where nobody has
	Buyer        string
	At           time.Time

	Record        *bot.Record // nil: unchanged
	RecordVersion int64       // the one that was loaded

	Numbers []int     // of the handoffs that this turn opened
	Waiting string    // the team that the conversation waits for, "" for none
	Due     time.Time // when the timer is to ring, zero for none. Where it is Standing.Due it is left alone: ErrStale when it was moved meanwhile

	Late     *Late
	Answered *Answered // not without Recorded, which is kept longer
	Recorded *Recorded

	Cases []desk.Case // opened or changed by this turn, as they stand now; the store numbers their change. A case's number and time of opening stay
	Entry *desk.Entry // what an agent did, nil for turns of the buyer and the bot
}

// Answered is the response that a message got, kept so that the same message again gets the same response.
type Answered struct {
	Message     string
	Fingerprint string // of what must be equal for a message to be the same
	Response    []byte // JSON
	At          time.Time
}

// Recorded is the inputs of one turn: enough to run it again and see why it ended as it did.
type Recorded struct {
	ID         string           `json:"id"`
	Key        Key              `json:"key"`
	At         time.Time        `json:"at"`
	Before     bot.Conversation `json:"before,omitzero"` // as it is read: zero where the turns before it lead there
	BeforeJSON []byte           `json:"-"`               // Before as it is kept, nil where nobody has it so
	Check      uint32           `json:"check,omitzero"`  // of Before as JSON where it is not kept, so that who makes it again sees whether it is the same
	Events     []bot.Event      `json:"events"`
	Book       string           `json:"book"`       // hash of the rule book
	Classifier string           `json:"classifier"` // hash of the classifier
	Rule       string           `json:"rule"`       // the winner

	Outcome figures.Outcome `json:"outcome,omitzero"` // what it did, so that sums of many turns need not run them again
}

// A Brief is what is read of a recorded turn where its inputs and the state before it are not wanted: they are passed over, which is quick.
type Brief struct {
	ID      string          `json:"id"`
	Key     Key             `json:"key"`
	At      time.Time       `json:"at"`
	Rule    string          `json:"rule"`
	Outcome figures.Outcome `json:"outcome"`
}

// Recorded is the turn without the rest.
func (b *Brief) Recorded() Recorded {
	return Recorded{ID: b.ID, Key: b.Key, At: b.At, Rule: b.Rule, Outcome: b.Outcome}
}

// Late is what the buyer is to read outside of a response: an agent's words, a holding line.
type Late struct {
	ID        string               `json:"id"`
	Key       Key                  `json:"key"`
	At        time.Time            `json:"at"`
	Status    bot.Status           `json:"status"`
	Replies   []bot.Reply          `json:"replies"`
	Handoff   *bot.HandoffResponse `json:"handoff"`
	Offers    []bot.OfferMade      `json:"offers,omitempty"` // that were approved with it: the shop's system pays them
	FromAgent bool                 `json:"from_agent"`       // the bot's own words are dropped when a human has taken over meanwhile
	Buyer     time.Time            `json:"buyer,omitzero"`   // when the buyer last wrote before it was said, for the channel's budget
	Nth       int                  `json:"nth,omitempty"`    // how many lines it makes since then, itself included
	Deliver   bool                 `json:"deliver"`          // the shop has a callback
}

// A Timer is a conversation whose time has come.
type Timer struct {
	Key
	At time.Time
}

// A Delivery is a late reply that is on its way.
type Delivery struct {
	Late
	Attempts int // made so far
}

// A Settlement says how an attempt to deliver ended.
type Settlement struct {
	Key
	ID       string
	State    DeliveryState
	Attempts int
	Next     time.Time // of a try later
	Error    string    // of a try later: why
	At       time.Time

	// Taken is the end of the lease under which it was tried, zero without one. When another has taken it since, or settled it, it is not
	// for this one to say anything but that it was delivered: ErrStale.
	Taken time.Time
}

// DeliveryState says how an attempt ended.
type DeliveryState string

// How an attempt to deliver ends.
const (
	Delivered  DeliveryState = "delivered"
	TryLater   DeliveryState = "later"
	Dropped    DeliveryState = "dropped" // a human took over before it was sent
	DeadLetter DeliveryState = "dead"    // tried until hope was lost; still to be read
)

// A Query asks for work that is due.
type Query struct {
	Now     time.Time
	Limit   int
	PerShop int // so that one shop's backlog does not hide the others'
}
