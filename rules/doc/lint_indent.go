package doc

import (
	"fmt"
	"strings"
)

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
	if dash && l.nextIndent() == column+l.dashWidth(from) {
		// The whole item is moved, not only its first line.
		l.top().column = column
		return column
	}
	return inner.column
}

// dashWidth is how far behind its dash an item begins.
func (l *linter) dashWidth(at int) int {
	rest := l.src.text[at+1 : l.src.lineEnd(l.row)]
	return 1 + len(rest) - len(strings.TrimLeft(rest, " "))
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
