package intents

import "sync"

// A Classifier reads messages. It is immutable and safe for concurrent use.
type Classifier struct {
	machine  *machine
	model    *model
	shop     *shopWords // nil where a shop adds nothing
	taxonomy []Intent
	hash     string
	scratch  *sync.Pool
}

// An Example is one labelled sentence to learn from.
type Example struct {
	Text   string // as a buyer would write it
	Intent string // the label; any name
	Topic  string // "" where the sentence has none
}

// Taxonomy lists the intents that the classifier knows, in a fixed order.
func (c *Classifier) Taxonomy() []Intent { return c.taxonomy }

// Hash identifies what the classifier was made from.
func (c *Classifier) Hash() string { return c.hash }

func newScratchPool() *sync.Pool { return &sync.Pool{New: func() any { return &scratch{} }} }
