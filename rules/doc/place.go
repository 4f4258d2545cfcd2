// contract

package doc

import (
	"cmp"
	"fmt"
)

// A Position is a place in a file: line and column from 1, the column counted in runes (a byte order mark is not
// counted). The zero Position means that the place is unknown.
type Position struct{ Line, Column int }

// IsValid tells whether the position points at a place at all.
func (p Position) IsValid() bool { return p.Line > 0 && p.Column > 0 }

// Compare orders positions by line, then column; it returns -1, 0 or 1.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// A Range is a stretch of one file. End is exclusive; a Range with End equal to Start is empty and marks a place
// where something is missing.
type Range struct {
	File       string
	Start, End Position
}

// String gives "file:line:col", as an editor understands it.
func (r Range) String() string {
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

// WholeFile is the range for what concerns a file and no place in it, such as a file that is missing.
func WholeFile(name string) Range {
	first := Position{Line: 1, Column: 1}
	return Range{File: name, Start: first, End: first}
}
