package intents

import "math"

// How many things are named that spoke for a prediction, and against it.
const (
	evidenceFor     = 3
	evidenceAgainst = 1
)

// evidenceOf reads a stretch once more for what weighed there, unless it is the one that was read last.
func (c *Classifier) evidenceOf(s *scratch, message string, part clause, class int) []Evidence {
	if s.holds && s.held == part {
		return c.evidence(s, message, class, s.length)
	}
	s.collect(part.start, part.end, c.machine)
	length, _ := c.model.lookup(s)
	return c.evidence(s, message, class, length)
}

// leastEvidence is how much a thing must weigh to be named.
const leastEvidence = 0.005

// A weighed thing is a stretch of the plain form and what it weighs for a class.
type weighed struct {
	weight     float32
	start, end int32
}

// evidence names the words that weighed most for and against a class, strongest first. They must not overlap.
func (c *Classifier) evidence(s *scratch, message string, class int, length float32) []Evidence {
	unit := c.model.scale[class] / length
	s.weighed = s.weighed[:0]
	for _, h := range s.hits {
		w := float32(c.model.weights.at(int(h.row), class)) * float32(h.value) * unit
		if w > leastEvidence || w < -leastEvidence {
			f := &s.features[h.feature]
			s.weighed = append(s.weighed, weighed{w, f.start, f.end})
		}
	}
	var room [evidenceFor + evidenceAgainst]weighed
	named := s.strongest(1, evidenceFor, room[:0])
	named = s.strongest(-1, evidenceAgainst, named)
	if len(named) == 0 {
		return nil
	}
	list := make([]Evidence, 0, len(named))
	for _, w := range named {
		text := cut(message, int(s.text.From[w.start]), int(s.text.Upto[w.end-1]))
		list = append(list, Evidence{Kind: "word", Text: text, Weight: math.Round(float64(w.weight)*1e3) / 1e3})
	}
	return list
}

// strongest appends the strongest of what is weighed, so many at most, of those above 0 or, by the sign, below.
func (s *scratch) strongest(sign float32, most int, out []weighed) []weighed {
	for range most {
		best, top := -1, float32(0)
		for i, x := range s.weighed {
			if w := x.weight * sign; w > top && !x.overlaps(out) {
				best, top = i, w
			}
		}
		if best < 0 {
			break
		}
		out = append(out, s.weighed[best])
	}
	return out
}

func (w weighed) overlaps(taken []weighed) bool {
	for _, t := range taken {
		if w.start < t.end && t.start < w.end {
			return true
		}
	}
	return false
}
