package bot

import (
	"xiaoer/intents"
	"xiaoer/rules"
)

// Explanation is the object of `explain --json`.
type Explanation struct {
	Intents   []IntentExplained   `json:"intents"`
	Negated   []string            `json:"negated"`
	Entities  []intents.Entity    `json:"entities"`
	Mood      intents.Mood        `json:"mood"`
	Risk      intents.Risk        `json:"risk"`
	Decisions []DecisionExplained `json:"decisions"`
	Replies   []Reply             `json:"replies"`
	Ask       *string             `json:"ask"`
	Handoff   *HandoffResponse    `json:"handoff"`
	Status    Status              `json:"status"`
}

// IntentExplained is one accepted intent with what spoke for it.
type IntentExplained struct {
	Name     string             `json:"name"`
	Topic    string             `json:"topic"`
	Score    float64            `json:"score"`
	Evidence []intents.Evidence `json:"evidence"`
}

// DecisionExplained is one decision with every rule that was read. Rule is null when none fits.
type DecisionExplained struct {
	Intent     string                `json:"intent"`
	Rule       *string               `json:"rule"`
	File       string                `json:"file"`
	Line       int                   `json:"line"`
	Considered []ConsideredExplained `json:"considered"`
}

// ConsideredExplained is one rule that was read.
type ConsideredExplained struct {
	Rule    string            `json:"rule"`
	Fits    bool              `json:"fits"`
	Because string            `json:"because"`
	Values  map[string]string `json:"values"`
	Error   string            `json:"error,omitempty"` // a condition that could not be worked out, such as a division by zero
}

// Explain tells why a turn ended as it did. The event has to have been stepped with Explain set.
func (t Turn) Explain() Explanation {
	r := t.Response("")
	out := Explanation{
		Intents: []IntentExplained{}, Negated: []string{}, Entities: []intents.Entity{}, Mood: intents.Calm, Risk: intents.NoRisk,
		Decisions: []DecisionExplained{}, Replies: r.Replies, Ask: r.Ask, Handoff: r.Handoff, Status: r.Status,
	}
	if reading := t.Trace.Reading; reading != nil {
		out.Mood, out.Risk = reading.Mood, reading.Risk
		out.Negated = append(out.Negated, reading.Negated...)
		out.Entities = append(out.Entities, reading.Entities...)
	}
	for _, p := range acceptedOf(t.Trace.Reading) {
		out.Intents = append(out.Intents, IntentExplained{
			Name: p.Intent, Topic: p.Topic, Score: p.Score, Evidence: append([]intents.Evidence{}, p.Evidence...),
		})
	}
	for _, d := range t.Trace.Decisions {
		out.Decisions = append(out.Decisions, explainDecision(d))
	}
	return out
}

func explainDecision(d Decided) DecisionExplained {
	out := DecisionExplained{Intent: d.Intent, File: d.File, Line: d.Line, Considered: []ConsideredExplained{}}
	if d.Rule != "" {
		out.Rule = &d.Rule
	}
	for _, c := range d.Considered {
		out.Considered = append(out.Considered, explainConsidered(c))
	}
	return out
}

func explainConsidered(c rules.Considered) ConsideredExplained {
	out := ConsideredExplained{Fits: c.Fits, Because: c.Because, Values: c.Values, Error: c.Error}
	if c.Rule != nil {
		out.Rule = c.Rule.ID
	}
	if out.Values == nil {
		out.Values = map[string]string{}
	}
	return out
}
