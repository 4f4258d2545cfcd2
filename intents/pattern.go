package intents

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"

	"xiaoer/rules/doc"
)

// maxMatched is how much of a message the patterns of a shop see, in runes. Together with maxAllSteps it bounds what
// they cost a message: some 60 ms at the very worst.
const maxMatched = 1000

// pattern takes a pattern of an intent when it can be read and is cheap enough.
func (e *extender) pattern(n *doc.Node, l label) {
	if len(n.Text) > maxPattern || len(e.shop.patterns) >= maxShopPatterns {
		e.problems.Error(n.Range(), doc.TooCostly, "the pattern is too long or one too many").
			Hint = fmt.Sprintf("at most %d patterns of %d bytes", maxShopPatterns, maxPattern)
		return
	}
	tree, err := syntax.Parse(n.Text, syntax.Perl|syntax.FoldCase)
	if err != nil {
		e.badPattern(n, err)
		return
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		e.badPattern(n, err)
		return
	}
	if !e.affordable(n, len(program.Inst)) {
		return
	}
	re, err := regexp.Compile("(?i)" + n.Text)
	if err != nil {
		e.badPattern(n, err)
		return
	}
	e.shop.patterns = append(e.shop.patterns, pattern{re, l})
	e.note("pattern", n, l)
}

// affordable counts the steps of a pattern, and reports one that takes too many by itself or with those before it.
func (e *extender) affordable(n *doc.Node, steps int) bool {
	if steps > maxSteps {
		e.problems.Error(n.Range(), doc.TooCostly, "this pattern takes %d steps for each character, the most is %d", steps, maxSteps).
			Hint = "write it shorter, without large repeats such as {1,200}"
		return false
	}
	if e.steps+steps > maxAllSteps {
		e.problems.Error(n.Range(), doc.TooCostly, "with this pattern all patterns together take %d steps for each character, the most is %d", e.steps+steps, maxAllSteps).
			Hint = "write keywords or examples in place of some patterns"
		return false
	}
	e.steps += steps
	return true
}

// badPattern reports a pattern that cannot be read, with the reason but without the words of the Go library around it.
func (e *extender) badPattern(n *doc.Node, err error) {
	why := err.Error()
	if at, ok := errors.AsType[*syntax.Error](err); ok {
		why = fmt.Sprintf("%s: `%s`", at.Code, at.Expr)
	}
	e.problems.Error(n.Range(), doc.BadPattern, "this pattern cannot be read: %s", why).Hint = "see the syntax of Go's regular expressions"
}

// shortened gives the first runes of a message.
func shortened(message string, runes int) string {
	if len(message) <= runes || utf8.RuneCountInString(message) <= runes {
		return message
	}
	return cut(message, 0, runes)
}
