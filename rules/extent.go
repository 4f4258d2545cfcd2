package rules

import (
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/lexer"
)

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
