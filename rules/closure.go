package rules

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"

	"xiaoer/rules/doc"
)

// maxEntries bounds the lists that a closure walks; a longer one makes its condition an error.
const maxEntries = 200

// A scope is the list entry that a closure is at.
type scope struct {
	list   string // the list as it was written
	fields []Fact // of records; nil for a list of texts
	read   []string
}

// closure is any, all, none and count; count of a list alone is its length.
func (c *checker) closure(n ast.Node, name string, args []ast.Node) (operand, bool) {
	if len(args) == 1 && name == "count" {
		list, ok := c.check(args[0])
		if !ok {
			return operand{}, false
		}
		return c.length(n, list)
	}
	if len(args) != 2 {
		return c.failHint(c.x.extent(n), doc.TypeMismatch, fmt.Sprintf("for example %s(order.items, .quantity > 1)", name), "%s takes a list and a condition", name)
	}
	if c.scope != nil {
		return c.failHint(c.x.extent(n), doc.TooCostly, "ask about one list at a time", "%s stands inside another any, all, none or count", name)
	}
	list, ok := c.check(args[0])
	if !ok {
		return operand{}, false
	}
	if list.fact < 0 || list.typ.Kind != Texts && list.typ.Kind != Records {
		return c.failHint(list.at, doc.TypeMismatch, "lists are order.items, product.tags, intents and the like", "%s is %s, not a list", c.x.written(list.at), describe(list.typ))
	}
	predicate, ok := args[1].(*ast.PredicateNode)
	if !ok {
		return c.notInLanguage(args[1])
	}
	c.scope = &scope{list: c.x.written(list.at), fields: list.typ.Fields}
	body, ok := c.check(predicate.Node)
	read := c.scope.read
	c.scope = nil
	if !ok {
		return operand{}, false
	}
	if body.typ.Kind != Bool {
		return c.notACondition(body)
	}
	if len(read) > 0 {
		c.lists = append(c.lists, listRead{fact: list.fact, fields: read})
	}
	return c.quantify(n, name, list.fact, body.test)
}

// quantify walks the list. It counts the entries that fit; any, all and none are questions about that number.
func (c *checker) quantify(n ast.Node, name string, list int, test testFunc) (operand, bool) {
	if name == "count" {
		return c.computed(n, Int, false, func(f *Facts) (Value, error) {
			fits, _, err := countEntries(f, list, test)
			return IntValue(fits), err
		})
	}
	return c.truth(n, false, func(f *Facts) (bool, error) {
		fits, total, err := countEntries(f, list, test)
		switch name {
		case "any":
			return fits > 0, err
		case "none":
			return fits == 0, err
		default:
			return fits == total, err
		}
	}), true
}

func countEntries(f *Facts, list int, test testFunc) (fits, total int, err error) {
	v := &f.row[list]
	total = max(len(v.texts), len(v.records))
	if total > maxEntries {
		return 0, total, errTooMany
	}
	defer func() { f.record, f.entry = nil, "" }()
	for i := range total {
		if v.kind == Records {
			f.record = v.records[i]
		} else {
			f.entry = v.texts[i]
		}
		ok, err := test(f)
		if err != nil {
			return 0, total, err
		}
		if ok {
			fits++
		}
	}
	return fits, total, nil
}

// element is `#`, the entry of a list of texts.
func (c *checker) element(n *ast.PointerNode) (operand, bool) {
	at := c.placeOf(n)
	if c.scope == nil || n.Name != "" {
		return c.fail(at, doc.Syntax, "`#` stands only inside any, all, none and count, for the entry of the list")
	}
	if c.scope.fields != nil {
		return c.failHint(at, doc.TypeMismatch, "read one of its fields, such as ."+c.scope.fields[0].Name, "an entry of %s is more than one value", c.scope.list)
	}
	return operand{typ: Type{Kind: Text}, at: at, fact: -1, value: func(f *Facts) (Value, error) { return TextValue(f.entry), nil }}, true
}

// itemField is `.price` or `#.price` inside a closure.
func (c *checker) itemField(base *ast.PointerNode, property *ast.StringNode) (operand, bool) {
	at := c.placeOf(property)
	if c.scope == nil || base.Name != "" {
		return c.fail(at, doc.Syntax, "`.%s` stands only inside any, all, none and count", property.Value)
	}
	if c.scope.fields == nil {
		return c.failHint(at, doc.UnknownField, "`#` is the entry itself", "the entries of %s are texts without fields", c.scope.list)
	}
	var names []string
	for i := range c.scope.fields {
		field := &c.scope.fields[i]
		if field.Name == property.Value {
			return c.fieldOperand(field, span{base.Location().From, at.to}), true
		}
		names = append(names, field.Name)
	}
	return c.fail(at, doc.UnknownField, "unknown field %q in %s%s", property.Value, c.scope.list, didYouMean(property.Value, names))
}

func (c *checker) fieldOperand(field *Fact, at span) operand {
	name := field.Name
	if !slices.Contains(c.scope.read, name) {
		c.scope.read = append(c.scope.read, name)
	}
	o := operand{typ: field.Type, at: at, fact: -1, value: func(f *Facts) (Value, error) { return f.record[name], nil }}
	if field.Type.Kind == Bool {
		o.test = func(f *Facts) (bool, error) { return f.record[name].n != 0, nil }
	}
	return o
}
