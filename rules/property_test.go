package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// A condition fits exactly where the model says that it is true, and the part that is named as the reason is not true.
func TestConditionMeansWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := genNode(t, 3, true)
		book, found := compileQuietly(withCondition(n.text()))
		if book == nil {
			require.Equal(t, doc.ConstantCondition, found[0].Code, "%v", found)
			return
		}
		facts := map[string]bool{}
		n.facts(facts)
		eachWorld(facts, func(w world) bool {
			d := book.Decide(rules.Query{Intent: "return", Facts: w.inBook(book)})
			require.Equal(t, n.value(w) == yes, d.Rule != nil, "%s in %v", n.text(), w)
			return true
		})
	})
}

// What is reported as constant is so in some part, and what is constant is reported.
func TestConstantConditionAgreesWithEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := genNode(t, 3, false)
		_, found := compileQuietly(withCondition(n.text()))
		require.Equal(t, constant(n, false), hasCode(found, doc.ConstantCondition), "%s: %v", n.text(), found)
	})
}

// A rule is reported as unreachable exactly when no world lets it answer.
func TestUnreachableAgreesWithEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) node { return genNode(t, 2, false) }), 2, 5).Draw(t, "rules")
		for _, n := range nodes {
			if constant(n, false) {
				t.Skip("a rule that is constant takes no part")
			}
		}
		_, found := compileQuietly(bookOfNodes(nodes))
		reported := map[int]bool{}
		for _, d := range found {
			if d.Code == doc.UnreachableRule {
				reported[(d.Range.Start.Line-2)/4] = true
			}
		}
		for i, reachable := range reachableByEnumeration(nodes) {
			require.Equal(t, !reachable, reported[i], "rule %d of\n%s%v", i, bookOfNodes(nodes), found)
		}
	})
}

// With comparisons of two facts not everything is found, but what is reported is so.
func TestAnalysisOfPairsIsRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) node { return genNode(t, 2, true) }), 1, 4).Draw(t, "rules")
		_, found := compileQuietly(bookOfNodes(nodes))
		for _, d := range found {
			i := (d.Range.Start.Line - 2) / 4
			switch d.Code {
			case doc.ConstantCondition:
				require.True(t, constant(nodes[i], false), "%v", d)
			case doc.UnreachableRule: // one that is constant may be found to be so too
				before := slices.DeleteFunc(slices.Clone(nodes[:i]), func(n node) bool { return constant(n, false) })
				require.False(t, reachableByEnumeration(append(before, nodes[i]))[len(before)], "%v", d)
			default: // warnings
				require.Equal(t, doc.Warning, d.Severity, "%v", d)
			}
		}
	})
}

func bookOfNodes(nodes []node) string {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i, n := range nodes {
		fmt.Fprintf(&b, "  - id: rule.%d\n    intent: return\n    when: '%s'\n    reply: 好的 %d\n", i, n.text(), i)
	}
	return b.String() + closing
}

// reachableByEnumeration finds the rules that answer in some world.
func reachableByEnumeration(nodes []node) []bool {
	facts := map[string]bool{}
	for _, n := range nodes {
		n.facts(facts)
	}
	reachable := make([]bool, len(nodes))
	eachWorld(facts, func(w world) bool {
		for i, n := range nodes {
			if n.value(w) == yes {
				reachable[i] = true
				break
			}
		}
		return true
	})
	return reachable
}

func compileQuietly(text string) (*rules.Book, []doc.Diagnostic) {
	var p doc.Problems
	file := doc.Parse("rules.yaml", []byte(text), &p)
	book := rules.Compile([]rules.Source{{File: file}}, vocabulary(), rules.Options{}, &p)
	return book, p.All()
}

func hasCode(found []doc.Diagnostic, code doc.Code) bool {
	for _, d := range found {
		if d.Code == code {
			return true
		}
	}
	return false
}
