package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/govalues/decimal"

	"xiaoer/rules/doc"
)

// binary types an operator between two parts.
func (c *checker) binary(n *ast.BinaryNode) (operand, bool) {
	switch n.Operator {
	case "and", "&&", "or", "||":
		return c.logic(n)
	case "==", "!=", "<", "<=", ">", ">=":
		return c.comparison(n)
	case "in":
		return c.membership(n)
	case "contains", "startsWith", "endsWith":
		return c.textOperator(n)
	case "matches":
		return c.pattern(n)
	case "+", "-", "*", "/", "%":
		return c.arithmetic(n)
	default:
		loc := n.Location()
		return c.failHint(span{loc.From, loc.To}, doc.Syntax, "the operators are "+strings.Join(operatorNames(), " "),
			"there is no operator `%s`", n.Operator)
	}
}

// both types the two sides; the right one is checked also when the left is wrong only if nothing was reported yet, as
// one atom has one diagnostic.
func (c *checker) both(n *ast.BinaryNode) (left, right operand, ok bool) {
	if left, ok = c.check(n.Left); !ok {
		return left, right, false
	}
	right, ok = c.check(n.Right)
	return left, right, ok
}

// logic is `and` and `or` inside an atom, such as a closure: everything it reads is known there.
func (c *checker) logic(n *ast.BinaryNode) (operand, bool) {
	left, right, ok := c.both(n)
	if !ok {
		return operand{}, false
	}
	for _, side := range []operand{left, right} {
		if side.typ.Kind != Bool {
			return c.notACondition(side)
		}
	}
	isAnd := n.Operator == "and" || n.Operator == "&&"
	return c.truth(n, left.fixed && right.fixed, func(f *Facts) (bool, error) {
		v, err := left.test(f)
		if err != nil || v != isAnd {
			return v, err
		}
		return right.test(f)
	}), true
}

// truth makes a Bool operand out of a test, and works it out at once when it reads no fact.
func (c *checker) truth(n ast.Node, fixed bool, test testFunc) operand {
	at := c.x.extent(n)
	if fixed {
		if v, err := test(nil); err == nil {
			return fixedOperand(BoolValue(v), at)
		}
	}
	return operand{typ: Type{Kind: Bool}, at: at, fact: -1, test: test, value: func(f *Facts) (Value, error) {
		v, err := test(f)
		return BoolValue(v), err
	}}
}

// notACondition explains a value where a condition is wanted.
func (c *checker) notACondition(o operand) (operand, bool) {
	what := c.x.written(o.at)
	hint := fmt.Sprintf("compare it with something, such as %s > 1", what)
	switch {
	case o.typ.Kind == Enum && len(o.typ.Values) > 0:
		hint = fmt.Sprintf("compare it, such as %s == %q", what, o.typ.Values[0])
	case o.typ.Kind.isText():
		hint = fmt.Sprintf("compare it, such as %s contains \"…\"", what)
	case o.typ.Kind == Texts:
		hint = "ask for one of them: \"…\" in " + what
	}
	return c.failHint(o.at, doc.TypeMismatch, hint, "%s is %s, not a condition", what, describe(o.typ))
}

// comparison is == != < <= > >=.
func (c *checker) comparison(n *ast.BinaryNode) (operand, bool) {
	left, right, ok := c.both(n)
	if !ok {
		return operand{}, false
	}
	left, right = c.sameUnit(left, right), c.sameUnit(right, left)
	if !c.comparable(n.Operator, left, right) {
		return operand{}, false
	}
	if !c.legalWord(left, right) || !c.legalWord(right, left) {
		return operand{}, false
	}
	o := c.truth(n, left.fixed && right.fixed, compareTest(n.Operator, left, right))
	o.shape = compareShape(n.Operator, left, right)
	return o, true
}

// sameUnit turns hours(48) and days(2) into the unit that a counted fact such as order.paid_hours has in its name.
func (c *checker) sameUnit(o, other operand) operand {
	if !o.length || !o.fixed || !other.typ.Kind.isNumber() || other.fact < 0 {
		return o
	}
	name := c.layout.facts[other.fact].Name
	for suffix, unit := range map[string]int64{"hours": nanosPerHour, "days": 24 * nanosPerHour, "minutes": nanosPerHour / 60} {
		if strings.HasSuffix(name, suffix) {
			if d, err := durationIn(o.lit.n, unit); err == nil {
				return fixedOperand(NumberValue(d), o.at)
			}
		}
	}
	return o
}

// comparable reports a comparison of what does not go together.
func (c *checker) comparable(op string, left, right operand) bool {
	a, b := left.typ.Kind, right.typ.Kind
	same := a == b || a.isNumber() && b.isNumber() || a.isText() && b.isText()
	ordered := op != "==" && op != "!="
	switch {
	case a == Texts || b == Texts || a == Records || b == Records:
		list := left
		if a != Texts && a != Records {
			list = right
		}
		what := c.x.written(list.at)
		c.failHint(list.at, doc.TypeMismatch, fmt.Sprintf("write \"…\" in %s, or any(%s, …), or len(%s)", what, what, what), "%s is a list and cannot be compared", what)
		return false
	case same && ordered && (a.isText() || a == Bool):
		c.failHint(c.operatorPlace(left, right), doc.TypeMismatch, "only numbers, amounts, days, moments and lengths of time are larger or smaller", "%s is %s; `%s` does not order it", c.x.written(left.at), describe(left.typ), op)
		return false
	case same:
		return true
	default:
		c.mismatch(left, right)
		return false
	}
}

