package rules

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"xiaoer/rules/doc"
)

// A Word is an operator or function of the language, for the reference page.
type Word struct {
	Name    string
	Form    string // how it is written
	Doc     string // one English sentence
	Example string // a condition over the built-in facts
}

// Functions lists the functions that conditions and texts may use.
func Functions() []Word {
	return []Word{
		{"has", "has(fact)", "True when the fact is known; never unknown itself.", "has(order.remark)"},
		{"len", "len(text or list)", "The number of characters of a text, or of entries of a list.", "len(order.items) > 1"},
		{"any", "any(list, condition)", "True when the condition holds for at least one entry; `.field` reads a field of the entry, `#` is the entry itself.", "any(order.items, .quantity > 1)"},
		{"all", "all(list, condition)", "True when the condition holds for every entry, and for an empty list.", "all(order.items, .quantity == 1)"},
		{"none", "none(list, condition)", "True when the condition holds for no entry.", `none(product.tags, # == "fresh")`},
		{"count", "count(list, condition)", "For how many entries the condition holds.", "count(order.items, .price > 100) >= 2"},
		{"lower", "lower(text)", "The text in lower case.", `lower(message.text) contains "ok"`},
		{"trim", "trim(text)", "The text without spaces at its ends.", `trim(order.remark) == ""`},
		{"date", "date(text or moment)", "The calendar day of a text such as \"2026-11-11\", or of a moment in the shop's timezone.", `date(order.paid_at) == date("2026-11-11")`},
		{"money", "money(number or text)", "An amount of money.", `order.amount >= money("39.90")`},
		{"days", "days(length of time or number)", "How many days a length of time has, or the length of time of so many days.", "order.delivered_days > days(policy.ship_within)"},
		{"hours", "hours(length of time or number)", "How many hours a length of time has, or the length of time of so many hours.", "order.paid_hours > hours(policy.ship_within)"},
	}
}

// Operators lists the operators, those that bind weakest first.
func Operators() []Word {
	return []Word{
		{"or", "a or b", "True when one of both is true. `||` is the same.", `order.stage == "paid" or order.stage == "unpaid"`},
		{"and", "a and b", "True when both are true. `&&` is the same.", "order.known and order.changeable"},
		{"not", "not a", "True when a is false; unknown when a is unknown. It binds weaker than comparisons. `!` is the same.", `not order.stage == "paid"`},
		{"==", "a == b", "Equal.", `order.stage == "paid"`},
		{"!=", "a != b", "Known and not equal.", `order.stage != "paid"`},
		{"<", "a < b", "Less; 0 < a < 10 may be written too.", "0 < order.delivered_days < 7"},
		{"<=", "a <= b", "Less or equal.", "order.delivered_days <= 7"},
		{">", "a > b", "More.", "order.amount > 39.9"},
		{">=", "a >= b", "More or equal.", "order.amount >= 100"},
		{"in", "a in list", "A value is in a written list, or a text in a list of texts. `not in` is its opposite.", `order.stage in ["paid", "unpaid"]`},
		{"contains", "text contains text", "The text has the other in it.", `message.text contains "发票"`},
		{"startsWith", "text startsWith text", "The text begins with the other.", `order.no startsWith "26"`},
		{"endsWith", "text endsWith text", "The text ends with the other.", `order.no endsWith "88"`},
		{"matches", "text matches pattern", "The text fits a regular expression (RE2), which must be written out.", `message.text matches "\\d{4}年"`},
		{"+", "a + b", "Sum; also a day or moment and a length of time.", "order.amount + 5 > 100"},
		{"-", "a - b", "Difference; also of two days or moments.", "order.amount - 5 > 100"},
		{"*", "a * b", "Product.", "order.amount * 0.5 > 10"},
		{"/", "a / b", "Quotient, with decimals; a division by zero keeps the rule from fitting.", "order.amount / product.units > 2"},
		{"%", "a % b", "Remainder.", "now.hour % 2 == 0"},
	}
}

func operatorNames() []string { return wordNames(Operators()) }

func functionNames() []string { return wordNames(Functions()) }

func wordNames(words []Word) []string {
	names := make([]string, len(words))
	for i := range words {
		names[i] = words[i].Name
	}
	return names
}

// call types a function call.
func (c *checker) call(n ast.Node, name string, args []ast.Node) (operand, bool) {
	switch name {
	case "any", "all", "none", "count":
		return c.closure(n, name, args)
	case "has", "len", "lower", "trim", "date", "money", "days", "hours":
	default:
		return c.unknownFunction(n, name)
	}
	if len(args) != 1 {
		return c.fail(c.x.extent(n), doc.TypeMismatch, "%s takes one value, not %d", name, len(args))
	}
	if name == "has" {
		return c.has(n, args[0])
	}
	arg, ok := c.check(args[0])
	if !ok {
		return operand{}, false
	}
	switch name {
	case "len":
		return c.length(n, arg)
	case "lower", "trim":
		return c.changeText(n, name, arg)
	case "date":
		return c.date(n, arg)
	case "money":
		return c.money(n, arg)
	default:
		return c.timeLength(n, name, arg)
	}
}

func (c *checker) unknownFunction(n ast.Node, name string) (operand, bool) {
	loc := n.Location()
	hint := "the functions are " + strings.Join(functionNames(), " ")
	switch name {
	case "now", "today":
		hint = "write now.date or now.hour"
	case "upper":
		hint = "write lower(…)"
	}
	return c.failHint(span{loc.From, loc.From + utf8.RuneCountInString(name)}, doc.UnknownFunction, hint, "unknown function %q%s", name, didYouMean(name, functionNames()))
}

