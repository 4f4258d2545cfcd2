package rules

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr/ast"
	"github.com/govalues/decimal"

	"xiaoer/rules/doc"
)

// What can go wrong when a value is worked out from known facts. A condition with such an error does not fit.
var (
	errOverflow  = errors.New("number too large")
	errDivision  = errors.New("division by zero")
	errTooMany   = errors.New("list too long")
	errNotADate  = errors.New("text is no date such as 2026-11-11")
	errNotMoney  = errors.New("text is no amount such as 39.90")
	errTooCostly = errors.New("patterns take too long")
	errNoPayment = errors.New("amount is not above zero")
)

const nanosPerHour = int64(3600_000_000_000)

// unary is `not`, `!` and the sign of a number.
func (c *checker) unary(n *ast.UnaryNode) (operand, bool) {
	o, ok := c.check(n.Node)
	if !ok {
		return operand{}, false
	}
	switch n.Operator {
	case "not", "!":
		if o.typ.Kind != Bool {
			return c.notACondition(o)
		}
		return c.truth(n, o.fixed, func(f *Facts) (bool, error) {
			v, err := o.test(f)
			return !v, err
		}), true
	case "+", "-":
		if !o.typ.Kind.isNumber() && o.typ.Kind != Duration {
			return c.fail(o.at, doc.TypeMismatch, "%s is %s; a sign stands only before numbers", c.x.written(o.at), describe(o.typ))
		}
		if n.Operator == "+" {
			return o, true
		}
		return c.computed(n, o.typ.Kind, o.fixed, func(f *Facts) (Value, error) {
			v, err := o.value(f)
			if v.n == minInt64 {
				return v, errOverflow
			}
			v.n, v.d, v.s = -v.n, v.d.Neg(), ""
			return v, err
		})
	default:
		return c.notInLanguage(n)
	}
}

const minInt64 = -1 << 63

// computed makes an operand that is worked out; one that reads no fact is worked out now.
func (c *checker) computed(n ast.Node, kind Kind, fixed bool, value valueFunc) (operand, bool) {
	at := c.x.extent(n)
	if fixed {
		v, err := value(nil)
		if err != nil {
			return c.fail(at, doc.TypeMismatch, "this can never be worked out: %v", err)
		}
		return fixedOperand(v, at), true
	}
	return operand{typ: Type{Kind: kind}, at: at, fact: -1, value: value}, true
}

// arithmetic is + - * / % between numbers, amounts, and moments or days with lengths of time.
func (c *checker) arithmetic(n *ast.BinaryNode) (operand, bool) {
	left, right, ok := c.both(n)
	if !ok {
		return operand{}, false
	}
	kind := resultKind(n.Operator, left.typ.Kind, right.typ.Kind)
	if kind == 0 {
		return c.noArithmetic(n.Operator, left, right)
	}
	op := n.Operator
	o, ok := c.computed(n, kind, left.fixed && right.fixed, func(f *Facts) (Value, error) {
		a, err := left.value(f)
		if err != nil {
			return Value{}, err
		}
		b, err := right.value(f)
		if err != nil {
			return Value{}, err
		}
		if a.kind.isNumber() && b.kind.isNumber() {
			return calculate(op, kind, a, b)
		}
		return shift(op, kind, a, b)
	})
	o.length = left.length && right.length
	return o, ok
}

func (c *checker) noArithmetic(op string, left, right operand) (operand, bool) {
	if op == "+" && left.typ.Kind.isText() && right.typ.Kind.isText() {
		return c.failHint(right.at, doc.TypeMismatch, "in a reply, write both one after the other: ${…}${…}", "texts cannot be joined with `%s`", op)
	}
	bad := right
	if resultKind(op, Number, right.typ.Kind) != 0 {
		bad = left
	}
	hint := ""
	if bad.fixed && bad.typ.Kind == Text {
		if _, err := decimal.Parse(bad.lit.s); err == nil {
			hint = "write the number without quotes: " + bad.lit.s
		}
	}
	if bad.typ.Kind == Duration {
		hint = c.lengthHint(bad)
	}
	return c.failHint(bad.at, doc.TypeMismatch, hint, "%s is %s; `%s` cannot be used with it here", c.x.written(bad.at), describe(bad.typ), op)
}

// lengthHint says how to make a number of a length of time.
func (c *checker) lengthHint(o operand) string {
	if o.length {
		return "write only the number"
	}
	return fmt.Sprintf("write hours(%s) or days(%s)", c.x.written(o.at), c.x.written(o.at))
}

