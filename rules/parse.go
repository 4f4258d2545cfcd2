package rules

import (
	"errors"
	"fmt"
	"regexp"
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

// pairBrackets notes which bracket closes which, so that the extent of a node can take in brackets that the tree lacks.
func (x *expression) pairBrackets() {
	x.partner = map[int]int{}
	var open []int
	for _, t := range x.tokens {
		if t.Kind != lexer.Bracket {
			continue
		}
		if strings.Contains("([{", t.Value) {
			open = append(open, t.From)
			continue
		}
		if len(open) > 0 {
			x.partner[t.From] = open[len(open)-1]
			x.partner[open[len(open)-1]] = t.From
			open = open[:len(open)-1]
		}
	}
}

// extent is the part of the text that a node was read from, with the brackets that belong to it.
func (x *expression) extent(n ast.Node) span {
	s := span{from: len(x.text), to: 0}
	x.widen(n, &s)
	for grown := true; grown; {
		grown = false
		for at, other := range x.partner {
			if at >= s.from && at < s.to && (other < s.from || other >= s.to) {
				s.from, s.to = min(s.from, other), max(s.to, other+1)
				grown = true
			}
		}
	}
	return s
}

// widen takes in the places of a node and of all below it.
func (x *expression) widen(n ast.Node, s *span) {
	if p, isPredicate := n.(*ast.PredicateNode); isPredicate {
		x.widen(p.Node, s)
		return
	}
	loc := n.Location()
	s.from, s.to = min(s.from, loc.From), max(s.to, loc.To)
	switch n.(type) {
	case *ast.CallNode, *ast.BuiltinNode:
		// A call without arguments has no node inside its brackets.
		if open, ok := x.bracketAfter(loc.To); ok {
			s.to = max(s.to, open+1)
		}
	}
	for _, child := range children(n) {
		x.widen(child, s)
	}
}

func (x *expression) bracketAfter(end int) (at int, ok bool) {
	for _, t := range x.tokens {
		if t.From >= end {
			return t.From, t.Is(lexer.Bracket, "(", "[")
		}
	}
	return 0, false
}

// children lists the nodes right below a node, of all kinds that the language may meet.
func children(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.CallNode:
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.SliceNode:
		return present(n.Node, n.From, n.To)
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	default:
		return nil
	}
}

func present(nodes ...ast.Node) []ast.Node {
	var list []ast.Node
	for _, n := range nodes {
		if n != nil {
			list = append(list, n)
		}
	}
	return list
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

// rebind makes `not` bind weaker than comparisons, as everybody reads it: expr takes `not a == b` for `(not a) == b`.
func (x *expression) rebind(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		n.Node = x.rebind(n.Node)
	case *ast.BinaryNode:
		n.Left, n.Right = x.rebind(n.Left), x.rebind(n.Right)
		if not, ok := n.Left.(*ast.UnaryNode); ok && x.pulls(n, not) {
			n.Left = not.Node
			not.Node = n
			return not
		}
	case *ast.CallNode:
		x.rebindAll(n.Arguments)
	case *ast.BuiltinNode:
		x.rebindAll(n.Arguments)
	case *ast.ArrayNode:
		x.rebindAll(n.Nodes)
	case *ast.PredicateNode:
		n.Node = x.rebind(n.Node)
	}
	return n
}

func (x *expression) rebindAll(nodes []ast.Node) {
	for i := range nodes {
		nodes[i] = x.rebind(nodes[i])
	}
}

// pulls tells whether the operator belongs under the `not` on its left: not when the `not` is in brackets of its own,
// and not for `and` and `or`, save the hidden `and` of a chain such as `not 0 < a < 10`.
func (x *expression) pulls(n *ast.BinaryNode, not *ast.UnaryNode) bool {
	if not.Operator != "not" && not.Operator != "!" {
		return false
	}
	word := x.word(n.Location())
	if word == "and" || word == "or" || word == "&&" || word == "||" {
		return false
	}
	start := not.Location().From
	if x.extent(not.Node).from < start { // the suffix form: a not in b
		return false
	}
	for at, other := range x.partner {
		if at < start && other > start && other < n.Location().From {
			return false
		}
	}
	return true
}

func (x *expression) word(loc file.Location) string { return string(x.text[loc.From:loc.To]) }

