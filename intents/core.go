package intents

import (
	"slices"

	"xiaoer/intents/text"
)

// core is the message without the greetings and acknowledgements before and the thanks behind what is asked. Where
// nothing else is left, it is the whole message.
func (s *scratch) core(m *machine) clause {
	whole := clause{0, len(s.text.Runes)}
	out := whole
	for _, t := range s.tokens {
		if s.letters(out.start, int(t.start)) > 0 || !s.isOpening(t, m) {
			break
		}
		out.start = int(t.end)
	}
	for _, t := range slices.Backward(s.tokens) {
		if int(t.start) < out.start || s.letters(int(t.end), out.end) > 1 || !m.has(t, m.thanks) {
			break
		}
		out.end = int(t.start)
	}
	if s.letters(out.start, out.end) < 2 {
		return s.limit(whole)
	}
	for out.start < out.end && !isWordRune(s.text.Runes[out.start]) {
		out.start++
	}
	return s.limit(out)
}

// isOpening tells a greeting, or thanks or an acknowledgement that ends a clause, at the head of a message.
func (s *scratch) isOpening(t token, m *machine) bool {
	if m.has(t, m.hello) {
		return true
	}
	end := int(t.end)
	if end >= len(s.text.Runes) || s.letters(end, end+1) > 0 {
		return false
	}
	return m.has(t, m.okword) || m.has(t, m.thanks) && (s.text.Runes[end] != ' ' || isChineseGap(s.text.Runes, end))
}

func (s *scratch) limit(c clause) clause {
	if c.end-c.start > maxWhole {
		c.end = c.start + maxWhole
	}
	return c
}

func isWordRune(r rune) bool {
	return isLatin(r) || text.IsHan(r) || isDigit(r) || r >= text.Joy && r <= text.Many
}

// hasFace tells whether a stretch holds an emoji.
func hasFace(runes []rune) bool {
	for _, r := range runes {
		if r >= text.Joy && r <= text.Emoji {
			return true
		}
	}
	return false
}

// has tells whether a token has a meaning.
func (m *machine) has(t token, meaning uint8) bool {
	return slices.Contains(m.words.means[t.node], meaning)
}

// isEmptyTalk tells that a stretch holds nothing but acknowledgements, or next to nothing.
func (s *scratch) isEmptyTalk(c clause, m *machine) bool {
	covered := 0
	for _, t := range s.cues {
		if int(t.start) >= c.start && int(t.end) <= c.end && (m.means(t, cueAck) || m.means(t, cueParticle)) {
			covered += s.letters(int(t.start), int(t.end))
		}
	}
	return s.letters(c.start, c.end)-covered <= 1
}

// endsClause tells that a stretch begins and ends where a clause does.
func (s *scratch) endsClause(c clause) bool {
	begins, ends := c.start == 0, c.end == len(s.text.Runes)
	for _, part := range s.clauses {
		begins = begins || part.start == c.start || part.end == c.start
		ends = ends || part.end == c.end
	}
	return begins && ends
}

// maxThanked is how many letters may stand beside thanks and be all that they are for.
const maxThanked = 8

// thanksBriefly tells that little stands beside thanks at either end, and nothing that asks: "找到了，谢谢".
func (s *scratch) thanksBriefly(core clause, m *machine) bool {
	if s.letters(core.start, core.end) > maxThanked || s.asks(m) {
		return false
	}
	return slices.ContainsFunc(s.tokens, func(t token) bool {
		return (int(t.start) >= core.end || int(t.end) <= core.start) && m.has(t, m.thanks)
	})
}

// maxBeside is how many letters beside small talk may stand that are not worth a word.
const maxBeside = 3

// saysMore tells that a message says something beside a stretch of small talk, which is not answered then as if it were all.
func (s *scratch) saysMore(m *machine, talk clause) bool {
	n := s.letters(0, talk.start) + s.letters(talk.end, len(s.text.Runes))
	for _, t := range s.tokens {
		if (int(t.end) <= talk.start || int(t.start) >= talk.end) && (m.has(t, m.hello) || m.has(t, m.thanks) || m.has(t, m.okword)) {
			n -= s.letters(int(t.start), int(t.end))
		}
	}
	return n > maxBeside
}