// resultKind is the kind of a calculation, 0 where there is none.
func resultKind(op string, a, b Kind) Kind {
	switch {
	case a.isNumber() && b.isNumber():
		return numberKind(op, a, b)
	case a == Duration && b == Duration && (op == "+" || op == "-"):
		return Duration
	case (a == Time || a == Date) && b == Duration && (op == "+" || op == "-"):
		return a
	case a == Duration && (b == Time || b == Date) && op == "+":
		return b
	case (a == Time || a == Date) && a == b && op == "-":
		return Duration
	case a == Duration && (b == Int || b == Number) && op == "*", b == Duration && (a == Int || a == Number) && op == "*":
		return Duration
	default:
		return 0
	}
}

func numberKind(op string, a, b Kind) Kind {
	switch {
	case op == "/" && a == Money && b == Money:
		return Number
	case a == Money || b == Money:
		return Money
	case a == Int && b == Int && op != "/":
		return Int
	default:
		return Number
	}
}

// calculate works with decimals of at most 19 digits; what needs more is an error.
func calculate(op string, kind Kind, a, b Value) (Value, error) {
	x, okA := a.Decimal()
	y, okB := b.Decimal()
	if !okA || !okB {
		return Value{}, errOverflow
	}
	d, err := decimalOperation(op, x, y)
	switch {
	case errors.Is(err, errDivision):
		return Value{}, err
	case err != nil:
		return Value{}, errOverflow
	case kind != Int:
		return Value{kind: kind, d: d}, nil
	}
	n, _, ok := d.Int64(0)
	if !ok {
		return Value{}, errOverflow
	}
	return Value{kind: Int, n: n}, nil
}

func decimalOperation(op string, x, y decimal.Decimal) (decimal.Decimal, error) {
	switch op {
	case "+":
		return x.Add(y)
	case "-":
		return x.Sub(y)
	case "*":
		return x.Mul(y)
	}
	if y.IsZero() {
		return decimal.Decimal{}, errDivision
	}
	if op == "/" {
		return x.Quo(y)
	}
	_, rest, err := x.QuoRem(y)
	return rest, err
}

// shift moves moments and days by lengths of time. A day moves by whole days.
func shift(op string, kind Kind, a, b Value) (Value, error) {
	if a.kind.isNumber() || a.kind == Duration && kind != Duration {
		a, b = b, a
	}
	if b.kind.isNumber() {
		return stretch(a, b)
	}
	x, err := decimal.New(a.n, 0)
	if err != nil {
		return Value{}, errOverflow
	}
	y, err := decimal.New(b.n, 0)
	if err != nil {
		return Value{}, errOverflow
	}
	if b.kind == Duration && kind != Duration {
		y = decimal.MustNew(b.n/nanosPerUnit(kind), 0)
	}
	d, err := decimalOperation(op, x, y)
	if err != nil {
		return Value{}, errOverflow
	}
	if kind == Duration && a.kind != Duration {
		if d, err = d.Mul(decimal.MustNew(nanosPerUnit(a.kind), 0)); err != nil {
			return Value{}, errOverflow
		}
	}
	n, _, ok := d.Int64(0)
	if !ok {
		return Value{}, errOverflow
	}
	return Value{kind: kind, n: n}, nil
}

// nanosPerUnit is the unit in which a Time (milliseconds) or a Date (days) is kept.
func nanosPerUnit(kind Kind) int64 {
	if kind == Date {
		return 24 * nanosPerHour
	}
	return 1_000_000
}

func stretch(length, by Value) (Value, error) {
	x, err := decimal.New(length.n, 0)
	if err != nil {
		return Value{}, errOverflow
	}
	y, ok := by.Decimal()
	if !ok {
		return Value{}, errOverflow
	}
	d, err := x.Mul(y)
	if err != nil {
		return Value{}, errOverflow
	}
	n, _, ok := d.Trunc(0).Int64(0)
	if !ok {
		return Value{}, errOverflow
	}
	return Value{kind: Duration, n: n}, nil
}

// durationIn counts a length of time in a unit.
func durationIn(nanos, unit int64) (decimal.Decimal, error) {
	x, err := decimal.New(nanos, 0)
	if err != nil {
		return decimal.Decimal{}, errOverflow
	}
	return x.Quo(decimal.MustNew(unit, 0))
}