func (c *checker) operatorPlace(left, right operand) span {
	if left.fact >= 0 || !left.fixed {
		return left.at
	}
	return right.at
}

// mismatch reports two types that do not go together, at the literal if there is one.
func (c *checker) mismatch(left, right operand) {
	at, fact := right, left
	if left.fixed && !right.fixed {
		at, fact = left, right
	}
	d := c.x.fail(at.at, doc.TypeMismatch, "%s is %s, but %s is %s", c.x.written(fact.at), describe(fact.typ), c.x.written(at.at), describe(at.typ))
	d.WithHint(c.mismatchHint(fact, at))
}

// mismatchHint says what to write instead.
func (c *checker) mismatchHint(fact, other operand) string {
	text, a, b := c.x.written(other.at), fact.typ.Kind, other.typ.Kind
	literal := other.fixed && b == Text
	switch {
	case literal && a.isNumber():
		if _, err := decimal.Parse(other.lit.s); err == nil {
			return "write the number without quotes: " + other.lit.s
		}
		return "compare it with a number"
	case literal && a == Bool:
		return "write true or false without quotes"
	case literal && a == Date:
		return fmt.Sprintf("write date(%s)", text)
	case a == Time && (b == Date || literal):
		return fmt.Sprintf("write date(%s) to compare days", c.x.written(fact.at))
	case a == Date && b == Time:
		return fmt.Sprintf("write date(%s) to compare days", text)
	case literal && a == Duration:
		return "write hours(48) or days(2)"
	case b == Duration && a.isNumber():
		return c.lengthHint(other)
	case a == Duration && b.isNumber():
		return c.lengthHint(fact)
	case a.isText() && b.isNumber() && other.fixed && b != Money:
		return fmt.Sprintf("put it in quotes: \"%s\"", text)
	default:
		return ""
	}
}

// legalWord reports a literal that an enum does not have.
func (c *checker) legalWord(enum, word operand) bool {
	if enum.typ.Kind != Enum || !word.fixed || slices.Contains(enum.typ.Values, word.lit.s) {
		return true
	}
	c.unknownValue(word, c.x.written(enum.at), enum.typ.Values)
	return false
}

func (c *checker) unknownValue(word operand, of string, values []string) {
	c.x.fail(word.at, doc.UnknownValue, "%s is never %q%s", of, word.lit.s, didYouMean(word.lit.s, values)).
		WithHint("it is one of " + strings.Join(values, ", "))
}

// compareTest picks the quickest way for the common shapes: a fact beside a literal, or two facts.
func compareTest(op string, left, right operand) testFunc {
	if left.fixed && !right.fixed {
		return compareTest(flip(op), right, left)
	}
	if left.fact >= 0 && right.fixed {
		if test := compareLiteral(op, left, right.lit); test != nil {
			return test
		}
	}
	if left.typ.Kind == Int && right.typ.Kind == Int && left.fact >= 0 && right.fact >= 0 {
		a, b := left.fact, right.fact
		return func(f *Facts) (bool, error) { return holds(op, cmp.Compare(f.row[a].n, f.row[b].n)), nil }
	}
	return func(f *Facts) (bool, error) {
		a, err := left.value(f)
		if err != nil {
			return false, err
		}
		b, err := right.value(f)
		if err != nil {
			return false, err
		}
		order, err := compareValues(&a, &b)
		return holds(op, order), err
	}
}

// compareLiteral compares a plain fact with a literal without touching anything else.
func compareLiteral(op string, fact operand, lit Value) testFunc {
	i := fact.fact
	switch {
	case fact.typ.Kind.isText():
		s, want := lit.s, op == "=="
		return func(f *Facts) (bool, error) { return (f.row[i].s == s) == want, nil }
	case fact.typ.Kind == Int && lit.kind == Int, fact.typ.Kind == lit.kind && !lit.kind.isNumber():
		n := lit.n
		return func(f *Facts) (bool, error) { return holds(op, cmp.Compare(f.row[i].n, n)), nil }
	case fact.typ.Kind == Number || fact.typ.Kind == Money:
		d, ok := lit.Decimal()
		if !ok {
			return nil
		}
		return func(f *Facts) (bool, error) { return holds(op, f.row[i].d.Cmp(d)), nil }
	default:
		return nil
	}
}

func holds(op string, order int) bool {
	switch op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

// flip turns `3 < a` into `a > 3`.
func flip(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	default:
		return op
	}
}

// compareValues orders two values of kinds that go together.
func compareValues(a, b *Value) (int, error) {
	switch {
	case a.kind == Int && b.kind == Int, !a.kind.isNumber() && !a.kind.isText():
		return cmp.Compare(a.n, b.n), nil
	case a.kind.isText():
		return cmp.Compare(a.s, b.s), nil
	}
	x, okA := a.Decimal()
	y, okB := b.Decimal()
	if !okA || !okB {
		return 0, errOverflow
	}
	return x.Cmp(y), nil
}
