package doc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A flowReader steps over a list or mapping in brackets, which may take several lines.
type flowReader struct {
	*linter
	at     int
	column int
	open   []bracket
}

// A bracket is one that is open, and what is known of its present entry.
type bracket struct {
	at      int
	closing byte
	entry   int  // where the entry begins, -1 before it does
	colon   bool // the entry has its colon
	done    bool // the entry's present part is complete
	kind    byte // what the present part is: 'p' plain, 'q' quoted, 'f' flow
	from    int  // where the present part begins
	to      int
}

// flow reads a value that begins with a bracket, and what follows it on the line.
func (l *linter) flow(at, column int) {
	first := l.row
	f := &flowReader{linter: l, at: at, column: column}
	if !f.read() {
		if !l.found.fatal && l.row <= first {
			l.row = first + 1
		}
		return
	}
	end := l.src.lineEnd(l.row)
	rest := strings.TrimLeft(l.src.text[f.at:end], " \t")
	switch {
	case rest == "" || rest[0] == '#' || rest[0] == ':':
	case strings.Trim(rest, "]} \t") == "":
		l.add(end-len(rest), end-len(rest)+1, false, fmt.Sprintf("%c closes no bracket", rest[0]), "delete it")
	case l.row == first:
		l.quoteIt(at, end, fmt.Sprintf("a text cannot begin with %c", l.src.text[at]))
	default:
		l.add(end-len(rest), end, false, "there is more text behind the closing bracket", "delete it, or put it on a line of its own")
	}
	l.row++
}

// read goes to the closing bracket; false means that it has noted a mistake and the line l.row is next.
func (f *flowReader) read() bool {
	text := f.src.text
	for f.at < len(text) {
		if n := breakLen(text, f.at); n > 0 {
			f.at += n
			f.row++
			f.budget -= len(f.src.line(f.row)) + 1
			if isMarker(f.src.line(f.row), "---") {
				return false // The second document is the cause, not the bracket.
			}
			if f.looksNew(f.column) {
				f.unclosedBracket()
				return false
			}
			continue
		}
		switch c := text[f.at]; {
		case isBlank(c):
			f.at++
		case c == '#' && isBlank(text[f.at-1]) || c == '#' && breakLen(text, f.at-1) > 0:
			f.at = f.src.lineEnd(f.row)
		case c == '[' || c == '{':
			if !f.push(c) {
				return false
			}
		case c == ']' || c == '}':
			if done, ok := f.pop(c); done || !ok {
				return ok
			}
		case c == ',':
			f.endEntry()
			f.at++
		case c == ':' && f.isFlowColon():
			f.colonHere()
		default:
			if !f.part() {
				return false
			}
		}
	}
	f.unclosedBracket()
	return false
}

func (f *flowReader) top() *bracket { return &f.open[len(f.open)-1] }

func (f *flowReader) push(c byte) bool {
	if len(f.open) >= MaxDepth {
		f.tooDeep(f.at)
		return false
	}
	if len(f.open) > 0 {
		top := f.top()
		if top.done && top.kind == 'p' {
			f.mixed(top)
			return f.skipLine()
		}
		f.begin('f', f.at)
	}
	closing := byte(']')
	if c == '{' {
		closing = '}'
	}
	f.open = append(f.open, bracket{at: f.at, closing: closing, entry: -1})
	f.at++
	return true
}

// mixed notes an unquoted text within brackets that holds a bracket itself, mostly that of ${…}.
func (f *flowReader) mixed(top *bracket) {
	f.add(top.from, f.at+1, false, fmt.Sprintf("an unquoted text inside %s ends at %c", f.pairName(), f.src.text[f.at]),
		"put the text in quotes")
}

func (f *flowReader) pairName() string {
	if f.top().closing == '}' {
		return "{ }"
	}
	return "[ ]"
}

// skipLine gives up the brackets and goes on with the next line.
func (f *flowReader) skipLine() bool {
	f.row = f.src.lineOf(f.at) + 1
	return false
}

func (f *flowReader) pop(c byte) (done, ok bool) {
	top := f.top()
	if c != top.closing {
		f.add(f.at, f.at+1, false, fmt.Sprintf("%c does not close the bracket %c", c, f.src.text[top.at]),
			fmt.Sprintf("write %c, or put a text with brackets in quotes", top.closing))
		return false, f.skipLine()
	}
	f.endEntry()
	f.at++
	f.open = f.open[:len(f.open)-1]
	if len(f.open) == 0 {
		return true, true
	}
	f.finish(f.at)
	return false, true
}

