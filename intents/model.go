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
	intents []string  // names, in a fixed order
	of      []int     // by class, the number of its intent
	bonus   []float32 // by class, what is added to its score against those of the same intent
	rows    rowIndex  // by feature
	weights packed    // one row a feature, those that most texts have first; one column a class
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
	for i := range s.features {
		f := &s.features[i]
		all += f.value * f.value
		if row, ok := m.rows.find(f.id); ok {
			met += f.value * f.value
			s.hits = append(s.hits, hit{row, f.value, int32(i)})
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
		s.scores = make([]int32, stride*inWord)
	}
	sums := s.scores[:stride*inWord]
	m.weights.sum(s.hits, sums)
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
	columns := make([]byte, len(order)*len(classes))
	for at, row := range order {
		kept = append(kept, ids[row])
		for c, w := range d.Weights[row*len(classes) : (row+1)*len(classes)] {
			columns[c*len(order)+at] = byte(quantum(w, m.scale[c]))
		}
	}
	m.fill(kept, columns)
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

// fill takes the features in the order of their ids, and their weights by class.
func (m *model) fill(ids []uint32, columns []byte) {
	n := len(ids)
	places := placesByUse(columns, n)
	m.rows = newRowIndex(ids, places)
	m.weights = newPacked(n, len(m.classes))
	for c := range m.classes {
		for i, w := range columns[c*n:][:n] {
			m.weights.set(int(places[i]), c, int8(w))
		}
	}
}

func (m *model) nameIntents() {
	number := map[string]int{}
	m.intents, m.of, m.bonus = nil, nil, nil
	for _, c := range m.classes {
		n, ok := number[c.intent]
		if !ok {
			n = len(m.intents)
			number[c.intent] = n
			m.intents = append(m.intents, c.intent)
		}
		m.of = append(m.of, n)
		m.bonus = append(m.bonus, topicBonus(c))
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
		if g.class < 0 || s+m.bonus[c] > scores[g.class]+m.bonus[g.class] {
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

func topicBonus(c class) float32 {
	if c.topic == "" {
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
