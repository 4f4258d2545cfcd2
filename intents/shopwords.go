package intents

import (
	"math"
	"regexp"
	"unicode/utf8"
)

// shopWords is what a shop adds to a classifier.
type shopWords struct {
	under    *shopWords // what the shop's base adds; nil where there is none
	words    *lexicon   // keywords; a meaning is an index of labels, kept apart because there may be many
	labels   []label    // of the keywords, by node of words
	byNode   map[int32]label
	patterns []pattern
	examples []shopExample
	exact    map[string]int32     // examples by their bare text
	postings map[uint32][]posting // examples by feature
}

type pattern struct {
	re *regexp.Regexp
	label
}

type shopExample struct {
	label
	text   string
	length float32 // of its vector
}

type posting struct{ example, value int32 }

// A claim is a stretch of a message of which the shop's own words say what it means.
type claim struct {
	clause
	label
	score    float32
	evidence Evidence
}

// Scores of what a shop says outright, and how near an example must be to count.
const (
	sureScore   = 0.99
	nearExample = 0.45 // cosine from which an example speaks for its intent
)

func (w *shopWords) addKeyword(word string, l label) {
	if w.byNode == nil {
		w.byNode = map[int32]label{}
	}
	w.words.addWord(word, 0)
	node := w.words.node(word)
	if _, ok := w.byNode[node]; !ok {
		w.byNode[node] = l
	}
	w.labels = append(w.labels, l)
}

func (w *shopWords) addExample(s *scratch, message, bare string, l label) {
	if w.exact == nil {
		w.exact, w.postings = map[string]int32{}, map[uint32][]posting{}
	}
	id := int32(len(w.examples))
	squares := int32(0)
	for _, f := range s.features {
		squares += f.value * f.value
		w.postings[f.id] = append(w.postings[f.id], posting{id, f.value})
	}
	w.exact[bare] = id
	w.examples = append(w.examples, shopExample{label: l, text: message, length: float32(math.Sqrt(float64(max(squares, 1))))})
}

// index drops features that so many examples share that they tell nothing.
func (w *shopWords) index() {
	for id, list := range w.postings {
		if len(list) > 40 && len(list)*3 > len(w.examples) {
			delete(w.postings, id)
		}
	}
}

// claims finds what the shop's words, patterns and exact examples say of a message. Its base is asked about the clauses
// of which the shop itself says nothing.
func (w *shopWords) claims(s *scratch, message string, m *machine, out []claim) []claim {
	out = w.own(s, message, m, out)
	if w.under == nil || len(out) > 0 && len(s.clauses) < 2 {
		return out
	}
	own := len(out)
	out = w.under.claims(s, message, m, out)
	kept := out[:own]
	for _, c := range out[own:] {
		if !overlapsAny(c.clause, out[:own]) {
			kept = append(kept, c)
		}
	}
	return kept
}

func overlapsAny(c clause, claims []claim) bool {
	for _, other := range claims {
		if other.start < c.end && c.start < other.end {
			return true
		}
	}
	return false
}

// own finds what the shop's words, patterns and exact examples say of a message.
func (w *shopWords) own(s *scratch, message string, m *machine, out []claim) []claim {
	if len(w.exact) > 0 {
		if id, ok := w.exact[s.bare(message, m)]; ok {
			e := w.examples[id]
			return append(out, claim{clause{0, len(s.text.Runes)}, e.label, sureScore, Evidence{Kind: "example", Text: e.text, Weight: 1}})
		}
	}
	s.shopTokens = w.words.find(s.text.Runes, s.shopTokens[:0])
	for _, t := range s.shopTokens {
		written := cut(message, int(s.text.From[t.start]), int(s.text.Upto[t.end-1]))
		out = append(out, claim{s.clauseAt(int(t.start)), w.byNode[t.node], sureScore, Evidence{Kind: "keyword", Text: written, Weight: 1}})
	}
	if len(w.patterns) > 0 {
		message = shortened(message, maxMatched)
	}
	for _, p := range w.patterns {
		at := p.re.FindStringIndex(message)
		if at == nil || at[0] == at[1] {
			continue
		}
		start := s.plainOffset(utf8.RuneCountInString(message[:at[0]]))
		out = append(out, claim{s.clauseAt(start), p.label, sureScore, Evidence{Kind: "pattern", Text: message[at[0]:at[1]], Weight: 1}})
	}
	return out
}

// clauseAt gives the clause that holds a rune of the plain form.
func (s *scratch) clauseAt(at int) clause {
	for _, c := range s.clauses {
		if at >= c.start && at < c.end {
			return c
		}
	}
	return clause{0, len(s.text.Runes)}
}

// plainOffset gives the place in the plain form of a rune of the message.
func (s *scratch) plainOffset(offset int) int {
	for i, from := range s.text.From {
		if int(from) >= offset {
			return i
		}
	}
	return max(len(s.text.Runes)-1, 0)
}

// nearest gives the example that is most like the collected features, and how like it is (a cosine).
func (w *shopWords) nearest(s *scratch, length float32) (*shopExample, float32) {
	best, top := w.ownNearest(s, length)
	if w.under != nil {
		if e, cosine := w.under.nearest(s, length); cosine > top {
			return e, cosine
		}
	}
	return best, top
}

func (w *shopWords) ownNearest(s *scratch, length float32) (*shopExample, float32) {
	n := len(w.examples)
	if n == 0 {
		return nil, 0
	}
	if cap(s.likeness) < n {
		s.likeness = make([]int32, n)
	}
	sums := s.likeness[:n]
	clear(sums)
	for _, f := range s.features {
		for _, p := range w.postings[f.id] {
			sums[p.example] += p.value * f.value
		}
	}
	best, top := -1, float32(0)
	for i, sum := range sums {
		if c := float32(sum) / (length * w.examples[i].length); c > top {
			best, top = i, c
		}
	}
	if best < 0 {
		return nil, 0
	}
	return &w.examples[best], min(top, 1)
}

// likely turns a cosine into a probability.
func likely(cosine float32) float32 {
	switch {
	case cosine < nearExample:
		return 0
	case cosine > 0.8:
		return 0.97
	}
	return 0.55 + (cosine-nearExample)*1.2
}
