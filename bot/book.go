// contract: others build on the types in this file.

package bot

import (
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"xiaoer/rules"
)

// A Book is everything that one shop says, compiled. It is immutable and may be shared by any number of goroutines.
type Book struct {
	Shop       Shop
	Rules      *rules.Book
	Slots      []Slot // in the order of the file
	Teams      []Team // the first is the default; never empty in a shop that passed its check
	Scripts    map[string][]*rules.Template
	Plain      map[string]string // a sentence without facts for each script, said when a script's facts are unknown
	Notices    []Declared
	Policy     map[string]rules.Value // by the name after "policy."
	Products   map[string]CatalogueProduct
	Compliance []Pattern
	AgentIdle  time.Duration // 0 means DefaultAgentIdle
	// QuestionIdle is how long a question stays open when the buyer says nothing more; 0 means DefaultQuestionIdle.
	QuestionIdle time.Duration
	ReplyClock   ReplyClock
	Budget       Budget
	AsksRating   bool              // the shop has words of its own for the script `rating`: they are sent when an agent closes
	Titles       map[string]string // how an intent or "intent.topic" is named to a buyer, in the shop's language
	Hash         string            // of everything above, for traces and replay

	// Province names the province of the first Chinese place in a text, "" when none is known. It may be nil.
	Province func(place string) string

	rows     sync.Pool // emptied rows of facts to use again; a book is shared by pointer and never copied
	turns    sync.Pool // emptied turns to use again
	verdicts verdicts
	desk     atomic.Pointer[deskState]
	places   atomic.Pointer[places]
}

// row takes a row of facts with nothing known but the shop itself; giveRow takes it back.
func (b *Book) row() *row {
	if f, ok := b.rows.Get().(*row); ok {
		return f
	}
	return b.newRow()
}

func (b *Book) giveRow(f *row) {
	if f != nil {
		f.Reset()
		b.rows.Put(f)
	}
}

// turn takes an empty turn; endTurn takes it back with its facts. Nothing of what a turn gives points into it.
func (b *Book) turn() *turn {
	if t, ok := b.turns.Get().(*turn); ok {
		return t
	}
	return &turn{}
}

func (b *Book) endTurn(t *turn) {
	b.giveRow(t.facts)
	*t = turn{}
	b.turns.Put(t)
}

// Shop is who speaks.
type Shop struct {
	ID       string
	Name     string
	Locale   string
	Location *time.Location // nil means UTC
	Hours    Hours
	Holidays []Days // closed
	Working  []Days // make-up working days: a day of rest among them has the hours of a Monday
}

// Hours are the stretches of the week when agents are at the desk. The zero value is always open.
type Hours struct {
	Week map[time.Weekday][]Span // a weekday that is not listed is closed; an empty map is always open
}

// Span is a stretch of a day in minutes from its midnight; To may be past 1440, then it ends on the next day.
type Span struct{ From, To int }

// Days is a stretch of calendar days, both included, each written as 2006-01-02.
type Days struct{ From, Until string }

// Slot is an order detail that is collected.
type Slot struct {
	Name     string
	Kind     string // one of the Slot kinds; never empty
	Ask      *rules.Template
	Retry    *rules.Template // nil means Ask
	Min      int             // fewest images; 0 means 1
	Choices  []string        // of a choice
	Attempts int             // askings in all; 0 means DefaultAttempts
}

// Slot kinds.
const (
	SlotText    = "text"
	SlotOrderNo = "order_no"
	SlotPhone   = "phone"
	SlotAddress = "address"
	SlotImage   = "image"
	SlotChoice  = "choice"
	SlotNumber  = "number"
	SlotAmount  = "amount"
	SlotDate    = "date"
)

// SlotKinds lists the kinds of slot. A slot that is named like a kind has that kind.
func SlotKinds() []string {
	return []string{SlotText, SlotOrderNo, SlotPhone, SlotAddress, SlotImage, SlotChoice, SlotNumber, SlotAmount, SlotDate}
}

// Team is a group of agents.
type Team struct {
	Name       string
	Title      string        // how the buyer reads it; "" means Name
	FirstReply time.Duration // 0 means DefaultFirstReply
	NextReply  time.Duration // 0 means FirstReply, NoReply that only the first has a deadline
	EscalateTo string        // "" means nobody
}

// A ReplyClock says when the clock of a reply runs, and whose reply stops it. The zero value runs in the hours of the desk
// and is stopped by humans only.
type ReplyClock struct {
	Always bool                    // it runs at every hour
	Week   map[time.Weekday][]Span // it runs in these hours, on holidays too; empty means those of the desk
	Any    bool                    // a line of the bot's stops it too
}

// A Budget is how many messages a channel lets through after each message of the buyer. The zero value knows no limit.
type Budget struct {
	Messages int           // 0 means no limit
	Within   time.Duration // since the buyer's message; 0 means for ever
}

// Declared is a notice that the shop declared.
type Declared struct {
	Kind    string   // weather, stock, holiday, courier
	Text    string   //
	Regions []string // where it holds, see concerns; empty means everywhere
	From    string   // first day, 2006-01-02; "" means unbounded
	Until   string   // last day, included
}

// CatalogueProduct is a line of the shop's catalogue. Columns are by fact name after "product.", tags included.
type CatalogueProduct struct {
	ID      string
	Tags    []string
	Columns map[string]rules.Value
}

// Pattern is one entry of the compliance list.
type Pattern struct {
	Name  string // what it forbids
	Match *regexp.Regexp
	Needs []string       // in lower case: a text without any of them is not matched; empty means that every text is
	Free  *regexp.Regexp // where this matches at the hit's place the hit is free ("最新", "最后"); nil when there is nothing
}

// What holds where a shop says nothing.
const (
	DefaultAttempts   = 2
	DefaultAgentIdle  = 30 * time.Minute
	DefaultFirstReply = 3 * time.Minute

	DefaultQuestionIdle = 2 * time.Hour
)

// NoReply is the NextReply of a team whose later replies have no deadline.
const NoReply time.Duration = -1

// Slot finds a slot by its name.
func (b *Book) Slot(name string) (Slot, bool) {
	for i := range b.Slots {
		if b.Slots[i].Name == name {
			return b.Slots[i], true
		}
	}
	return Slot{}, false
}

// Team finds a team by its name; the default team stands for an unknown or empty one.
func (b *Book) Team(name string) Team {
	for i := range b.Teams {
		if b.Teams[i].Name == name {
			return b.Teams[i].complete()
		}
	}
	if len(b.Teams) > 0 {
		return b.Teams[0].complete()
	}
	return Team{Name: name}.complete()
}

func (t Team) complete() Team {
	if t.Title == "" {
		t.Title = t.Name
	}
	if t.FirstReply <= 0 {
		t.FirstReply = DefaultFirstReply
	}
	if t.NextReply == 0 {
		t.NextReply = t.FirstReply
	}
	return t
}

func (s Slot) attempts() int {
	if s.Attempts <= 0 {
		return DefaultAttempts
	}
	return s.Attempts
}

func (s Slot) least() int { return max(s.Min, 1) }
