package intents

import (
	"math"
	"slices"
)

// How sure the model must be. A second intent must be surer than the primary, because answering what was not asked is
// worse than leaving it out.
const (
	accept        = 0.62
	acceptUsual   = 0.67 // of an intent that is mistaken as often as others
	acceptEnglish = 0.05 // how much less is enough in English
	acceptSecond  = 0.80 // of a clause
	acceptSupport = 0.10 // of the whole, for a second intent
	acceptAlone   = 0.95 // of a clause that needs no more than a trace of support
	acceptTrace   = 0.03
	acceptAsked   = 0.90 // of a clause that ends in a question mark, whatever the whole says
	acceptAdded   = 0.85 // of a clause that is added with a word such as "还有"
	acceptNear    = 0.10
	acceptTalk    = 0.75 // of greeting and thanks, which take any message without content for themselves
	acceptTorn    = 0.70 // of what is left of a clause of which a part is denied
	acceptHalf    = 0.35 // of an intent whose neighbour has most of the rest
	acceptShared  = 0.20 // how much surer the two must be together
	maxNear       = 3
	maxWhole      = 160  // runes that are classified in one piece; of longer messages the clauses say more
	clearClause   = 0.80 // from which a clause says where an intent is mentioned
	sureWhole     = 0.85 // from which the clauses of a message have no say in what the whole is about
	wholeShare    = 0.5  // of the whole's say against that of its clauses
)

// Read says what one message means. Any text gives a reading; of a long one only the first 2,000 runes are read.
func (c *Classifier) Read(message string) Reading {
	s, _ := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.prepare(message, c.machine)
	r := Reading{Mood: Calm, Risk: NoRisk, Entities: s.entities(message)}
	if len(s.text.Runes) == 0 {
		return r
	}
	s.cutClauses()
	s.cuesInto(&r, c.machine)
	s.denials = c.machine.denials.find(s, s.denials[:0])
	s.denials = c.machine.denials.changedMind(s, c.machine, s.denials)
	for _, d := range s.denials {
		r.Negated = appendNew(r.Negated, d.intents)
	}
	if r.Acknowledgement || s.letters(0, len(s.text.Runes)) == 0 {
		return r
	}
	c.decide(s, message, &r)
	r.Withdrawn = s.takesBack(c.machine) && len(r.Intents) == 0
	return r
}

func appendNew(list, more []string) []string {
next:
	for _, name := range more {
		for _, have := range list {
			if have == name {
				continue next
			}
		}
		list = append(list, name)
	}
	return list
}

// entities gives the entities with their text as written and their place in the message.
func (s *scratch) entities(message string) []Entity {
	if len(s.spans) == 0 {
		return nil
	}
	out := make([]Entity, 0, len(s.spans))
	for _, e := range s.spans {
		out = append(out, Entity{Type: e.kind, Value: cut(message, int(e.from), int(e.upto)), Start: int(e.from), End: int(e.upto)})
	}
	return out
}

// cut gives the part of a message between two offsets in runes.
func cut(message string, start, end int) string {
	from, n := 0, 0
	for i := range message {
		if n == start {
			from = i
		}
		if n == end {
			return message[from:i]
		}
		n++
	}
	return message[from:]
}

// takesBack tells that something asked for before is not wanted any more.
func (s *scratch) takesBack(m *machine) bool {
	for _, d := range s.denials {
		if d.withdraw && s.dropsMore(d) {
			return true
		}
	}
	for _, t := range s.cues {
		if m.means(t, cueDrop) && s.letters(0, len(s.text.Runes)) <= 16 && s.opensClause(int(t.start)) && !s.asks(m) {
			return true
		}
	}
	return false
}

// dropsMore tells that a denial takes back more than a person: "不要转人工" says how a buyer wants to be answered, and what
// was asked for stays asked for. "不用转人工了" takes back that a person was called.
func (s *scratch) dropsMore(d denial) bool {
	if len(d.intents) != 1 || d.intents[0] != Human {
		return true
	}
	return slices.Contains(s.text.Runes[d.start:d.end], '了')
}

// opensClause tells that at most two runes stand between a clause's beginning and at.
func (s *scratch) opensClause(at int) bool {
	for _, c := range s.clauses {
		if at >= c.start && at < c.end {
			return at-c.start <= 2
		}
	}
	return at <= 2
}

// Best gives the likeliest class of a whole message however unlikely it is, "other" included: for measuring on label
// sets in which every message has one.
func (c *Classifier) Best(message string) Prediction {
	s, _ := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.prepare(message, c.machine)
	s.collect(0, len(s.text.Runes), c.machine)
	length, known := c.model.lookup(s)
	margins := make([]float32, len(c.model.classes))
	c.model.score(s, length, margins)
	s.guesses = c.model.guesses(margins, known, s.guesses)
	best := 0
	for i, g := range s.guesses {
		if g.score > s.guesses[best].score {
			best = i
		}
	}
	g := s.guesses[best]
	of := c.model.classes[g.class]
	return Prediction{Intent: of.intent, Topic: of.topic, Score: rounded(g.p), Evidence: c.evidence(s, message, g.class, length)}
}

// rounded gives a probability with four decimals, above 0 and at most 1.
func rounded(p float32) float64 {
	return min(max(math.Round(float64(p)*1e4)/1e4, 1e-4), 1)
}
