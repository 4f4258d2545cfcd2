package rules

import (
	"slices"

	"xiaoer/rules/doc"
)

// A Source is one document with rules. The documents of a base folder are defaults for the shop's own.
type Source struct {
	File *doc.File
	Base bool // the document is of the folder that the shop extends
}

// Options are what Compile needs to know besides the documents.
type Options struct {
	// Drop are the ids of base rules that the shop removes, with the place where it says so.
	Drop map[string]doc.Range
	// Tolerate are codes that the shop may allow itself: an unreachable rule or a constant condition is then reported, and
	// the book is made all the same. Of every other code an error withholds the book.
	Tolerate []doc.Code
}

// A Book is a shop's compiled rules. It is immutable and may be shared by any number of goroutines.
type Book struct {
	rules     []*Rule
	otherwise Otherwise
	layout    *layout
	always    []*Rule            // rules without an intent
	byIntent  map[string][]*Rule // rules for an intent with all its topics
	byTopic   map[Intended][]*Rule
	gates     gateFacts
}

// Compile reads the rule documents in their order and compiles them. The shop's own new rules are read before the
// base's (the specific before the general); a rule with the id of a base rule takes that rule's place; the shop's
// `otherwise` replaces the base's. Every problem goes to p. The book is nil when there was an
// error, also one that was found when a document was parsed.
func Compile(sources []Source, v *Vocabulary, o Options, p *doc.Problems) *Book {
	found := &doc.Problems{}
	r := newReader(v, found)
	s := r.collect(sources, p)
	drafts := r.compileRules(s.merge(o, found))
	b := &Book{layout: r.layout}
	for i, d := range drafts {
		d.rule.Index = i
		b.rules = append(b.rules, d.rule)
	}
	r.readOtherwise(b, s, sources)
	b.index()
	r.analyse(drafts, endOf(sources))
	withheld := s.spoiled || r.incomplete
	for _, d := range found.All() {
		p.Add(d)
		withheld = withheld || d.Severity == doc.Error && !o.tolerates(d.Code)
	}
	if withheld {
		return nil
	}
	return b
}

// tolerates tells whether a finding of this code leaves rules that can be used and is one that the shop may allow.
func (o *Options) tolerates(code doc.Code) bool {
	usable := code == doc.UnreachableRule || code == doc.ConstantCondition
	return usable && slices.Contains(o.Tolerate, code)
}

// index sorts the rules by what they are for, each list in reading order, so that a decision costs nothing for the
// rules of other intents.
func (b *Book) index() {
	b.byIntent, b.byTopic = map[string][]*Rule{}, map[Intended][]*Rule{}
	for _, rule := range b.rules {
		if len(rule.Intents) == 0 {
			b.always = append(b.always, rule)
		}
		for _, in := range rule.Intents {
			if in.Topic == "" {
				b.byIntent[in.Intent] = appendOnce(b.byIntent[in.Intent], rule)
			} else {
				b.byTopic[in] = appendOnce(b.byTopic[in], rule)
			}
		}
	}
	b.gates = newGateFacts(b.layout)
}

func appendOnce(list []*Rule, rule *Rule) []*Rule {
	if len(list) > 0 && list[len(list)-1] == rule {
		return list
	}
	return append(list, rule)
}

// Rules are the rules in reading order. The list must not be changed.
func (b *Book) Rules() []*Rule { return b.rules }

// Otherwise is what happens to a message that was not understood.
func (b *Book) Otherwise() Otherwise { return b.otherwise }

// Answers tells whether some rule that is not off is for the intent, or for one of its topics. Rules without an
// intent do not count.
func (b *Book) Answers(intent string) bool {
	return slices.ContainsFunc(b.rules, func(rule *Rule) bool { return !rule.Off && rule.isFor(intent) })
}

func (r *Rule) isFor(intent string) bool {
	return slices.ContainsFunc(r.Intents, func(in Intended) bool { return in.Intent == intent })
}

// NewFacts makes an empty row of facts in the book's layout.
func (b *Book) NewFacts() *Facts { return newFacts(b.layout) }
