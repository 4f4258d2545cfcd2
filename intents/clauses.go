package intents

import "xiaoer/intents/text"

// A clause is a stretch of the plain form that may ask for something of its own.
type clause struct{ start, end int }

// maxClauses bounds the work that one message makes.
const maxClauses = 12

// connectives begin a clause of their own.
var connectives = newPhrases(
	"然后", "还有", "另外", "顺便", "而且", "并且", "对了", "再就是", "同时", "以及",
	"and ", "also ", "but ", "then ", "plus ", "besides ",
)

// cutClauses splits the plain form at marks, at spaces between Chinese words and at connectives.
func (s *scratch) cutClauses() {
	runes := s.text.Runes
	s.clauses = s.clauses[:0]
	start := 0
	for i := range runes {
		switch {
		case isStop(runes[i]) || runes[i] == ',' || runes[i] == ' ' && isChineseGap(runes, i):
			s.addClause(start, i+1)
			start = i + 1
		case i > start+2 && endsAsking(runes, i):
			s.addClause(start, i+1)
			start = i + 1
		case i > start && beginsClause(runes, i):
			s.addClause(start, i)
			start = i
		}
	}
	s.addClause(start, len(runes))
}

func (s *scratch) addClause(start, end int) {
	if s.letters(start, end) < 2 || len(s.clauses) >= maxClauses {
		return
	}
	s.clauses = append(s.clauses, clause{start, end})
}

func isStop(r rune) bool {
	switch r {
	case '。', '!', '?', ';', '\n', text.Joy, text.Okay, text.Pray, text.Sad, text.Angry, text.Doubt, text.Emoji, text.Link, text.Order:
		return true
	case '.':
		return true
	}
	return false
}

// isChineseGap tells a space that a Chinese writer puts in place of a comma.
func isChineseGap(runes []rune, i int) bool {
	return i > 0 && i+1 < len(runes) && (text.IsHan(runes[i-1]) || text.IsHan(runes[i+1]))
}

func beginsClause(runes []rune, i int) bool {
	return !isLatin(runes[i-1]) && connectives.at(runes, i) > 0
}

// isAdded tells a clause before which a connective stands.
func isAdded(runes []rune, start int) bool {
	for n := 2; n <= len("besides ") && n <= start; n++ {
		if connectives.at(runes, start-n) == n {
			return true
		}
	}
	return false
}

// endsAsking tells a particle behind which a new clause begins although no mark stands there: "什么时候发货呢可以开发票吗".
func endsAsking(runes []rune, i int) bool {
	switch runes[i] {
	case '吗', '呢', '嘛':
		return i+2 < len(runes) && text.IsHan(runes[i+1]) && runes[i+1] != '子' && text.IsHan(runes[i+2])
	}
	return false
}
