package intents

import "xiaoer/intents/text"

// cueKind numbers the meanings of the cue words.
type cueKind uint8

const (
	cueAck cueKind = iota
	cueParticle
	cueAffirm
	cueDeny
	cueChase
	cueLack
	cueDrop
	cueAngry
	cueUpset
	cueCalm
	cueQuiet
	cueAsk
)

// cueNames are the names of the lines of cue words, by kind.
var cueNames = []string{
	"ack", "particle", "affirm", "deny", "chase", "lack", "drop", "angry", "upset", "calmword", "quiet", "ask",
}

// newCues reads the cue words so that their meanings are numbered as cueKind says.
func newCues(source string) (*lexicon, error) {
	l, err := newLexicon("")
	if err != nil {
		return nil, err
	}
	for _, name := range cueNames {
		l.number[name] = len(l.meanings)
		l.meanings = append(l.meanings, name)
	}
	return l, l.read(source)
}

// means tells whether a cue token has a meaning.
func (m *machine) means(t token, kind cueKind) bool {
	for _, k := range m.cues.means[t.node] {
		if cueKind(k) == kind {
			return true
		}
	}
	return false
}

// cues fills in what the message says beside its intents.
func (s *scratch) cuesInto(r *Reading, m *machine) {
	r.Mood = s.mood(m)
	r.Risk = s.risk(m)
	for i, t := range s.cues {
		switch {
		case m.means(t, cueChase):
			r.Chasing = true
		case m.means(t, cueLack):
			r.Unavailable = r.Unavailable || s.isLack(i, m)
		}
	}
	r.Acknowledgement = s.isAcknowledgement(m)
	r.Affirmed = s.opens(cueAffirm, m) && !s.opens(cueDeny, m)
	r.Denied = s.opens(cueDeny, m)
}

// isLack keeps a bare "没有" from speaking for a longer sentence: it must be all, or name what is lacking.
func (s *scratch) isLack(i int, m *machine) bool {
	t := s.cues[i]
	if t.end-t.start > 2 {
		return true
	}
	rest := int(t.end-t.start) + s.letters(0, int(t.start)) + s.letters(int(t.end), len(s.text.Runes))
	return rest <= 6 && !s.asks(m)
}

// asks tells whether the message is a question.
func (s *scratch) asks(m *machine) bool {
	for _, t := range s.cues {
		if m.means(t, cueAsk) {
			return true
		}
	}
	for _, r := range s.text.Runes {
		if r == '?' || r == '吗' || r == '么' {
			return true
		}
	}
	return false
}

// isAcknowledgement tells a message that wants no answer: nothing but words like "嗯嗯" and faces, or a bare "1".
func (s *scratch) isAcknowledgement(m *machine) bool {
	found, at := false, 0
	for _, t := range s.cues {
		if !s.isBlank(at, int(t.start), &found) {
			return false
		}
		switch {
		case m.means(t, cueAck):
			found = true
		case m.means(t, cueParticle):
		default:
			return false
		}
		at = int(t.end)
	}
	return s.isBlank(at, len(s.text.Runes), &found) && found && !s.endsAsking()
}

func (s *scratch) endsAsking() bool {
	n := len(s.text.Runes)
	return n > 0 && (s.text.Runes[n-1] == '?' || s.text.Runes[n-1] == '么' || s.text.Runes[n-1] == '吗')
}

// isBlank tells whether a stretch holds only marks and friendly faces; a face counts as an acknowledgement.
func (s *scratch) isBlank(from, to int, found *bool) bool {
	for _, r := range s.text.Runes[from:to] {
		switch {
		case r == text.Okay || r == text.Joy || r == text.Pray || r == text.Emoji:
			*found = true
		case (r == text.Short || r == text.Some) && s.isBareOne():
			*found = true
		case isLatin(r) || text.IsHan(r) || r >= text.Joy && r <= text.Many:
			return false
		case isDigit(r):
			return false
		}
	}
	return true
}

// isBareOne tells the "1" with which buyers say that they have read something.
func (s *scratch) isBareOne() bool { return s.ones && len(s.text.Runes) == 1 }

// opens tells whether the first clause is nothing but words of one kind.
func (s *scratch) opens(kind cueKind, m *machine) bool {
	end := 0
	for end < len(s.text.Runes) && !isStop(s.text.Runes[end]) && s.text.Runes[end] != ',' && s.text.Runes[end] != ' ' {
		end++
	}
	for end < len(s.text.Runes) && end > 0 && isLatin(s.text.Runes[end-1]) && s.text.Runes[end] == ' ' {
		end++ // English puts spaces inside a clause
		for end < len(s.text.Runes) && !isStop(s.text.Runes[end]) && s.text.Runes[end] != ',' && s.text.Runes[end] != ' ' {
			end++
		}
	}
	found, at := false, 0
	for _, t := range s.cues {
		if int(t.start) >= end {
			break
		}
		if s.letters(at, int(t.start)) > 0 {
			return false
		}
		switch {
		case m.means(t, kind):
			found = true
		case !m.means(t, cueParticle):
			return false
		}
		at = int(t.end)
	}
	return found && s.letters(min(at, end), end) == 0 && (end >= len(s.text.Runes) || s.text.Runes[end] != '?')
}