func (f *flowReader) unclosedBracket() {
	b := f.open[len(f.open)-1]
	f.add(b.at, b.at+1, false, fmt.Sprintf("the bracket %c is not closed", f.src.text[b.at]),
		fmt.Sprintf("write %c where it ends; a text that begins with %c needs quotes", b.closing, f.src.text[b.at]))
	if f.at >= len(f.src.text) {
		f.row = f.src.lineOf(b.at) + 1
	}
}

func (f *flowReader) isFlowColon() bool {
	next := f.at + 1
	text := f.src.text
	if next >= len(text) || isBlank(text[next]) || breakLen(text, next) > 0 || strings.IndexByte(",[]{}", text[next]) >= 0 {
		return true
	}
	return f.top().done && f.top().kind != 'p'
}

func (f *flowReader) colonHere() {
	top := f.top()
	if top.colon {
		f.secondColon(top)
	}
	top.colon, top.done, top.kind = true, false, 0
	f.at++
}

// secondColon notes that a value holds a colon: often because the comma before it is full-width.
func (f *flowReader) secondColon(top *bracket) {
	part := f.src.text[top.from:f.at]
	for i, r := range part {
		if strings.ContainsRune("，、；", r) {
			f.add(top.from+i, top.from+i+utf8.RuneLen(r), false, fmt.Sprintf("%c is full-width and separates nothing", r),
				"type , with the keyboard in English; a text with it needs no change but quotes")
			return
		}
	}
	f.add(f.at, f.at+1, false, "a colon with a blank after it stands inside an unquoted text",
		"write , before the next key, or put the text in quotes")
}

func (f *flowReader) begin(kind byte, at int) {
	top := f.top()
	if top.entry < 0 {
		top.entry = at
	}
	top.kind, top.from, top.done = kind, at, false
}

func (f *flowReader) finish(at int) {
	top := f.top()
	top.to, top.done = at, true
}

// part reads one text, quoted or not, within brackets.
func (f *flowReader) part() bool {
	text := f.src.text
	top := f.top()
	c := text[f.at]
	if top.done && (top.kind == 'q' || top.kind == 'f') {
		return f.behindPart(top)
	}
	switch c {
	case '"', '\'':
		return f.quotedPart()
	case '!', '&', '*':
		f.property(c)
	case '@', '`', '%', '|', '>':
		f.add(f.at, f.at+1, false, fmt.Sprintf("a text cannot begin with %c", c), "put the text in quotes")
		f.plainPart()
	default:
		f.plainPart()
	}
	return true
}

// behindPart notes what stands behind a quoted text, where a comma or bracket is expected.
func (f *flowReader) behindPart(top *bracket) bool {
	r, size := utf8.DecodeRuneInString(f.src.text[f.at:])
	switch {
	case strings.ContainsRune("，、；", r):
		f.add(f.at, f.at+size, false, fmt.Sprintf("%c is full-width and separates nothing", r), "type , with the keyboard in English")
		top.entry, top.colon, top.done = -1, false, false
		f.at += size
		return true
	case r == '：' && !top.colon:
		f.wide(f.at, false)
		top.colon, top.done = true, false
		f.at += size
		return true
	}
	f.add(f.at, f.at+size, false, "a comma is missing here", "write , between the entries; a text with quotes in it needs another pair of quotes round it")
	return f.skipLine()
}

func (f *flowReader) quotedPart() bool {
	text, quote := f.src.text, f.src.text[f.at]
	f.begin('q', f.at)
	open, first := f.at, f.row
	for f.at++; f.at < len(text); f.at++ {
		switch c := text[f.at]; {
		case c == '\\' && quote == '"':
			f.at += f.escape(f.at)
		case c == quote && quote == '\'' && f.at+1 < len(text) && text[f.at+1] == quote:
			f.at++
		case c == quote:
			f.at++
			f.finish(f.at)
			return true
		case breakLen(text, f.at) > 0:
			f.at += breakLen(text, f.at) - 1
			f.row++
			f.budget -= len(f.src.line(f.row)) + 1
			if isMarker(f.src.line(f.row), "---") {
				return false
			}
			if f.looksNew(f.column) {
				f.unclosed(open, first, true)
				return false
			}
		}
	}
	f.unclosed(open, first, false)
	return false
}

