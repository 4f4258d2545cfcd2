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
	if !asKey && (!inList || rest[1] == '-') {
		return false
	}
	l.add(at, at+2, asKey, "a blank is missing after -", "write `- "+shorten(rest[1:])+"`")
	return true
}

// checkKey finds a colon that is full-width, or without a blank, behind the name that a key begins with, and gives the
// place behind it; -1 when the key is as it should be.
func (l *linter) checkKey(at int, key string, end int) int {
	n := wordPrefix(key)
	switch behind := key[n:]; {
	case n == 0:
	case strings.HasPrefix(behind, wideColon):
		l.wide(at+n, true)
		return at + n + len(wideColon)
	case len(behind) > 1 && behind[0] == ':' && strings.IndexByte("{[\"'", behind[1]) >= 0:
		l.tight(at, n, end, true)
		return at + n + 1
	}
	return -1
}

// tight notes a colon without a blank behind the name of n bytes at a place.
func (l *linter) tight(at, n, end int, certain bool) {
	text := l.src.text
	l.add(at+n, at+n+1, certain, "a blank is missing after :",
		fmt.Sprintf("write `%s: %s`", shorten(text[at:at+n]), shorten(text[at+n+1:end])))
}

func (l *linter) wide(at int, certain bool) {
	l.add(at, at+len(wideColon), certain, "： is a full-width colon, so this is no key", "type : and a blank with the keyboard in English")
}

// keyless handles a line, or the rest of one behind dashes, that holds no key: a text, a list or mapping in brackets, or
// a mistake where a key is expected.
func (l *linter) keyless(at, column, end int) {
	rest := l.src.text[at:end]
	top := l.top()
	same := top != nil && top.column == column
	switch {
	case same && top.list:
		l.row++
		l.add(at, end, false, "this line does not begin with - as the items above do", "begin it with `- `, or check its indentation")
	case l.wrongColon(at, column, end, same && !top.list || top == nil || top.list || l.siblingFollows(column)):
	case (top == nil || same) && l.forgottenColon(at, column, end):
	case same || wordPrefix(rest) > 0 && l.siblingFollows(column):
		l.noKey(at, end, column)
	case top == nil:
		l.value(at, -1)
	default:
		l.value(at, top.column)
	}
}

// wrongColon reads a line as key and value if the colon behind its first word is full-width, or has no blank behind it.
func (l *linter) wrongColon(at, column, end int, expected bool) bool {
	rest := l.src.text[at:end]
	n := wordPrefix(rest)
	if n == 0 || !expected {
		return false
	}
	value := at + n + 1
	alone := l.top() == nil
	switch behind := rest[n:]; {
	case strings.HasPrefix(behind, wideColon):
		l.wide(at+n, alone)
		value = at + n + len(wideColon)
	case len(behind) > 1 && behind[0] == ':' && !strings.HasPrefix(behind, "://"):
		l.tight(at, n, end, alone)
	default:
		return false
	}
	l.open(at, column, false)
	l.value(value, column)
	return true
}

// noKey notes a line that has to have a key and has none, and steps over what is below it.
func (l *linter) noKey(at, end, column int) {
	l.row++
	l.hush(column)
	switch rest := l.src.text[at:end]; rest[0] {
	case '@', '`', '%', '&', '*', '!', '|', '>', '[', '{', ']', '}', ',':
		l.add(at, at+1, false, fmt.Sprintf("%c stands where a key is expected", rest[0]), "write `key: value`, or check the line above")
	default:
		l.add(at, end, false, "this line has no `key:`",
			"write `key: value`; a text that goes on here has to be indented deeper than its key")
	}
}
