// Package shop reads a shop's folder: shop.yaml, rules, intents, tests, connect.yaml and products.csv, on top of the
// folder that it extends. It gives the whole shop or its problems, never a part; a Registry keeps many shops and reads
// them again when a file changes. It says nothing to buyers itself and runs no tests: it hands out what it read.
package shop

import (
	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules/doc"
)

// A Shop is one folder that passed its check. It is immutable.
type Shop struct {
	ID         string
	Dir        string // as it was asked for
	Book       *bot.Book
	Classifier *intents.Classifier
	Connect    Connect
	Quick      []bot.QuickReply // what agents may pick, in the order of the file, the base's last
	Tests      []*doc.File      // parsed, not yet understood: they are package shoptest's
}

// A Result is what came of reading a folder.
type Result struct {
	ID       string // as shop.yaml says, else the folder's name: a broken shop has one too
	Dir      string
	Shop     *Shop             // nil when there is an error outside the tests
	Problems []doc.Diagnostic  // sorted; file names are relative to the folder that was asked for
	Sources  map[string][]byte // by the file names of diagnostics, for rendering
	Tests    []*doc.File       // also of a broken shop, so that their problems can be told too
	Watch    []string          // folders whose change may change the result, the shop's own first

	hasID bool      // shop.yaml gives an id
	idAt  doc.Range // where
}

// sameAs tells whether two readings gave the same shop, so that the older one can stay.
func (s *Shop) sameAs(t *Shop) bool {
	return s.Dir == t.Dir && s.Book.Hash == t.Book.Hash && s.Connect.equal(t.Connect)
}

// HasErrors tells whether a problem is an error, one in a test file included.
func (r *Result) HasErrors() bool {
	for i := range r.Problems {
		if r.Problems[i].Severity == doc.Error {
			return true
		}
	}
	return false
}