// property steps over an anchor, an alias or a tag within brackets.
func (f *flowReader) property(c byte) {
	end := f.at + 1
	for end < len(f.src.text) && !isBlank(f.src.text[end]) && breakLen(f.src.text, end) == 0 && strings.IndexByte(",[]{}", f.src.text[end]) < 0 {
		end++
	}
	word := f.src.text[f.at:end]
	switch {
	case c == '!' && !isCoreTag(word):
		f.addTag(f.at, end)
	case c != '!' && !isName(word[1:]):
		f.add(f.at, end, false, fmt.Sprintf("a text cannot begin with %c", c), "put the text in quotes")
	case c == '&':
		f.anchors[word[1:]] = true
	case c == '*':
		if !f.anchors[word[1:]] {
			f.add(f.at, end, false, fmt.Sprintf("`%s` repeats a value named &%s, and there is none before it", shorten(word), shorten(word[1:])),
				"a text that begins with * needs quotes")
		}
		f.begin('f', f.at)
		f.finish(end)
	}
	f.at = end
}

// plainPart reads an unquoted text, to where YAML ends it.
func (f *flowReader) plainPart() {
	text := f.src.text
	if top := f.top(); !top.done || top.kind != 'p' {
		f.begin('p', f.at)
	}
	first, asks := f.at, false
	for f.at < len(text) && breakLen(text, f.at) == 0 {
		c := text[f.at]
		if strings.IndexByte(",[]{}", c) >= 0 || c == ':' && f.colonEnds() || c == '#' && isBlank(text[f.at-1]) {
			break
		}
		asks = asks || c == '?' && (f.at > first || f.top().colon)
		f.at++
	}
	if asks {
		f.questionMark(first)
	}
	f.finish(f.at)
}

// questionMark notes an unquoted text within brackets that holds a question mark, which yaml.v3 takes for the sign of a key.
func (f *flowReader) questionMark(from int) {
	part := strings.TrimRight(f.src.text[from:f.at], " \t")
	f.add(from, from+len(part), false, fmt.Sprintf("an unquoted text inside %s ends at ?", f.pairName()),
		fmt.Sprintf("put the text in quotes: \"%s\"", shorten(part)))
}

func (f *flowReader) colonEnds() bool {
	next := f.at + 1
	text := f.src.text
	return next >= len(text) || isBlank(text[next]) || breakLen(text, next) > 0 || strings.IndexByte(",[]{}", text[next]) >= 0
}

// endEntry looks at an entry that a comma or bracket has ended, for what YAML accepts but nobody means.
func (f *flowReader) endEntry() {
	top := f.top()
	b := *top
	top.entry, top.colon, top.done, top.kind = -1, false, false, 0
	if b.kind != 'p' || b.entry < 0 {
		return
	}
	part := strings.TrimRight(f.src.text[b.from:b.to], " \t\r\n")
	if b.closing == '}' && !b.colon {
		f.keylessPart(b.from, part)
		return
	}
	if b.closing == ']' && !b.colon {
		f.listPart(b.from, part)
	}
}

// keylessPart explains an entry of { } without a colon.
func (f *flowReader) keylessPart(at int, part string) {
	if i := strings.Index(part, wideColon); i >= 0 {
		f.wide(at+i, true)
		return
	}
	if n := wordPrefix(part); n > 0 && n+1 < len(part) && part[n] == ':' {
		f.add(at+n, at+n+1, true, "a blank is missing after :", fmt.Sprintf("write `%s: %s`", shorten(part[:n]), shorten(part[n+1:])))
		return
	}
	if i := strings.IndexAny(part, "“”"); i >= 0 {
		f.add(at+i, at+i+len("“"), true, "“ ” are full-width and quote nothing", `type " " with the keyboard in English`)
	}
}

// listPart explains a list of names that is one text, because its commas or quotes are full-width.
func (f *flowReader) listPart(at int, part string) {
	wide, words := listOfWords(part)
	if i := strings.Index(part, "”，“"); i >= 0 && wide < 0 {
		wide, words = i+len("”"), 2
	}
	if words < 2 || wide < 0 || strings.HasPrefix(part[wide:], wideColon) {
		return
	}
	r, size := utf8.DecodeRuneInString(part[wide:])
	f.add(at+wide, at+wide+size, true, fmt.Sprintf("%c is full-width, so this is one text and no list", r),
		"type , with the keyboard in English")
}
