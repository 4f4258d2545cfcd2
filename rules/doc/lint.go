package doc

import (
	"fmt"
	"slices"
	"strings"
)

// A mistake is what the linter noticed about the lines of a file. YAML accepts some mistakes and then means something
// else: those are certain. The others are only reported when YAML cannot read the file, as the explanation why.
type mistake struct {
	from, to int // bytes
	code     Code
	message  string
	hint     string
	certain  bool
	excuse   bool // it explains why YAML cannot read the file
}

// mistakes are the linter's findings; fatal means that the file must not be handed to the YAML parser.
type mistakes struct {
	list  []mistake
	fatal bool
}

// explains tells whether a mistake is known that keeps YAML from reading the file.
func (m mistakes) explains() bool {
	return slices.ContainsFunc(m.list, func(x mistake) bool { return x.excuse })
}

func (m mistakes) report(src *source, p *Problems, all bool) {
	for _, x := range m.list {
		if all || x.certain {
			p.Error(src.between(x.from, x.to), x.code, "%s", x.message).Hint = x.hint
		}
	}
}

const maxMistakes = 100

// A level is a mapping or sequence by indentation that is open at the present line.
type level struct {
	column  int
	list    bool
	filled  bool // its last entry has a value on its own line
	plain   bool // … and this value is an unquoted text, which may go on in deeper lines
	at, row int  // where its first entry begins
	entries int
}

// A linter goes over the lines of a file as a person would: by indentation, key and value. It knows less YAML than the
// parser, so what it says without being certain only counts when the parser has failed.
type linter struct {
	src     *source
	found   mistakes
	levels  []level
	depth   int // how many levels were open before the present line closed some
	row     int // the present line, from 0
	content bool
	muted   bool // a mistake was noted: lines deeper than mute belong to it
	mute    int
	ended   bool // a line "..." was seen
	tabs    int  // index of the mistake that counts lines indented by tabs, -1 for none yet
	tabRows int  // how many there are
	anchors map[string]bool
	budget  int // bytes that may still be looked at
}

// lint looks at all lines; it takes time in proportion to the text.
func lint(src *source) mistakes {
	l := &linter{src: src, tabs: -1, anchors: map[string]bool{}, budget: 8*len(src.text) + 4096}
	for l.row < len(src.lines) && !l.found.fatal && l.budget > 0 && len(l.found.list) < maxMistakes {
		l.line()
	}
	if l.tabRows > 1 {
		l.found.list[l.tabs].message += fmt.Sprintf(" (and %d lines more)", l.tabRows-1)
	}
	return l.found
}

func (l *linter) add(from, to int, certain bool, message, hint string) {
	l.found.list = append(l.found.list, mistake{from, to, Syntax, message, hint, certain, true})
}

func (l *linter) addLost(from, to int, certain bool, message, hint string) {
	l.found.list = append(l.found.list, mistake{from, to, LostText, message, hint, certain, false})
}

// addTag notes a tag that was meant as a text. YAML reads on behind most tags, and fails on the others.
func (l *linter) addTag(from, to int) {
	tag := l.src.text[from:to]
	l.addLost(from, to, false, fmt.Sprintf("`%s` is read as a YAML tag and dropped", shorten(tag)), tagHint(tag))
	l.found.list[len(l.found.list)-1].excuse = strings.Trim(tag, tagLetters) != "" ||
		to < len(l.src.text) && !isBlank(l.src.text[to]) && breakLen(l.src.text, to) == 0
}

const tagLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_;/?:@&=+$.!~*'()"

// line handles the present line and moves on, past all lines that its value takes.
func (l *linter) line() {
	text := l.src.line(l.row)
	start := l.src.lines[l.row]
	l.budget -= len(text) + 1
	indent := len(text) - len(strings.TrimLeft(text, " "))
	rest := strings.TrimLeft(text, " \t")
	switch {
	case rest == "" || rest[0] == '#':
		l.row++
	case indent == 0 && (isMarker(text, "---") || isMarker(text, "...")):
		l.marker(text, start)
	case indent == 0 && text[0] == '%' && !l.content:
		l.row++
	case len(text)-indent > len(rest):
		l.tabLine(start+indent, start+len(text)-len(rest))
	case l.muted && indent > l.mute:
		l.row++
	default:
		l.muted = false
		if l.stray(start+indent, indent) {
			return
		}
		l.content = true
		l.entry(start+indent, indent)
	}
}

