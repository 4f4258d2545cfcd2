// contract

package doc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The bounds of a document. What is beyond them is refused with a syntax error.
const (
	MaxBytes = 8 << 20
	MaxDepth = 64
	MaxNodes = 200_000 // with every alias written out
)

// A File is one parsed document.
type File struct {
	Name string
	Root *Node // nil when the file could not be read or is empty
}

// Parse reads one YAML document and reports every problem it finds to p: syntax, lost-text and duplicate-key. It is
// bounded in time and memory for any bytes, and never panics. After a syntax error Root is nil.
func Parse(name string, content []byte, p *Problems) *File {
	f := &File{Name: name}
	if !readable(name, content, p) {
		return f
	}
	src := newSource(name, string(content))
	found := lint(src)
	if found.fatal {
		found.report(src, p, true)
		return f
	}
	before := p.syntax
	root, err := compose(src)
	switch {
	case err == nil:
		found.report(src, p, false)
	case errors.Is(err, errSecondDocument):
		found.report(src, p, false)
		if p.syntax == before {
			p.Error(WholeFile(name), Syntax, "there are two documents in this file").Hint = "keep one, without a line ---"
		}
	default:
		found.report(src, p, true)
		if !found.explains() {
			reportSyntax(src, err, p)
		}
	}
	if root == nil {
		return f
	}
	c := &converter{src: src, problems: p, cursor: cursor{src: src}, anchors: map[*yaml.Node]*Node{}}
	tree := c.document(root)
	if p.syntax == before {
		f.Root = tree
	}
	return f
}

// readable refuses what is no text at all, with the place of the first byte that shows it.
func readable(name string, content []byte, p *Problems) bool {
	if len(content) > MaxBytes {
		p.Error(WholeFile(name), Syntax, "the file is larger than 8 MiB").Hint = "split it into several files"
		return false
	}
	if bytes.HasPrefix(content, []byte{0xFF, 0xFE}) || bytes.HasPrefix(content, []byte{0xFE, 0xFF}) {
		p.Error(WholeFile(name), Syntax, "the file is saved as UTF-16").Hint = "save it as UTF-8"
		return false
	}
	bad := -1
	for i := 0; i < len(content); {
		r, size := utf8.DecodeRune(content[i:])
		if !legible(r, size) {
			bad = i
			break
		}
		i += size
	}
	if bad < 0 {
		return true
	}
	reportIllegible(newSource(name, strings.ToValidUTF8(string(content[:bad]), "?")), content[bad:], p)
	return false
}

func legible(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return false
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	}
	return r != 0x7F && (r < 0x80 || r >= 0xA0 || r == 0x85) && r != 0xFFFE && r != 0xFFFF
}

func reportIllegible(before *source, rest []byte, p *Problems) {
	start := before.position(len(before.text))
	at := Range{File: before.name, Start: start, End: Position{start.Line, start.Column + 1}}
	if r, size := utf8.DecodeRune(rest); r != utf8.RuneError || size != 1 {
		p.Error(at, Syntax, "there is an invisible control character (U+%04X) here", r).Hint = "delete it"
		return
	}
	p.Error(at, Syntax, "the file is not UTF-8 text from here on").Hint = "save the file as UTF-8 (not GBK or ANSI)"
}

var (
	errSecondDocument = errors.New("second document")
	errInside         = errors.New("the text cannot be understood")
)

// compose has the text read by yaml.v3, which may panic on what it did not expect. The line breaks that only YAML 1.1
// knows are exchanged for letters that the text does not hold, so that lines are counted as editors do.
func compose(src *source) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("%w (%v)", errInside, r)
		}
	}()
	text, back := hideBreaks(src.text)
	decoder := yaml.NewDecoder(strings.NewReader(text))
	root = &yaml.Node{}
	if err := decoder.Decode(root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	if back != nil {
		restore(root, back, 0)
	}
	err = decoder.Decode(&yaml.Node{})
	if errors.Is(err, io.EOF) {
		return root, nil
	}
	if err == nil {
		return root, errSecondDocument
	}
	return nil, err
}

func hideBreaks(text string) (hidden string, back *strings.Replacer) {
	if !strings.ContainsAny(text, "\u0085\u2028\u2029") {
		return text, nil
	}
	var there, again []string
	free := rune(0xE000)
	for _, r := range []string{"\u0085", "\u2028", "\u2029"} {
		for strings.ContainsRune(text, free) {
			free++
		}
		there, again = append(there, r, string(free)), append(again, string(free), r)
		free++
	}
	return strings.NewReplacer(there...).Replace(text), strings.NewReplacer(again...)
}

func restore(n *yaml.Node, back *strings.Replacer, depth int) {
	n.Value = back.Replace(n.Value)
	if depth > MaxDepth+2 {
		return
	}
	for _, child := range n.Content {
		restore(child, back, depth+1)
	}
}
