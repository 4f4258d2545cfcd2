package intents

import "sort"

// decide fills in the accepted intents and the near ones.
func (c *Classifier) decide(s *scratch, message string, r *Reading) {
	whole := clause{0, min(len(s.text.Runes), maxWhole)}
	if cut, ok := s.withoutDenied(whole); ok {
		whole = cut
	}
	s.found, s.claimed = s.found[:0], s.claimed[:0]
	if c.shop != nil && c.claim(s, message) {
		whole = clause{0, 0}
	}
	if s.letters(whole.start, whole.end) >= 1 {
		c.classify(s, message, whole, accept, r)
	}
	if len(s.clauses) > 1 {
		for _, part := range s.clauses {
			if !s.isDenied(part) && !s.isClaimed(part) && (part.start > whole.start || part.end < whole.end) {
				c.classify(s, message, part, acceptSecond, r)
			}
		}
	}
	c.arrange(s, r)
}

// claim takes what the shop's own words decide; it returns whether there is any.
func (c *Classifier) claim(s *scratch, message string) bool {
	s.claimed = c.shop.claims(s, message, s.claimed)
	for _, cl := range s.claimed {
		if s.isDenied(cl.clause) || s.has(cl.intent) || cl.intent == Other {
			continue
		}
		s.found = append(s.found, Prediction{Intent: cl.intent, Topic: cl.topic, Score: rounded(cl.score),
			Evidence: []Evidence{cl.evidence}, Start: int(s.text.From[cl.start])})
	}
	return len(s.claimed) > 0
}

func (s *scratch) isClaimed(part clause) bool {
	for _, cl := range s.claimed {
		if cl.start < part.end && part.start < cl.end {
			return true
		}
	}
	return false
}

// example lets the shop's nearest example speak; it returns whether it decides the stretch.
func (c *Classifier) example(s *scratch, part clause, length float32, best float32) bool {
	e, cosine := c.shop.nearest(s, length)
	p := likely(cosine)
	if e == nil || p == 0 || p <= best && cosine < 0.8 || s.forbids(e.intent) {
		return false
	}
	if e.intent != Other && !s.has(e.intent) {
		s.found = append(s.found, Prediction{Intent: e.intent, Topic: e.topic, Score: rounded(p), Start: int(s.text.From[part.start]),
			Evidence: []Evidence{{Kind: "example", Text: e.text, Weight: rounded(cosine)}}})
	}
	return true
}

// withoutDenied leaves what stands before or behind a denied clause; ok is false when nothing is denied.
func (s *scratch) withoutDenied(whole clause) (clause, bool) {
	changed := false
	for _, d := range s.denials {
		if d.fault {
			continue
		}
		changed = true
		if s.letters(whole.start, min(d.start, whole.end)) > s.letters(min(d.end, whole.end), whole.end) {
			whole.end = min(d.start, whole.end)
		} else {
			whole.start = min(d.end, whole.end)
		}
		if whole.start > whole.end {
			whole.start = whole.end
		}
	}
	return whole, changed
}

func (s *scratch) isDenied(part clause) bool {
	for _, d := range s.denials {
		if !d.fault && d.start < part.end && part.start < d.end {
			return true
		}
	}
	return false
}

// forbids tells whether the message denies an intent.
func (s *scratch) forbids(intent string) bool {
	for _, d := range s.denials {
		for _, name := range d.intents {
			if name == intent && (d.fault || !s.reasserts(d)) {
				return true
			}
		}
	}
	return false
}

// reasserts tells whether something else in the message may ask again for what is denied in one clause.
func (s *scratch) reasserts(d denial) bool { return !d.withdraw && len(s.clauses) > 1 }

// classify reads one stretch and notes its best intents.
func (c *Classifier) classify(s *scratch, message string, part clause, least float32, r *Reading) {
	s.collect(part.start, part.end, c.machine)
	length, known := c.model.lookup(s)
	if cap(s.margins) < len(c.model.classes) {
		s.margins = make([]float32, len(c.model.classes))
	}
	margins := s.margins[:len(c.model.classes)]
	c.model.score(s, length, margins)
	s.guesses = c.model.guesses(margins, known, s.guesses)
	best := -1
	for i, g := range s.guesses {
		if !s.forbids(c.model.intents[i]) && (best < 0 || g.score > s.guesses[best].score) {
			best = i
		}
	}
	if c.shop != nil && c.example(s, part, length, probability(s.guesses, best)) {
		return
	}
	first := len(s.found) == 0
	for i, g := range s.guesses {
		name := c.model.intents[i]
		if name == Other || s.forbids(name) {
			continue
		}
		switch {
		case i == best && g.p >= least && !s.has(name):
			p := Prediction{Intent: name, Topic: c.model.classes[g.class].topic, Score: rounded(g.p), Start: int(s.text.From[part.start])}
			p.Evidence = c.evidence(s, message, g.class, length)
			s.found = append(s.found, p)
		case first && g.p >= acceptNear && name != Greeting && name != Thanks:
			r.Near = append(r.Near, Prediction{Intent: name, Topic: c.model.classes[g.class].topic, Score: rounded(g.p)})
		}
	}
}

func probability(guesses []guess, i int) float32 {
	if i < 0 {
		return 0
	}
	return guesses[i].p
}

func (s *scratch) has(name string) bool {
	for _, p := range s.found {
		if p.Intent == name {
			return true
		}
	}
	return false
}

// arrange puts the found intents in their order: the primary first, then by mention; small talk never leads.
func (c *Classifier) arrange(s *scratch, r *Reading) {
	if len(s.found) > 0 {
		r.Intents = append(make([]Prediction, 0, len(s.found)), s.found...)
		sort.SliceStable(r.Intents, func(i, j int) bool { return weight(r.Intents[i].Intent) < weight(r.Intents[j].Intent) })
	}
	kept := r.Near[:0]
	for _, p := range r.Near {
		if !s.has(p.Intent) {
			kept = append(kept, p)
		}
	}
	r.Near = kept
	sort.SliceStable(r.Near, func(i, j int) bool { return r.Near[i].Score > r.Near[j].Score })
	if len(r.Near) > maxNear {
		r.Near = r.Near[:maxNear]
	}
}

// weight puts requests before emotion and emotion before small talk.
func weight(intent string) int {
	switch intent {
	case Complaint:
		return 1
	case Greeting, Thanks:
		return 2
	}
	return 0
}
