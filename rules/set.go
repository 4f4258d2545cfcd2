package rules

import (
	"slices"

	"github.com/govalues/decimal"
)

// A set is what a fact, or a comparison of two facts, may still be. Sets are immutable.
type set interface {
	intersect(other set) set
	complement() set
	empty() bool
	// disjoint and within allocate nothing: nearly all pairs of rules need no more than these.
	disjoint(other set) bool
	within(other set) bool
}

// A mask is a set out of a few named cases, one bit each.
type mask struct{ bits, full uint8 }

// The cases of the masks that are used.
const (
	caseKnown, caseUnknown           = 1, 2
	caseTrue, caseFalse, caseNeither = 1, 2, 4 // an opaque atom is neither when it cannot be worked out
	caseLess, caseEqual, caseMore    = 1, 2, 4
)

func (m mask) intersect(other set) set { return mask{m.bits & other.(mask).bits, m.full} }
func (m mask) complement() set         { return mask{m.full &^ m.bits, m.full} }
func (m mask) empty() bool             { return m.bits == 0 }
func (m mask) disjoint(other set) bool { return m.bits&other.(mask).bits == 0 }
func (m mask) within(other set) bool   { return m.bits&^other.(mask).bits == 0 }

// A words is a set of texts, or of all texts but some. The domain of an enum makes the second kind finite.
type words struct {
	list   []string // sorted
	but    bool     // all texts but those of the list
	domain []string // of an enum or truth value; nil for any text
}

func newWords(domain, list []string, but bool) words {
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	if domain != nil && but {
		var rest []string
		for _, w := range domain {
			if !slices.Contains(list, w) {
				rest = append(rest, w)
			}
		}
		slices.Sort(rest)
		return words{list: slices.Compact(rest), domain: domain}
	}
	return words{list: list, but: but, domain: domain}
}

func (w words) intersect(other set) set {
	o := other.(words)
	switch {
	case w.but && o.but:
		return words{list: slices.Compact(slices.Sorted(slices.Values(slices.Concat(w.list, o.list)))), but: true, domain: w.domain}
	case w.but:
		return o.intersect(w)
	}
	var list []string
	for _, word := range w.list {
		if slices.Contains(o.list, word) != o.but {
			list = append(list, word)
		}
	}
	return words{list: list, domain: w.domain}
}

func (w words) complement() set {
	if w.domain != nil {
		return newWords(w.domain, w.list, true)
	}
	return words{list: w.list, but: !w.but}
}

func (w words) empty() bool { return !w.but && len(w.list) == 0 }

func (w words) disjoint(other set) bool {
	o := other.(words)
	switch {
	case w.but && o.but:
		return false
	case w.but:
		return o.disjoint(w)
	}
	for _, word := range w.list {
		if slices.Contains(o.list, word) != o.but {
			return false
		}
	}
	return true
}

func (w words) within(other set) bool {
	o := other.(words)
	if w.but {
		return o.but && !slices.ContainsFunc(o.list, func(word string) bool { return !slices.Contains(w.list, word) })
	}
	return !slices.ContainsFunc(w.list, func(word string) bool { return slices.Contains(o.list, word) == o.but })
}

// A numbers is a set of numbers: intervals in order that do not touch. Of a whole number all bounds are closed.
type numbers struct {
	intervals []interval
	whole     bool
}

type interval struct{ from, to bound }

// A bound is one end of an interval. An open one does not belong to it; without a value it is infinite.
type bound struct {
	at       decimal.Decimal
	open     bool
	infinite bool
}

func allNumbers() interval { return interval{bound{infinite: true}, bound{infinite: true}} }

// numbersWhere is the set of numbers x with `x op n`.
func numbersWhere(op string, n decimal.Decimal, whole bool) numbers {
	below := interval{bound{infinite: true}, bound{at: n, open: true}}
	point := interval{bound{at: n}, bound{at: n}}
	above := interval{bound{at: n, open: true}, bound{infinite: true}}
	var list []interval
	switch op {
	case "==":
		list = []interval{point}
	case "!=":
		list = []interval{below, above}
	case "<":
		list = []interval{below}
	case "<=":
		list = []interval{{below.from, point.to}}
	case ">":
		list = []interval{above}
	default:
		list = []interval{{point.from, above.to}}
	}
	return numbers{list, whole}.tidy()
}

