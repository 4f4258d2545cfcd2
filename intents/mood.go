package intents

import (
	"slices"

	"xiaoer/intents/text"
)

// mood weighs insults, complaints, marks and faces. A plain question is calm however often it ends in a mark.
func (s *scratch) mood(m *machine) Mood {
	angry, upset := 0, 0
	for _, t := range s.cues {
		switch {
		case m.means(t, cueQuiet) || m.means(t, cueCalm):
		case m.means(t, cueAngry):
			angry += 2
		case m.means(t, cueUpset):
			upset++
		}
	}
	for i, r := range s.text.Runes {
		switch r {
		case text.Angry:
			angry += 2
		case text.Sad:
			upset++
		case '!':
			if i > 0 && s.text.Runes[i-1] == '!' {
				upset++
				angry += min(upset-1, 1)
			}
		}
	}
	if s.shouts {
		upset++
	}
	switch {
	case angry >= 2 || angry > 0 && upset >= 3 || s.shouts && upset >= 2:
		return Angry
	case upset > 0 && !s.onlyMarks(upset):
		return Upset
	}
	return Calm
}

// onlyMarks tells that nothing but one doubled mark sounds upset.
func (s *scratch) onlyMarks(upset int) bool {
	if upset > 1 || s.shouts {
		return false
	}
	for i, r := range s.text.Runes {
		if i > 0 && r == '!' && s.text.Runes[i-1] == '!' {
			return true
		}
	}
	return false
}

// risk is the gravest danger that is named as a fact or a threat; what is only asked about beforehand is none.
func (s *scratch) risk(m *machine) Risk {
	worst := -1
	for i, t := range s.cues {
		for _, k := range m.cues.means[t.node] {
			level := int(k) - int(cueRisk)
			if level > worst && !s.isHypothetical(i, riskNames[level], m) {
				worst = level
			}
		}
	}
	if harm := slices.Index(riskNames, Health); worst < harm && s.isHarm(m) {
		worst = harm
	}
	if worst < 0 {
		return NoRisk
	}
	return riskNames[worst]
}

// How many runes may stand between what was taken, or a part of the body, and the harm.
const (
	harmAfterTaking = 14
	harmToBody      = 6
)

// isHarm tells that somebody was harmed by what was eaten or used, in words that alone are harmless: "吃了不舒服".
func (s *scratch) isHarm(m *machine) bool {
	for i, t := range s.cues {
		if !m.means(t, cueHarm) || s.isHypothetical(i, Health, m) || s.asks(m) {
			continue
		}
		for _, before := range s.cues[:i] {
			gap := t.start - before.end
			if m.means(before, cueTaken) && gap <= harmAfterTaking || m.means(before, cueBody) && gap <= harmToBody {
				return true
			}
		}
	}
	return false
}

// isCuriosity tells a question of somebody who has nothing yet: a dangerous word in it is about goods, such as a
// drill for 火花塞 or a book on law.
func (s *scratch) isCuriosity(r *Reading, m *machine) bool {
	if len(r.Intents) == 0 || r.Intents[0].Intent != "product" && r.Intents[0].Intent != "logistics" || r.Mood != Calm || len(r.Intents) > 1 {
		return false
	}
	for _, t := range s.cues {
		if m.means(t, cuePast) && !m.means(t, cueTaken) || m.means(t, cueHarm) {
			return false
		}
	}
	return true
}

// isHypothetical tells a danger that a careful buyer only asks about: "会过敏吗".
func (s *scratch) isHypothetical(at int, risk Risk, m *machine) bool {
	asked, feared, doubted, past := false, false, false, false
	here := s.cues[at]
	for i, t := range s.cues {
		near := t.end >= here.start-20 && t.start <= here.end+12
		switch {
		case i == at || !near:
		case m.means(t, cueHypo) && t.start < here.start && here.start-t.end <= s.reach(t):
			feared = true
			doubted = doubted || t.end-t.start >= 2
		case m.means(t, cuePast):
			past = true
		case m.means(t, cueAsk):
			asked = true
		}
	}
	asked = asked || s.endsAsking()
	switch risk {
	case Health, Safety:
		return feared && !s.tellsPast(at) && (asked || doubted || !past)
	case Legal:
		return asked && !feared && s.isPromise(here)
	case NoRisk, Review, Platform, Regulator, Media:
	}
	return false
}

// reach is how far a word of doubt reaches: English needs more letters to say the same.
func (s *scratch) reach(t token) int32 {
	if isLatin(s.text.Runes[t.start]) {
		return 16
	}
	return 6
}

// tellsPast tells that the danger's own word says that it happened.
func (s *scratch) tellsPast(at int) bool {
	t := s.cues[at]
	return int(t.end) < len(s.text.Runes) && s.text.Runes[t.end] == '了' || s.text.Runes[t.end-1] == '了'
}

// isPromise tells the shop's own "假一赔十", which buyers ask about before they buy.
func (s *scratch) isPromise(t token) bool {
	return t.start+1 < int32(len(s.text.Runes)) && s.text.Runes[t.start] == '假' && s.text.Runes[t.start+1] == '一'
}
