package rules

import (
	"strings"

	"github.com/govalues/decimal"
)

// maxBoxes bounds the alternatives of one condition; a condition with more is not analysed.
const maxBoxes = 64

// A dimension is one thing that a box bounds.
type dimension struct {
	kind  dimensionKind
	fact  int // of an opaque atom its number
	other int // of a pair; the larger of the two places
}

type dimensionKind uint8

const (
	dimKnown dimensionKind = iota // whether a fact is known
	dimValue
	dimPair
	dimOpaque
)

// A box is a row of bounds that hold together; what it does not name is free. A condition is a list of boxes of which
// one must hold.
type box []side

type side struct {
	dim dimension
	set set
}

// with adds a bound; ok is false when nothing is left.
func (b box) with(dim dimension, s set) (out box, ok bool) {
	for i := range b {
		if b[i].dim == dim {
			s = b[i].set.intersect(s)
			if s.empty() {
				return nil, false
			}
			out = append(box(nil), b...)
			out[i].set = s
			return out, out.possible()
		}
	}
	if s.empty() {
		return nil, false
	}
	out = append(append(make(box, 0, len(b)+1), b...), side{dim, s})
	return out, out.possible()
}

// possible checks each pair of facts against the bounds of both.
func (b box) possible() bool {
	for i := range b {
		if b[i].dim.kind != dimPair {
			continue
		}
		left, okLeft := b.get(dimension{kind: dimValue, fact: b[i].dim.fact}).(numbers)
		right, okRight := b.get(dimension{kind: dimValue, fact: b[i].dim.other}).(numbers)
		if okLeft && okRight && b[i].set.(mask).bits&orders(left.hull(), right.hull()) == 0 {
			return false
		}
	}
	return true
}

// orders are the ways in which a number of the one interval may stand to one of the other.
func orders(a, b interval) uint8 {
	bits := uint8(caseLess | caseEqual | caseMore)
	if !a.from.infinite && !b.to.infinite {
		bits &= lowestAgainst(a.from, b.to)
	}
	if !a.to.infinite && !b.from.infinite {
		switch order := a.to.at.Cmp(b.from.at); {
		case order < 0 || order == 0 && (a.to.open || b.from.open):
			bits &= caseLess
		case order == 0:
			bits &= caseLess | caseEqual
		}
	}
	return bits
}

func lowestAgainst(from, to bound) uint8 {
	switch order := from.at.Cmp(to.at); {
	case order > 0 || order == 0 && (from.open || to.open):
		return caseMore
	case order == 0:
		return caseMore | caseEqual
	default:
		return caseLess | caseEqual | caseMore
	}
}

func (b box) get(dim dimension) set {
	for i := range b {
		if b[i].dim == dim {
			return b[i].set
		}
	}
	return nil
}

// meet is the box in which both hold.
func (b box) meet(other box) (out box, ok bool) {
	out = b
	for i := range other {
		if out, ok = out.with(other[i].dim, other[i].set); !ok {
			return nil, false
		}
	}
	return out, true
}

// disjoint tells whether two boxes surely have nothing in common.
func (b box) disjoint(other box) bool {
	for i := range b {
		if s := other.get(b[i].dim); s != nil && b[i].set.disjoint(s) {
			return true
		}
	}
	return false
}

// within tells whether a box lies in another.
func (b box) within(other box) bool {
	for i := range other {
		if s := b.get(other[i].dim); s == nil || !s.within(other[i].set) {
			return false
		}
	}
	return true
}

// minus adds what is left of a box outside another, in boxes that do not overlap.
func (b box) minus(other box, left []box) []box {
	if b.disjoint(other) {
		return append(left, b)
	}
	if b.within(other) {
		return left
	}
	rest := b
	for i := range other {
		if own := rest.get(other[i].dim); own != nil && own.within(other[i].set) {
			continue // nothing of it is outside
		}
		if outside, ok := rest.with(other[i].dim, other[i].set.complement()); ok {
			left = append(left, outside)
		}
		inside, ok := rest.with(other[i].dim, other[i].set)
		if !ok {
			break
		}
		rest = inside
	}
	return left
}

// subtract takes boxes away from boxes; ok is false when there are too many pieces to go on.
func subtract(from, away []box) (left []box, ok bool) {
	left = from
	for _, a := range away {
		var next []box
		for _, b := range left {
			next = b.minus(a, next)
		}
		if len(next) > maxBoxes {
			return nil, false
		}
		left = next
	}
	return left, true
}

// A boxer turns conditions into boxes.
type boxer struct {
	layout *layout
	opaque map[string]int // numbers for the texts of opaque atoms
}

func newBoxer(l *layout) boxer { return boxer{layout: l, opaque: map[string]int{}} }

