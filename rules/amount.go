package rules

import (
	"slices"

	"xiaoer/rules/doc"
)

// An Expr is a compiled expression that has a value: the amount of an offer. It is immutable.
type Expr struct {
	source string
	value  valueFunc
	reads  []int
	awaits groupSet
	lists  []listRead
	facts  []string
	at     doc.Range
}

// compileAmount compiles the amount of an offer, which is a number or money. It is nil when there was an error.
func compileAmount(n *doc.Node, l *layout, p *doc.Problems) *Expr {
	x, ok := parse(n, 0, n.Text, p)
	if !ok {
		return nil
	}
	c := &checker{x: x, layout: l}
	o, ok := c.check(x.root)
	if !ok {
		return nil
	}
	if !o.typ.Kind.isNumber() {
		x.fail(o.at, doc.TypeMismatch, "the amount of an offer is a number or money, but %s is %s", x.written(o.at), describe(o.typ))
		return nil
	}
	if o.fixed {
		if d, _ := o.lit.Decimal(); !roundCents(d).IsPos() {
			x.fail(o.at, doc.TypeMismatch, "the amount of an offer is above zero")
			return nil
		}
	}
	e := &Expr{source: n.Text, value: o.value, reads: c.reads, awaits: c.awaits, lists: c.lists, at: n.Range()}
	for _, i := range c.reads {
		e.facts = append(e.facts, l.facts[i].Name)
	}
	slices.Sort(e.facts)
	return e
}

// Eval works the amount out in yuan, rounded to 分, half up. Missing names the facts that were unknown; err is a
// division by zero, an overflow, or an amount that is not above zero. Only with neither is the value good.
func (e *Expr) Eval(f *Facts) (v Value, missing []string, err error) {
	f.need(e.awaits)
	if missing = unknownFacts(f, e.reads, e.lists); len(missing) > 0 {
		return Value{}, missing, nil
	}
	v, err = e.amount(f)
	return v, nil, err
}

func (e *Expr) amount(f *Facts) (Value, error) {
	v, err := e.value(f)
	if err != nil {
		return Value{}, err
	}
	d, ok := v.Decimal()
	if !ok {
		return Value{}, errOverflow
	}
	rounded := roundCents(d)
	if !rounded.IsPos() {
		return Value{}, errNoPayment
	}
	return MoneyValue(rounded, ""), nil
}

// ready tells whether the amount can be worked out, as far as it does not wait for slots that are still collected.
func (e *Expr) ready(f *Facts, later func(fact int) bool) bool {
	p := piece{value: e.value, reads: e.reads, awaits: e.awaits, lists: e.lists}
	if !p.ready(f, later) {
		return false
	}
	if !known(f, e.reads, e.lists) {
		return true
	}
	_, err := e.amount(f)
	return err == nil
}

// Facts lists the facts that the expression reads, sorted.
func (e *Expr) Facts() []string { return e.facts }

// Source is the expression as it was written.
func (e *Expr) Source() string { return e.source }
