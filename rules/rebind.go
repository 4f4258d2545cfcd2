package rules

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

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