// hush makes the linter step over the lines that are indented deeper than column, because they belong to a mistake: one
// cause, one diagnostic.
func (l *linter) hush(column int) { l.muted, l.mute = column >= 0, column }

func isMarker(text, marker string) bool {
	return strings.HasPrefix(text, marker) && (len(text) == 3 || isBlank(text[3]))
}

// marker handles "---" and "...": one document has to be enough.
func (l *linter) marker(text string, start int) {
	l.row++
	if text[0] == '.' {
		l.ended = l.content
		return
	}
	if l.content || l.ended {
		l.add(start, start+3, true, "a second document begins here", "delete the line ---, or move what follows to a file of its own")
		l.row = len(l.src.lines)
	}
	l.levels = nil
	l.content = true
}

// tabLine notes a tab in the indentation, once for the file, and goes on with the next line.
func (l *linter) tabLine(from, to int) {
	l.row++
	l.content = true
	rest := l.src.text[to:l.src.lineEnd(l.row-1)]
	if _, hasKey := findKey(rest); !hasKey && !isDash(rest) && l.top() != nil && l.top().plain {
		return
	}
	l.tabRows++
	if l.tabs >= 0 {
		return
	}
	l.tabs = len(l.found.list)
	l.add(from, to, false, "the line is indented with a tab", "indent with spaces")
}

func (l *linter) top() *level {
	if len(l.levels) == 0 {
		return nil
	}
	return &l.levels[len(l.levels)-1]
}

// items reads the dashes at the beginning of a line, then the key, then the value.
func (l *linter) items(at, column, end int) {
	text := l.src.text
	for isDash(text[at:end]) && !l.found.fatal {
		l.open(at, column, true)
		next := at + 1
		for next < end && isBlank(text[next]) {
			next++
		}
		column += next - at
		at = next
	}
	if at >= end || text[at] == '#' {
		l.row++
		return
	}
	if l.glued(at, end) {
		l.open(at, column, true)
		at, column = at+1, column+2
		if l.nextIndent() == column-1 {
			column--
		}
	}
	key, ok := findKey(text[at:end])
	if !ok {
		l.keyless(at, column, end)
		return
	}
	l.open(at, column, false)
	if value := l.checkKey(at, key, end); value >= 0 {
		l.value(value, column)
		return
	}
	value := at + len(key)
	for text[value] != ':' {
		value++
	}
	l.value(value+1, column)
}

// open begins an entry, which stands at an offset, of the level at a column, or a new level there.
func (l *linter) open(at, column int, list bool) {
	if top := l.top(); top == nil || top.column != column || top.list != list {
		if top != nil {
			top.filled, top.plain = false, false
		}
		l.levels = append(l.levels, level{column: column, list: list, at: at, row: l.row, entries: 1})
		if len(l.levels) > 4*MaxDepth {
			l.tooDeep(l.src.lines[l.row])
		}
		return
	}
	l.top().filled, l.top().plain = false, false
	l.top().entries++
}

func (l *linter) tooDeep(at int) {
	l.add(at, at+1, true, fmt.Sprintf("values are nested more than %d deep", MaxDepth), "write it flatter")
	l.found.fatal = true
}

// findKey finds the key at the beginning of a line: what stands before a colon that a blank or the line's end follows.
func findKey(s string) (key string, ok bool) {
	if s == "" || strings.IndexByte("[{#|>@`%,]}", s[0]) >= 0 {
		return "", false
	}
	from := 0
	if s[0] == '"' || s[0] == '\'' {
		if from = quoteEnd(s, 0); from < 0 {
			return "", false
		}
		blanks := len(s[from:]) - len(strings.TrimLeft(s[from:], " \t"))
		if strings.HasPrefix(s[from+blanks:], ":") && isColon(s, from+blanks) {
			return s[:from], true
		}
		return "", false
	}
	for i := from; i < len(s); i++ {
		if s[i] == ':' && isColon(s, i) {
			return strings.TrimRight(s[:i], " \t"), true
		}
		if s[i] == '#' && i > 0 && isBlank(s[i-1]) {
			return "", false
		}
	}
	return "", false
}

// isColon tells whether the colon at i separates a key from its value.
func isColon(s string, i int) bool { return i+1 == len(s) || isBlank(s[i+1]) }

// quoteEnd gives the offset behind the quote that closes the one at i, -1 when it is not closed in s.
func quoteEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"':
			i++
		case s[i] == quote && quote == '\'' && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return -1
}
