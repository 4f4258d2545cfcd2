package intents

import "xiaoer/intents/text"

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
