package doc

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// A source is the text of a file, without a byte order mark, and where its lines begin. Line breaks are \n, \r\n and a
// lone \r, as in YAML; U+0085, U+2028 and U+2029 are not, because editors do not count them either.
type source struct {
	name  string
	text  string
	lines []int // the byte offset at which each line begins
}

const byteOrderMark = "\uFEFF"

func newSource(name, text string) *source {
	s := &source{name: name, text: strings.TrimPrefix(text, byteOrderMark)}
	s.lines = append(make([]int, 0, len(s.text)/32+1), 0)
	for i := 0; i < len(s.text); i++ {
		if n := breakLen(s.text, i); n > 0 {
			i += n - 1
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// breakLen gives the bytes of the line break at i, 0 when there is none.
func breakLen(text string, i int) int {
	switch {
	case i >= len(text):
		return 0
	case text[i] == '\n':
		return 1
	case text[i] != '\r':
		return 0
	case i+1 < len(text) && text[i+1] == '\n':
		return 2
	}
	return 1
}

// line gives the text of a line, counted from 0, without its break.
func (s *source) line(i int) string {
	if i < 0 || i >= len(s.lines) {
		return ""
	}
	return s.text[s.lines[i]:s.lineEnd(i)]
}

// lineEnd gives the offset at which a line's text ends, before its break.
func (s *source) lineEnd(i int) int {
	end := len(s.text)
	if i+1 < len(s.lines) {
		end = s.lines[i+1]
		for end > s.lines[i] && (s.text[end-1] == '\n' || s.text[end-1] == '\r') {
			end--
		}
	}
	return end
}

// lineOf gives the line, counted from 0, that an offset is in.
func (s *source) lineOf(offset int) int {
	return sort.SearchInts(s.lines, offset+1) - 1
}

// position turns an offset into line and column. It costs the length of the line up to there.
func (s *source) position(offset int) Position {
	offset = min(max(offset, 0), len(s.text))
	line := s.lineOf(offset)
	return Position{Line: line + 1, Column: 1 + utf8.RuneCountInString(s.text[s.lines[line]:offset])}
}

func (s *source) between(from, to int) Range {
	from = min(max(from, 0), len(s.text))
	for from > 0 && from < len(s.text) && !utf8.RuneStart(s.text[from]) {
		from--
	}
	for to < len(s.text) && to > from && !utf8.RuneStart(s.text[to]) {
		to++
	}
	return Range{File: s.name, Start: s.position(from), End: s.position(max(from, to))}
}

// A cursor turns the positions of nodes, which mostly come in the order of the file, into offsets. It remembers where it
// was, so that a long line costs its length once and not once for every node.
type cursor struct {
	src    *source
	last   Position
	offset int
}

func (c *cursor) seek(p Position) int {
	if p.Line < 1 || p.Line > len(c.src.lines) {
		return len(c.src.text)
	}
	if p.Line != c.last.Line || p.Column < c.last.Column || c.last.Line == 0 {
		c.last, c.offset = Position{Line: p.Line, Column: 1}, c.src.lines[p.Line-1]
	}
	for c.last.Column < p.Column && c.offset < len(c.src.text) && breakLen(c.src.text, c.offset) == 0 {
		_, size := utf8.DecodeRuneInString(c.src.text[c.offset:])
		c.offset += size
		c.last.Column++
	}
	return c.offset
}

// advance gives the position of an offset at or after a known place, at the cost of the text between them.
func (s *source) advance(at Position, from, to int) Position {
	if to > from && s.lineOf(to) != at.Line-1 {
		return s.position(to)
	}
	at.Column += utf8.RuneCountInString(s.text[from:max(from, to)])
	return at
}
