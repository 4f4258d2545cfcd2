package rules

import (
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// analyse checks what can be said about all rules together. A rule in which something is wrong already takes no part.
func (r *reader) analyse(drafts []*draft, at doc.Range) {
	for _, d := range drafts {
		if d.rule.when == nil {
			continue
		}
		d.rule.guarded = slices.ContainsFunc(d.rule.when.facts(), func(fact int) bool {
			name := r.layout.facts[fact].Name
			return name == "risk" || name == "mood" || strings.HasPrefix(name, "intent")
		})
		if r.checkConstant(d) || r.checkOwnIntent(d) {
			d.broken = true
		}
	}
	r.checkUnreachable(drafts)
	finder := newPromiseFinder()
	for _, d := range drafts {
		r.checkPromises(d, finder)
		r.checkProducts(d.products)
	}
	// What is missing may be what could not be read: a misspelt intent is one problem, not two.
	// A folder without any rule is one that is just begun.
	if !r.problems.HasErrors() && !r.incomplete && len(drafts) > 0 {
		r.checkAnswered(drafts, at)
		r.checkNeedsOrder(drafts)
	}
}
