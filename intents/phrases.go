package intents

import "slices"

// phrases are looked for at each place of a message: by their first letter, since hardly any place begins one.
type phrases struct {
	begin [4]uint64 // the first letters by their lowest bits, to pass by most places
	words map[rune][][]rune
}

// newPhrases keeps the order of those that begin with the same letter: the first that stands at a place counts.
func newPhrases(list ...string) phrases {
	p := phrases{words: map[rune][][]rune{}}
	for _, words := range list {
		runes := []rune(words)
		p.words[runes[0]] = append(p.words[runes[0]], runes)
		p.begin[runes[0]>>6&3] |= 1 << (runes[0] & 63)
	}
	return p
}

// at gives how many runes the phrase that stands at i has; 0 where there is none.
func (p *phrases) at(runes []rune, i int) int {
	if i >= len(runes) || p.begin[runes[i]>>6&3]>>(runes[i]&63)&1 == 0 {
		return 0
	}
	for _, words := range p.words[runes[i]] {
		if i+len(words) <= len(runes) && slices.Equal(runes[i:i+len(words)], words) {
			return len(words)
		}
	}
	return 0
}
