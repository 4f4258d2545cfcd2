package rules

// A shape is what the analysis of conditions knows about an atom. An opaque one is known by its text alone.
type shape struct {
	kind   shapeKind
	fact   int
	other  int // of a pair
	op     string
	value  Value
	values []Value // of a list
	text   string
}

type shapeKind uint8

const (
	shapeOpaque  shapeKind = iota
	shapeCompare           // a fact beside a literal
	shapeIn                // a fact in a written list
	shapePair              // a fact beside a fact
	shapeKnown             // has(fact)
)

func compareShape(op string, left, right operand) shape {
	switch {
	case left.fact >= 0 && right.fixed:
		return shape{kind: shapeCompare, fact: left.fact, op: op, value: right.lit}
	case right.fact >= 0 && left.fixed:
		return shape{kind: shapeCompare, fact: right.fact, op: flip(op), value: left.lit}
	case left.fact >= 0 && right.fact >= 0:
		return shape{kind: shapePair, fact: left.fact, other: right.fact, op: op}
	default:
		return shape{}
	}
}

func inShape(left operand, items []operand) shape {
	s := shape{kind: shapeIn, fact: left.fact}
	for i := range items {
		s.values = append(s.values, items[i].lit)
	}
	return s
}
