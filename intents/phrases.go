package intents

import "slices"

// phrases are looked for at each place of a message: by their first letter, since hardly any place begins one.
type phrases map[rune][][]rune

// newPhrases keeps the order of those that begin with the same letter: the first that stands at a place counts.
func newPhrases(list ...string) phrases {
	p := phrases{}
	for _, words := range list {
		runes := []rune(words)
		p[runes[0]] = append(p[runes[0]], runes)
	}
	return p
}

// at gives how many runes the phrase that stands at i has; 0 where there is none.
func (p phrases) at(runes []rune, i int) int {
	if i >= len(runes) {
		return 0
	}
	for _, words := range p[runes[i]] {
		if i+len(words) <= len(runes) && slices.Equal(runes[i:i+len(words)], words) {
			return len(words)
		}
	}
	return 0
}
