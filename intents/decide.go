package intents

import (
	"cmp"
	"slices"

	"xiaoer/intents/text"
)

// decide fills in the accepted intents and the near ones. The message without its small talk is read as a whole, and by
// its clauses where it has several; an intent must convince in both.
func (c *Classifier) decide(s *scratch, message string, r *Reading) {
	core, least := s.core(c.machine), float32(accept)
	if cut, ok := s.withoutDenied(core); ok {
		core = cut
		if !s.endsClause(core) {
			least = acceptTorn
		}
	}
	s.found, s.claimed, s.views = s.found[:0], s.claimed[:0], s.views[:0]
	claimed := c.shop != nil && c.claim(s, message)
	if !claimed && c.callsForPerson(s, message) {
		c.arrange(s, r)
		return
	}
	if s.letters(core.start, core.end) >= 1 || hasFace(s.text.Runes[core.start:core.end]) {
		c.weigh(s, message, core, claimed, least, r)
	}
	c.calledBeside(s, message)
	if len(s.found)+len(s.denials) == 0 && core.end-core.start < len(s.text.Runes) && (s.isEmptyTalk(core, c.machine) || s.thanksBriefly(core, c.machine)) {
		v := c.view(s, clause{0, min(len(s.text.Runes), maxWhole)})
		c.take(s, message, v, v.guesses[max(v.best, 0)].p, accept)
	}
	c.arrange(s, r)
}

// A view is what the model thinks of one stretch, by intent.
type view struct {
	clause
	guesses []guess
	best    int // the likeliest intent that is not denied; -1 where none is left
	example *shopExample
	cosine  float32
}

// weigh reads the core and its clauses, and takes what convinces.
func (c *Classifier) weigh(s *scratch, message string, core clause, claimed bool, least float32, r *Reading) {
	s.cutParts(core)
	parts := len(s.parts)
	if parts < 2 && !claimed {
		parts = 0
	}
	for _, part := range s.parts[:parts] {
		c.view(s, part)
	}
	if claimed {
		for i := range s.views {
			c.take(s, message, &s.views[i], s.views[i].guesses[max(s.views[i].best, 0)].p, accept)
		}
		return
	}
	whole := c.view(s, core)
	s.support = s.support[:0]
	for _, g := range whole.guesses {
		s.support = append(s.support, g.p)
	}
	c.blend(s, whole, parts)
	c.take(s, message, whole, whole.guesses[max(whole.best, 0)].p, least)
	for i := range parts {
		if v := &s.views[i]; v.best >= 0 && s.supports(v) && !s.isPartOf(c.model.intents[v.best], v) {
			c.take(s, message, v, v.guesses[v.best].p, acceptSecond)
		}
	}
	c.near(whole, s, r)
	s.mention(c.model, parts)
}

// cutParts finds the clauses of the core that may ask for something of their own.
func (s *scratch) cutParts(core clause) {
	s.parts = s.parts[:0]
	for _, part := range s.clauses {
		part.start, part.end = max(part.start, core.start), min(part.end, core.end)
		if part.start > 0 && part.start < part.end {
			part.start += connectives.at(s.text.Runes, part.start)
		}
		if s.letters(part.start, max(part.end, part.start)) >= 2 && !s.isDenied(part) && !s.isClaimed(part) && part != core {
			s.parts = append(s.parts, part)
		}
	}
}

// supports tells that the whole leaves room for a clause's intent, that the clause is beyond doubt, or that it is a
// question of its own.
func (s *scratch) supports(v *view) bool {
	switch p := v.guesses[v.best].p; {
	case s.support[v.best] >= acceptSupport:
		return true
	case v.end > v.start && s.text.Runes[v.end-1] == '?':
		return p >= acceptAsked
	case isAdded(s.text.Runes, v.start):
		return p >= acceptAdded
	default:
		return p >= acceptAlone && s.support[v.best] >= acceptTrace
	}
}

// maxOwnless is how many letters a clause such as "能退吗" has that names no goods of its own.
const maxOwnless = 5

// isPartOf tells an intent that a clause seems to have only because another that was found is spoken of in its words:
// the difference of a price is paid back, and an order is changed before it is sent.
func (s *scratch) isPartOf(intent string, v *view) bool {
	for _, p := range s.found {
		switch {
		case p.Intent == "coupon" && p.Topic == "price_drop" && (intent == "return" || intent == "refund"),
			p.Intent == "coupon" && intent == "return" && s.letters(v.start, v.end) <= maxOwnless,
			p.Intent == "wrong_order" && (intent == "exchange" || intent == "delay"), p.Intent == "exchange" && intent == "wrong_order":
			return true
		}
	}
	return false
}

