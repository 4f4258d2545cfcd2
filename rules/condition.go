package rules

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"xiaoer/rules/doc"
)

// A condition is a compiled `when`. Its `and` and `or` are worked out here, with every `not` pushed down to the atoms:
// each atom says "the facts I read are known and my value is the wanted one", so that unknown facts need no third
// value, also under `not`, and the part where the answer was found is the reason in a trace.
type condition struct {
	kind  condKind
	parts []*condition // of and, or
	atom  *atom
	part  string // as it was written, with the `not` that was pushed down from it
	at    span
}

type condKind uint8

const (
	condAtom condKind = iota
	condAnd
	condOr
)

// An atom is a part of a condition without and, or, not above it.
type atom struct {
	test    testFunc
	negated bool
	reads   []int
	awaits  groupSet
	lists   []listRead
	shape   shape
	text    string // as written, without a `not` around it
	fixed   bool
	truth   bool // of a fixed atom, after negation
}

// compileCondition compiles a `when`. It is nil when there was an error.
func compileCondition(n *doc.Node, text string, l *layout, p *doc.Problems) (*condition, *expression) {
	x, ok := parse(n, 0, text, p)
	if !ok {
		return nil, x
	}
	b := &conditionBuilder{x: x, layout: l}
	root := b.build(x.root, false, nil)
	if x.failed {
		return nil, x
	}
	return root, x
}

type conditionBuilder struct {
	x      *expression
	layout *layout
	cost   int
}

// build makes the skeleton. The part is that of the outermost `not` around the node, if there is one: a failing piece
// inside it is shown with it, since without it the reason would read as its opposite.
func (b *conditionBuilder) build(n ast.Node, negated bool, part *span) *condition {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			if part == nil {
				whole := b.x.extent(n)
				part = &whole
			}
			return b.build(n.Node, !negated, part)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&":
			return b.join(n, condAnd, negated, part)
		case "or", "||":
			return b.join(n, condOr, negated, part)
		}
	}
	return b.atom(n, negated, part)
}

// join makes one level out of a row of equal operators; under `not`, and becomes or and the other way round.
func (b *conditionBuilder) join(n *ast.BinaryNode, kind condKind, negated bool, part *span) *condition {
	if negated {
		kind = condAnd + condOr - kind
	}
	c := &condition{kind: kind, at: b.x.extent(n)}
	if part != nil {
		c.at = *part
	}
	c.part = b.x.written(c.at)
	for _, side := range []ast.Node{n.Left, n.Right} {
		child := b.build(side, negated, part)
		// A `not (…)` of its own stays one part, since it is shown as one.
		if _, isNot := side.(*ast.UnaryNode); child.kind == kind && (part != nil || !isNot) {
			c.parts = append(c.parts, child.parts...)
			continue
		}
		c.parts = append(c.parts, child)
	}
	return c
}

func (b *conditionBuilder) atom(n ast.Node, negated bool, part *span) *condition {
	c := &checker{x: b.x, layout: b.layout, cost: b.cost}
	o, ok := c.check(n)
	b.cost = c.cost
	if ok && o.typ.Kind != Bool {
		c.notACondition(o)
		ok = false
	}
	if !ok {
		return &condition{atom: &atom{}}
	}
	a := &atom{
		test: o.test, negated: negated, reads: c.reads, awaits: c.awaits, lists: c.lists,
		text: b.x.written(o.at), fixed: o.fixed && len(c.reads) == 0,
	}
	a.truth = a.fixed && (o.lit.n != 0) != negated
	a.shape = o.shape
	a.shape.text = a.text
	out := &condition{atom: a, at: o.at, part: a.text}
	if part != nil {
		out.at = *part
		out.part = b.x.written(*part)
	}
	return out
}

// fits works the condition out. Only what is known to be true fits; an error counts as unknown.
func (c *condition) fits(f *Facts) bool {
	switch c.kind {
	case condAnd:
		for _, part := range c.parts {
			if !part.fits(f) {
				return false
			}
		}
		return true
	case condOr:
		for _, part := range c.parts {
			if part.fits(f) {
				return true
			}
		}
		return false
	default:
		return c.atom.fits(f)
	}
}

func (a *atom) fits(f *Facts) bool {
	f.need(a.awaits)
	if !known(f, a.reads, a.lists) {
		return false
	}
	v, err := a.test(f)
	return err == nil && v != a.negated
}

// known tells whether everything that is read is known.
func known(f *Facts, reads []int, lists []listRead) bool {
	for _, i := range reads {
		if f.row[i].kind == 0 {
			return false
		}
	}
	for i := range lists {
		for _, record := range f.row[lists[i].fact].records {
			for _, field := range lists[i].fields {
				if record[field].kind == 0 {
					return false
				}
			}
		}
	}
	return true
}

// failing finds the part that keeps the condition from fitting: of several that must hold the first that does not, of
// alternatives all of them together.
func (c *condition) failing(f *Facts) *condition {
	if c.kind == condAnd {
		for _, part := range c.parts {
			if !part.fits(f) && part.at != c.at { // the pieces of a `not (…)` are shown as that whole
				return part.failing(f)
			}
		}
	}
	return c
}

// err is the first error under a part that does not fit, nil when facts alone are the reason.
func (c *condition) err(f *Facts) error {
	for _, part := range c.parts {
		if err := part.err(f); err != nil {
			return err
		}
	}
	if c.atom == nil {
		return nil
	}
	f.need(c.atom.awaits) // it may have been passed over when the condition was tried
	if !known(f, c.atom.reads, c.atom.lists) {
		return nil
	}
	_, err := c.atom.test(f)
	return err
}

// eachAtom calls visit for all atoms from left to right.
func (c *condition) eachAtom(visit func(*condition)) {
	if c == nil {
		return
	}
	if c.kind == condAtom {
		visit(c)
	}
	for _, part := range c.parts {
		part.eachAtom(visit)
	}
}

// facts lists the places of all facts that are read, and of those that has() asks for.
func (c *condition) facts() []int {
	var list []int
	c.eachAtom(func(leaf *condition) {
		for _, i := range leaf.atom.reads {
			if !slices.Contains(list, i) {
				list = append(list, i)
			}
		}
		if leaf.atom.shape.kind == shapeKnown && !slices.Contains(list, leaf.atom.shape.fact) {
			list = append(list, leaf.atom.shape.fact)
		}
	})
	return list
}
