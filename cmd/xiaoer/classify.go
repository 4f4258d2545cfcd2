package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"xiaoer/intents"
)

type classifyCmd struct {
	Shop string `help:"Use this shop's own intents too." placeholder:"DIR"`
}

// Help teaches the command.
func (classifyCmd) Help() string {
	return `Reads messages from standard input, one a line, and writes one JSON object a line.
A line that is a JSON object with "text" is read as JSONL; its "id" is given back where it has one.

  echo 我想退货 | xiaoer classify
  xiaoer classify --shop myshop < messages.jsonl

Only accepted intents are listed, the primary first. Offsets count characters (runes).`
}

// classified is one line of output.
type classified struct {
	ID       json.RawMessage  `json:"id,omitempty"`
	Text     string           `json:"text"`
	Intents  []intentScore    `json:"intents"`
	Negated  []string         `json:"negated"`
	Entities []intents.Entity `json:"entities"`
	Mood     intents.Mood     `json:"mood"`
	Risk     intents.Risk     `json:"risk"`
}

type intentScore struct {
	Name  string  `json:"name"`
	Topic string  `json:"topic"`
	Score float64 `json:"score"`
}

// longestLine bounds a line of input; a webhook body is at most as long.
const longestLine = 1 << 20

// Run classifies line by line.
func (c *classifyCmd) Run(a *app) error {
	classifier, err := a.classifier(c.Shop)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(a.out)
	lines := bufio.NewScanner(a.in)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		line, err := readLine(lines.Bytes())
		if err != nil {
			return errors.Join(out.Flush(), fmt.Errorf("line %d of standard input: %w", n, err))
		}
		line.fill(classifier.Read(line.Text))
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return errors.Join(out.Flush(), tooLong(err))
	}
	return out.Flush()
}

func tooLong(err error) error {
	if errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("a line of standard input is longer than %d bytes", longestLine)
	}
	return fmt.Errorf("read standard input: %w", err)
}

// readLine takes a line as a message, or as a JSON object that holds one. What merely begins with a brace is a message.
func readLine(line []byte) (classified, error) {
	line = bytes.TrimPrefix(bytes.TrimRight(line, "\r"), []byte("\xef\xbb\xbf"))
	var object struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
	}
	if !json.Valid(line) || len(line) == 0 || bytes.TrimLeft(line, " \t")[0] != '{' {
		return classified{Text: string(bytes.ToValidUTF8(line, []byte("\uFFFD")))}, nil
	}
	if err := json.Unmarshal(line, &object); err != nil || object.Text == nil {
		return classified{}, errors.New(`this JSON object has no "text" that is a text`)
	}
	return classified{ID: object.ID, Text: *object.Text}, nil
}

func (c *classified) fill(r intents.Reading) {
	c.Intents = make([]intentScore, 0, len(r.Intents))
	for _, p := range r.Intents {
		c.Intents = append(c.Intents, intentScore{Name: p.Intent, Topic: p.Topic, Score: p.Score})
	}
	c.Negated = append(make([]string, 0, len(r.Negated)), r.Negated...)
	c.Entities = append(make([]intents.Entity, 0, len(r.Entities)), r.Entities...)
	c.Mood, c.Risk = r.Mood, r.Risk
}