// boxes are the alternatives of a condition; ok is false when there are too many. None means that it is never true.
func (x boxer) boxes(c *condition) (list []box, ok bool) {
	switch {
	case c == nil:
		return []box{{}}, true
	case c.kind == condAtom:
		return x.atom(c.atom), true
	case c.kind == condOr:
		for _, part := range c.parts {
			more, ok := x.boxes(part)
			if list = append(list, more...); !ok || len(list) > maxBoxes {
				return nil, false
			}
		}
		return list, true
	}
	list = []box{{}}
	for _, part := range c.parts {
		more, ok := x.boxes(part)
		if !ok {
			return nil, false
		}
		if list = meetAll(list, more); len(list) > maxBoxes {
			return nil, false
		}
	}
	return list, true
}

func meetAll(a, b []box) []box {
	var out []box
	for _, one := range a {
		for _, other := range b {
			if both, ok := one.meet(other); ok {
				out = append(out, both)
			}
		}
	}
	return out
}

// atom gives the one box of an atom, or none.
func (x boxer) atom(a *atom) []box {
	if a.fixed {
		if a.truth {
			return []box{{}}
		}
		return nil
	}
	b := x.readable(a.reads)
	dim, s := x.side(a)
	if a.negated {
		s = s.complement()
		if dim.kind == dimOpaque {
			s = mask{caseFalse, caseTrue | caseFalse | caseNeither}
		}
	}
	b, ok := b.with(dim, s)
	if !ok {
		return nil
	}
	return []box{b}
}

// readable is the box in which all these facts are known.
func (x boxer) readable(reads []int) box {
	var b box
	for _, fact := range reads {
		if !x.layout.certain(fact) {
			b = append(b, side{dimension{kind: dimKnown, fact: fact}, mask{caseKnown, caseKnown | caseUnknown}})
		}
	}
	return b
}

// certain tells facts that are never unknown. A shop's policy is written down in its folder.
func (l *layout) certain(fact int) bool {
	return l.facts[fact].AlwaysKnown || strings.HasPrefix(l.facts[fact].Name, "policy.")
}

// side is the bound that an atom without its `not` sets.
func (x boxer) side(a *atom) (dimension, set) {
	s := &a.shape
	switch s.kind {
	case shapeKnown:
		if x.layout.certain(s.fact) {
			return dimension{kind: dimKnown, fact: s.fact}, mask{caseKnown, caseKnown}
		}
		return dimension{kind: dimKnown, fact: s.fact}, mask{caseKnown, caseKnown | caseUnknown}
	case shapePair:
		return pairSide(s)
	case shapeCompare, shapeIn:
		if value, ok := x.valueSet(s); ok {
			return dimension{kind: dimValue, fact: s.fact}, value
		}
	default: // an opaque atom
	}
	number, seen := x.opaque[s.text]
	if !seen {
		number = len(x.opaque)
		x.opaque[s.text] = number
	}
	return dimension{kind: dimOpaque, fact: number}, mask{caseTrue, caseTrue | caseFalse | caseNeither}
}

func pairSide(s *shape) (dimension, set) {
	const full = caseLess | caseEqual | caseMore
	bits := map[string]uint8{
		"==": caseEqual, "!=": caseLess | caseMore, "<": caseLess, "<=": caseLess | caseEqual, ">": caseMore, ">=": caseMore | caseEqual,
	}
	a, b, op := s.fact, s.other, s.op
	if a == b {
		return dimension{kind: dimPair, fact: a, other: b}, mask{bits[op] & caseEqual, caseEqual}
	}
	if a > b {
		a, b, op = b, a, flip(op)
	}
	return dimension{kind: dimPair, fact: a, other: b}, mask{bits[op], full}
}

// valueSet is what a comparison with literals leaves of a fact.
func (x boxer) valueSet(s *shape) (set, bool) {
	typ := &x.layout.facts[s.fact].Type
	values, op := s.values, "=="
	if s.kind == shapeCompare {
		values, op = []Value{s.value}, s.op
	}
	if typ.Kind.isText() || typ.Kind == Bool {
		return wordSet(typ, values, op), true
	}
	if len(values) > maxBoxes {
		return nil, false
	}
	whole := typ.Kind != Number && typ.Kind != Money
	out := numbers{whole: whole}
	for i := range values {
		n, ok := position(values[i])
		if !ok {
			return nil, false
		}
		one := numbersWhere(op, n, whole)
		if len(values) == 1 {
			return one, true
		}
		out = out.union(one)
	}
	return out, true
}

func wordSet(typ *Type, values []Value, op string) set {
	domain := typ.Values
	if typ.Kind == Bool {
		domain = []string{"false", "true"}
	}
	if typ.Kind == Text {
		domain = nil
	}
	list := make([]string, len(values))
	for i := range values {
		list[i] = values[i].printed(nil)
	}
	return newWords(domain, list, op == "!=")
}

// position is where a value stands on the line of its kind.
func position(v Value) (decimal.Decimal, bool) {
	if d, ok := v.Decimal(); ok {
		return d, true
	}
	d, err := decimal.New(v.n, 0)
	return d, err == nil
}
