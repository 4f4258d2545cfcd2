package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/govalues/decimal"

	"xiaoer/rules/doc"
)

type (
	// A valueFunc works a value out of facts that are all known. An error is an overflow or a division by zero.
	valueFunc func(f *Facts) (Value, error)
	testFunc  func(f *Facts) (bool, error)
)

// An operand is a checked part of an expression: its type and how to work it out.
type operand struct {
	typ    Type
	at     span
	value  valueFunc
	test   testFunc // of a Bool only; the quick way to its value
	fixed  bool     // it reads no fact: literal is its value
	lit    Value
	fact   int   // the place of a plain fact in the layout, else -1
	length bool  // a duration made by hours() or days() of a number
	shape  shape // of a Bool only, for the analysis of conditions
}

// A checker types one expression. It reports the first problem of what it checks and then returns false.
type checker struct {
	x      *expression
	layout *layout
	inText bool // facts that are legal in texts only may be read
	reads  []int
	awaits groupSet // of all facts that it looks at, those too that has() asks for
	lists  []listRead
	scope  *scope // inside a closure
	cost   int    // instructions of the patterns so far
}

// A listRead says which fields a closure reads of each record of a list; a record that lacks one makes the whole
// atom unknown.
type listRead struct {
	fact   int
	fields []string
}

// check types a node and all below it.
func (c *checker) check(n ast.Node) (operand, bool) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return c.literal(n, IntValue(n.Value)), true
	case *ast.FloatNode:
		return c.decimalLiteral(n)
	case *ast.StringNode:
		return c.literal(n, TextValue(n.Value)), true
	case *ast.BoolNode:
		return c.literal(n, BoolValue(n.Value)), true
	case *ast.IdentifierNode:
		return c.name(n, n.Value, n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.PointerNode:
		return c.element(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, callee.Value, n.Arguments)
		}
		return c.fail(c.x.extent(n), doc.UnknownFunction, "a field cannot be called like a function")
	default:
		return c.notInLanguage(n)
	}
}

func (c *checker) fail(at span, code doc.Code, format string, args ...any) (operand, bool) {
	c.x.fail(at, code, format, args...)
	return operand{}, false
}

func (c *checker) failHint(at span, code doc.Code, hint, format string, args ...any) (operand, bool) {
	c.x.fail(at, code, format, args...).WithHint(hint)
	return operand{}, false
}

// notInLanguage explains what expr knows and the rule language does not.
func (c *checker) notInLanguage(n ast.Node) (operand, bool) {
	at := c.x.extent(n)
	switch n.(type) {
	case *ast.NilNode:
		return c.failHint(at, doc.Syntax, "write has(order.no) to ask whether a fact is known", "there is no nil")
	case *ast.ConditionalNode:
		return c.failHint(at, doc.Syntax, "write two rules", "there is no if … else inside a condition or text")
	case *ast.ArrayNode:
		return c.failHint(at, doc.Syntax, `for example order.stage in ["paid", "unpaid"]`, "a list can stand only after `in`")
	case *ast.ChainNode:
		return c.failHint(at, doc.Syntax, "write a plain dot; an unknown fact never makes a rule fit", "there is no `?.`")
	case *ast.SliceNode:
		return c.fail(at, doc.Syntax, "a part of a list or text cannot be taken")
	default:
		return c.fail(at, doc.Syntax, "this is not part of the rule language")
	}
}

// fixedOperand is an operand that needs no facts.
func fixedOperand(v Value, at span) operand {
	o := operand{
		typ: Type{Kind: v.kind}, at: at, fixed: true, lit: v, fact: -1,
		value: func(*Facts) (Value, error) { return v, nil },
	}
	if v.kind == Bool {
		truth := v.n != 0
		o.test = func(*Facts) (bool, error) { return truth, nil }
	}
	return o
}

func (c *checker) literal(n ast.Node, v Value) operand {
	loc := n.Location()
	return fixedOperand(v, span{loc.From, loc.To})
}

