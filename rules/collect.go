package rules

import (
	"slices"

	"xiaoer/rules/doc"
)

// A shelf is what the documents hold before it is compiled: rules still as nodes, the shop's apart from the base's.
type shelf struct {
	own, base []*draft
	otherwise *doc.Node // the last one that counts
	ownWise   bool
	meant     bool // some key is a misspelt `otherwise`, which was reported
	spoiled   bool // a document could not be read, so what seems missing may be in it
}

// documentFields is the table of a rule document.
func (r *reader) documentFields(s *shelf, base bool) []doc.Field[shelf] {
	return []doc.Field[shelf]{
		{Name: "rules", Doc: "The rules, read from top to bottom; the first that fits answers.", Shape: doc.ListShape(doc.ObjectShape(r.rule)), Set: func(d *doc.Decoder, _ *shelf, v *doc.Node) {
			if v.Kind == doc.Null {
				return
			}
			doc.DecodeList(d, v, "rules", func(item *doc.Node) { s.add(item, base) })
		}},
		{Name: "otherwise", Doc: "What happens to a message that is not understood. One of the rule files must have it.", Shape: doc.ObjectShape(r.otherwiseFields()), Set: func(_ *doc.Decoder, _ *shelf, v *doc.Node) {
			s.addOtherwise(v, base, r.problems)
		}},
	}
}

// collect takes the rules out of all documents.
func (r *reader) collect(sources []Source, outer *doc.Problems) *shelf {
	s := &shelf{}
	for _, source := range sources {
		switch {
		case source.File == nil:
		case source.File.Root == nil:
			s.spoiled = s.spoiled || hasErrorIn(outer, source.File.Name)
		case source.File.Root.Kind == doc.Null:
		default:
			if !doc.Decode(r.decoder, source.File.Root, r.documentFields(s, source.Base), "a rule file", s) {
				s.spoiled = true
			}
			s.meant = s.meant || misspelt(source.File.Root, "otherwise", "rules")
		}
	}
	return s
}

// hasErrorIn tells whether a file was already found wrong, so that what it lacks is no news.
func hasErrorIn(p *doc.Problems, file string) bool {
	return slices.ContainsFunc(p.All(), func(d doc.Diagnostic) bool {
		return d.Range.File == file && d.Severity == doc.Error
	})
}

// misspelt tells whether a mapping has a key that is near this one and is no other.
func misspelt(n *doc.Node, key string, others ...string) bool {
	return slices.ContainsFunc(n.Pairs, func(p doc.Pair) bool {
		return p.Key.Text != key && !slices.Contains(others, p.Key.Text) && doc.Suggest(p.Key.Text, append(others, key)) == key
	})
}

func (s *shelf) add(item *doc.Node, base bool) {
	d := &draft{rule: &Rule{}, node: item, base: base}
	if id := item.Get("id"); id != nil && id.Kind == doc.Scalar {
		d.rule.ID, d.id = id.Text, id
	}
	if base {
		s.base = append(s.base, d)
	} else {
		s.own = append(s.own, d)
	}
}

func (s *shelf) addOtherwise(v *doc.Node, base bool, p *doc.Problems) {
	switch {
	case s.otherwise != nil && s.ownWise && base:
	case s.otherwise != nil && s.ownWise == !base:
		p.Error(v.Range(), doc.DuplicateKey, "`otherwise` is there twice").Relate(s.otherwise.Range(), "the first is here")
	default:
		s.otherwise, s.ownWise = v, !base
	}
}

// merge puts the rules in reading order: the shop's new ones, then the base's with the shop's in place of those with
// the same id, without the dropped ones.
func (s *shelf) merge(o Options, p *doc.Problems) []*draft {
	checkDuplicates(s.own, p)
	checkDuplicates(s.base, p)
	ids := make(map[string]int, len(s.base))
	var names []string
	for i, d := range s.base {
		ids[d.rule.ID] = i
		names = append(names, d.rule.ID)
	}
	reportDrops(o, ids, names, p)
	var merged []*draft
	for _, d := range s.own {
		if i, replaces := ids[d.rule.ID]; replaces && d.rule.ID != "" {
			s.base[i] = d
		} else {
			merged = append(merged, d)
		}
	}
	for _, d := range s.base {
		if _, dropped := o.Drop[d.rule.ID]; !dropped || !d.base {
			merged = append(merged, d)
		}
	}
	return merged
}

