package shoptest

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a summary as JUnit XML.
func WriteJUnit(w io.Writer, suite string, s Summary) error {
	out := junitSuite{Name: suite, Tests: s.Passed + s.Failed, Failures: s.Failed, Cases: []junitCase{}}
	for i := range s.Tests {
		t := &s.Tests[i]
		c := junitCase{Name: t.Name, Class: suite, File: t.File, Line: t.Line}
		if !t.Passed {
			lines := append(append([]string{}, t.Failures...), t.Trace...)
			c.Failure = &junitFailure{Message: fmt.Sprintf("step %d: %s", t.Step, strings.Join(t.Failures, "; ")), Text: strings.Join(lines, "\n")}
		}
		out.Cases = append(out.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}
