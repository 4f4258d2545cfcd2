package rules

import (
	"maps"
	"slices"
	"time"

	"github.com/govalues/decimal"
)

// A layout gives every fact of a vocabulary its place in a row, so that conditions read by number and not by name.
type layout struct {
	facts []Fact
	index map[string]int
	empty []Value // the row with nothing known: facts that are always known stand at false, 0, empty or the first of an enum
	zone  *time.Location

	spoiled []string // groups of facts that could not be read
}

func newLayout(v *Vocabulary) *layout {
	l := &layout{facts: v.Facts, index: make(map[string]int, len(v.Facts)), empty: make([]Value, len(v.Facts)), zone: v.Location, spoiled: v.Spoiled}
	if l.zone == nil {
		l.zone = time.UTC
	}
	for i := range v.Facts {
		f := &v.Facts[i]
		l.index[f.Name] = i
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
	layout *layout
	row    []Value // a Value without a kind is unknown

	// The entry that a closure is at while it is worked out.
	record map[string]Value
	entry  string
	steps  int // spent on patterns in this decision
}

func newFacts(l *layout) *Facts { return &Facts{layout: l, row: slices.Clone(l.empty)} }

// Set makes a fact known, in constant time. It is ignored when the book's vocabulary lacks the name; a value of
// another kind than the fact's, or a word that is none of an enum's, makes the fact unknown (what is always known
// falls back to false, 0, empty or the first word), so that no condition is ever true by a value it was not checked for.
func (f *Facts) Set(name string, v Value) {
	i, ok := f.layout.index[name]
	if !ok {
		return
	}
	f.row[i] = f.layout.empty[i]
	if fitted, ok := fit(v, &f.layout.facts[i].Type); ok {
		f.row[i] = fitted
	}
}

// Get reads a fact; known is false for an unknown fact and for a name that the vocabulary lacks.
func (f *Facts) Get(name string) (v Value, known bool) {
	i, ok := f.layout.index[name]
	if !ok {
		return Value{}, false
	}
	return f.row[i], f.row[i].kind != 0
}

// Reset makes everything unknown again, so that the row can be used for another decision.
func (f *Facts) Reset() { copy(f.row, f.layout.empty) }

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
