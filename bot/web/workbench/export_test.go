package workbench

import (
	"time"

	"xiaoer/intents"
)

// DraftYAML is a file of one draft, for tests.
func DraftYAML(asked, said string) string {
	m := mark{Trace: "t-1", Rule: "rule", Asked: asked, Said: said, At: time.UnixMilli(1_764_468_000_000), Order: &stand{"delivered", "39.90"}}
	return testsYAML([]draft{{mark: m, YAML: testYAML(&m)}})
}

// MaskText masks a text without a classifier, for tests.
func MaskText(text string) string {
	return maskText(text, func(string) intents.Reading { return intents.Reading{} })
}
