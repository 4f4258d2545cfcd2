package intents

import "math"

// How many things are named that spoke for a prediction, and against it.
const (
	evidenceFor     = 3
	evidenceAgainst = 1
)

// evidenceOf reads a stretch once more for what weighed there.
func (c *Classifier) evidenceOf(s *scratch, message string, part clause, class int) []Evidence {
	s.collect(part.start, part.end, c.machine)
	length, _ := c.model.lookup(s)
	return c.evidence(s, message, class, length)
}

// evidence names the words that weighed most for and against a class, strongest first. They must not overlap.
func (c *Classifier) evidence(s *scratch, message string, class int, length float32) []Evidence {
	n := len(c.model.classes)
	unit := c.model.scale[class] / length
	var out [evidenceFor + evidenceAgainst]hit
	var weights [evidenceFor + evidenceAgainst]float32
	count := 0
	take := func(sign float32, most int) {
		for count < most {
			best, top := -1, float32(0.005)
			for i, h := range s.hits {
				w := float32(c.model.weights[int(h.row)*n+class]) * float32(h.value) * unit * sign
				if w > top && !s.overlaps(h, out[:count]) {
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
