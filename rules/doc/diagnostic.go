// contract

package doc

import "encoding/json"

// Severity says whether a diagnostic fails a check.
type Severity string

// The severities: only errors make `check` exit with 1.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Related is another place that belongs to a diagnostic, such as the first of two equal keys.
type Related struct {
	Range   Range
	Message string
}

// A Diagnostic is one finding about a shop's documents. Message is lower case without a full stop and says what is
// wrong; Hint, which may be empty, says what to do.
type Diagnostic struct {
	Range    Range
	Severity Severity
	Code     Code
	Message  string
	Hint     string
	Related  []Related
}

// Relate adds another place and returns the diagnostic, so that a caller may chain it to the report.
func (d *Diagnostic) Relate(at Range, message string) *Diagnostic {
	d.Related = append(d.Related, Related{Range: at, Message: message})
	return d
}

// WithHint sets the hint and returns the diagnostic, so that a caller may chain it to the report.
func (d *Diagnostic) WithHint(hint string) *Diagnostic {
	d.Hint = hint
	return d
}

type relatedJSON struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

type diagnosticJSON struct {
	File      string        `json:"file"`
	Line      int           `json:"line"`
	Column    int           `json:"column"`
	EndLine   int           `json:"end_line"`
	EndColumn int           `json:"end_column"`
	Severity  Severity      `json:"severity"`
	Code      Code          `json:"code"`
	Message   string        `json:"message"`
	Hint      string        `json:"hint"`
	Related   []relatedJSON `json:"related"`
}

// MarshalJSON gives the flat object of `check --json`; related is an empty list, never null.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	out := diagnosticJSON{
		File: d.Range.File, Line: d.Range.Start.Line, Column: d.Range.Start.Column,
		EndLine: d.Range.End.Line, EndColumn: d.Range.End.Column,
		Severity: d.Severity, Code: d.Code, Message: d.Message, Hint: d.Hint,
		Related: make([]relatedJSON, 0, len(d.Related)),
	}
	for _, r := range d.Related {
		out.Related = append(out.Related, relatedJSON{
			File: r.Range.File, Line: r.Range.Start.Line, Column: r.Range.Start.Column, Message: r.Message,
		})
	}
	return json.Marshal(out)
}
