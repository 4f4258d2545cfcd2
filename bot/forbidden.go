package bot

import (
	"slices"
	"strings"
	"sync"

	"xiaoer/rules"
)

// forbidden tells whether the words hit the compliance list. What the check has seen already (the shop's own words) is not
// judged again, and what the buyer or an order put into the text is not judged at all: with that masked the words must hit, too.
func (t *turn) forbidden(s *rules.Template, text string) bool {
	if len(s.Facts()) == 0 {
		return false
	}
	var room [usualWords]byte
	own, whole := t.ownWords(room[:0], s)
	if whole && len(t.b.verdicts.of(t.b.Compliance, own)) == 0 {
		return false // as nearly all are, and few are judged twice
	}
	lower := strings.ToLower(text)
	for i := range t.b.Compliance {
		p := &t.b.Compliance[i]
		if !p.near(lower) || !p.hits(text) || p.hitsAny(s.Literals()) {
			continue
		}
		if !whole || p.hits(string(own)) {
			t.note("compliance: %s", p.Name)
			return true
		}
	}
	return false
}

// usualWords is what the words of most templates take, in bytes.
const usualWords = 512

// ownWords appends the words of a template with every text of the buyer or of an order masked; whole is false when something that
// is not the shop's is needed for them.
func (t *turn) ownWords(to []byte, s *rules.Template) (own []byte, whole bool) {
	f := t.b.row()
	line := t.catalogueLine()
	for _, name := range s.Facts() {
		t.ownFact(f, name, line)
	}
	own, missing := s.Append(to, f.Facts, t.format())
	t.b.giveRow(f)
	return own, len(missing) == 0
}

// mask stands for a text that is not the shop's.
const mask = "□"

// ownFact copies one fact. The catalogue's word for a product is the shop's own, whatever a card says.
func (t *turn) ownFact(f *row, name string, line CatalogueProduct) {
	column, ofProduct := strings.CutPrefix(name, "product.")
	if ofProduct {
		if v, ok := line.Columns[column]; ok {
			f.Set(name, v)
			return
		}
		if column == "tags" && len(line.Tags) > 0 {
			f.Set(name, rules.TextsValue(line.Tags))
			return
		}
	}
	v, known := t.facts.Get(name)
	switch {
	case !known || ofProduct && !isProductFact(name) || !strings.Contains(name, "."): // those without a group are no words of the shop's
		return
	case v.Kind() == rules.Text && isForeign(name):
		v = rules.TextValue(mask)
	}
	f.Set(name, v)
}

// catalogueLine is what the catalogue says of the product in view; nothing where it has none.
func (t *turn) catalogueLine() CatalogueProduct {
	switch p, item := t.productOrItem(); {
	case item != nil:
		return t.b.Products[item.ID]
	case p != nil:
		return t.b.Products[p.ID]
	}
	return CatalogueProduct{}
}

// isProductFact tells the facts that every shop has of a product from the columns of this one.
func isProductFact(name string) bool {
	return slices.ContainsFunc(productFactList(), func(f rules.Fact) bool { return f.Name == name })
}

// Verdicts remember which patterns a shop's own words hit: they are few, and the same for many buyers. The zero value is ready.
type verdicts struct {
	mu    sync.Mutex
	known map[string][]int // places in the compliance list
}

// Bounds of what verdicts remember.
const (
	mostVerdicts = 2000
	mostJudged   = 1000 // bytes of words
)

// of gives the places of the patterns that the words hit.
func (v *verdicts) of(list []Pattern, words []byte) []int {
	v.mu.Lock()
	hit, ok := v.known[string(words)]
	v.mu.Unlock()
	if ok {
		return hit
	}
	own := string(words)
	lower := strings.ToLower(own)
	for i := range list {
		if p := &list[i]; p.near(lower) && p.hits(own) {
			hit = append(hit, i)
		}
	}
	if len(own) > mostJudged {
		return hit
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil || len(v.known) >= mostVerdicts {
		v.known = make(map[string][]int)
	}
	v.known[own] = hit
	return hit
}

// Near tells whether the pattern could match a text at all. It is a hundred times quicker than matching.
func (p *Pattern) Near(text string) bool { return p.near(strings.ToLower(text)) }

func (p *Pattern) near(lower string) bool {
	if len(p.Needs) == 0 {
		return true
	}
	for _, word := range p.Needs {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// hits tells whether a text says what the pattern forbids, outside of what is free.
func (p *Pattern) hits(text string) bool {
	if p.Match == nil || !p.Match.MatchString(text) {
		return false
	}
	if p.Free == nil {
		return true
	}
	free := p.Free.FindAllStringIndex(text, -1)
	for _, hit := range p.Match.FindAllStringIndex(text, -1) {
		inside := false
		for _, f := range free {
			inside = inside || f[0] < hit[1] && hit[0] < f[1]
		}
		if !inside {
			return true
		}
	}
	return false
}

func (p *Pattern) hitsAny(texts []string) bool {
	return slices.ContainsFunc(texts, p.hits)
}
