package intents

import (
	_ "embed"
	"slices"

	"xiaoer/intents/text"
)

//go:embed base/calls.txt
var callsSource string

// sureCall is the score of a bare call for a person.
const sureCall = 0.97

// maxCall is how many letters a call holds at most. A longer text of the same words is read as any other.
const maxCall = 40

// callWords find the words of a bare call for a person, such as "来个人啊" or "客服呢". So few letters say too little to
// be learned from, and a buyer who calls for a person must reach one.
type callWords struct {
	words                                    *lexicon
	person, anyone, fetch, want, lack, where uint8
}

func newCallWords(source string) (*callWords, error) {
	words, err := newLexicon(source)
	if err != nil {
		return nil, err
	}
	number := func(name string) uint8 { return uint8(words.number[name]) }
	return &callWords{
		words: words, person: number("person"), anyone: number("anyone"), fetch: number("fetch"), want: number("want"),
		lack: number("lack"), where: number("where"),
	}, nil
}

// isCall tells that a stretch is nothing but a call for a person, and whether it is one beside a request too: there "客服"
// may only address the shop, and "人呢" asks for an answer.
func (w *callWords) isCall(s *scratch, c clause) (call, urges bool) {
	if n := s.letters(c.start, c.end); n == 0 || n > maxCall {
		return false, false
	}
	seen, last, all := w.meanings(s.text.Runes[c.start:c.end])
	if !all || s.holdsValue(c) {
		return false, false
	}
	has := func(kind uint8) bool { return seen&(1<<kind) != 0 }
	open := last&(1<<w.anyone|1<<w.lack) == 0 || s.endsAsked(c) // a bare "没人" may tell of somebody's home
	missed := has(w.where) || has(w.lack) && open
	call = has(w.person) || has(w.anyone) && (has(w.fetch) || missed)
	return call, call && (has(w.fetch) || has(w.person) && (missed || has(w.want)))
}

// meanings gives those of the words of a stretch, all and of the last, as bits; all is false where a letter is in none of them.
func (w *callWords) meanings(runes []rune) (seen, last uint64, all bool) {
	for i := 0; i < len(runes); {
		t, ok := w.words.at(runes, i)
		switch {
		case ok:
			last = 0
			for _, m := range w.words.means[t.node] {
				last |= 1 << m
			}
			seen |= last
			i = int(t.end)
		case isLatin(runes[i]) || text.IsHan(runes[i]):
			return 0, 0, false
		default:
			i++
		}
	}
	return seen, last, true
}

// endsAsked tells that a question mark ends a stretch or stands right behind it.
func (s *scratch) endsAsked(c clause) bool {
	return c.end > c.start && s.text.Runes[c.end-1] == '?' || c.end < len(s.text.Runes) && s.text.Runes[c.end] == '?'
}

// holdsValue tells that a stretch holds a number or an entity, which is there for a reason.
func (s *scratch) holdsValue(c clause) bool {
	return slices.ContainsFunc(s.text.Runes[c.start:c.end], func(r rune) bool { return isDigit(r) || r > text.Emoji && r <= text.Many })
}

// callsForPerson takes a message that is a bare call for a person; it returns whether it is one.
func (c *Classifier) callsForPerson(s *scratch, message string) bool {
	whole := clause{0, len(s.text.Runes)}
	if len(s.denials) > 0 || !slices.Contains(c.model.intents, Human) {
		return false
	}
	call, _ := c.machine.calls.isCall(s, whole)
	if call {
		c.takeCall(s, message, whole)
	}
	return call
}

// calledBeside takes a call for a person that is one clause of a message: "说了半天也没用，来个人".
func (c *Classifier) calledBeside(s *scratch, message string) {
	if s.has(Human) || s.forbids(Human) || !slices.Contains(c.model.intents, Human) {
		return
	}
	for _, part := range s.clauses {
		if _, urges := c.machine.calls.isCall(s, part); urges && !s.isDenied(part) {
			c.takeCall(s, message, part)
			return
		}
	}
}

func (c *Classifier) takeCall(s *scratch, message string, part clause) {
	from, upto := int(s.text.From[part.start]), int(s.text.Upto[part.end-1])
	s.found = append(s.found, Prediction{
		Intent: Human, Score: sureCall, Start: from,
		Evidence: []Evidence{{Kind: "word", Text: cut(message, from, upto), Weight: 1}},
	})
}
