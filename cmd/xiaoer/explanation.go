package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"xiaoer/bot"
	"xiaoer/intents"
)

// writeExplanation writes it for a person, who has named the shop's folder: what was understood, each rule that was read, and what the buyer
// gets.
func writeExplanation(w io.Writer, dir string, e bot.Explanation) {
	writeReading(w, e)
	for _, d := range e.Decisions {
		fmt.Fprintln(w)
		d.File = fromHere(dir, d.File)
		writeDecision(w, d)
	}
	fmt.Fprintln(w)
	for _, r := range e.Replies {
		fmt.Fprintf(w, "says     %s\n", strings.ReplaceAll(replyText(r), "\n", "\n         "))
	}
	if e.Ask != nil {
		fmt.Fprintf(w, "asks     %s\n", *e.Ask)
	}
	if h := e.Handoff; h != nil {
		fmt.Fprintf(w, "handoff  to %s, priority %s: %s\n", h.Team, h.Priority, h.Reason)
	}
	fmt.Fprintf(w, "status   %s\n", e.Status)
}

// writeReading writes what was understood of the message.
func writeReading(w io.Writer, e bot.Explanation) {
	if len(e.Intents) == 0 {
		fmt.Fprintln(w, "intent   none")
	}
	for _, p := range e.Intents {
		name := intents.Prediction{Intent: p.Name, Topic: p.Topic}.Name()
		fmt.Fprintf(w, "intent   %s %.2f%s\n", name, p.Score, evidence(p.Evidence))
	}
	if len(e.Negated) > 0 {
		fmt.Fprintln(w, "negated ", strings.Join(e.Negated, ", "))
	}
	for _, entity := range e.Entities {
		fmt.Fprintf(w, "%-8s %s\n", entity.Type, entity.Value)
	}
	fmt.Fprintf(w, "mood     %s\nrisk     %s\n", e.Mood, e.Risk)
}

// mostEvidence is how many parts of the evidence a person gets to see.
const mostEvidence = 5

// evidence writes the heaviest parts of what spoke for an intent.
func evidence(list []intents.Evidence) string {
	var out strings.Builder
	for i, ev := range list {
		if i == mostEvidence {
			break
		}
		fmt.Fprintf(&out, "  %s「%s」%+.1f", ev.Kind, ev.Text, ev.Weight)
	}
	return out.String()
}

// writeDecision writes the rules that were read for one intent, the ids in a column of their own.
func writeDecision(w io.Writer, d bot.DecisionExplained) {
	intent := d.Intent
	if intent == "" {
		intent = "any message"
	}
	answer := "no rule fits"
	if d.Rule != nil {
		answer = *d.Rule
	}
	if d.File != "" {
		answer += fmt.Sprintf(" (%s:%d)", d.File, d.Line)
	}
	fmt.Fprintf(w, "%s → %s\n", intent, answer)
	narrow, widest := runewidth.Condition{}, 0
	for _, c := range d.Considered {
		widest = max(widest, narrow.StringWidth(c.Rule))
	}
	for _, c := range d.Considered {
		if c.Fits {
			fmt.Fprintf(w, "  ✓ %s\n", c.Rule)
			continue
		}
		fmt.Fprintf(w, "  ✗ %s  %s%s\n", narrow.FillRight(c.Rule, widest), c.Because, values(c.Values))
		if c.Error != "" {
			fmt.Fprintf(w, "    %s  error: %s\n", strings.Repeat(" ", widest), c.Error)
		}
	}
}

// values writes the facts that a condition read, by name.
func values(v map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		parts = append(parts, name+" = "+v[name])
	}
	if len(parts) == 0 {
		return ""
	}
	return "  (" + strings.Join(parts, ", ") + ")"
}

// replyText is a reply as it is read, with its choices in lines of their own where its words do not list them.
func replyText(r bot.Reply) string {
	lines := []string{r.Text}
	if r.Image != "" {
		lines[0] = strings.TrimSpace(r.Text + " [" + r.Image + "]")
	}
	for i, choice := range r.Choices {
		if strings.Contains(r.Text, choice) {
			continue
		}
		lines = append(lines, fmt.Sprintf("  %d. %s", i+1, choice))
	}
	return strings.Join(lines, "\n")
}
