package rules_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"xiaoer/rules"
)

// The model is a second, slow way to say what a condition means: it works on a small world in which each fact has a few
// values, and uses three truth values throughout.

type truth int

const (
	no truth = iota
	unknown
	yes
)

// A world gives facts values; a fact that is not in it is unknown.
type world map[string]any

// A node is a condition of the model.
type node interface {
	text() string
	value(w world) truth
	facts(into map[string]bool)
}

type combined struct {
	op          string
	left, right node
}

func (c combined) text() string {
	return "(" + c.left.text() + ") " + c.op + " (" + c.right.text() + ")"
}

func (c combined) value(w world) truth {
	if c.op == "and" {
		return min(c.left.value(w), c.right.value(w))
	}
	return max(c.left.value(w), c.right.value(w))
}

func (c combined) facts(into map[string]bool) { c.left.facts(into); c.right.facts(into) }

type negation struct{ inner node }

func (n negation) text() string               { return "not (" + n.inner.text() + ")" }
func (n negation) value(w world) truth        { return yes - n.inner.value(w) }
func (n negation) facts(into map[string]bool) { n.inner.facts(into) }

// A leaf is an atom: a fact beside a literal, a list or another fact, or a question whether it is known.
type leaf struct {
	fact, op, other string
	number          int
	words           []string
}

// pointers keep nodes comparable.
func newLeaf(l leaf) node { return &l }

func (l leaf) text() string {
	switch {
	case l.op == "has":
		return "has(" + l.fact + ")"
	case l.op == "is":
		return l.fact
	case l.op == "in":
		return l.fact + ` in ["` + strings.Join(l.words, `", "`) + `"]`
	case l.other != "":
		return l.fact + " " + l.op + " " + l.other
	case len(l.words) > 0:
		return fmt.Sprintf("%s %s %q", l.fact, l.op, l.words[0])
	default:
		return fmt.Sprintf("%s %s %d", l.fact, l.op, l.number)
	}
}

func (l leaf) facts(into map[string]bool) {
	into[l.fact] = true
	if l.other != "" {
		into[l.other] = true
	}
}

func (l leaf) value(w world) truth {
	v, known := w[l.fact]
	if l.op == "has" {
		return truthOf(known)
	}
	right, rightKnown := any(l.number), true
	if l.other != "" {
		right, rightKnown = w[l.other]
	}
	if !known || !rightKnown {
		return unknown
	}
	switch v := v.(type) {
	case bool:
		return truthOf(v)
	case string:
		found := false
		for _, word := range l.words {
			found = found || word == v
		}
		return truthOf(found == (l.op != "!="))
	case int:
		return truthOf(orderHolds(l.op, v-right.(int)))
	}
	return unknown
}

func orderHolds(op string, difference int) bool {
	switch op {
	case "==":
		return difference == 0
	case "!=":
		return difference != 0
	case "<":
		return difference < 0
	case "<=":
		return difference <= 0
	case ">":
		return difference > 0
	default:
		return difference >= 0
	}
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// domains are the values that facts have in the small world; nil stands for unknown.
func domains() map[string][]any {
	return map[string][]any{
		"order.stage":          {nil, "unpaid", "paid", "shipped", "delivered", "closed"},
		"mood":                 {"calm", "upset", "angry"},
		"order.known":          {false, true},
		"order.changeable":     {nil, false, true},
		"order.delivered_days": {nil, -1, 0, 1, 2, 3, 4},
		"order.late_hours":     {nil, -1, 0, 1, 2, 3, 4},
	}
}

func wordsOf(fact string) []string {
	if fact == "mood" {
		return []string{"calm", "upset", "angry"}
	}
	return []string{"unpaid", "paid", "shipped", "delivered", "closed"}
}

// genLeaf draws an atom.
func genLeaf(t *rapid.T, pairs bool) node {
	numbers := []string{"order.delivered_days", "order.late_hours"}
	ops := []string{"==", "!=", "<", "<=", ">", ">="}
	kinds := 5
	if pairs {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return newLeaf(leaf{fact: rapid.SampledFrom([]string{"order.known", "order.changeable"}).Draw(t, "fact"), op: "is"})
	case 1:
		fact := rapid.SampledFrom([]string{"order.stage", "mood"}).Draw(t, "fact")
		return newLeaf(leaf{fact: fact, op: rapid.SampledFrom([]string{"==", "!="}).Draw(t, "op"), words: []string{rapid.SampledFrom(wordsOf(fact)).Draw(t, "word")}})
	case 2:
		fact := rapid.SampledFrom([]string{"order.stage", "mood"}).Draw(t, "fact")
		return newLeaf(leaf{fact: fact, op: "in", words: rapid.SliceOfN(rapid.SampledFrom(wordsOf(fact)), 1, 3).Draw(t, "words")})
	case 3:
		return newLeaf(leaf{fact: rapid.SampledFrom([]string{"order.stage", "order.delivered_days"}).Draw(t, "fact"), op: "has"})
	case 5:
		return newLeaf(leaf{fact: numbers[0], op: rapid.SampledFrom(ops).Draw(t, "op"), other: numbers[1]})
	default:
		return newLeaf(leaf{fact: rapid.SampledFrom(numbers).Draw(t, "fact"), op: rapid.SampledFrom(ops).Draw(t, "op"), number: rapid.IntRange(0, 3).Draw(t, "number")})
	}
}

// genNode draws a condition of at most the given depth.
func genNode(t *rapid.T, depth int, pairs bool) node {
	if depth == 0 {
		return genLeaf(t, pairs)
	}
	switch rapid.IntRange(0, 4).Draw(t, "shape") {
	case 0:
		return &negation{genNode(t, depth-1, pairs)}
	case 1, 2:
		return &combined{"and", genNode(t, depth-1, pairs), genNode(t, depth-1, pairs)}
	case 3:
		return &combined{"or", genNode(t, depth-1, pairs), genNode(t, depth-1, pairs)}
	default:
		return genLeaf(t, pairs)
	}
}

// eachWorld calls visit for all values that these facts can have together, until it returns false.
func eachWorld(facts map[string]bool, visit func(world) bool) {
	names := make([]string, 0, len(facts))
	for name := range facts {
		names = append(names, name)
	}
	w := world{}
	var walk func(i int) bool
	walk = func(i int) bool {
		if i == len(names) {
			return visit(w)
		}
		for _, v := range domains()[names[i]] {
			if v == nil {
				delete(w, names[i])
			} else {
				w[names[i]] = v
			}
			if !walk(i + 1) {
				return false
			}
		}
		return true
	}
	walk(0)
}

// constant tells whether a condition, or a part of it, fits in every world or in none.
func constant(n node, negated bool) bool {
	facts := map[string]bool{}
	n.facts(facts)
	fits, fails := false, false
	eachWorld(facts, func(w world) bool {
		v := n.value(w)
		if negated {
			v = yes - v
		}
		fits, fails = fits || v == yes, fails || v != yes
		return !fits || !fails
	})
	if !fits || !fails {
		return true
	}
	switch n := n.(type) {
	case *negation:
		return constant(n.inner, !negated)
	case *combined:
		return constant(n.left, negated) || constant(n.right, negated)
	}
	return false
}

// inBook gives the facts of a world to a book.
func (w world) inBook(book *rules.Book) *rules.Facts {
	f := book.NewFacts()
	for name, v := range w {
		switch v := v.(type) {
		case bool:
			f.Set(name, rules.BoolValue(v))
		case int:
			f.Set(name, rules.IntValue(v))
		case string:
			f.Set(name, rules.TextValue(v))
		}
	}
	return f
}