// decimalLiteral reads the digits as they were written, since a floating point number would not keep them.
func (c *checker) decimalLiteral(n *ast.FloatNode) (operand, bool) {
	loc := n.Location()
	d, err := decimal.Parse(strings.ReplaceAll(c.x.word(loc), "_", ""))
	if err != nil {
		d, err = decimal.NewFromFloat64(n.Value)
	}
	if err != nil {
		return c.fail(span{loc.From, loc.To}, doc.Syntax, "this number is too large or too small")
	}
	return c.literal(n, NumberValue(d)), true
}

// member reads group.field, or a field of the record that a closure is at.
func (c *checker) member(n *ast.MemberNode) (operand, bool) {
	property, ok := n.Property.(*ast.StringNode)
	if !ok {
		return c.failHint(c.x.extent(n), doc.Syntax, "for example any(order.items, .quantity > 1)",
			"a place in a list cannot be read; ask about all of it with any, all, none or count")
	}
	switch base := n.Node.(type) {
	case *ast.PointerNode:
		return c.itemField(base, property)
	case *ast.IdentifierNode:
		return c.name(n, base.Value+"."+property.Value, property)
	case *ast.MemberNode:
		return c.tooDeep(base, property)
	default:
		return c.fail(c.placeOf(property), doc.UnknownField, "unknown field %q", property.Value)
	}
}

// tooDeep explains a third name: facts have two at most.
func (c *checker) tooDeep(base *ast.MemberNode, property *ast.StringNode) (operand, bool) {
	at := c.placeOf(property)
	middle, ok := base.Property.(*ast.StringNode)
	if !ok {
		return c.fail(at, doc.UnknownField, "unknown field %q", property.Value)
	}
	hint := ""
	if _, exists := c.layout.index[middle.Value+"."+property.Value]; exists {
		hint = fmt.Sprintf("write %s.%s", middle.Value, property.Value)
	}
	if i, exists := c.layout.index[c.x.written(c.x.extent(base))]; exists && c.layout.facts[i].Type.Kind == Records {
		hint = fmt.Sprintf("ask about its entries: any(%s, .%s == …)", c.layout.facts[i].Name, property.Value)
	}
	return c.failHint(at, doc.UnknownField, hint, "unknown field %q: %s has no fields of its own", property.Value, c.x.written(c.x.extent(base)))
}

func (c *checker) placeOf(n ast.Node) span {
	loc := n.Location()
	return span{loc.From, loc.To}
}

// name reads a fact. The last node is where a complaint about an unknown field points.
func (c *checker) name(n ast.Node, name string, last ast.Node) (operand, bool) {
	i, ok := c.layout.index[name]
	if !ok {
		return c.unknownField(n, name, last)
	}
	fact := &c.layout.facts[i]
	if fact.TextOnly && !c.inText {
		group, _, _ := strings.Cut(name, ".")
		return c.failHint(c.placeOf(last), doc.UnknownField, fmt.Sprintf("the facts of %s are there only in texts, as ${%s}", group, name),
			"%s is not known yet when a rule is chosen", name)
	}
	c.addRead(i)
	o := operand{typ: fact.Type, at: c.x.extent(n), fact: i, value: func(f *Facts) (Value, error) { return f.row[i], nil }}
	if fact.Type.Kind == Bool {
		o.test = func(f *Facts) (bool, error) { return f.row[i].n != 0, nil }
		o.shape = shape{kind: shapeCompare, fact: i, op: "==", value: BoolValue(true)}
	}
	return o, true
}

func (c *checker) addRead(fact int) {
	c.awaits |= c.layout.setOf(fact)
	if !slices.Contains(c.reads, fact) {
		c.reads = append(c.reads, fact)
	}
}

