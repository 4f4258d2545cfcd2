package doc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// wideBlanks look like the blanks of an indentation and are none: the full-width and the no-break space.
const wideBlanks = "\u3000\u00a0"

// stray handles a line that begins with what people type in place of the blanks, the dash or the # of YAML, and tells
// whether it did.
func (l *linter) stray(at, column int) bool {
	rest := l.src.text[at:l.src.lineEnd(l.row)]
	if top := l.top(); top != nil && top.filled && column > top.column && !l.startsEntry(rest) {
		return false
	}
	switch {
	case strings.HasPrefix(rest, "//"):
		l.row++
		l.add(at, at+2, false, "// begins no comment", "begin a comment with # and a blank")
	case strings.ContainsRune(wideBlanks, firstRune(rest)):
		return l.wideIndent(at, rest)
	default:
		return l.bullet(at, column, rest)
	}
	return true
}

// startsEntry tells whether a line is an entry of a list or mapping behind wide blanks, and not a text that goes on.
func (l *linter) startsEntry(rest string) bool {
	inner := strings.TrimLeft(rest, wideBlanks+" \t")
	key, ok := findKey(inner)
	return len(inner) < len(rest) && (isDash(inner) || ok && isWord(key))
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// wideIndent notes a line that is indented with wide blanks, once for the file like one with tabs.
func (l *linter) wideIndent(at int, rest string) bool {
	if !l.startsEntry(rest) {
		return false
	}
	l.content = true
	l.row++
	l.tabRows++
	if l.tabs < 0 {
		l.tabs = len(l.found.list)
		to := at + len(rest) - len(strings.TrimLeft(rest, wideBlanks+" \t"))
		l.add(at, to, true, "the line is indented with full-width blanks", "indent with spaces, typed with the keyboard in English")
	}
	return true
}

// bullet reads a line that begins with a sign that looks like the dash of a list as if it were one.
func (l *linter) bullet(at, column int, rest string) bool {
	size := bulletLen(rest)
	if size == 0 {
		return false
	}
	behind := strings.TrimLeft(rest[size:], wideBlanks+" \t")
	key, ok := findKey(behind)
	if !ok || !isWord(key) {
		return false
	}
	l.add(at, at+size, true, rest[:size]+" begins no list item", "begin it with `- `, typed with the keyboard in English")
	inner := column + utf8.RuneCountInString(rest[:len(rest)-len(behind)])
	if next := l.nextIndent(); next > column {
		inner = next
	}
	l.open(at, column, true)
	l.items(at+len(rest)-len(behind), inner, at+len(rest))
	return true
}

// bulletLen is the length of the sign that a line begins with in place of a dash, 0 when there is none.
func bulletLen(s string) int {
	if strings.HasPrefix(s, "-- ") {
		return 2
	}
	if strings.HasPrefix(s, "-\u3000") {
		return len("-\u3000")
	}
	if r, size := utf8.DecodeRuneInString(s); strings.ContainsRune("•·●▪◦—–－﹣‐", r) {
		return size
	}
	return 0
}

// forgottenColon reads a word that is alone on its line, with entries below it, as the key that it was meant to be.
func (l *linter) forgottenColon(at, column, end int) bool {
	word := strings.TrimRight(l.src.text[at:end], " \t")
	indent, below := l.peek()
	key, hasKey := findKey(below)
	if !isWord(word) || !isDash(below) && (!hasKey || !isWord(key)) {
		return false
	}
	if indent < column || indent == column && !isDash(below) {
		return false
	}
	l.add(at, at+len(word), false, "a colon is missing behind this word", fmt.Sprintf("write `%s:`", shorten(word)))
	l.open(at, column, false)
	l.row++
	return true
}
