package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// A Template is a text with `${ }` in it, compiled. It is immutable. `$${` stands for the two characters `${`.
type Template struct {
	source   string
	pieces   []piece
	literals []string
	facts    []string
}

// A piece is some of the shop's own words, or one value.
type piece struct {
	literal string
	source  string // of a value, with its ${ }
	value   valueFunc
	reads   []int
	awaits  groupSet
	lists   []listRead
	plain   bool // it is known as soon as its facts are
}

// CompileTemplate compiles the text of a scalar, with all facts legal that texts may read; problems go to p. It is nil
// when there was an error. The facts that it is rendered with must be in the layout of the same vocabulary.
func CompileTemplate(n *doc.Node, v *Vocabulary, p *doc.Problems) *Template {
	return compileTemplate(n, newLayout(v), p)
}

func compileTemplate(n *doc.Node, l *layout, p *doc.Problems) *Template {
	t := &Template{source: n.Text}
	ok := true
	if at, wide := wideBrace([]rune(n.Text)); wide {
		p.Error(n.Part(at.from, at.to), doc.Syntax, "%q is full-width, so this prints no fact", string([]rune(n.Text)[at.from:at.to])).
			WithHint("type `${` and `}` with the keyboard in English")
		return nil
	}
	if at, written, fact := bareValue(n.Text, l); fact != "" {
		p.Error(n.Part(at.from, at.to), doc.Syntax, "`%s` is sent to the buyer as it stands", written).
			WithHint(fmt.Sprintf("write ${%s} to print the fact", fact))
		return nil
	}
	for _, part := range splitTemplate([]rune(n.Text)) {
		switch {
		case part.unclosed:
			p.Error(n.Part(part.at.from, part.at.to), doc.Syntax, "`${` is never closed").
				WithHint("close it with `}`, or write `$${` where the characters themselves are meant")
			ok = false
		case part.value:
			compiled, good := compilePiece(n, part, l, p)
			t.pieces = append(t.pieces, compiled)
			ok = ok && good
		default:
			t.pieces = append(t.pieces, piece{literal: part.text})
			t.literals = append(t.literals, part.text)
		}
	}
	if !ok {
		return nil
	}
	t.facts = t.factNames(l)
	return t
}

// bareNames are how other systems write what is ${order.no} here.
var bareNames = regexp.MustCompile(`\{\{?\s*([a-z_]+\.[a-z_]+)\s*\}\}?|\$([a-z_]+\.[a-z_]+)`)

// bareValue finds the first name of a fact in the shop's own words that was meant to be filled in; fact is "" when
// there is none. A name behind `$${` is meant as it stands.
func bareValue(text string, l *layout) (at span, written, fact string) {
	if !strings.ContainsAny(text, "{$") {
		return span{}, "", ""
	}
	own := ownWords(text)
	for _, m := range bareNames.FindAllStringSubmatchIndex(own, -1) {
		from, to := m[2], m[3]
		if from < 0 {
			from, to = m[4], m[5]
		}
		if _, known := l.index[own[from:to]]; known && !strings.HasSuffix(own[:m[0]], "$") {
			return runes(own, m[:2]), own[m[0]:m[1]], own[from:to]
		}
	}
	return span{}, "", ""
}

// compilePiece compiles what stands between `${` and `}`.
func compilePiece(n *doc.Node, part templatePart, l *layout, p *doc.Problems) (piece, bool) {
	x, ok := parse(n, part.at.from, part.text, p)
	if !ok {
		return piece{}, false
	}
	c := &checker{x: x, layout: l, inText: true}
	o, ok := c.check(x.root)
	if !ok {
		return piece{}, false
	}
	return piece{source: "${" + part.text + "}", value: o.value, reads: c.reads, awaits: c.awaits, lists: c.lists, plain: o.fact >= 0 || o.fixed}, true
}

type templatePart struct {
	text     string
	at       span // of the text in the scalar, in runes
	value    bool
	unclosed bool
}

// splitTemplate parts the shop's words from the values between `${` and `}`. Quotes and brackets inside are passed.
func splitTemplate(text []rune) []templatePart {
	var parts []templatePart
	var words []rune
	flush := func() {
		if len(words) > 0 {
			parts = append(parts, templatePart{text: string(words)})
			words = nil
		}
	}
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch {
		case startsWith(rest, '$', '$', '{'):
			words = append(words, '$', '{')
			i += 2
		case startsWith(rest, '$', '{'):
			flush()
			end := closingBrace(text, i+2)
			if end < 0 {
				return append(parts, templatePart{at: span{i, len(text)}, unclosed: true})
			}
			parts = append(parts, templatePart{text: string(text[i+2 : end]), at: span{i + 2, end}, value: true})
			i = end
		default:
			words = append(words, text[i])
		}
	}
	flush()
	return parts
}