// mention moves each intent to the clause that speaks for it most, when one does clearly; they are answered in this order.
func (s *scratch) mention(m *model, parts int) {
	if parts == 0 {
		return // what was found was found in the whole, if anything
	}
	for i := range s.found {
		p := &s.found[i]
		n := slices.Index(m.intents, p.Intent)
		top := float32(clearClause)
		for _, v := range s.views[:parts] {
			if n >= 0 && v.guesses[n].p > top {
				top, p.Start = v.guesses[n].p, int(s.text.From[v.start])
			}
		}
	}
	if len(s.found) > 1 {
		slices.SortStableFunc(s.found, func(a, b Prediction) int { return cmp.Compare(a.Start, b.Start) })
	}
}

// view classifies one stretch.
func (c *Classifier) view(s *scratch, part clause) *view {
	s.collect(part.start, part.end, c.machine)
	length, known := c.model.lookup(s)
	s.held, s.length, s.holds = part, length, true
	if cap(s.margins) < len(c.model.classes) {
		s.margins = make([]float32, len(c.model.classes))
	}
	margins := s.margins[:len(c.model.classes)]
	c.model.score(s, length, margins)
	n := len(s.views)
	if n < cap(s.views) {
		s.views = s.views[:n+1]
	} else {
		s.views = append(s.views, view{})
	}
	v := &s.views[n]
	v.clause, v.example, v.cosine = part, nil, 0
	v.guesses = c.model.guesses(margins, known, v.guesses)
	if c.shop != nil {
		v.example, v.cosine = c.shop.nearest(s, length)
	}
	v.best = c.likeliest(s, v.guesses)
	return v
}

func (c *Classifier) likeliest(s *scratch, guesses []guess) int {
	best := -1
	for i, g := range guesses {
		if !s.forbids(c.model.intents[i]) && (best < 0 || g.p > guesses[best].p) {
			best = i
		}
	}
	return best
}

// blend lets the clauses have a say in what the whole is about.
func (c *Classifier) blend(s *scratch, whole *view, parts int) {
	if parts == 0 || whole.best >= 0 && whole.guesses[whole.best].p >= sureWhole {
		return
	}
	for i := range whole.guesses {
		top := float32(0)
		for _, v := range s.views[:parts] {
			top = max(top, v.guesses[i].p)
		}
		if name := c.model.intents[i]; name == Other || isSmallTalk(name) {
			top = whole.guesses[i].p
		}
		whole.guesses[i].p = wholeShare*whole.guesses[i].p + (1-wholeShare)*top
	}
	whole.best = c.likeliest(s, whole.guesses)
}

// take accepts a view's best intent if it is likely enough, or that of the shop's nearest example.
func (c *Classifier) take(s *scratch, message string, v *view, p, least float32) {
	if v.example != nil && c.takeExample(s, v, p) || v.best < 0 {
		return
	}
	name := c.model.intents[v.best]
	if p < s.least(name, v.clause, least) && !c.isSplit(v, p, least) {
		return
	}
	if name == Other || s.has(name) || isSmallTalk(name) && (len(s.found) > 0 || p < acceptTalk || s.saysMore(c.machine, v.clause)) {
		return
	}
	class := v.guesses[v.best].class
	s.found = append(s.found, Prediction{
		Intent: name, Topic: c.model.classes[class].topic, Score: rounded(p), Start: int(s.text.From[v.start]),
		Evidence: c.evidenceOf(s, message, v.clause, class),
	})
}

// least is how likely an intent must be. Where mistakes are more frequent than the probability says, as for intents
// that are known by words of many uses, it must be likelier; found on real messages with labels. What is written in
// English is mistaken less often.
func (s *scratch) least(intent string, part clause, usual float32) float32 {
	own := float32(acceptUsual)
	switch intent {
	case "coupon", "lost_or_damaged":
		own = 0.58
	case "refund", "return", "invoice", "quality", "delay":
		own = 0.62
	case "wrong_order", Complaint:
		own = 0.70
	case "wrong_item", Human, "exchange":
		own = 0.73
	}
	if !slices.ContainsFunc(s.text.Runes[part.start:part.end], text.IsHan) {
		own -= acceptEnglish
	}
	if usual == accept {
		return own
	}
	return max(own, usual)
}

// neighbours are intents between which a message may be divided although it is clear what it is about: answering the
// likelier of the two does no harm.
var neighbours = [...][2]string{
	{"return", "refund"}, {"return", "wrong_order"}, {"quality", "lost_or_damaged"}, {"delay", "logistics"}, {"coupon", "product"},
}