// unknownField says what is wrong with a name: its group, its field, or that it is a word without quotes.
func (c *checker) unknownField(n ast.Node, name string, last ast.Node) (operand, bool) {
	group, field, dotted := strings.Cut(name, ".")
	if slices.Contains(c.layout.spoiled, group) {
		c.x.failed = true
		return operand{}, false
	}
	fields := c.fieldsOf(group)
	if !dotted {
		return c.unknownName(n, name, fields)
	}
	if len(fields) == 0 {
		at := c.placeOf(n)
		if m, ok := n.(*ast.MemberNode); ok {
			at = c.placeOf(m.Node)
		}
		return c.failHint(at, doc.UnknownField, "", "unknown field %q%s", group, didYouMean(group, c.groups()))
	}
	at := c.placeOf(last)
	suggestion := didYouMean(field, fields)
	hint := fmt.Sprintf("%s has %s", group, strings.Join(fields, ", "))
	if other, ok := c.fieldElsewhere(field); ok {
		suggestion = fmt.Sprintf("; did you mean %q?", other)
	}
	if field == "known" {
		hint = fmt.Sprintf("write has(%s.%s) with the field that is meant", group, fields[0])
	}
	return c.failHint(at, doc.UnknownField, hint, "unknown field %q in %s%s", field, group, suggestion)
}

func (c *checker) unknownName(n ast.Node, name string, fields []string) (operand, bool) {
	at := c.placeOf(n)
	if len(fields) > 0 {
		return c.failHint(at, doc.UnknownField, fmt.Sprintf("%s has %s", name, strings.Join(fields, ", ")),
			"%q is a group of fields; name one of them, such as %s.%s", name, name, fields[0])
	}
	if c.isEnumWord(name) {
		return c.failHint(at, doc.UnknownField, fmt.Sprintf("a word to compare with stands in quotes: \"%s\"", name), "unknown field %q", name)
	}
	if other, ok := c.fieldElsewhere(name); ok {
		return c.fail(at, doc.UnknownField, "unknown field %q; did you mean %q?", name, other)
	}
	return c.failHint(at, doc.UnknownField, fmt.Sprintf("if a text is meant, put it in quotes: \"%s\"", name), "unknown field %q%s", name, didYouMean(name, c.groups()))
}

// fieldElsewhere finds the only other group that has a field of this name, apart from those that are there in texts only.
func (c *checker) fieldElsewhere(field string) (name string, ok bool) {
	for i := range c.layout.facts {
		fact := &c.layout.facts[i]
		if _, last, _ := strings.Cut(fact.Name, "."); last == field && !fact.TextOnly {
			if name != "" {
				return "", false
			}
			name = fact.Name
		}
	}
	return name, name != ""
}

func (c *checker) isEnumWord(word string) bool {
	for i := range c.layout.facts {
		if slices.Contains(c.layout.facts[i].Type.Values, word) {
			return true
		}
	}
	return false
}

func (c *checker) fieldsOf(group string) []string {
	var fields []string
	for i := range c.layout.facts {
		fact := &c.layout.facts[i]
		if g, field, ok := strings.Cut(fact.Name, "."); ok && g == group && (c.inText || !fact.TextOnly) {
			fields = append(fields, field)
		}
	}
	return fields
}

// groups are the first words of all facts.
func (c *checker) groups() []string {
	var list []string
	for i := range c.layout.facts {
		group, _, _ := strings.Cut(c.layout.facts[i].Name, ".")
		if !slices.Contains(list, group) {
			list = append(list, group)
		}
	}
	return list
}

// didYouMean proposes the nearest word; a word that differs only in upper and lower case is always near.
func didYouMean(word string, candidates []string) string {
	for _, candidate := range candidates {
		if strings.EqualFold(word, candidate) {
			return fmt.Sprintf("; did you mean %q?", candidate)
		}
	}
	if near := doc.Suggest(word, candidates); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// describe names a type for a shop owner.
func describe(t Type) string {
	switch t.Kind {
	case Bool:
		return "true or false"
	case Int:
		return "a whole number"
	case Number:
		return "a number"
	case Money:
		return "an amount of money"
	case Text:
		return "a text"
	case Enum:
		return "a word out of a list"
	case Time:
		return "a moment"
	case Date:
		return "a day"
	case Duration:
		return "a length of time"
	case Texts:
		return "a list of texts"
	case Records:
		return "a list of entries"
	default:
		return "nothing"
	}
}

func (k Kind) isNumber() bool { return k == Int || k == Number || k == Money }

func (k Kind) isText() bool { return k == Text || k == Enum }
