package rules

import (
	"maps"
	"math/bits"
	"slices"
	"time"

	"github.com/govalues/decimal"
)

// A layout gives every fact of a vocabulary its place in a row, so that conditions read by number and not by name.
type layout struct {
	facts []Fact
	kinds []Kind // of the facts, side by side
	index map[string]int
	empty []Value // the row with nothing known: facts that are always known stand at false, 0, empty or the first of an enum
	zone  *time.Location

	groups  []string // in the order of their first facts
	groupOf []uint8  // of a fact, its place in groups

	spoiled []string // groups of facts that could not be read
}

func newLayout(v *Vocabulary) *layout {
	n := len(v.Facts)
	l := &layout{
		facts: v.Facts, kinds: make([]Kind, n), index: make(map[string]int, n), empty: make([]Value, n), groupOf: make([]uint8, n),
		zone: v.Location, spoiled: v.Spoiled,
	}
	if l.zone == nil {
		l.zone = time.UTC
	}
	for i := range v.Facts {
		f := &v.Facts[i]
		l.index[f.Name], l.kinds[i], l.groupOf[i] = i, f.Type.Kind, l.group(f)
		if f.AlwaysKnown {
			l.empty[i] = zeroValue(f.Type)
		}
	}
	return l
}

func zeroValue(t Type) Value {
	v := Value{kind: t.Kind}
	if t.Kind == Enum && len(t.Values) > 0 {
		v.s = t.Values[0]
	}
	return v
}

// Facts is one row of facts in the layout of the book that made it. It is not safe for use by several goroutines; it
// may be reset and used again.
type Facts struct {
	layout  *layout
	row     []Value  // a Value without a kind is unknown
	start   []Value  // the row as it is after a Reset
	changed []uint64 // the places that are not as they were then, one bit each

	filler  Filler
	awaited groupSet // what the filler has still to fill

	// The entry that a closure is at while it is worked out.
	record map[string]Value
	entry  string
	steps  int // spent on patterns in this decision
}

func newFacts(l *layout) *Facts {
	return &Facts{layout: l, row: slices.Clone(l.empty), start: l.empty, changed: make([]uint64, (len(l.empty)+63)/64)}
}

// A Place is where a fact stands in the rows of one book: who sets the same facts again and again asks for their places once.
type Place int

// NoPlace is the place of a name that the vocabulary lacks. What is put there is ignored, and nothing is known there.
const NoPlace Place = -1

// Place finds the place of a fact.
func (f *Facts) Place(name string) Place {
	if i, ok := f.layout.index[name]; ok {
		return Place(i)
	}
	return NoPlace
}

// Set makes a fact known, in constant time. It is ignored when the book's vocabulary lacks the name; a value of
// another kind than the fact's, or a word that is none of an enum's, makes the fact unknown (what is always known
// falls back to false, 0, empty or the first word), so that no condition is ever true by a value it was not checked for.
func (f *Facts) Set(name string, v Value) { f.Put(f.Place(name), v) }

// Put is Set by place.
func (f *Facts) Put(at Place, v Value) {
	if at < 0 {
		return
	}
	f.need(f.layout.setOf(int(at))) // what comes now stands on top of what the filler says
	f.changed[at/64] |= 1 << (at % 64)
	kind := f.layout.kinds[at]
	switch {
	case v.kind == 0 && kind != Enum: // a word of an enum may be empty
		f.row[at] = f.layout.empty[at]
		return
	case v.kind == kind && kind != Enum && kind != Records:
		f.row[at] = v
		return
	}
	fitted, ok := fit(v, &f.layout.facts[at].Type)
	if !ok {
		fitted = f.layout.empty[at]
	}
	f.row[at] = fitted
}

// Get reads a fact; known is false for an unknown fact and for a name that the vocabulary lacks.
func (f *Facts) Get(name string) (v Value, known bool) { return f.At(f.Place(name)) }

// At is Get by place.
func (f *Facts) At(at Place) (v Value, known bool) {
	if at < 0 {
		return Value{}, false
	}
	f.need(f.layout.setOf(int(at)))
	return f.row[at], f.row[at].kind != 0
}

// Reset makes everything unknown again but what was kept, so that the row can be used for another decision.
func (f *Facts) Reset() {
	f.filler, f.awaited = nil, 0
	for w, places := range f.changed {
		for ; places != 0; places &= places - 1 {
			at := w*64 + bits.TrailingZeros64(places)
			f.row[at] = f.start[at]
		}
		f.changed[w] = 0
	}
}

// Keep makes what is known now known after each Reset too: what is the same for many decisions is set once.
func (f *Facts) Keep() {
	f.start = slices.Clone(f.row)
	clear(f.changed)
}

// fit turns a value into the kind of a fact where nothing is lost by it.
func fit(v Value, t *Type) (Value, bool) {
	switch {
	case t.Kind == Enum:
		v.kind = Enum
		if slices.Contains(t.Values, v.s) {
			return v, true
		}
		return Value{}, false
	case v.kind == Records && t.Kind == Records:
		return fitRecords(v, t), true
	case v.kind == t.Kind:
		return v, true
	case t.Kind == Text && v.kind == Enum:
		v.kind = Text
		return v, true
	case (t.Kind == Number || t.Kind == Money) && (v.kind == Int || v.kind == Number || v.kind == Money):
		d, ok := v.Decimal()
		if !ok {
			return Value{}, false
		}
		return Value{kind: t.Kind, d: d, s: v.s}, true
	case t.Kind == Int && v.kind == Number:
		if n, _, ok := v.d.Int64(0); ok && v.d.IsInt() {
			return Value{kind: Int, n: n}, true
		}
		return Value{}, false
	default:
		return Value{}, false
	}
}

// ParseMoney reads an amount as it is given by orders and catalogues, such as "39.90".
func ParseMoney(s string) (Value, error) {
	d, err := decimal.Parse(s)
	if err != nil {
		return Value{}, err
	}
	return MoneyValue(d, s), nil
}

// fitRecords fits the fields of each record; a record is copied only where a field changes.
func fitRecords(v Value, t *Type) Value {
	copied := false
	for i, record := range v.records {
		for k := range t.Fields {
			field := &t.Fields[k]
			old, known := record[field.Name]
			if !known || old.kind == field.Type.Kind && old.kind != Enum {
				continue
			}
			if !copied {
				v.records, copied = slices.Clone(v.records), true
			}
			fitted, _ := fit(old, &field.Type)
			record = maps.Clone(record)
			record[field.Name] = fitted
			v.records[i] = record
		}
	}
	return v
}
