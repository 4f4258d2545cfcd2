package rules

import "xiaoer/rules/doc"

// A Source is one document with rules. The documents of a base folder are defaults for the shop's own.
type Source struct {
	File *doc.File
	Base bool // the document is of the folder that the shop extends
}

// Options are what Compile needs to know besides the documents.
type Options struct {
	// Drop are the ids of base rules that the shop removes, with the place where it says so.
	Drop map[string]doc.Range
}

// A Book is a shop's compiled rules. It is immutable and may be shared by any number of goroutines.
type Book struct {
	rules     []*Rule
	otherwise Otherwise
	layout    *layout
}

// Compile reads the rule documents in their order and compiles them. The shop's own new rules are read before the
// base's (the specific before the general); a rule with the id of a base rule takes that rule's place; the shop's
// `otherwise` replaces the base's. Every problem goes to p. The book is nil when there was an error.
func Compile(sources []Source, v *Vocabulary, o Options, p *doc.Problems) *Book {
	return &Book{layout: newLayout(v)}
}

// Rules are the rules in reading order. The list must not be changed.
func (b *Book) Rules() []*Rule { return b.rules }

// Otherwise is what happens to a message that was not understood.
func (b *Book) Otherwise() Otherwise { return b.otherwise }

// Answers tells whether some rule is for the intent, or for one of its topics. Rules without an intent do not count.
func (b *Book) Answers(intent string) bool { return false }

// NewFacts makes an empty row of facts in the book's layout.
func (b *Book) NewFacts() *Facts { return newFacts(b.layout) }

// Decide finds the first rule that fits.
func (b *Book) Decide(q Query) Decision { return Decision{Intent: q.Intent} }
