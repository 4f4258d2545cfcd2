package rules

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/expr-lang/expr/ast"

	"xiaoer/rules/doc"
)

// The bounds of patterns. A pattern costs about 20 ns for each of its instructions and each character of the text, so
// both are bounded; the instructions of all patterns of one condition count together.
const (
	maxInstructions = 200
	maxMatched      = 2000       // characters of a text that are looked at
	maxSteps        = 10_000_000 // of one decision, instructions times characters: about a fifth of a second
)

// textOperator is contains, startsWith and endsWith.
func (c *checker) textOperator(n *ast.BinaryNode) (operand, bool) {
	left, right, ok := c.both(n)
	if !ok {
		return operand{}, false
	}
	if left.typ.Kind == Texts && right.typ.Kind.isText() && n.Operator == "contains" {
		return c.failHint(left.at, doc.TypeMismatch, fmt.Sprintf("write %s in %s", c.x.written(right.at), c.x.written(left.at)), "%s is a list", c.x.written(left.at))
	}
	for _, side := range []operand{left, right} {
		if !side.typ.Kind.isText() {
			return c.failHint(side.at, doc.TypeMismatch, textHint(c.x.written(side.at), side), "`%s` works on texts, but %s is %s", n.Operator, c.x.written(side.at), describe(side.typ))
		}
	}
	find := strings.Contains
	switch n.Operator {
	case "startsWith":
		find = strings.HasPrefix
	case "endsWith":
		find = strings.HasSuffix
	}
	return c.truth(n, left.fixed && right.fixed, textTest(find, left, right)), true
}

func textHint(written string, o operand) string {
	if o.fixed && o.typ.Kind.isNumber() {
		return fmt.Sprintf("put it in quotes: \"%s\"", written)
	}
	return ""
}

func textTest(find func(s, part string) bool, left, right operand) testFunc {
	if left.fact >= 0 && right.fixed {
		i, part := left.fact, right.lit.s
		return func(f *Facts) (bool, error) { return find(f.row[i].s, part), nil }
	}
	return func(f *Facts) (bool, error) {
		a, err := left.value(f)
		if err != nil {
			return false, err
		}
		b, err := right.value(f)
		return find(a.s, b.s), err
	}
}

// pattern is `matches` with a pattern that is written out, so that it can be checked and its cost be bounded.
func (c *checker) pattern(n *ast.BinaryNode) (operand, bool) {
	left, ok := c.check(n.Left)
	if !ok {
		return operand{}, false
	}
	literal, ok := n.Right.(*ast.StringNode)
	at := c.x.extent(n.Right)
	if !ok {
		return c.failHint(at, doc.BadPattern, `for example message.text matches "\\d{4}"`, "the pattern after `matches` must be written out in quotes")
	}
	if !left.typ.Kind.isText() {
		return c.fail(left.at, doc.TypeMismatch, "`matches` works on texts, but %s is %s", c.x.written(left.at), describe(left.typ))
	}
	if c.scope != nil {
		return c.failHint(c.x.extent(n), doc.TooCostly, "use contains, startsWith or endsWith there", "`matches` inside any, all, none and count takes too long")
	}
	before := c.cost
	re, ok := c.compilePattern(literal.Value, at)
	if !ok {
		return operand{}, false
	}
	cost := c.cost - before
	return c.truth(n, left.fixed, func(f *Facts) (bool, error) {
		v, err := left.value(f)
		text := cut(v.s, maxMatched)
		if err != nil || !f.spend(cost*len(text)) {
			return false, cmp.Or(err, errTooCostly)
		}
		return re.MatchString(text), nil
	}), true
}

// spend counts the steps of patterns in one decision; it is false when there were too many, as in a shop with
// thousands of patterns and a message of thousands of characters.
func (f *Facts) spend(steps int) bool {
	if f == nil { // a literal, matched once while the rule is compiled
		return true
	}
	f.steps += steps
	return f.steps <= maxSteps
}

func (c *checker) compilePattern(pattern string, at span) (*regexp.Regexp, bool) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		c.x.fail(at, doc.BadPattern, "this pattern cannot be read: %s", patternError(err))
		return nil, false
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		c.x.fail(at, doc.BadPattern, "this pattern cannot be read")
		return nil, false
	}
	c.cost += len(program.Inst)
	if c.cost > maxInstructions {
		c.x.fail(at, doc.TooCostly, "this pattern takes %d steps for each character, the most is %d for a condition", c.cost, maxInstructions).
			WithHint("write it shorter, without large repeats such as {1,200}")
		return nil, false
	}
	re, err := regexp.Compile(pattern)
	return re, err == nil
}

// patternError gives the reason without the words of the Go library around it.
func patternError(err error) string {
	if e, ok := errors.AsType[*syntax.Error](err); ok {
		return fmt.Sprintf("%s: `%s`", e.Code, e.Expr)
	}
	return err.Error()
}

// cut gives the first n characters of a text.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
