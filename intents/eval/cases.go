// Package eval measures a classifier on labelled messages: how often it is right, how often it falls into a trap, how
// many of its answers are wrong at which coverage, and how well its scores are calibrated. It learns nothing.
package eval

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"xiaoer/intents"
)

// A Case is one labelled message.
type Case struct {
	ID         string   `json:"id,omitempty"`
	Text       string   `json:"text"`
	Intents    []string `json:"intents,omitempty"`     // what it asks for, the primary first
	Acceptable []string `json:"acceptable,omitempty"`  // other answers that do no harm
	Not        []string `json:"not_intents,omitempty"` // answers that must not be given
	Tags       []string `json:"tags,omitempty"`
	Topic      string   `json:"topic,omitempty"` // of the primary; "" is not judged
	Intent     string   `json:"intent,omitempty"`
}

// A Set is what a file of labelled messages holds. Files without a split of their own give the same cases for both.
type Set struct {
	Train []Case
	Test  []Case
}

// maxLine bounds one line of JSONL, in bytes.
const maxLine = 1 << 20

// Load reads a set by the ending of its name: .jsonl; .csv with the columns text and category; .json as published with
// SIGDIAL22 (sentences with `training`) or CLINC150 (lists by split). An error names the line.
func Load(name string, r io.Reader) (Set, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return both(loadCSV(name, r))
	case ".json":
		return loadJSON(name, r)
	}
	return both(loadLines(name, r))
}

func both(cases []Case, err error) (Set, error) { return Set{Train: cases, Test: cases}, err }

func loadLines(name string, r io.Reader) ([]Case, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var out []Case
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var c Case
		if err := json.Unmarshal(line, &c); err != nil {
			return nil, fmt.Errorf("%s:%d: read case: %w", name, n, err)
		}
		if c.Intent != "" && len(c.Intents) == 0 {
			c.Intents = []string{c.Intent}
		}
		if len(c.Intents) == 0 {
			return nil, fmt.Errorf("%s:%d: neither intents nor intent is given", name, n)
		}
		c.splitTopic()
		out = append(out, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: read cases: %w", name, err)
	}
	return out, nil
}

// splitTopic takes "wrong_order.address" apart.
func (c *Case) splitTopic() {
	for i, name := range c.Intents {
		intent, topic, ok := strings.Cut(name, ".")
		if !ok {
			continue
		}
		c.Intents[i] = intent
		if i == 0 && c.Topic == "" {
			c.Topic = topic
		}
	}
}

func loadCSV(name string, r io.Reader) ([]Case, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: read cases: %w", name, err)
	}
	var out []Case
	for i, row := range rows {
		if len(row) < 2 || i == 0 && row[0] == "text" {
			continue
		}
		out = append(out, Case{Text: row[0], Intents: []string{row[1]}})
	}
	return out, nil
}

// sigdial is the form of the SIGDIAL22 corpora.
type sigdial struct {
	Sentences []struct {
		Text     string `json:"text"`
		Intent   string `json:"intent"`
		Training bool   `json:"training"`
	} `json:"sentences"`
}

func loadJSON(name string, r io.Reader) (Set, error) {
	content, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return Set{}, fmt.Errorf("%s: read cases: %w", name, err)
	}
	var s sigdial
	if json.Unmarshal(content, &s) == nil && len(s.Sentences) > 0 {
		var out Set
		for _, c := range s.Sentences {
			if c.Training {
				out.Train = append(out.Train, Case{Text: c.Text, Intents: []string{c.Intent}})
			} else {
				out.Test = append(out.Test, Case{Text: c.Text, Intents: []string{c.Intent}})
			}
		}
		return out, nil
	}
	var splits map[string][][2]string
	if err := json.Unmarshal(content, &splits); err != nil {
		return Set{}, fmt.Errorf("%s: read cases: %w", name, err)
	}
	out := Set{Train: pairs(splits["train"]), Test: pairs(splits["test"])}
	if len(out.Train) == 0 && len(out.Test) == 0 {
		return Set{}, errors.New(name + ": neither sentences nor the lists train and test are in it")
	}
	return out, nil
}

func pairs(list [][2]string) []Case {
	var out []Case
	for _, p := range list {
		out = append(out, Case{Text: p[0], Intents: []string{p[1]}})
	}
	return out
}

// Examples turns cases into sentences to learn from.
func Examples(cases []Case) []intents.Example {
	out := make([]intents.Example, 0, len(cases))
	for _, c := range cases {
		out = append(out, intents.Example{Text: c.Text, Intent: c.Intents[0], Topic: c.Topic})
	}
	return out
}
