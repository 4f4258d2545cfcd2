package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"

	"xiaoer/rules/doc"
)

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
	if name := x.unknownCallBefore(e.From); name != nil {
		x.fail(span{name.From, name.To}, doc.UnknownFunction, "unknown function %q%s", name.Value, didYouMean(name.Value, functionNames())).
			WithHint("the functions are " + strings.Join(functionNames(), " "))
		return
	}
	message, hint := x.sayParserError(e.Message)
	if strings.HasPrefix(e.Message, "unexpected token EOF") || strings.HasPrefix(e.Message, "unexpected end") {
		at = x.lastToken()
		if open := x.unclosed(); open != nil {
			at = span{open.From, open.To}
		}
	}
	if strings.HasPrefix(e.Message, "invalid char escape") {
		at.from = max(0, at.from-1)
	} else if strings.HasPrefix(e.Message, "invalid") || strings.Contains(e.Message, "too large") {
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

// unknownCallBefore is the name of the unknown function in whose brackets a `.field` or `#` stands: the parser takes
// these only inside the functions that it knows.
func (x *expression) unknownCallBefore(at int) *lexer.Token {
	var calls []*lexer.Token // of the brackets that are open
	for i := range x.tokens {
		t := &x.tokens[i]
		switch {
		case t.From == at && t.Is(lexer.Operator, ".", "#"):
			if len(calls) > 0 {
				return calls[len(calls)-1]
			}
			return nil
		case t.Is(lexer.Bracket, "("):
			var name *lexer.Token
			if i > 0 && x.tokens[i-1].Kind == lexer.Identifier && !slices.Contains(functionNames(), x.tokens[i-1].Value) {
				name = &x.tokens[i-1]
			}
			calls = append(calls, name)
		case t.Is(lexer.Bracket, ")") && len(calls) > 0:
			calls = calls[:len(calls)-1]
		}
	}
	return nil
}

func operatorHint(name string) string {
	return fmt.Sprintf("write it between two values: message.text %s \"…\"", name)
}

// numberBefore is where the last number stands: the parser complains about it when it is past it.
func (x *expression) numberBefore(at span) span {
	for _, t := range slices.Backward(x.tokens) {
		if t.Kind == lexer.Number && t.From <= at.from {
			return span{t.From, t.To}
		}
	}
	return at
}

// lastToken is where an expression that ends too early ends.
func (x *expression) lastToken() span {
	for _, t := range slices.Backward(x.tokens) {
		if t.Kind != lexer.EOF {
			return span{t.From, t.To}
		}
	}
	return span{0, len(x.text)}
}

// sayParserError says what the parser means. Its own words for tokens are not shown.
func (x *expression) sayParserError(message string) (sentence, hint string) {
	unexpected := regexp.MustCompile(`^unexpected token \w+\((.*)\)$`).FindStringSubmatch(message)
	switch {
	case unexpected != nil && strings.Contains(unexpected[1], `","`):
		return "`,` cannot stand here", `a list stands in square brackets: ["paid", "unpaid"]; a number has a point: 3.5`
	case unexpected != nil:
		return strings.Trim(unexpected[1], "`") + " cannot stand here",
			"between two conditions stands `and` or `or`, between two values an operator such as `==`"
	case strings.HasPrefix(message, "unexpected token EOF"), strings.HasPrefix(message, "unexpected end"):
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
