package doc

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A style is how a value is written. YAML folds, unescapes and cuts the text of a scalar in a different way in each.
type style uint8

const (
	plain style = iota
	singleQuoted
	doubleQuoted
	literal
	folded
	block // a mapping or sequence by indentation
	flow  // a mapping or sequence in brackets
)

// A span is the place in the source, in bytes, that one rune of a scalar's text came from.
type span struct{ start, end int }

// An aligner walks over the source of one scalar beside its text, and verifies every rune.
type aligner struct {
	src   string
	at    int    // where it is in the source
	want  string // what is left of the text
	spans []span
}

// align maps each rune of a scalar's text to the source; end is where the scalar ends, with its closing quote. ok is
// false when source and text do not fit together, which means that YAML reads something that this does not know.
func align(src string, at int, text string, how style) (spans []span, end int, ok bool) {
	a := &aligner{src: src, at: at, want: text, spans: make([]span, 0, len(text))}
	switch how {
	case plain:
		ok = a.plain()
	case singleQuoted:
		ok = a.quoted('\'', a.single)
	case doubleQuoted:
		ok = a.quoted('"', a.double)
	case literal, folded:
		return alignBlock(src, at, text, how)
	default: // collections have no text
	}
	return a.spans, a.at, ok
}

// emit takes the next rune of the text, which must be r, as made of the source from here for size bytes.
func (a *aligner) emit(r rune, size int) bool {
	got, n := utf8.DecodeRuneInString(a.want)
	if n == 0 || got != r {
		return false
	}
	a.want = a.want[n:]
	a.spans = append(a.spans, span{a.at, a.at + size})
	a.at += size
	return true
}

func (a *aligner) copyRune() bool {
	r, n := utf8.DecodeRuneInString(a.src[a.at:])
	return n > 0 && a.emit(r, n)
}

func (a *aligner) plain() bool {
	for a.want != "" {
		if done, ok := a.fold(); done {
			if !ok {
				return false
			}
			continue
		}
		if !a.copyRune() {
			return false
		}
	}
	return true
}

// quoted walks over a quoted scalar; step takes one rune or escape.
func (a *aligner) quoted(quote byte, step func() bool) bool {
	if a.at >= len(a.src) || a.src[a.at] != quote {
		return false
	}
	a.at++
	for a.want != "" {
		if done, ok := a.fold(); done {
			if !ok {
				return false
			}
			continue
		}
		if !step() {
			return false
		}
	}
	if !a.joins() || a.at >= len(a.src) || a.src[a.at] != quote {
		return false
	}
	a.at++
	return true
}

func (a *aligner) single() bool {
	if strings.HasPrefix(a.src[a.at:], "''") {
		return a.emit('\'', 2)
	}
	return a.copyRune()
}

// fold handles blanks that end a line: one break becomes a blank, more become one break less. done is false where no
// line ends.
func (a *aligner) fold() (done, ok bool) {
	next, breaks := skipBreaks(a.src, a.at)
	if breaks == 0 {
		return false, true
	}
	if breaks == 1 {
		return true, a.emit(' ', next-a.at)
	}
	for range breaks - 2 {
		if !a.emit('\n', 0) {
			return true, false
		}
	}
	return true, a.emit('\n', next-a.at)
}

// skipBreaks steps over blanks and line breaks, and counts the breaks.
func skipBreaks(src string, at int) (next, breaks int) {
	for next = at; next < len(src); {
		if n := breakLen(src, next); n > 0 {
			breaks++
			next += n
		} else if isBlank(src[next]) {
			next++
		} else {
			break
		}
	}
	return next, breaks
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// joins steps over line breaks that a backslash removes. Further breaks behind the first count as they are.
func (a *aligner) joins() bool {
	for a.at < len(a.src) && a.src[a.at] == '\\' && breakLen(a.src, a.at+1) > 0 {
		next, breaks := skipBreaks(a.src, a.at+1)
		for range breaks - 1 {
			if !a.emit('\n', 0) {
				return false
			}
		}
		a.at = next
	}
	return true
}

func (a *aligner) double() bool {
	if !a.joins() || a.at >= len(a.src) {
		return false
	}
	if a.want == "" || a.src[a.at] == '"' {
		return a.want == ""
	}
	if a.src[a.at] != '\\' {
		if done, ok := a.fold(); done {
			return ok
		}
		return a.copyRune()
	}
	r, size, ok := unescape(a.src[a.at:])
	return ok && a.emit(r, size)
}

// unescape reads the escape at the beginning of s, such as \n or \u4EB2.
func unescape(s string) (r rune, size int, ok bool) {
	if len(s) < 2 {
		return 0, 0, false
	}
	var digits int
	switch s[1] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		r, ok = simpleEscape(s[1])
		return r, 2, ok
	}
	if len(s) < 2+digits {
		return 0, 0, false
	}
	code, err := strconv.ParseUint(s[2:2+digits], 16, 32)
	return rune(code), 2 + digits, err == nil && code <= utf8.MaxRune
}

func simpleEscape(c byte) (rune, bool) {
	const names, values = "0abt\tnvfre \"'\\N_LP", "\x00\a\b\t\t\n\v\f\r\x1b \"'\\\u0085\u00a0\u2028\u2029"
	i := strings.IndexByte(names, c)
	if i < 0 {
		return 0, false
	}
	return []rune(values)[i], true
}