// isSplit tells that the best intent is unsure only because a neighbour shares its mass.
func (c *Classifier) isSplit(v *view, p, least float32) bool {
	if p < acceptHalf {
		return false
	}
	name := c.model.intents[v.best]
	for _, pair := range neighbours {
		other := pair[1]
		if other == name {
			other = pair[0]
		} else if pair[0] != name {
			continue
		}
		n := slices.Index(c.model.intents, other)
		if n >= 0 && p+v.guesses[n].p >= least+acceptShared {
			return true
		}
	}
	return false
}

// near notes the intents that were not accepted, best first.
func (c *Classifier) near(whole *view, s *scratch, r *Reading) {
	for i, g := range whole.guesses {
		name := c.model.intents[i]
		if g.p < acceptNear || name == Other || isSmallTalk(name) || s.has(name) || s.forbids(name) {
			continue
		}
		r.Near = append(r.Near, Prediction{Intent: name, Topic: c.model.classes[g.class].topic, Score: rounded(g.p)})
	}
	slices.SortStableFunc(r.Near, func(a, b Prediction) int { return cmp.Compare(b.Score, a.Score) })
	r.Near = r.Near[:min(len(r.Near), maxNear)]
}

func isSmallTalk(intent string) bool { return intent == Greeting || intent == Thanks }

// claim takes what the shop's own words decide; it returns whether there is any.
func (c *Classifier) claim(s *scratch, message string) bool {
	s.claimed = c.shop.claims(s, message, c.machine, s.claimed)
	for _, cl := range s.claimed {
		if s.isDenied(cl.clause) || s.has(cl.intent) || cl.intent == Other {
			continue
		}
		s.found = append(s.found, Prediction{
			Intent: cl.intent, Topic: cl.topic, Score: rounded(cl.score),
			Evidence: []Evidence{cl.evidence}, Start: int(s.text.From[cl.start]),
		})
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

// takeExample lets the shop's nearest example speak; it returns whether it decides the stretch.
func (c *Classifier) takeExample(s *scratch, v *view, best float32) bool {
	e, p := v.example, likely(v.cosine)
	if p == 0 || p <= best && v.cosine < 0.8 || s.forbids(e.intent) {
		return false
	}
	if e.intent != Other && !s.has(e.intent) {
		s.found = append(s.found, Prediction{
			Intent: e.intent, Topic: e.topic, Score: rounded(p), Start: int(s.text.From[v.start]),
			Evidence: []Evidence{{Kind: "example", Text: e.text, Weight: rounded(v.cosine)}},
		})
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
		if d.turned && s.letters(min(d.end, whole.end), whole.end) >= 2 {
			whole.start = max(whole.start, min(d.end, whole.end))
			continue
		}
		if s.letters(whole.start, max(whole.start, min(d.start, whole.end))) > s.letters(min(d.end, whole.end), whole.end) {
			whole.end = min(d.start, whole.end)
		} else {
			whole.start = max(whole.start, min(d.end, whole.end))
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
func (s *scratch) reasserts(d denial) bool { return !d.withdraw && (d.turned || len(s.clauses) > 1) }

func (s *scratch) has(name string) bool {
	for _, p := range s.found {
		if p.Intent == name {
			return true
		}
	}
	return false
}

// arrange puts the found intents in their order: the primary first, then by mention; emotion and small talk never lead.
func (c *Classifier) arrange(s *scratch, r *Reading) {
	if len(s.found) == 0 {
		return
	}
	s.chooseRemedy()
	s.leaveCircumstance()
	r.Intents = append(make([]Prediction, 0, len(s.found)), s.found...)
	slices.SortStableFunc(r.Intents, func(a, b Prediction) int { return cmp.Compare(weight(a.Intent), weight(b.Intent)) })
	if r.Intents[0].Intent == "quality" && len(r.Intents) > 1 && isRemedy(r.Intents[1].Intent) {
		r.Intents[0], r.Intents[1] = r.Intents[1], r.Intents[0] // the flaw is the reason, the remedy the request
	}
	if weight(r.Intents[0].Intent) == 2 {
		return
	}
	r.Intents = slices.DeleteFunc(r.Intents, func(p Prediction) bool { return isSmallTalk(p.Intent) })
}

// isRemedy tells what a buyer asks for because of a flaw.
func isRemedy(intent string) bool {
	return intent == "return" || intent == "exchange" || intent == "refund"
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
