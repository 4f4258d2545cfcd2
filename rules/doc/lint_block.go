package doc

import (
	"fmt"
	"strings"
)

// block steps over a text that begins with | or >, all lines that are indented deeper than column.
func (l *linter) block(at, end, column int) {
	header := l.src.text[at:end]
	bare, _, _ := strings.Cut(header, " #")
	bare = strings.TrimRight(bare, " \t")
	if strings.Trim(bare[1:], "+-123456789") != "" || len(bare) > 3 {
		l.row++
		l.quoteIt(at, end, fmt.Sprintf("a text cannot begin with %c", header[0]))
		return
	}
	l.row++
	filled := l.blockLines(column)
	if digits := strings.Trim(bare[1:], "+-"); digits != "" && !filled {
		l.addLost(at, end, true, fmt.Sprintf("`%s` is read as the beginning of a text on the lines below, and there is none", bare),
			"put the text in quotes; a comparison needs something before "+bare[:1])
	}
}

// blockLines steps over the lines of a block text and tells whether there are any.
func (l *linter) blockLines(column int) (filled bool) {
	first, noted := -1, false
	for ; l.row < len(l.src.lines); l.row++ {
		line := l.src.line(l.row)
		l.budget -= len(line) + 1
		rest := strings.TrimLeft(line, " ")
		indent := len(line) - len(rest)
		if rest == "" {
			continue
		}
		if indent <= column {
			return filled
		}
		if first < 0 {
			first = indent
		}
		if indent < first && rest[0] != '#' && !noted {
			noted = true
			at := l.src.lines[l.row] + indent
			l.add(at, at+len(rest), false, "this line of a text is indented less than the text's first line",
				fmt.Sprintf("begin it in column %d", first+1))
		}
		filled = true
	}
	return filled
}