func reportDrops(o Options, ids map[string]int, names []string, p *doc.Problems) {
	for id, at := range o.Drop {
		if _, exists := ids[id]; !exists {
			p.Error(at, doc.UnknownValue, "there is no rule %q to drop%s", id, didYouMean(id, names))
		}
	}
}

// checkDuplicates reports ids that are there twice, at the later one.
func checkDuplicates(list []*draft, p *doc.Problems) {
	first := make(map[string]*draft, len(list))
	for _, d := range list {
		if earlier := first[d.rule.ID]; d.id != nil && earlier != nil {
			p.Error(d.id.Range(), doc.DuplicateID, "the id %q is there twice", d.rule.ID).
				WithHint("give each rule an id of its own").
				Relate(earlier.id.Range(), "the first is here")
			d.broken = true
		} else if d.id != nil {
			first[d.rule.ID] = d
		}
	}
}

// compileRules reads what is left after merging.
func (r *reader) compileRules(drafts []*draft) []*draft {
	return slices.DeleteFunc(drafts, func(d *draft) bool {
		before := r.problems.Len()
		if !doc.Decode(r.decoder, d.node, r.rule, "a rule", d) {
			return true
		}
		r.needsAnswer(d)
		r.finish(d)
		if r.problems.Len() > before {
			d.broken = true
		}
		return false
	})
}

// needsAnswer reports a rule that does nothing.
func (r *reader) needsAnswer(d *draft) {
	rule := d.rule
	if rule.FindOrder || rule.Silent || len(rule.Replies) > 0 || rule.Offer != nil || rule.Handoff != nil || len(d.node.Pairs) == 0 {
		return
	}
	answers := []string{"find_order", "silent", "reply", "offer", "handoff"}
	for _, pair := range d.node.Pairs {
		known := slices.ContainsFunc(r.rule, func(f doc.Field[draft]) bool { return f.Name == pair.Key.Text })
		read := pair.Value.Kind == doc.Scalar && pair.Value.Tag == "!!bool"
		if !known || slices.Contains(answers, pair.Key.Text) && !read {
			return // it was meant, and what is wrong with it was reported
		}
	}
	r.problems.Error(d.node.Pairs[0].Key.Range(), doc.MissingKey, "this rule does nothing: it needs one of find_order, reply, silent, offer, handoff").
		WithHint("add `reply: …`")
}

// finish works out what a decision needs of a rule.
func (r *reader) finish(d *draft) {
	rule := d.rule
	if !rule.From.IsZero() && !rule.Until.IsZero() && rule.Until.Before(rule.From) {
		r.problems.Error(d.until.Range(), doc.ConstantCondition, "this day is before `from`, so the rule never holds")
	}
	if !rule.From.IsZero() {
		rule.fromDay, rule.hasFrom = dayNumber(rule.From), true
	}
	if !rule.Until.IsZero() {
		rule.untilDay, rule.hasUntil = dayNumber(rule.Until), true
	}
	for _, slot := range rule.Collect {
		if i, ok := r.layout.index["slots."+slot]; ok {
			rule.collected = append(rule.collected, i)
		}
	}
	rule.later, rule.found = r.laterFacts(rule), r.foundFacts(rule)
}

// readOtherwise reads `otherwise`, or reports that there is none at the first place where it could stand.
func (r *reader) readOtherwise(b *Book, s *shelf, sources []Source) {
	if s.otherwise != nil {
		b.otherwise.At = s.otherwise.Range()
		doc.Decode(r.decoder, s.otherwise, r.otherwiseFields(), "otherwise", &b.otherwise)
		return
	}
	if s.spoiled || s.meant || slices.Contains(r.vocabulary.Spoiled, "otherwise") {
		r.incomplete = true
		return
	}
	r.problems.Error(endOf(sources), doc.MissingOtherwise, "there is no `otherwise`").
		WithHint("add `otherwise: {clarify: 1, handoff: {reason: …}}`, so that a message which is not understood reaches a human")
}

// endOf is where `otherwise` would be looked for: the first key of the last document of the shop's own.
func endOf(sources []Source) doc.Range {
	for _, s := range slices.Backward(sources) {
		if s.File == nil || s.Base {
			continue
		}
		if root := s.File.Root; root != nil && len(root.Pairs) > 0 {
			return root.Pairs[0].Key.Range()
		}
		return doc.WholeFile(s.File.Name)
	}
	return doc.WholeFile("rules.yaml")
}
