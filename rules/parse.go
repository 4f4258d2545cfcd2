package rules

import (
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"

	"xiaoer/rules/doc"
)

// The bounds of one expression. The length keeps the parser's recursion harmless: a million brackets in one line
// would overflow the stack beyond recovery.
const (
	maxRunes = 2000
	maxNodes = 200
)

// A span is a part of an expression, in runes from its beginning; the end is exclusive.
type span struct{ from, to int }

// An expression is one parsed condition, amount or `${ }`, which knows where its parts stand in the file.
type expression struct {
	scalar   *doc.Node
	offset   int // of the expression in the scalar's text, in runes
	text     []rune
	tokens   []lexer.Token
	partner  map[int]int // from the start of each bracket to the start of its partner
	root     ast.Node
	problems *doc.Problems
	failed   bool // something was reported
}

// parse reads an expression; ok is false when it cannot be read, which was then reported.
func parse(scalar *doc.Node, offset int, text string, p *doc.Problems) (x *expression, ok bool) {
	x = &expression{scalar: scalar, offset: offset, problems: p}
	if n := utf8.RuneCountInString(text); n > maxRunes {
		p.Error(scalar.Range(), doc.TooCostly, "this is %d characters long, the most is %d", n, maxRunes).
			WithHint("split it into several rules")
		x.failed = true
		return x, false
	}
	x.text = []rune(text)
	if m, found := findMistake(x.text); found {
		x.fail(m.at, doc.Syntax, "%s", m.message).WithHint(m.hint)
		return x, false
	}
	if !x.read(text) {
		return x, false
	}
	if n := countNodes(x.root); n > maxNodes {
		x.fail(span{0, len(x.text)}, doc.TooCostly, "this has %d parts, the most is %d", n, maxNodes).
			WithHint("split it into several rules")
		return x, false
	}
	x.root = x.rebind(x.root)
	return x, true
}

// read runs expr's lexer and parser. The parser is asked to survive anything, so a panic in it is a syntax error too.
func (x *expression) read(text string) (ok bool) {
	defer func() {
		if recover() != nil {
			x.fail(span{0, len(x.text)}, doc.Syntax, "this cannot be read")
			ok = false
		}
	}()
	tokens, err := lexer.Lex(file.NewSource(text))
	if err == nil {
		x.tokens = tokens
		x.pairBrackets()
		var tree *parser.Tree
		tree, err = parser.Parse(text)
		if err == nil {
			x.root = tree.Node
			return true
		}
	}
	x.explainSyntax(err)
	return false
}

// fail reports an error at a part of the expression.
func (x *expression) fail(at span, code doc.Code, format string, args ...any) *doc.Diagnostic {
	x.failed = true
	return x.problems.Error(x.place(at), code, format, args...)
}

// place is where a part stands in the file.
func (x *expression) place(at span) doc.Range {
	return x.scalar.Part(x.offset+at.from, x.offset+at.to)
}

// written is a part as it stands in the file, on one line.
func (x *expression) written(at span) string {
	return strings.Join(strings.Fields(string(x.text[at.from:at.to])), " ")
}

// countNodes counts what costs time; the literals of a list do not, as they become one look-up.
func countNodes(n ast.Node) int {
	total := 1
	for _, child := range children(n) {
		if _, isList := n.(*ast.ArrayNode); isList && isLiteral(child) {
			continue
		}
		total += countNodes(child)
	}
	return total
}

func isLiteral(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.BoolNode:
		return true
	case *ast.UnaryNode:
		return n.Operator == "-" && isLiteral(n.Node)
	default:
		return false
	}
}