// wrongArgument reports a value that a function cannot take.
func (c *checker) wrongArgument(name string, arg operand, wants string) (operand, bool) {
	return c.fail(arg.at, doc.TypeMismatch, "%s takes %s, but %s is %s", name, wants, c.x.written(arg.at), describe(arg.typ))
}

// has asks whether a fact is known; it does not read the fact, so it is never unknown.
func (c *checker) has(n, arg ast.Node) (operand, bool) {
	outer := c.reads
	c.reads = nil
	o, ok := c.check(arg)
	c.reads = outer
	if !ok {
		return operand{}, false
	}
	if o.fact < 0 {
		return c.failHint(o.at, doc.TypeMismatch, "for example has(order.remark)", "has takes the name of a fact")
	}
	i := o.fact
	t := c.truth(n, false, func(f *Facts) (bool, error) { return f.row[i].kind != 0, nil })
	t.shape = shape{kind: shapeKnown, fact: i}
	return t, true
}

func (c *checker) length(n ast.Node, arg operand) (operand, bool) {
	if !arg.typ.Kind.isText() && arg.typ.Kind != Texts && arg.typ.Kind != Records {
		return c.wrongArgument("len", arg, "a text or a list")
	}
	return c.computed(n, Int, arg.fixed, func(f *Facts) (Value, error) {
		v, err := arg.value(f)
		switch v.kind {
		case Texts:
			return IntValue(len(v.texts)), err
		case Records:
			return IntValue(len(v.records)), err
		default:
			return IntValue(utf8.RuneCountInString(v.s)), err
		}
	})
}

func (c *checker) changeText(n ast.Node, name string, arg operand) (operand, bool) {
	if !arg.typ.Kind.isText() {
		return c.wrongArgument(name, arg, "a text")
	}
	if c.scope != nil && arg.fact >= 0 {
		return c.failHint(c.x.extent(n), doc.TooCostly, "move it out of the brackets, or compare with a word", "%s(%s) would be worked out again for every entry of the list", name, c.x.written(arg.at))
	}
	change := strings.TrimSpace
	if name == "lower" {
		change = strings.ToLower
	}
	return c.computed(n, Text, arg.fixed, func(f *Facts) (Value, error) {
		v, err := arg.value(f)
		return TextValue(change(v.s)), err
	})
}

func (c *checker) date(n ast.Node, arg operand) (operand, bool) {
	zone := c.layout.zone
	switch {
	case arg.typ.Kind == Date:
		return arg, true
	case arg.typ.Kind == Time:
		return c.computed(n, Date, arg.fixed, func(f *Facts) (Value, error) {
			v, err := arg.value(f)
			return Value{kind: Date, n: dayNumber(v.Time().In(zone))}, err
		})
	case arg.fixed && arg.typ.Kind == Text:
		v, err := parseDay(arg.lit.s)
		if err != nil {
			return c.failHint(arg.at, doc.TypeMismatch, "write year, month and day: date(\"2026-11-11\")", "%s is no day", c.x.written(arg.at))
		}
		return fixedOperand(v, c.x.extent(n)), true
	case arg.typ.Kind == Text:
		return c.computed(n, Date, false, func(f *Facts) (Value, error) {
			v, err := arg.value(f)
			if err != nil {
				return v, err
			}
			return parseDay(v.s)
		})
	default:
		return c.wrongArgument("date", arg, "a moment, or a text such as \"2026-11-11\"")
	}
}

func parseDay(s string) (Value, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Value{}, errNotADate
	}
	return Value{kind: Date, n: dayNumber(t)}, nil
}

func (c *checker) money(n ast.Node, arg operand) (operand, bool) {
	switch {
	case arg.typ.Kind.isNumber():
		return c.computed(n, Money, arg.fixed, func(f *Facts) (Value, error) {
			v, err := arg.value(f)
			d, ok := v.Decimal()
			if err == nil && !ok {
				err = errOverflow
			}
			return Value{kind: Money, d: d, s: v.s}, err
		})
	case arg.typ.Kind == Text:
		if _, err := ParseMoney(arg.lit.s); arg.fixed && err != nil {
			return c.failHint(arg.at, doc.TypeMismatch, "write money(39.90)", "%s is no amount of money", c.x.written(arg.at))
		}
		return c.computed(n, Money, arg.fixed, func(f *Facts) (Value, error) {
			v, err := arg.value(f)
			if err != nil {
				return v, err
			}
			if v, err = ParseMoney(v.s); err != nil {
				return Value{}, errNotMoney
			}
			return v, nil
		})
	default:
		return c.wrongArgument("money", arg, "a number or a text such as \"39.90\"")
	}
}

// timeLength is hours(x) and days(x): of a length of time how many it has, of a number the length of time.
func (c *checker) timeLength(n ast.Node, name string, arg operand) (operand, bool) {
	unit := nanosPerHour
	if name == "days" {
		unit *= 24
	}
	switch {
	case arg.typ.Kind == Duration && !arg.length:
		return c.computed(n, Number, arg.fixed, func(f *Facts) (Value, error) {
			v, err := arg.value(f)
			if err != nil {
				return v, err
			}
			d, err := durationIn(v.n, unit)
			return NumberValue(d), err
		})
	case arg.typ.Kind == Int || arg.typ.Kind == Number:
		o, ok := c.computed(n, Duration, arg.fixed, func(f *Facts) (Value, error) {
			v, err := arg.value(f)
			if err != nil {
				return v, err
			}
			d, ok := v.Decimal()
			if !ok {
				return v, errOverflow
			}
			return stretch(Value{n: unit}, NumberValue(d))
		})
		o.length = true
		return o, ok
	default:
		return c.wrongArgument(name, arg, "a length of time such as policy.ship_within, or a number")
	}
}
