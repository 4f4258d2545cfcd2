package intents

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"xiaoer/intents/text"
	"xiaoer/rules/doc"
)

// The bounds of one intents.yaml.
const (
	maxShopExamples = 5000
	maxShopWords    = 2000
	maxShopPatterns = 100
	maxPattern      = 500 // bytes of one pattern
	maxSteps        = 200 // instructions of one compiled pattern; each costs about 20 ns a character
	maxAllSteps     = 3000
)

// Extend gives a classifier that knows a shop's intents.yaml besides. What is wrong in the file is reported to p, and
// the rest is taken. It shares all it can with c, which stays as it is; a file that adds nothing gives c itself. The
// shop's words win: a keyword, a pattern or an example that is written exactly so decides its clause.
func (c *Classifier) Extend(f *doc.File, p *doc.Problems) *Classifier {
	read := readSheet(f, p)
	if len(read.intents) == 0 {
		return c
	}
	e := &extender{problems: p, base: c, taxonomy: cloneTaxonomy(c.taxonomy), seen: map[string]label{}}
	e.shop.words, e.shop.under = emptyLexicon(), c.shop
	for _, i := range read.intents {
		e.declare(i)
	}
	for _, i := range read.intents {
		e.intent(i)
	}
	e.shop.index()
	out := *c
	out.taxonomy, out.shop = e.taxonomy, &e.shop
	sum := sha256.Sum256([]byte(c.hash + e.identity.String()))
	out.hash = hex.EncodeToString(sum[:12])
	return &out
}

// A label is what an example is an example of.
type label struct{ intent, topic string }

// extender reads a shop's file of intents.
type extender struct {
	problems *doc.Problems
	base     *Classifier
	taxonomy []Intent
	shop     shopWords
	seen     map[string]label // what each sentence was said to mean first
	identity strings.Builder
	scratch  scratch
	steps    int // of the patterns so far
}

func cloneTaxonomy(list []Intent) []Intent {
	out := slices.Clone(list)
	for i := range out {
		out[i].Titles = cloneTitles(out[i].Titles)
		out[i].Topics = slices.Clone(out[i].Topics)
		for k := range out[i].Topics {
			out[i].Topics[k].Titles = cloneTitles(out[i].Topics[k].Titles)
		}
	}
	return out
}

func cloneTitles(titles map[string]string) map[string]string {
	out := make(map[string]string, len(titles)+1)
	maps.Copy(out, titles)
	return out
}

// declare adds the names of an intent to the taxonomy before any sentence is read, so that `not` may name later ones.
func (e *extender) declare(i sheetIntent) {
	if !isName(i.name.Text) {
		e.problems.Error(i.name.Range(), doc.WrongType, "%q is no name for an intent", i.name.Text).
			Hint = "use letters, digits, - and _; a topic stands under `topics`"
		return
	}
	language := "en"
	for _, r := range i.title {
		if text.IsHan(r) {
			language = "zh"
		}
	}
	t := taxonomist{list: e.taxonomy}
	t.add(i, language)
	e.taxonomy = t.list
}

// isName tells whether a word may name an intent or a topic.
func isName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func (e *extender) intent(i sheetIntent) {
	if !isName(i.name.Text) {
		return
	}
	e.words(i, label{intent: i.name.Text})
	faulty := i.faulty
	examples, outright := len(i.examples), len(i.keywords)+len(i.patterns)
	for _, topic := range i.topics {
		faulty = faulty || topic.faulty
		examples, outright = examples+len(topic.examples), outright+len(topic.keywords)+len(topic.patterns)
		if !isName(topic.name.Text) {
			e.problems.Error(topic.name.Range(), doc.WrongType, "%q is no name for a topic", topic.name.Text).
				Hint = "use letters, digits, - and _"
			continue
		}
		e.words(topic, label{i.name.Text, topic.name.Text})
	}
	if !e.knows(i.name.Text) && !faulty && outright == 0 {
		e.warnFew(i, examples)
	}
}

// fewExamples is below how many examples a new intent is hardly ever recognised.
const fewExamples = 4

