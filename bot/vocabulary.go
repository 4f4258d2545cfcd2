package bot

import (
	"time"

	"xiaoer/rules"
)

// VocabularyOptions is what one shop adds to the facts that every shop has.
type VocabularyOptions struct {
	Intents        []rules.Intent // those of its classifier, without "other"
	Policy         []rules.Fact   // Name is without "policy."
	Slots          []Slot
	ProductColumns []rules.Fact // the catalogue's own columns; Name is without "product."
	Teams          []string
	Scripts        []string
	Tags           []string
	Location       *time.Location
}

// Vocabulary is what the rules of a shop may speak of.
func Vocabulary(o VocabularyOptions) *rules.Vocabulary { return &rules.Vocabulary{} }
