package rules

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"

	"xiaoer/rules/doc"
)

// membership is `in`: a value in a written list, or a text in a list of texts.
func (c *checker) membership(n *ast.BinaryNode) (operand, bool) {
	left, ok := c.check(n.Left)
	if !ok {
		return operand{}, false
	}
	if list, isArray := n.Right.(*ast.ArrayNode); isArray {
		return c.inArray(n, left, list)
	}
	right, ok := c.check(n.Right)
	if !ok {
		return operand{}, false
	}
	if right.typ.Kind != Texts {
		what := c.x.written(right.at)
		hint := fmt.Sprintf("write %s in [%s]", c.x.written(left.at), what)
		if right.typ.Kind == Records {
			hint = fmt.Sprintf("ask about its entries: any(%s, .%s == %s)", what, right.typ.Fields[0].Name, c.x.written(left.at))
		}
		if right.typ.Kind.isText() && !right.fixed && left.typ.Kind.isText() {
			hint = fmt.Sprintf("write %s contains %s", what, c.x.written(left.at))
		}
		return c.failHint(right.at, doc.TypeMismatch, hint, "%s is %s, not a list of texts", what, describe(right.typ))
	}
	if !left.typ.Kind.isText() {
		return c.failHint(left.at, doc.TypeMismatch, c.mismatchHint(operand{typ: Type{Kind: Text}}, left), "%s is a list of texts, but %s is %s", c.x.written(right.at), c.x.written(left.at), describe(left.typ))
	}
	if left.fixed && len(right.typ.Values) > 0 && !slices.Contains(right.typ.Values, left.lit.s) {
		c.unknownValue(left, c.x.written(right.at), right.typ.Values)
		return operand{}, false
	}
	return c.inTexts(n, left, right), true
}

func (c *checker) inTexts(n ast.Node, left, right operand) operand {
	o := c.truth(n, false, func(f *Facts) (bool, error) {
		a, err := left.value(f)
		if err != nil {
			return false, err
		}
		b, err := right.value(f)
		return slices.Contains(b.texts, a.s), err
	})
	return o
}

// inArray is `x in [a, b]`.
func (c *checker) inArray(n *ast.BinaryNode, left operand, list *ast.ArrayNode) (operand, bool) {
	items := make([]operand, 0, len(list.Nodes))
	allFixed := true
	for _, node := range list.Nodes {
		item, ok := c.check(node)
		if !ok {
			return operand{}, false
		}
		item = c.sameUnit(item, left)
		if !c.comparable("==", left, item) || !c.legalWord(left, item) || !c.legalWord(item, left) {
			return operand{}, false
		}
		allFixed = allFixed && item.fixed
		items = append(items, item)
	}
	if allFixed && left.fact >= 0 {
		o := c.truth(n, false, inLiterals(left, items))
		o.shape = inShape(left, items)
		return o, true
	}
	return c.truth(n, left.fixed && allFixed, func(f *Facts) (bool, error) {
		a, err := left.value(f)
		for i := 0; i < len(items) && err == nil; i++ {
			var b Value
			if b, err = items[i].value(f); err != nil {
				break
			}
			var order int
			if order, err = compareValues(&a, &b); err == nil && order == 0 {
				return true, nil
			}
		}
		return false, err
	}), true
}

// inLiterals looks a fact up in a written list: texts by a scan for few and a set for many.
func inLiterals(left operand, items []operand) testFunc {
	i := left.fact
	if left.typ.Kind.isText() {
		words := make([]string, len(items))
		set := make(map[string]bool, len(items))
		for k := range items {
			words[k] = items[k].lit.s
			set[words[k]] = true
		}
		if len(words) > 8 {
			return func(f *Facts) (bool, error) { return set[f.row[i].s], nil }
		}
		return func(f *Facts) (bool, error) { return slices.Contains(words, f.row[i].s), nil }
	}
	return func(f *Facts) (bool, error) {
		for k := range items {
			order, err := compareValues(&f.row[i], &items[k].lit)
			if err != nil || order == 0 {
				return err == nil, err
			}
		}
		return false, nil
	}
}
