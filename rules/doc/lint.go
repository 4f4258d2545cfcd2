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
		l.muted, l.content = false, true
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

// entry handles a line with content: it finds the level that the line belongs to, then reads dashes, key and value.
func (l *linter) entry(at, column int) {
	end := l.src.lineEnd(l.row)
	rest := l.src.text[at:end]
	dash := isDash(rest)
	key, hasKey := findKey(rest)
	if l.tabs >= 0 {
		l.unindented(at, column, end, hasKey)
		return
	}
	closed := l.pop(column, dash)
	top := l.top()
	same := top != nil && top.column == column
	switch {
	case top == nil && closed < 0:
	case closed >= 0 && (!same || dash && !top.list):
		if !hasKey && !dash {
			l.levels = l.levels[:closed+1]
			l.noKey(at, end, column)
			return
		}
		if column = l.between(at, at+max(len(key), 1), column, closed, dash); column < 0 {
			return
		}
	case !same && top.filled && column == top.column+1 && top.entries == 1 && dash == top.list && (dash || hasKey && isWord(key)) && l.nextIndent() == column:
		l.shift(l.levels, column, "begin it 1 column further right")
	case !same && top.filled:
		l.deeper(at, rest, key, hasKey, dash)
		return
	case same && dash && !top.list && top.filled:
		l.add(at, at+1, false, "this list item stands below a value that is complete", "delete the value on the line above, or the item")
	case same && !dash && top.list && hasKey && rest[0] != '-':
		l.add(at, end, false, "this line does not begin with - as the items above do", "begin it with `- `, or check its indentation")
	}
	l.items(at, column, end)
}

// unindented handles a line below one that is indented with tabs. How lines belong together is no longer known, so only
// keys and their values are looked at.
func (l *linter) unindented(at, column, end int, hasKey bool) {
	if !hasKey {
		l.row++
		return
	}
	l.levels = nil
	l.items(at, column, end)
}

const oddIndent = "this line is indented differently from the lines beside it"

// between notes a line that is indented less than a level that was just closed, but more than the one above it, and
// gives the column at which it was meant to stand, -1 when that is not known. closed is the level's index.
func (l *linter) between(from, to, column, closed int, dash bool) int {
	outer := l.top()
	if all := l.levels[:l.depth]; closed+1 < l.depth && all[closed+1].column == all[closed].column && all[closed+1].list == dash {
		closed++
	}
	inner := l.levels[:closed+1][closed]
	if dash && !inner.list && !inner.filled && closed+1 == l.depth {
		// The key above waits for its list.
		l.levels = l.levels[:closed+1]
		l.add(from, to, false, oddIndent, fmt.Sprintf("begin it in column %d", inner.column+1))
		return inner.column
	}
	if inner.list != dash {
		l.add(from, to, false, oddIndent, fmt.Sprintf("begin it in column %d", inner.column+1))
		if outer != nil && outer.list == dash {
			l.found.list[len(l.found.list)-1].hint = fmt.Sprintf("begin it in column %d", outer.column+1)
			return outer.column
		}
		if dash {
			return column
		}
		l.levels = l.levels[:closed+1]
		l.row++
		l.hush(column)
		return -1
	}
	l.levels = l.levels[:closed+1]
	if inner.entries == 1 && l.nextIndent() == column {
		l.shift(l.levels, column, fmt.Sprintf("begin it in column %d", column+1))
		return column
	}
	hint := fmt.Sprintf("begin it in column %d", inner.column+1)
	if outer != nil && outer.list == dash {
		hint = fmt.Sprintf("begin it in column %d, or in column %d", outer.column+1, inner.column+1)
	}
	l.add(from, to, false, oddIndent, hint)
	return inner.column
}

// shift notes that the only entry so far of the last level is the odd one out, and moves the level to its neighbours'
// column, and with it the list that began on the same line.
func (l *linter) shift(levels []level, column int, hint string) {
	inner := &levels[len(levels)-1]
	by, at := column-inner.column, inner.at
	inner.column = column
	if n := len(levels) - 2; n >= 0 && levels[n].row == inner.row && levels[n].column+by >= 0 {
		levels[n].column += by
		at = levels[n].at
	}
	l.add(at, at+1, false, oddIndent, hint)
}

// nextIndent is the indentation of the next line with content, -1 at the end.
func (l *linter) nextIndent() int {
	indent, _ := l.peek()
	return indent
}

// peek looks at the next line with content.
func (l *linter) peek() (indent int, rest string) {
	for row := l.row + 1; row < len(l.src.lines) && row < l.row+20; row++ {
		line := l.src.line(row)
		rest = strings.TrimLeft(line, " ")
		if rest != "" && rest[0] != '#' {
			l.budget -= len(line)
			return len(line) - len(rest), rest
		}
	}
	return -1, ""
}

// siblingFollows tells whether the next line is an entry at this column.
func (l *linter) siblingFollows(column int) bool {
	indent, rest := l.peek()
	n := wordPrefix(rest)
	return indent == column && n > 0 && n < len(rest) && (rest[n] == ':' || strings.HasPrefix(rest[n:], wideColon))
}

// pop closes the levels that a line at this column ends, and gives the index of the one closed last, -1 for none.
func (l *linter) pop(column int, dash bool) (closed int) {
	closed, l.depth = -1, len(l.levels)
	for top := l.top(); top != nil && top.column >= column; top = l.top() {
		if top.column == column && (top.list == dash || !top.list || !l.hasParent(column)) {
			break
		}
		closed = len(l.levels) - 1
		l.levels = l.levels[:closed]
	}
	return closed
}

// hasParent tells whether a mapping is open at the same column as the list on top, as in "rules:\n- id: a".
func (l *linter) hasParent(column int) bool {
	n := len(l.levels)
	return n > 1 && l.levels[n-2].column == column && !l.levels[n-2].list
}

// deeper handles a line that is indented below an entry that already has its value.
func (l *linter) deeper(at int, rest, key string, hasKey, dash bool) {
	top := l.top()
	l.row++
	count := len(l.found.list)
	switch {
	case hasKey && isWord(key):
		l.add(at, at+len(key), false, "this line is indented deeper than the line above, which has a value already",
			fmt.Sprintf("begin it in column %d, or delete the value above", top.column+1))
	case hasKey && top.plain && !dash:
		l.colon(at+len(key), at)
	case top.plain && !hasKey:
		l.lostIn(at, rest)
	case dash || hasKey:
		l.add(at, at+1, false, "this line is indented below a value that is complete", "check the indentation of this line and the one above")
	default:
		l.add(at, at+1, false, "this text stands behind a value that is complete", "put the whole text in one pair of quotes")
	}
	if len(l.found.list) > count {
		l.hush(top.column)
	}
}

func isDash(s string) bool { return s == "-" || len(s) > 1 && s[0] == '-' && isBlank(s[1]) }

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
