package intents

import "xiaoer/intents/text"

// prepare brings a message into the form that it is read in: plain, entities found and masked, words looked up.
func (s *scratch) prepare(message string, m *machine) {
	s.text.Set(message, m.tables)
	s.holds = false
	s.spans = findEntities(s.text.Runes, m, s.spans[:0])
	for i := range s.spans {
		s.spans[i].from = s.text.From[s.spans[i].start]
		s.spans[i].upto = s.text.Upto[s.spans[i].end-1]
	}
	s.ones = isOnes(s.text.Runes)
	s.shouts = isShouted(message)
	s.mask()
	s.countLetters()
	m.vocabulary.find(s.text.Runes, &s.byLexicon)
	s.tokens, s.cues, s.denyTokens, s.dangers = s.byLexicon[inWords], s.byLexicon[inCues], s.byLexicon[inDenials], s.byLexicon[inDangers]
}

// countLetters makes letters ready: how many there are before a place is asked time and again.
func (s *scratch) countLetters() {
	s.lettersTo = append(s.lettersTo[:0], 0)
	n := int32(0)
	for _, r := range s.text.Runes {
		if isLatin(r) || text.IsHan(r) {
			n++
		}
		s.lettersTo = append(s.lettersTo, n)
	}
}

// letters counts the characters and Latin letters of a stretch.
func (s *scratch) letters(from, to int) int { return int(s.lettersTo[to] - s.lettersTo[from]) }

// isOnes tells a message of one to three digits 1.
func isOnes(runes []rune) bool {
	for _, r := range runes {
		if r != '1' {
			return false
		}
	}
	return len(runes) >= 1 && len(runes) <= 3
}

// isShouted tells a message that is written in capitals, at least ten of them.
func isShouted(message string) bool {
	upper, lower := 0, 0
	for i := 0; i < len(message) && i < 2000; i++ {
		switch c := message[i]; {
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= 'a' && c <= 'z':
			lower++
		}
	}
	return upper >= 10 && lower*5 < upper
}

// bare gives the letters and digits of a message's plain form alone, which tell whether two sentences are the same.
func (s *scratch) bare(message string, m *machine) string {
	s.plain.Set(message, m.tables)
	out := s.plain.Runes[:0]
	for _, r := range s.plain.Runes {
		if isLatin(r) || text.IsHan(r) || isDigit(r) || r >= text.Joy && r <= text.Many {
			out = append(out, r)
		}
	}
	return string(out)
}
