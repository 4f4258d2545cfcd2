// contract

package doc

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MaxKept is how many diagnostics a Problems keeps; the rest are counted.
const MaxKept = 1000

// Problems collects diagnostics. The zero value is ready. It is not safe for use by several goroutines at once.
type Problems struct {
	kept    []*Diagnostic
	dropped int
	errors  int
	syntax  int
	last    Range
}

// Error reports an error and returns it, so that the caller may set Hint and Related. It never returns nil.
func (p *Problems) Error(at Range, code Code, format string, args ...any) *Diagnostic {
	p.errors++
	if code == Syntax {
		p.syntax++
	}
	return p.add(at, Error, code, format, args)
}

// Warn reports a warning and returns it, so that the caller may set Hint and Related. It never returns nil.
func (p *Problems) Warn(at Range, code Code, format string, args ...any) *Diagnostic {
	return p.add(at, Warning, code, format, args)
}

// Add takes over a finished diagnostic, such as one that another Problems collected.
func (p *Problems) Add(d Diagnostic) {
	if d.Severity == Error {
		p.errors++
	}
	if d.Code == Syntax {
		p.syntax++
	}
	p.keep(&d)
}

func (p *Problems) add(at Range, severity Severity, code Code, format string, args []any) *Diagnostic {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, args...)
	}
	d := &Diagnostic{Range: at, Severity: severity, Code: code, Message: message}
	p.keep(d)
	return d
}

func (p *Problems) keep(d *Diagnostic) {
	p.last = d.Range
	if len(p.kept) >= MaxKept {
		p.dropped++
		return
	}
	p.kept = append(p.kept, d)
}

// HasErrors tells whether an error was reported, kept or not.
func (p *Problems) HasErrors() bool { return p.errors > 0 }

// Len is the number of reports so far, equal ones counted each time. Callers compare it before and after a step to
// learn whether the step found anything.
func (p *Problems) Len() int { return len(p.kept) + p.dropped }

// All gives the diagnostics sorted by file, position, code and message, exact duplicates removed. If more were reported
// than are kept, a closing note says how many.
func (p *Problems) All() []Diagnostic {
	all := make([]Diagnostic, 0, len(p.kept)+1)
	for _, d := range p.kept {
		all = append(all, *d)
	}
	slices.SortStableFunc(all, compareDiagnostics)
	all = slices.CompactFunc(all, equalDiagnostics)
	if p.dropped > 0 {
		all = append(all, p.note())
	}
	return all
}

func (p *Problems) note() Diagnostic {
	severity := Warning
	if p.errors > 0 {
		severity = Error
	}
	return Diagnostic{
		Range: p.last, Severity: severity, Code: TooMany,
		Message: fmt.Sprintf("%d more problems are not listed", p.dropped), Hint: "mend these first and check again",
	}
}

func compareDiagnostics(a, b Diagnostic) int {
	return cmp.Or(
		strings.Compare(a.Range.File, b.Range.File),
		a.Range.Start.Compare(b.Range.Start),
		strings.Compare(string(a.Code), string(b.Code)),
		a.Range.End.Compare(b.Range.End),
		strings.Compare(a.Message, b.Message),
		strings.Compare(a.Hint, b.Hint),
	)
}

func equalDiagnostics(a, b Diagnostic) bool {
	return compareDiagnostics(a, b) == 0 && a.Severity == b.Severity && slices.Equal(a.Related, b.Related)
}
