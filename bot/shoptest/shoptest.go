// Package shoptest runs the conversation tests that a shop keeps beside its rules, measures which rules they reach, and
// replays recorded traffic through two versions of a shop. It is a library: it reads no files and prints nothing.
package shoptest

import (
	"time"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules/doc"
)

// A Subject is the shop under test.
type Subject struct {
	Book *bot.Book
	Read func(text string) intents.Reading
	// Folder is what the names of the shop's own files begin with, as diagnostics have it: "", or "fruit/" in a folder of
	// shops. Rules of other files are a base folder's, and its own tests cover them.
	Folder string
}

// A Test is one conversation that must hold.
type Test struct {
	Name string
	At   doc.Range // of its name

	now    time.Time
	buyer  bot.Buyer
	orders []bot.Order // at the source; the first is in view
	down   bool        // the source fails
	paused []string    // rules that are switched off, bot.PausedShop for everything
	online []bot.Seat  // agents at the desk
	steps  []step
}

// A stepKind says what happens in a step, besides the clock moving.
type stepKind string

const (
	stepNone    stepKind = ""
	stepBuyer   stepKind = "buyer"
	stepClaim   stepKind = "claim"
	stepAgent   stepKind = "agent"
	stepRelease stepKind = "release"
	stepResolve stepKind = "resolve"
	stepEcho    stepKind = "echo"
	stepNote    stepKind = "note"
	stepMove    stepKind = "move"
)

// A step is one thing that happens, and what must hold then.
type step struct {
	kind    stepKind
	after   time.Duration // the clock moves first
	message bot.Message   // of the buyer
	text    string        // of an agent, a note, an echo or an outcome; the name of who claims
	team    string        // a move: to this team
	to      string        // a move: to this agent
	expect  []expectation
	checks  int // keys under expect, also those with problems
}

// A Result is how one test ended. It is the entry of `test --json`.
type Result struct {
	Name     string   `json:"name"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Passed   bool     `json:"passed"`
	Step     int      `json:"step"` // number of the step that failed, from 1; 0 when the test passed
	Failures []string `json:"failures"`
	Trace    []string `json:"-"` // why the failing step ended as it did, a line for each thing that was considered
}

// A Summary is the object of `test --json`.
type Summary struct {
	Passed   int      `json:"passed"`
	Failed   int      `json:"failed"`
	Tests    []Result `json:"tests"`
	Coverage Coverage `json:"coverage"`
}

// Coverage counts the rules of the shop's own folder that some test reached: that answered, asked, or handed over.
type Coverage struct {
	Rules   int      `json:"rules"`
	Total   int      `json:"rules_total"` // without those that are off or a base's
	Missing []string `json:"-"`           // ids of rules that no test reached, in reading order
}

// A Reporter is told of each test as it ends.
type Reporter interface{ Report(Result) }

// Options are how tests are run.
type Options struct {
	Pattern  string   // a regular expression on names; "" runs all
	Reporter Reporter // may be nil
}
