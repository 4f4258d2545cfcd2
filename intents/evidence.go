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

// evidence names the words that weighed most for and against a class, strongest first. They must not overlap.
func (c *Classifier) evidence(s *scratch, message string, class int, length float32) []Evidence {
	unit := c.model.scale[class] / length
	var out [evidenceFor + evidenceAgainst]hit
	var weights [evidenceFor + evidenceAgainst]float32
	count := 0
	s.weighed = s.weighed[:0]
	for _, h := range s.hits {
		s.weighed = append(s.weighed, float32(c.model.weights.at(int(h.row), class))*float32(h.value)*unit)
	}
	take := func(sign float32, most int) {
		for count < most {
			best, top := -1, float32(0.005)
			for i, weight := range s.weighed {
				if w := weight * sign; w > top && !s.overlaps(s.hits[i], out[:count]) {
					best, top = i, w
				}
			}
			if best < 0 {
				return
			}
			out[count], weights[count] = s.hits[best], top*sign
			count++
		}
	}
	take(1, evidenceFor)
	take(-1, count+evidenceAgainst)
	if count == 0 {
		return nil
	}
	list := make([]Evidence, 0, count)
	for i := range count {
		f := s.features[out[i].feature]
		text := cut(message, int(s.text.From[f.start]), int(s.text.Upto[f.end-1]))
		list = append(list, Evidence{Kind: "word", Text: text, Weight: math.Round(float64(weights[i])*1e3) / 1e3})
	}
	return list
}

func (s *scratch) overlaps(h hit, taken []hit) bool {
	f := s.features[h.feature]
	for _, t := range taken {
		g := s.features[t.feature]
		if f.start < g.end && g.start < f.end {
			return true
		}
	}
	return false
}
