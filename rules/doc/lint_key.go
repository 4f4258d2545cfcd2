package doc

import (
	"fmt"
	"strings"
)

const wideColon = "："

// glued notes a dash without a blank after it, such as "-id: x", and tells whether there is one.
func (l *linter) glued(at, end int) bool {
	rest := l.src.text[at:end]
	if len(rest) < 2 || rest[0] != '-' {
		return false
	}
	key, hasKey := findKey(rest[1:])
	asKey := hasKey && isWord(key)
	top := l.top()
	inList := top != nil && top.list && l.src.lines[l.row]+top.column == at
	if !asKey && !(inList && rest[1] != '-') {
		return false
	}
	l.add(at, at+2, asKey, "a blank is missing after -", "write `- "+shorten(rest[1:])+"`")
	return true
}

// checkKey finds a full-width colon behind a name, which makes all up to the next colon the key.
func (l *linter) checkKey(at int, key string) {
	n := wordPrefix(key)
	if n > 0 && strings.HasPrefix(key[n:], wideColon) {
		l.wide(at+n, true)
	}
}

func (l *linter) wide(at int, certain bool) {
	l.add(at, at+len(wideColon), certain, "： is a full-width colon, so this is no key", "type : and a blank with the keyboard in English")
}

// keyless handles a line, or the rest of one behind dashes, that holds no key: a text, a list or mapping in brackets, or
// a mistake where a key is expected.
func (l *linter) keyless(at, column, end int) {
	rest := l.src.text[at:end]
	top := l.top()
	expected := top != nil && !top.list && top.column == column
	alone := top == nil || top.list && top.column < column
	if n := wordPrefix(rest); n > 0 && (expected || alone) {
		switch behind := rest[n:]; {
		case strings.HasPrefix(behind, wideColon):
			l.missing(column)
			l.wide(at+n, top == nil)
			return
		case len(behind) > 1 && behind[0] == ':' && !strings.HasPrefix(behind, "://"):
			l.missing(column)
			l.add(at+n, at+n+1, top == nil, "a blank is missing after :",
				fmt.Sprintf("write `%s: %s`", shorten(rest[:n]), shorten(strings.TrimSpace(behind[1:]))))
			return
		}
	}
	if expected {
		l.row++
		l.noKey(at, end, rest)
		return
	}
	if top != nil && top.list && top.column == column {
		l.row++
		l.add(at, end, false, "this line does not begin with - as the items above do", "begin it with `- `, or check its indentation")
		return
	}
	parent := -1
	if top != nil {
		parent = top.column
	}
	l.value(at, parent)
}

// missing treats a line whose colon is wrong as the entry that it was meant to be.
func (l *linter) missing(column int) {
	l.open(column, false)
	l.fill(false)
	l.top().filled = false
	l.row++
}

func (l *linter) noKey(at, end int, rest string) {
	switch rest[0] {
	case '@', '`', '%', '&', '*', '!', '|', '>', '[', '{', ']', '}', ',':
		l.add(at, at+1, false, fmt.Sprintf("%c stands where a key is expected", rest[0]), "write `key: value`, or check the line above")
	default:
		l.add(at, end, false, "this line has no `key:`",
			"write `key: value`; a text that goes on here has to be indented deeper than its key")
	}
}
