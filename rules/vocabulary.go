// contract: others build on the types in this file.

// Package rules says what a shop answers: it compiles a shop's rule documents into an immutable rule book, and
// works out from facts which rule fits, with a trace of why. It does no I/O and knows no conversation: the
// legal intents and facts are told to it as a Vocabulary, and what a rule then does is left to its caller.
//
// Conditions are expr's language and are read by its parser. They are typed and worked out here and not by its virtual
// machine: money is decimal, an unknown fact makes its atom unknown also under `not`, every error has its place, and
// what a shop may write is an allow list, so that a decision is bounded in time and memory and allocates nothing.
package rules

import (
	"time"

	"xiaoer/rules/doc"
)

// Kind is the kind of value that a fact or an expression has.
type Kind uint8

// The kinds.
const (
	Bool     Kind = iota + 1
	Int           // whole numbers: counts, whole hours, calendar days
	Number        // decimal numbers
	Money         // decimal yuan; compared as a number, printed as given
	Text          // any text
	Enum          // a text out of a fixed list
	Time          // an instant, printed in the shop's timezone
	Date          // a calendar day in the shop's timezone
	Duration      // a length of time, such as policy.ship_within
	Texts         // a list of texts
	Records       // a list of records, such as order.items
)

// Type is the type of a fact.
type Type struct {
	Kind   Kind
	Values []string // the legal values of an Enum; of Texts where they are a closed list (intents)
	Fields []Fact   // the fields of Records
}

// A Fact is one name that conditions and texts may read, such as "order.stage".
type Fact struct {
	Name        string
	Type        Type
	Doc         string // one English sentence: meaning, units, source
	AlwaysKnown bool   // false, 0, empty or an Enum's first word where there is nothing; never unknown
	TextOnly    bool   // legal in texts only (handoff.*, offer.*)
}

// An Intent is a name that rules may be written for.
type Intent struct {
	Name   string
	Title  string // how it is called in the shop's language; "" where it has no other name
	Topics []string
	At     doc.Range // where a shop describes it; zero for a built-in one
}

// A Vocabulary is what the rules of one shop may speak of. It is immutable once a book was compiled with it.
type Vocabulary struct {
	Intents []Intent
	Facts   []Fact   // the built-in ones and this shop's policy, slots and product columns
	Slots   []string // names legal in collect
	Teams   []string // names legal in handoff.team and offer.above; the first is the default
	// Spoiled names what could not be read where it is described: "policy" and "slots" for these groups of facts,
	// "slots", "teams" and "otherwise" for these names. What is missing in them is not reported again, but a book that
	// needs it is nil all the same.
	Spoiled []string
	// Location is the shop's timezone: date(order.paid_at) is the day there. Nil means UTC.
	Location *time.Location
	Tags     []string // product tags and ids of the shop's catalogue, when it has one; used for warnings about `for`
}