// warnFew warns of a new intent that buyers' messages will hardly be recognised as.
func (e *extender) warnFew(i sheetIntent, examples int) {
	switch {
	case examples == 0:
		e.problems.Warn(i.name.Range(), doc.Unused, "nothing says how a buyer asks for %q", i.name.Text).
			Hint = "add examples, keywords or patterns"
	case examples < fewExamples:
		e.problems.Warn(i.name.Range(), doc.Unused, "%q has only %s, so few messages will be understood as it", i.name.Text, counted(examples, "example")).
			Hint = fmt.Sprintf("write at least %d examples, or keywords", fewExamples)
	}
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// knows tells whether the classifier underneath has an intent.
func (e *extender) knows(intent string) bool {
	return slices.ContainsFunc(e.base.taxonomy, func(i Intent) bool { return i.Name == intent })
}

func (e *extender) words(i sheetIntent, l label) {
	for _, n := range i.examples {
		e.example(n, l)
	}
	for _, n := range i.keywords {
		e.keyword(n, l)
	}
	for _, n := range i.patterns {
		e.pattern(n, l)
	}
	for _, p := range i.not {
		name, topic, _ := strings.Cut(p.Value.Text, ".")
		if !slices.ContainsFunc(e.taxonomy, func(i Intent) bool { return i.Name == name }) {
			hint := doc.Suggest(name, names(e.taxonomy))
			d := e.problems.Error(p.Value.Range(), doc.UnknownIntent, "unknown intent %q", name)
			if hint != "" {
				d.Hint = fmt.Sprintf("did you mean %q?", hint)
			}
			continue
		}
		e.example(p.Key, label{name, topic})
	}
}

func names(taxonomy []Intent) []string {
	out := make([]string, 0, len(taxonomy))
	for _, i := range taxonomy {
		out = append(out, i.Name)
	}
	return out
}

func (e *extender) note(kind string, n *doc.Node, l label) {
	fmt.Fprintf(&e.identity, "%s %q %s %s\n", kind, n.Text, l.intent, l.topic)
}

func (e *extender) example(n *doc.Node, l label) {
	s := &e.scratch
	s.prepare(n.Text, e.base.machine)
	key := s.bare(n.Text, e.base.machine)
	if key == "" || len(e.shop.examples) >= maxShopExamples {
		return
	}
	if was, ok := e.seen[key]; ok {
		if was != l {
			e.problems.Warn(n.Range(), doc.Unused, "the same sentence is an example of %q already, so this one has no effect", was).
				Hint = "keep it in one place"
		}
		return
	}
	e.seen[key] = l
	e.warnClaimed(n, l)
	s.prepare(n.Text, e.base.machine)
	s.collect(0, len(s.text.Runes), e.base.machine)
	e.shop.addExample(s, n.Text, key, l)
	e.note("example", n, l)
}

// sureOfAnother is from which probability another intent claims an example.
const sureOfAnother = 0.9

// warnClaimed warns of an example that the classifier underneath takes for another intent without doubt. It decides its
// own sentence all the same, but sentences like it go the other way.
func (e *extender) warnClaimed(n *doc.Node, l label) {
	found := e.base.Read(n.Text).Intents
	if len(found) == 0 || found[0].Score < sureOfAnother || l.intent == Other {
		return
	}
	if found[0].Intent == "product" && !e.knows(l.intent) {
		return // a question about goods is what most intents of a shop's own are made from
	}
	for _, p := range found {
		if p.Intent == l.intent {
			return
		}
	}
	e.problems.Warn(n.Range(), doc.Unused, "messages like this one are understood as %q already, so as an example of %q it decides only itself", found[0].Name(), l).
		Hint = fmt.Sprintf("say what makes it %q in a keyword, or delete the example", l.intent)
}

// String writes a label as rules name it.
func (l label) String() string { return Prediction{Intent: l.intent, Topic: l.topic}.Name() }

func (e *extender) keyword(n *doc.Node, l label) {
	s := &e.scratch
	s.text.Set(n.Text, e.base.machine.tables)
	if word := strings.TrimSpace(string(s.text.Runes)); word != "" && len(e.shop.labels) < maxShopWords {
		e.shop.addKeyword(word, l)
		e.note("keyword", n, l)
	}
}
