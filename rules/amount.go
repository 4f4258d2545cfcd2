package rules

// An Expr is a compiled expression that has a value: the amount of an offer. It is immutable.
type Expr struct {
	source string
	facts  []string
}

// Eval works the amount out, rounded to 分. Missing names the facts that were unknown; err is a division by zero, an
// overflow, or an amount that is not above zero. Only with neither is the value good.
func (e *Expr) Eval(f *Facts) (v Value, missing []string, err error) { return Value{}, nil, nil }

// Facts lists the facts that the expression reads, sorted.
func (e *Expr) Facts() []string { return e.facts }

// Source is the expression as it was written.
func (e *Expr) Source() string { return e.source }