// explainSyntax puts the parser's first complaint into words for a shop owner.
func (x *expression) explainSyntax(err error) {
	var e *file.Error
	if !errors.As(err, &e) {
		x.fail(span{0, len(x.text)}, doc.Syntax, "this cannot be read: %v", err)
		return
	}
	at := span{min(e.From, len(x.text)), min(max(e.To, e.From+1), len(x.text))}
	if name, ok := x.operatorCall(e.From); ok {
		x.fail(at, doc.UnknownFunction, "`%s` is no function", name).WithHint(operatorHint(name))
		return
	}
	message, hint := x.sayParserError(e.Message)
	if strings.HasPrefix(e.Message, "unexpected token EOF") {
		at = x.lastToken()
		if open := x.unclosed(); open != nil {
			at = span{open.From, open.To}
		}
	}
	if strings.HasPrefix(e.Message, "invalid") || strings.Contains(e.Message, "too large") {
		at = x.numberBefore(at)
	}
	x.fail(at, doc.Syntax, "%s", message).WithHint(hint)
}

// operatorCall tells whether an operator that is a word is called like a function at a place.
func (x *expression) operatorCall(at int) (name string, ok bool) {
	for i := 0; i+1 < len(x.tokens); i++ {
		if t := x.tokens[i]; t.From == at && t.Is(lexer.Operator, "contains", "startsWith", "endsWith", "matches", "in") {
			return t.Value, x.tokens[i+1].Is(lexer.Bracket, "(")
		}
	}
	return "", false
}

func operatorHint(name string) string {
	return fmt.Sprintf("write it between two values: message.text %s \"…\"", name)
}

// numberBefore is where the last number stands: the parser complains about it when it is past it.
func (x *expression) numberBefore(at span) span {
	for i := len(x.tokens) - 1; i >= 0; i-- {
		if t := x.tokens[i]; t.Kind == lexer.Number && t.From <= at.from {
			return span{t.From, t.To}
		}
	}
	return at
}

// lastToken is where an expression that ends too early ends.
func (x *expression) lastToken() span {
	for i := len(x.tokens) - 1; i >= 0; i-- {
		if t := x.tokens[i]; t.Kind != lexer.EOF {
			return span{t.From, t.To}
		}
	}
	return span{0, len(x.text)}
}

// sayParserError says what the parser means. Its own words for tokens are not shown.
func (x *expression) sayParserError(message string) (sentence, hint string) {
	unexpected := regexp.MustCompile(`^unexpected token \w+\((.*)\)$`).FindStringSubmatch(message)
	switch {
	case unexpected != nil:
		return fmt.Sprintf("%s cannot stand here", strings.Trim(unexpected[1], "`")),
			"between two conditions stands `and` or `or`, between two values an operator such as `==`"
	case strings.HasPrefix(message, "unexpected token EOF"):
		last := x.lastToken()
		if open := x.unclosed(); open != nil {
			return fmt.Sprintf("the `%s` is never closed", open.Value), "close it, or take it out"
		}
		return fmt.Sprintf("something is missing after `%s`", x.written(last)), ""
	case strings.HasPrefix(message, "literal not terminated"):
		return "the quote that opens here or before is never closed", `put the text between two quotes: "…"`
	case strings.HasPrefix(message, "invalid char escape"):
		return "`\\` with this letter means nothing here", "write `\\\\` for the character itself"
	case strings.HasPrefix(message, "bad number syntax"), strings.HasPrefix(message, "invalid"), strings.Contains(message, "too large"):
		return "this is no number that can be read", "write digits only, such as 10 or 39.90"
	case strings.HasPrefix(message, "unrecognized character"):
		return "this character means nothing here", ""
	case strings.HasPrefix(message, "expected at least"):
		return "this function needs a list and a condition", "for example any(order.items, .quantity > 1)"
	case strings.HasPrefix(message, "expected name"):
		return "after the dot stands the name of a field", "for example order.stage"
	default:
		return "this cannot be read", ""
	}
}

// unclosed is the first bracket without a partner.
func (x *expression) unclosed() *lexer.Token {
	for i := range x.tokens {
		t := &x.tokens[i]
		if _, paired := x.partner[t.From]; t.Kind == lexer.Bracket && !paired {
			return t
		}
	}
	return nil
}
