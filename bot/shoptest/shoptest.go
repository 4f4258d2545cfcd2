// Package shoptest runs the conversation tests that a shop keeps beside its rules, measures which rules they reach, and
// replays recorded traffic through two versions of a shop. It is a library: it reads no files and prints nothing.
package shoptest

import (
	"context"
	"io"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules/doc"
)

// A Subject is the shop under test.
type Subject struct {
	Book *bot.Book
	Read func(text string) intents.Reading
}

// Parse reads test documents and reports what is wrong with them. book is the shop's, for the names that expectations
// may speak of, or nil for a broken shop: then names are not checked. Tests that have problems are left out.
func Parse(files []*doc.File, book *bot.Book, p *doc.Problems) []*Test { return nil }

// A Test is one conversation that must hold.
type Test struct {
	Name string
	At   doc.Range // of its name
}

// A Reporter is told of each test as it ends.
type Reporter interface{ Report(Result) }

// Options are how tests are run.
type Options struct {
	Pattern  string   // a regular expression on names; "" runs all
	Reporter Reporter // may be nil
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

// Coverage counts the rules that some test reached: that answered, asked, or handed over.
type Coverage struct {
	Rules   int      `json:"rules"`
	Total   int      `json:"rules_total"`
	Missing []string `json:"-"` // ids of rules that no test reached, in reading order
}

// Run runs tests one after the other until ctx ends; the error is a bad pattern's or ctx's.
func Run(ctx context.Context, s Subject, tests []*Test, o Options) (Summary, error) {
	return Summary{Tests: []Result{}}, nil
}

// WriteJUnit writes a summary as JUnit XML.
func WriteJUnit(w io.Writer, suite string, s Summary) error { return nil }

// Changes is the object of `replay --json`.
type Changes struct {
	Messages int      `json:"messages"`
	Changed  int      `json:"changed"`
	Changes  []Change `json:"changes"`
	Skipped  int      `json:"-"` // lines that are no webhook body
}

// A Change is one message that the two versions answer differently.
type Change struct {
	Message bot.Message `json:"message"`
	Before  any         `json:"before"`
	After   any         `json:"after"`
}

// Replay runs recorded messages, a webhook body a line, through two versions of a shop. sent_at is the clock. Progress
// may be nil; it is told the number of messages done.
func Replay(ctx context.Context, log io.Reader, before, after Subject, progress func(int)) (Changes, error) {
	return Changes{Changes: []Change{}}, nil
}
