package doc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// value reads what follows a key or a dash; column is that of the level it belongs to.
func (l *linter) value(at, column int) {
	count := len(l.found.list)
	l.readValue(at, column)
	if len(l.found.list) > count {
		l.hush(column)
		if top := l.top(); top != nil {
			top.filled, top.plain = false, false
		}
	}
}

func (l *linter) readValue(at, column int) {
	end := l.src.lineEnd(l.row)
	at, ended := l.properties(at, end)
	if ended {
		l.row++
		return
	}
	l.fill(false)
	text := l.src.text
	switch c := text[at]; c {
	case '|', '>':
		l.block(at, end, column)
	case '"', '\'':
		l.quoted(at, column)
	case '[', '{':
		l.flow(at, column)
	case '@', '`', '%', ',', ']', '}':
		l.row++
		l.quoteIt(at, end, fmt.Sprintf("a text cannot begin with %c", c))
	default:
		l.row++
		if isDash(text[at:end]) && !l.top().list {
			l.add(at, at+1, false, "a list item cannot follow a key on the same line", "put the item on a line of its own")
			return
		}
		if c == '?' && isColon(text[:end], at) {
			l.quoteIt(at, end, "a text cannot begin with ? and a blank")
			return
		}
		l.plainText(at, end)
	}
}

func (l *linter) fill(plain bool) {
	if top := l.top(); top != nil {
		top.filled, top.plain = true, plain
	}
}

// properties steps over blanks, an anchor, a tag or an alias; ended means that no value stands on this line.
func (l *linter) properties(at, end int) (next int, ended bool) {
	text := l.src.text
	for {
		for at < end && isBlank(text[at]) {
			at++
		}
		if at >= end || text[at] == '#' {
			return at, true
		}
		c, word := text[at], at+wordLen(text[at:end])
		switch {
		case c == '!' && isCoreTag(text[at:word]):
		case c == '!':
			l.addTag(at, word)
			l.fill(true)
			return at, true
		case (c == '&' || c == '*') && !isName(text[at+1:word]):
			l.quoteIt(at, end, fmt.Sprintf("a text cannot begin with %c", c))
			l.fill(false)
			return at, true
		case c == '&':
			l.anchors[text[at+1:word]] = true
		case c == '*':
			l.alias(at, word, end)
			return at, true
		default:
			return at, false
		}
		at = word
	}
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '-' && s[i] != '_' && (s[i] < '0' || s[i] > '9') && (s[i] < 'a' || s[i] > 'z') && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return s != ""
}

func (l *linter) alias(at, word, end int) {
	l.fill(false)
	switch name := l.src.text[at+1 : word]; {
	case !l.anchors[name]:
		l.add(at, word, false, fmt.Sprintf("`*%s` repeats a value named &%s, and there is none before it", shorten(name), shorten(name)),
			"a text that begins with * needs quotes")
	case strings.Trim(l.src.text[word:end], " \t") != "" && !strings.HasPrefix(strings.TrimLeft(l.src.text[word:end], " \t"), "#"):
		l.quoteIt(at, end, "a text cannot begin with *")
	}
}

// quoteIt notes a text that only quotes can save, with an example of how to write it.
func (l *linter) quoteIt(at, end int, message string) {
	l.add(at, end, false, message, "put it in quotes: "+inQuotes(l.src.text[at:end]))
}

// unquoted takes the outer quotes off a text that begins and ends with the same one; quotes inside belong to the text.
func unquoted(s string) string {
	s = strings.TrimRight(s, " \t")
	if last := len(s) - 1; last > 0 && s[0] == s[last] {
		return s[1:last]
	}
	return s
}

