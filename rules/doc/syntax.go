package doc

import (
	"strings"
)

// reportSyntax reports what yaml.v3 said when the linter knew nothing better. yaml.v3 often names a wrong line, so the
// line is looked for: the first one with which the file can no longer be read.
func reportSyntax(src *source, err error, p *Problems) {
	row := firstBadLine(src)
	line := src.line(row)
	from := src.lines[row] + len(line) - len(strings.TrimLeft(line, " \t"))
	message, hint := explain(err.Error())
	p.Error(src.between(from, src.lines[row]+len(line)), Syntax, "%s", message).Hint = hint
}

// firstBadLine halves the file until it has a line such that the text before it can be read and the text with it
// cannot. Of several such lines it finds one.
func firstBadLine(src *source) int {
	good, bad := 0, len(src.lines)
	for bad-good > 1 {
		middle := (good + bad) / 2
		head := &source{name: src.name, text: src.text[:src.lines[middle]]}
		if _, err := compose(head); err == nil {
			good = middle
		} else {
			bad = middle
		}
	}
	row := good
	for row+1 < len(src.lines) && strings.TrimSpace(src.line(row)) == "" {
		row++
	}
	return row
}

// An explanation puts a message of yaml.v3, known by a part of it, in words for a shop owner.
type explanation struct{ part, message, hint string }

func explanations() []explanation {
	return []explanation{
		{"mapping values are not allowed", "a colon stands where no key can be", "put a text with a colon in quotes, or check the indentation"},
		{"could not find expected ':'", "this line has no `key:`", "write `key: value`"},
		{"did not find expected key", "this line does not fit the lines before it", "check its indentation, quotes and brackets"},
		{"did not find expected '-' indicator", "this line does not fit the list before it", "begin it with `- `, or check its indentation"},
		{"expected ',' or", "something between the brackets is not separated", "write , between the entries, or put the text in quotes"},
		{"cannot start any token", "a text cannot begin with this character", "put the text in quotes"},
		{"unexpected end of stream", "a quote or bracket is not closed", "close it"},
		{"unexpected document indicator", "a quote is not closed before ---", "close it"},
		{"unknown escape", `\ has a meaning inside " " that this is none of`, `write \\, or use ' ' in place of " "`},
		{"hexdecimal", `the digits behind \x or \u are not complete`, `write \\, or use ' ' in place of " "`},
		{"Unicode character escape", `the digits behind \u name no character`, `write \\, or use ' ' in place of " "`},
		{"unknown anchor", "an alias (*name) repeats a value that has no anchor (&name)", "a text that begins with * needs quotes"},
		{"tab character", "a tab stands where spaces are expected", "indent with spaces"},
		{"tag", "a text that begins with ! is read as a YAML tag", "put the text in quotes"},
		{"block sequence entries", "a list item stands where none can be", "put it on a line of its own, or put the text in quotes"},
		{"comment or line break", "a text cannot begin with | or >", "put the text in quotes"},
		{"incompatible", "the line %YAML asks for another version", "delete it"},
		{"directive", "a line cannot begin with %", "put the text in quotes"},
		{"max depth", "values are nested too deep", "write it flatter"},
		{"document start", "the line stands behind the end of the document", "delete the lines --- and ..."},
	}
}

func explain(said string) (message, hint string) {
	for _, e := range explanations() {
		if strings.Contains(said, e.part) {
			return e.message, e.hint
		}
	}
	return "this line cannot be understood", "check its indentation, quotes and brackets"
}
