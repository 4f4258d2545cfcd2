// contract

package doc

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Render writes a diagnostic for a terminal: "file:line:col: message; hint [code]", then the source line and a mark
// under it by display width, then the related places. source is the text of d's file; without it only lines with places
// are written. A long line is cut round the mark.
func Render(d Diagnostic, source []byte) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n", d.Line())
	if source != nil && len(source) <= MaxBytes {
		out.WriteString(excerpt(newSource(d.Range.File, string(source)), d.Range))
	}
	for _, r := range d.Related {
		fmt.Fprintf(&out, "  %s: %s\n", r.Range, r.Message)
	}
	return out.String()
}

// Line gives the diagnostic in one line: "file:line:col: message; hint [code]".
func (d Diagnostic) Line() string {
	message := d.Message
	if d.Hint != "" {
		message += "; " + d.Hint
	}
	if d.Severity == Warning {
		message = "warning: " + message
	}
	return fmt.Sprintf("%s: %s [%s]", d.Range, visible(message), d.Code)
}

// widest is how many columns of a source line are shown.
const widest = 160

// excerpt gives the first line of a range with its number, and a mark under the range.
func excerpt(src *source, at Range) string {
	row := at.Start.Line - 1
	if row < 0 || row >= len(src.lines) {
		return ""
	}
	line := []rune(src.line(row))
	from := min(max(at.Start.Column-1, 0), len(line))
	to := len(line)
	if at.End.Line == at.Start.Line {
		to = min(max(at.End.Column-1, from), len(line))
	}
	before, marked, after := cut(line, from, to)
	number := fmt.Sprintf("%d | ", at.Start.Line)
	pad := strings.Repeat(" ", len(number)-2) + "| " + strings.Repeat(" ", width(before))
	mark := "^" + strings.Repeat("~", max(width(marked)-1, 0))
	return number + before + marked + after + "\n" + pad + mark + "\n"
}

// cut makes the three parts of a line printable, and leaves out what is far from the mark.
func cut(line []rune, from, to int) (before, marked, after string) {
	begin, end := 0, len(line)
	if from > widest/2 {
		begin = from - widest/4
	}
	if end-begin > widest {
		end = max(begin+widest, min(from+1, end))
	}
	to = min(to, end)
	before, marked, after = visible(string(line[begin:from])), visible(string(line[from:to])), visible(string(line[to:end]))
	if begin > 0 {
		before = "…" + before
	}
	if end < len(line) {
		after += "…"
	}
	return before, marked, after
}

// visible shows tabs as a blank each, so that the mark stands right whatever the terminal's tab stops are, and other
// control characters as a replacement, so that a file cannot steer the terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < 0x20 || r >= 0x7F && r < 0xA0 || isSteering(r):
			return '\uFFFD'
		}
		return r
	}, s)
}

// isSteering tells whether a rune turns the direction of writing or breaks a line.
func isSteering(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}

// width is how many columns a terminal takes for a text. It does not depend on the environment, so that goldens hold.
func width(s string) int {
	c := runewidth.Condition{StrictEmojiNeutral: true}
	return c.StringWidth(s)
}
