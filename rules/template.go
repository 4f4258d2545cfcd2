package rules

import "xiaoer/rules/doc"

// A Template is a text with `${ }` in it, compiled. It is immutable.
type Template struct {
	source   string
	literals []string
	facts    []string
}

// CompileTemplate compiles the text of a scalar; problems go to p. It is nil when there was an error.
func CompileTemplate(n *doc.Node, v *Vocabulary, p *doc.Problems) *Template {
	return &Template{source: n.Text, literals: []string{n.Text}}
}

// Render fills the text in. When missing is not empty these facts were unknown, and the text must not be sent.
func (t *Template) Render(f *Facts, format Format) (text string, missing []string) {
	return t.source, nil
}

// Facts lists the facts that the text reads, sorted.
func (t *Template) Facts() []string { return t.facts }

// Source is the text as it was written.
func (t *Template) Source() string { return t.source }

// Literals are the shop's own words between the `${ }`.
func (t *Template) Literals() []string { return t.literals }
