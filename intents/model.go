package intents

import (
	"math"
	"sort"

	"xiaoer/intents/linear"
)

// A class is what weights are learned for: an intent, or one of its topics.
type class struct{ intent, topic string }

// A model holds learned weights in small integers. Scores are sums of integers, so they are the same on every machine.
type model struct {
	classes []class
	intents []string // names, in a fixed order
	of      []int    // by class, the number of its intent
	keys    []uint32 // an open hash table of features; 0 is free
	rows    []int32  // by slot of keys, the row of weights
	weights packed   // one row a feature, one column a class
	scale   []float32
	bias    []float32
	odds    odds
}

// odds turn scores into probabilities.
type odds struct {
	score, gap, known float32
	bias              []float32 // by intent
}

// A hit is a feature of a text that the model has weights for.
type hit struct{ row, value, feature int32 }

// lookup appends the hits of the scratch's features, and gives the length of the whole vector and the share of it
// that the model knows.
func (m *model) lookup(s *scratch) (length, known float32) {
	s.hits = s.hits[:0]
	var all, met int32
	mask := uint32(len(m.keys) - 1)
	for i := range s.features {
		f := &s.features[i]
		all += f.value * f.value
		for at := f.id & mask; m.keys[at] != 0; at = (at + 1) & mask {
			if m.keys[at] == f.id {
				met += f.value * f.value
				s.hits = append(s.hits, hit{m.rows[at], f.value, int32(i)})
				break
			}
		}
	}
	if all == 0 {
		return 1, 0
	}
	return float32(math.Sqrt(float64(all))), float32(met) / float32(all)
}

// score adds up the hits for each class, into out.
func (m *model) score(s *scratch, length float32, out []float32) {
	stride := m.weights.stride()
	if cap(s.scores) < stride*inWord {
		s.scores, s.lanes = make([]int32, stride*inWord), make([]uint64, 2*stride)
	}
	sums := s.scores[:stride*inWord]
	m.weights.sum(s.hits, s.lanes[:2*stride], sums)
	for c, sum := range sums[:len(m.classes)] {
		out[c] = float32(sum)*m.scale[c]/length + m.bias[c]
	}
}

// shrink makes a model of learned weights. ids are the features by row; rows whose weights are all small are left out.
func shrink(d *linear.Dense, ids []uint32, classes []class, least float32) *model {
	m := &model{classes: classes, bias: d.Bias, scale: make([]float32, len(classes))}
	for i, w := range d.Weights {
		c := i % len(classes)
		m.scale[c] = max(m.scale[c], w/127, -w/127)
	}
	order := make([]int, 0, len(ids))
	for row := range ids {
		if largest(d.Weights[row*len(classes):(row+1)*len(classes)]) >= least {
			order = append(order, row)
		}
	}
	sort.Slice(order, func(i, j int) bool { return ids[order[i]] < ids[order[j]] })
	kept := make([]uint32, 0, len(order))
	m.weights = newPacked(len(order), len(classes))
	for at, row := range order {
		kept = append(kept, ids[row])
		for c, w := range d.Weights[row*len(classes) : (row+1)*len(classes)] {
			m.weights.set(at, c, quantum(w, m.scale[c]))
		}
	}
	m.index(kept)
	m.nameIntents()
	return m
}

func largest(row []float32) float32 {
	best := float32(0)
	for _, w := range row {
		best = max(best, w, -w)
	}
	return best
}

func quantum(w, scale float32) int8 {
	if scale == 0 {
		return 0
	}
	return int8(math.RoundToEven(float64(w / scale)))
}

// index builds the hash table over the features of the rows.
func (m *model) index(ids []uint32) {
	size := 16
	for size < 2*len(ids) {
		size *= 2
	}
	m.keys, m.rows = make([]uint32, size), make([]int32, size)
	for row, id := range ids {
		at := id & uint32(size-1)
		for m.keys[at] != 0 {
			at = (at + 1) & uint32(size-1)
		}
		m.keys[at], m.rows[at] = id, int32(row)
	}
}

func (m *model) nameIntents() {
	number := map[string]int{}
	m.intents, m.of = nil, nil
	for _, c := range m.classes {
		n, ok := number[c.intent]
		if !ok {
			n = len(m.intents)
			number[c.intent] = n
			m.intents = append(m.intents, c.intent)
		}
		m.of = append(m.of, n)
	}
}

// guess is what the model thinks of one intent.
type guess struct {
	class int
	score float32
	p     float32
}

// guesses gives, by intent, its best class with its probability.
func (m *model) guesses(scores []float32, known float32, out []guess) []guess {
	out = out[:0]
	for range m.intents {
		out = append(out, guess{class: -1})
	}
	for c, s := range scores {
		g := &out[m.of[c]]
		if g.class < 0 || s > g.score {
			g.score = s
		}
		if g.class < 0 || s+m.topicBonus(c) > scores[g.class]+m.topicBonus(g.class) {
			g.class = c
		}
	}
	first, second := float32(-1e9), float32(-1e9)
	for _, g := range out {
		switch {
		case g.score > first:
			first, second = g.score, first
		case g.score > second:
			second = g.score
		}
	}
	for i := range out {
		gap := out[i].score - first
		if out[i].score == first {
			gap = first - second
		}
		out[i].p = m.odds.probability(i, out[i].score, gap, known)
	}
	return out
}

// nearTopic is how much less a topic may score than its intent alone and still be named.
const nearTopic = 0.25

func (m *model) topicBonus(class int) float32 {
	if m.classes[class].topic == "" {
		return 0
	}
	return nearTopic
}

func (o *odds) probability(intent int, score, gap, known float32) float32 {
	bias := float32(0)
	if intent < len(o.bias) {
		bias = o.bias[intent]
	}
	z := o.score*score + o.gap*gap + o.known*(known-0.5) + bias
	return float32(1 / (1 + math.Exp(-float64(z))))
}