// wideBrace finds a `${` of which one character is full-width, or a full-width `｝` where the plain one is missing.
func wideBrace(text []rune) (at span, found bool) {
	for i := 0; i+1 < len(text); i++ {
		dollar, brace := text[i], text[i+1]
		switch {
		case dollar == '$' && brace == '｛', dollar == '＄' && (brace == '{' || brace == '｛'):
			return span{i, i + 2}, true
		case dollar == '$' && brace == '{' && closingBrace(text, i+2) < 0:
			if j := slices.Index(text[i:], '｝'); j > 0 {
				return span{i + j, i + j + 1}, true
			}
			return span{}, false
		}
	}
	return span{}, false
}

func startsWith(text []rune, prefix ...rune) bool {
	return len(text) >= len(prefix) && slices.Equal(text[:len(prefix)], prefix)
}

// closingBrace finds the `}` that ends a value, -1 when there is none.
func closingBrace(text []rune, from int) int {
	depth := 0
	s := &scanner{text: text, at: from}
	for s.at < len(text) {
		switch r := text[s.at]; r {
		case '"', '\'', '`':
			if !s.skipQuoted(r) {
				s.at++
			}
			continue
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return s.at
			}
			depth--
		}
		s.at++
	}
	return -1
}

// Render fills the text in. When missing is not empty these facts were unknown (or could not be worked out, then the
// `${ }` itself is named), and the text must not be sent.
func (t *Template) Render(f *Facts, format Format) (text string, missing []string) {
	if len(t.pieces) == 1 && t.pieces[0].value == nil {
		return t.pieces[0].literal, nil
	}
	var room [usualText]byte
	out, missing := t.Append(room[:0], f, format)
	if len(missing) > 0 {
		return "", missing
	}
	return string(out), nil
}

// usualText is what most texts take, in bytes.
const usualText = 512

// Append is Render to the end of a buffer. Where something is missing, what was appended is of no use.
func (t *Template) Append(to []byte, f *Facts, format Format) (out []byte, missing []string) {
	for i := range t.pieces {
		part := &t.pieces[i]
		if part.value == nil {
			to = append(to, part.literal...)
			continue
		}
		f.need(part.awaits)
		if unknown := unknownFacts(f, part.reads, part.lists); len(unknown) > 0 {
			missing = append(missing, unknown...)
			continue
		}
		v, err := part.value(f)
		if err != nil {
			missing = append(missing, part.source)
			continue
		}
		to = append(to, format.Print(v)...)
	}
	return to, missing
}

// unknownFacts names what is read and unknown.
func unknownFacts(f *Facts, reads []int, lists []listRead) []string {
	if known(f, reads, lists) {
		return nil
	}
	var names []string
	for _, i := range reads {
		if f.row[i].kind == 0 {
			names = append(names, f.layout.facts[i].Name)
		}
	}
	for i := range lists {
		if !known(f, nil, lists[i:i+1]) {
			names = append(names, f.layout.facts[lists[i].fact].Name)
		}
	}
	return names
}

// failing finds the first value that cannot be filled in although all facts are there that the conversation will not
// add later; later tells which those are.
func (t *Template) failing(f *Facts, later func(fact int) bool) *piece {
	for i := range t.pieces {
		part := &t.pieces[i]
		if part.value != nil && !part.ready(f, later) {
			return part
		}
	}
	return nil
}

func (p *piece) ready(f *Facts, later func(fact int) bool) bool {
	f.need(p.awaits)
	for _, i := range p.reads {
		if f.row[i].kind == 0 && !later(i) {
			return false
		}
	}
	if !known(f, p.reads, nil) {
		return true // the rest of it is worked out when the last slot is filled
	}
	if !known(f, nil, p.lists) {
		return false
	}
	_, err := p.value(f)
	return err == nil
}

func (t *Template) factNames(l *layout) []string {
	var names []string
	for i := range t.pieces {
		for _, fact := range t.pieces[i].reads {
			names = append(names, l.facts[fact].Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Facts lists the facts that the text reads, sorted.
func (t *Template) Facts() []string { return t.facts }

// Source is the text as it was written.
func (t *Template) Source() string { return t.source }

// Literals are the shop's own words between the `${ }`.
func (t *Template) Literals() []string { return t.literals }
