package shop

import (
	"strings"

	"xiaoer/rules/doc"
)

// An allowance silences findings of one code with a reason.
type allowance struct {
	code doc.Code
	text string // what the finding is about; "" allows every finding of the code
	node *doc.Node
	used bool
}

func allowFields() []doc.Field[allowance] {
	return []doc.Field[allowance]{
		{
			Name: "code", Required: true, Doc: "The code of the finding, as it stands in brackets.", Shape: doc.EnumShape(codes()...),
			Set: func(d *doc.Decoder, a *allowance, v *doc.Node) {
				code, _ := d.Enum(v, codes()...)
				a.code, a.node = doc.Code(code), v
			},
		},
		{
			Name: "text", Doc: "The words that the finding is about; all findings of the code when left out.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, a *allowance, v *doc.Node) { a.text, _ = d.FilledText(v) },
		},
		{
			Name: "why", Required: true, Doc: "Why it is meant.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, _ *allowance, v *doc.Node) { d.FilledText(v) },
		},
	}
}

func codes() []string {
	var all []string
	for _, c := range doc.Codes() {
		all = append(all, string(c.Code))
	}
	return all
}

func readAllow(d *doc.Decoder, n *doc.Node) []allowance {
	var all []allowance
	doc.DecodeList(d, n, "allow", func(item *doc.Node) {
		var a allowance
		before := d.Problems.Len()
		if doc.Decode(d, item, allowFields(), "an allowance", &a) && d.Problems.Len() == before {
			all = append(all, a)
		}
	})
	return all
}

// allowances apply to what was found.
type allowances struct {
	list  []allowance
	lines func(file string, line int) string // the text of a line, "" when there is none
}

// silences tells whether an allowance covers a finding, and marks it as used. What keeps a file from being read at all
// cannot be allowed.
func (a *allowances) silences(d doc.Diagnostic) bool {
	if d.Code == doc.Syntax || d.Code == doc.TooMany {
		return false
	}
	silenced := false
	for i := range a.list {
		if one := &a.list[i]; one.code == d.Code && (one.text == "" || a.about(d, one.text)) {
			one.used, silenced = true, true
		}
	}
	return silenced
}

// about tells whether a finding is about a text: its message names it, or the text stands at its place.
func (a *allowances) about(d doc.Diagnostic, text string) bool {
	if strings.Contains(d.Message, text) {
		return true
	}
	for line := d.Range.Start.Line; line <= min(d.Range.End.Line, d.Range.Start.Line+50); line++ {
		from, until := 1, 1<<30
		if line == d.Range.Start.Line {
			from = d.Range.Start.Column
		}
		if line == d.Range.End.Line {
			until = max(d.Range.End.Column, from+1)
		}
		if standsWithin([]rune(a.lines(d.Range.File, line)), []rune(text), from, until) {
			return true
		}
	}
	return false
}

// standsWithin tells whether text stands somewhere in the line so that it touches the columns [from, until).
func standsWithin(line, text []rune, from, until int) bool {
	for i := 0; i+len(text) <= len(line); i++ {
		if string(line[i:i+len(text)]) == string(text) && i+1 < until && i+1+len(text) > from {
			return true
		}
	}
	return false
}

// warnUnused warns of allowances that silenced nothing.
func (a *allowances) warnUnused(p *doc.Problems) {
	for i := range a.list {
		if one := &a.list[i]; !one.used {
			p.Warn(one.node.Range(), doc.Unused, "nothing of the code %q is found here, so this allowance does nothing", one.code).
				WithHint("delete it")
		}
	}
}