// tidy closes the bounds of whole numbers, joins those with none between them, and drops intervals with nothing in them.
func (n numbers) tidy() numbers {
	kept := make([]interval, 0, len(n.intervals))
	for _, i := range n.intervals {
		if n.whole {
			i.from, i.to = closeUp(i.from), closeDown(i.to)
		}
		switch last := len(kept) - 1; {
		case i.empty():
		case n.whole && last >= 0 && kept[last].meets(i):
			kept[last].to = i.to
		default:
			kept = append(kept, i)
		}
	}
	n.intervals = kept
	return n
}

// meets tells whether the next whole number after an interval begins the other.
func (i interval) meets(next interval) bool {
	return !i.to.infinite && !next.from.infinite && step(i.to.at, 1).Cmp(next.from.at) == 0
}

// closeUp makes the lower bound of whole numbers the first whole number in it.
func closeUp(b bound) bound {
	if b.infinite {
		return b
	}
	at := b.at.Ceil(0)
	if b.open && at.Cmp(b.at) == 0 {
		at = step(at, 1)
	}
	return bound{at: at}
}

func closeDown(b bound) bound {
	if b.infinite {
		return b
	}
	at := b.at.Floor(0)
	if b.open && at.Cmp(b.at) == 0 {
		at = step(at, -1)
	}
	return bound{at: at}
}

// step moves by one; at the end of what a decimal can hold it stays.
func step(d decimal.Decimal, by int64) decimal.Decimal {
	next, err := d.Add(decimal.MustNew(by, 0))
	if err != nil {
		return d
	}
	return next
}

func (i interval) empty() bool {
	if i.from.infinite || i.to.infinite {
		return false
	}
	order := i.from.at.Cmp(i.to.at)
	return order > 0 || order == 0 && (i.from.open || i.to.open)
}

func (n numbers) intersect(other set) set {
	o := other.(numbers)
	out := numbers{whole: n.whole}
	for _, a := range n.intervals {
		for _, b := range o.intervals {
			out.intervals = append(out.intervals, interval{laterFrom(a.from, b.from), earlierTo(a.to, b.to)})
		}
	}
	return out.tidy()
}

func laterFrom(a, b bound) bound {
	switch {
	case a.infinite:
		return b
	case b.infinite:
		return a
	}
	if order := a.at.Cmp(b.at); order > 0 || order == 0 && a.open {
		return a
	}
	return b
}

func earlierTo(a, b bound) bound {
	switch {
	case a.infinite:
		return b
	case b.infinite:
		return a
	}
	if order := a.at.Cmp(b.at); order < 0 || order == 0 && a.open {
		return a
	}
	return b
}

func (n numbers) complement() set {
	out := numbers{intervals: []interval{allNumbers()}, whole: n.whole}
	for _, i := range n.intervals {
		var around []interval
		if !i.from.infinite {
			around = append(around, interval{bound{infinite: true}, bound{at: i.from.at, open: !i.from.open}})
		}
		if !i.to.infinite {
			around = append(around, interval{bound{at: i.to.at, open: !i.to.open}, bound{infinite: true}})
		}
		out = out.intersect(numbers{around, n.whole}.tidy()).(numbers)
	}
	return out
}

func (n numbers) disjoint(other set) bool {
	for _, a := range n.intervals {
		for _, b := range other.(numbers).intervals {
			if !(interval{laterFrom(a.from, b.from), earlierTo(a.to, b.to)}).empty() {
				return false
			}
		}
	}
	return true
}

func (n numbers) within(other set) bool {
	for _, a := range n.intervals {
		if !slices.ContainsFunc(other.(numbers).intervals, a.within) {
			return false
		}
	}
	return true
}

// within tells whether an interval lies in another.
func (i interval) within(other interval) bool {
	return laterFrom(i.from, other.from) == i.from && earlierTo(i.to, other.to) == i.to
}

func (n numbers) empty() bool { return len(n.intervals) == 0 }

// union puts the points of `in [1, 2]` together.
func (n numbers) union(other numbers) numbers {
	return n.complement().intersect(other.complement()).complement().(numbers)
}

// hull is the smallest and largest that is in the set.
func (n numbers) hull() interval {
	if len(n.intervals) == 0 {
		return interval{}
	}
	h := n.intervals[0]
	for _, i := range n.intervals[1:] {
		if h.from.infinite || i.from.infinite {
			h.from = bound{infinite: true}
		} else if i.from.at.Cmp(h.from.at) < 0 {
			h.from = i.from
		}
		if h.to.infinite || i.to.infinite {
			h.to = bound{infinite: true}
		} else if i.to.at.Cmp(h.to.at) > 0 {
			h.to = i.to
		}
	}
	return h
}
