package bot

import "xiaoer/intents"

// Explanation is the object of `explain --json`.
type Explanation struct {
	Intents   []intents.Prediction `json:"intents"`
	Negated   []string             `json:"negated"`
	Entities  []intents.Entity     `json:"entities"`
	Mood      intents.Mood         `json:"mood"`
	Risk      intents.Risk         `json:"risk"`
	Decisions []DecisionExplained  `json:"decisions"`
	Replies   []Reply              `json:"replies"`
	Ask       *string              `json:"ask"`
	Handoff   *HandoffResponse     `json:"handoff"`
	Status    Status               `json:"status"`
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
}

// Explain tells why a turn ended as it did. The event has to have been stepped with Explain set.
func (t Turn) Explain() Explanation { return Explanation{} }