func inQuotes(s string) string {
	s = shorten(s)
	if strings.Contains(s, `"`) || strings.Contains(s, `\`) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return `"` + s + `"`
}

// plainText checks an unquoted text in one line.
func (l *linter) plainText(at, end int) {
	l.fill(true)
	text := l.src.text[at:end]
	l.brackets(at, text)
	for i := 0; i < len(text); i++ {
		if text[i] == ':' && isColon(text, i) {
			l.colon(at+i, at)
			return
		}
		if text[i] == '#' && i > 0 && isBlank(text[i-1]) {
			break
		}
	}
	l.lostIn(at, text)
}

// colon notes a colon with a blank after it inside an unquoted text that begins at start.
func (l *linter) colon(at, start int) {
	text := l.src.text[start:l.src.lineEnd(l.src.lineOf(start))]
	hint := "put the text in quotes: " + inQuotes(strings.TrimSpace(text))
	if strings.HasPrefix(text, "“") || strings.HasPrefix(text, "‘") {
		hint = `“ ” are not quotes here; use " "`
	}
	l.add(at, at+1, false, "a colon with a blank after it stands inside an unquoted text", hint)
}

// lostIn notes a comment that looks like a part of the text before it. Only used where YAML fails: else it is found on
// the tree.
func (l *linter) lostIn(at int, text string) {
	for i := 1; i < len(text); i++ {
		if text[i] != '#' || !isBlank(text[i-1]) {
			continue
		}
		bare := strings.TrimRight(text[:i], " \t")
		if place, ok := lostComment(l.src.text, at+len(bare)); ok {
			l.addLost(place, at+len(text), false, "everything from # on is dropped as a comment",
				"put the whole text in quotes; for a comment write two spaces before # and one after")
		}
		return
	}
}

// brackets finds full-width brackets round a list of names, which YAML takes for a text.
func (l *linter) brackets(at int, text string) {
	text = strings.TrimRight(text, " \t")
	first, size := utf8.DecodeRuneInString(text)
	last, tail := utf8.DecodeLastRuneInString(text)
	open := strings.IndexRune("【［｛", first)
	if open < 0 || !strings.ContainsRune("】］｝]}", last) || len(text) < size+tail {
		return
	}
	inner := text[size : len(text)-tail]
	if wide, words := listOfWords(inner); words > 1 && (wide >= 0 || strings.Contains(inner, ",")) {
		l.add(at, at+size, true, fmt.Sprintf("%c is a full-width bracket, so this is one text and no list", first),
			"type [ ] or { } and , with the keyboard in English")
	}
}

// listOfWords counts the names in a list that is separated by commas of any width; 0 when something else is in it. wide
// is the offset of the first full-width separator, -1 for none.
func listOfWords(s string) (wide, words int) {
	wide = -1
	for s0 := s; s != ""; {
		r, size := utf8.DecodeRuneInString(s)
		n := wordPrefix(s)
		switch {
		case n > 0:
			words++
			s = s[n:]
			continue
		case strings.ContainsRune("，、；：", r):
			if wide < 0 {
				wide = len(s0) - len(s)
			}
		case r != ' ' && r != ',' && r != ':' && r != '"' && r != '“' && r != '”':
			return wide, 0
		}
		s = s[size:]
	}
	return wide, words
}

// quoted steps over a quoted text, which may take several lines, and looks at what follows it.
func (l *linter) quoted(at, column int) {
	first := l.row
	text := l.src.text
	quote := text[at]
	for i := at + 1; ; i++ {
		for i < len(text) && text[i] != quote && breakLen(text, i) == 0 {
			if text[i] == '\\' && quote == '"' {
				i += l.escape(i)
			}
			i++
		}
		switch {
		case i >= len(text):
			l.unclosed(at, first, false)
			return
		case text[i] != quote:
			i += breakLen(text, i) - 1
			l.row++
			l.budget -= len(l.src.line(l.row)) + 1
			if isMarker(l.src.line(l.row), "---") {
				return // The second document is the cause, not the quote.
			}
			if l.looksNew(column) {
				l.unclosed(at, first, true)
				return
			}
		case quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		default:
			l.behindQuote(at, i+1, first)
			return
		}
	}
}

// escape checks the backslash at i and gives how many bytes behind it to step over, 0 at a line's end.
func (l *linter) escape(i int) int {
	if i+1 >= len(l.src.text) || breakLen(l.src.text, i+1) > 0 {
		return 0
	}
	if _, _, ok := unescape(l.src.text[i:]); !ok {
		_, size := utf8.DecodeRuneInString(l.src.text[i+1:])
		l.add(i, i+1+size, false, l.src.text[i:i+1+size]+` means nothing inside " "`, `write \\, or use ' ' in place of " "`)
		return size
	}
	return 1
}

// looksNew tells whether the present line, met inside an open quote or bracket, rather begins a new entry.
func (l *linter) looksNew(column int) bool {
	line := l.src.line(l.row)
	rest := strings.TrimLeft(line, " ")
	if rest == "" || len(line)-len(rest) > column {
		return false
	}
	for isDash(rest) {
		rest = strings.TrimLeft(rest[1:], " ")
	}
	key, ok := findKey(rest)
	return ok && isWord(key)
}

// unclosed notes a quote without an end and goes on behind its line, as if it were closed there.
func (l *linter) unclosed(at, row int, certain bool) {
	l.row = row + 1
	l.fill(false)
	l.add(at, l.src.lineEnd(row), certain, fmt.Sprintf("the quote %c is not closed", l.src.text[at]),
		fmt.Sprintf("write another %c at the end of the text", l.src.text[at]))
}

// behindQuote looks at the rest of the line behind a closing quote.
func (l *linter) behindQuote(open, at, first int) {
	end := l.src.lineEnd(l.row)
	rest := strings.TrimLeft(l.src.text[at:end], " \t")
	switch {
	case rest == "" || rest[0] == '#':
		l.row++
	case l.row > first:
		l.unclosed(open, first, false)
	default:
		l.row++
		from := end - len(rest)
		l.add(from, end, false, "there is more text behind the closing quote",
			"put the whole text in one pair of quotes: "+inQuotes(unquoted(l.src.text[open:end])))
	}
}
