package shop

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// A unit is one shop while it is compiled.
type unit struct {
	*run
	chain      []*layer
	settings   *settings
	goods      *catalogue
	classifier *intents.Classifier
	sources    []rules.Source
	vocabulary *rules.Vocabulary
	rules      *rules.Book
}

// compile makes the book; its Rules are nil when a rule has an error.
func (u *unit) compile() *bot.Book {
	s := u.settings
	pack := u.pack.language(s.locale)
	u.vocabulary = u.makeVocabulary()
	b := &bot.Book{
		Shop: bot.Shop{
			ID: s.id, Name: s.name, Locale: s.locale, Location: s.zone, Hours: bot.Hours{Week: weekOf(s)}, Holidays: daysOf(s.holidays.closed),
			Working: daysOf(s.holidays.works),
		},
		Notices: declared(s.notices), Products: u.goods.products, AgentIdle: s.idle,
		QuestionIdle: s.question, ReplyClock: s.clock, AsksRating: slices.ContainsFunc(s.scripts, func(x script) bool { return x.node.Text == "rating" }),
		Policy: map[string]rules.Value{}, Titles: titles(u.classifier.Taxonomy(), s.locale),
		Province: u.classifier.Province,
	}
	b.Scripts, b.Plain = compileScripts(s.scripts, pack, u.vocabulary, u.problems)
	for i := range s.slots {
		b.Slots = append(b.Slots, u.slot(&s.slots[i], b.Scripts["ask_order"]))
	}
	for i := range s.teams {
		b.Teams = append(b.Teams, s.teams[i].Team)
	}
	for _, p := range s.policy {
		b.Policy[p.node.Text] = p.value
	}
	banned := slices.Concat(u.pack.banned, s.banned)
	b.Compliance = patterns(banned)
	u.rules = u.compileRules()
	b.Rules = u.rules
	u.comply(banned)
	return b
}

func (u *unit) makeVocabulary() *rules.Vocabulary {
	s := u.settings
	o := bot.VocabularyOptions{
		Intents: u.legalIntents(), ProductColumns: u.goods.own,
		Tags: u.goods.tags, Location: s.zone,
	}
	for _, p := range s.policy {
		o.Policy = append(o.Policy, rules.Fact{Name: p.node.Text, Type: rules.Type{Kind: p.kind}, Doc: "A policy of this shop."})
	}
	for i := range s.slots {
		o.Slots = append(o.Slots, s.slots[i].Slot)
	}
	for i := range s.teams {
		o.Teams = append(o.Teams, s.teams[i].Name)
	}
	return bot.Vocabulary(o)
}

// legalIntents are the intents that rules may be for: all but other. Those that the shop or its base describes have
// the place where they do.
func (u *unit) legalIntents() []rules.Intent {
	var out []rules.Intent
	called := titles(u.classifier.Taxonomy(), u.settings.locale)
	for _, in := range u.classifier.Taxonomy() {
		if in.Name == intents.Other {
			continue
		}
		one := rules.Intent{Name: in.Name, Title: called[in.Name]}
		for _, t := range in.Topics {
			one.Topics = append(one.Topics, t.Name)
		}
		if !u.builtIn(in.Name) {
			one.At = u.intentPlace(in.Name)
		}
		out = append(out, one)
	}
	return out
}

func (u *unit) builtIn(intent string) bool {
	return slices.ContainsFunc(u.o.Classifier.Taxonomy(), func(in intents.Intent) bool { return in.Name == intent })
}

// intentPlace is where a folder of the chain describes an intent.
func (u *unit) intentPlace(name string) doc.Range {
	for _, l := range u.chain {
		if l.intent == nil {
			continue
		}
		if p := l.intent.Root.Get("intents").Pair(name); p != nil {
			return p.Key.Range()
		}
	}
	return doc.Range{}
}

// titles names intents and topics in the shop's language; what has no title there is named in the other, else by its
// own name.
func titles(taxonomy []intents.Intent, locale string) map[string]string {
	first, second := "en", "zh"
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		first, second = second, first
	}
	pick := func(name string, of map[string]string) string {
		for _, title := range []string{of[first], of[second]} {
			if title != "" {
				return title
			}
		}
		return name
	}
	out := map[string]string{}
	for _, in := range taxonomy {
		out[in.Name] = pick(in.Name, in.Titles)
		for _, t := range in.Topics {
			out[in.Name+"."+t.Name] = pick(in.Name+"."+t.Name, t.Titles)
		}
	}
	return out
}

// slot compiles the texts of a slot. An order number without a question is asked for with the script.
func (u *unit) slot(s *slot, askOrder []*rules.Template) bot.Slot {
	out := s.Slot
	if s.ask != nil {
		out.Ask = rules.CompileTemplate(s.ask, u.vocabulary, u.problems)
	} else if s.Kind == bot.SlotOrderNo && len(askOrder) > 0 {
		out.Ask = askOrder[0]
	}
	if s.retry != nil {
		out.Retry = rules.CompileTemplate(s.retry, u.vocabulary, u.problems)
	}
	return out
}

// compileRules compiles the rule documents. Shops with the same documents and the same names in them share the book.
func (u *unit) compileRules() *rules.Book {
	made := u.cache.books.get(u.rulesKey(), func() compiled {
		found := &doc.Problems{}
		for _, d := range u.problems.All() {
			found.Add(d) // so that a file which could not be read is not said to lack something
		}
		book := rules.Compile(u.sources, u.vocabulary, rules.Options{Drop: u.settings.dropped, Tolerate: u.allowedCodes()}, found)
		return compiled{book: book, problems: newOf(found, u.problems)}
	})
	for _, d := range made.problems {
		if !u.follows(d) {
			u.problems.Add(d)
		}
	}
	return made.book
}

// allowedCodes are the codes of which the shop allows some finding.
func (u *unit) allowedCodes() []doc.Code {
	var out []doc.Code
	for i := range u.settings.allowed {
		out = append(out, u.settings.allowed[i].code)
	}
	return out
}

// follows tells whether a finding only follows from a mistake in shop.yaml or products.csv that was reported there: a
// field is unknown because what describes it could not be read.
func (u *unit) follows(d doc.Diagnostic) bool {
	unread := u.settings.unread
	switch d.Code {
	case doc.UnknownSlot:
		return unread["slots"]
	case doc.UnknownField:
		return unread["policy"] && strings.Contains(d.Message, "policy") || unread["slots"] && strings.Contains(d.Message, "slots") ||
			u.goods.spoiled && strings.Contains(d.Message, "product")
	default:
		return false
	}
}

// newOf gives the diagnostics of one collection that another does not have.
func newOf(all, before *doc.Problems) []doc.Diagnostic {
	type key struct {
		at      doc.Range
		code    doc.Code
		message string
	}
	old := map[key]bool{}
	for _, d := range before.All() {
		old[key{d.Range, d.Code, d.Message}] = true
	}
	return slices.DeleteFunc(all.All(), func(d doc.Diagnostic) bool { return old[key{d.Range, d.Code, d.Message}] })
}

// rulesKey identifies what a rule book is compiled from.
func (u *unit) rulesKey() string {
	v := *u.vocabulary
	zone := v.Location.String()
	v.Location = nil
	names, err := json.Marshal(v)
	if err != nil {
		names = []byte(fmt.Sprint(v))
	}
	parts := [][]byte{names, []byte(zone), fmt.Append(nil, u.allowedCodes())}
	for _, l := range u.chain {
		for i := range l.folder.rules {
			parts = append(parts, []byte(l.folder.rules[i].name), l.folder.rules[i].data)
		}
		if l.shop != nil {
			parts = append(parts, dropKey(l.root().Get("drop")))
		}
	}
	return hashOf("rules", parts...)
}

func dropKey(n *doc.Node) []byte {
	var out []byte
	if n == nil {
		return out
	}
	for id, at := range readDrop(&doc.Decoder{Problems: &doc.Problems{}}, n) {
		out = append(out, id...)
		out = append(out, at.String()...)
	}
	slices.Sort(out) // the order of a map is random
	return out
}

// comply looks for banned words in everything that the shop says. What was found in a file of rules is kept, since a
// base's files are read for every shop on it.
func (u *unit) comply(banned []*bannedWords) {
	for _, n := range u.settings.texts() {
		checkText(u.problems, n, banned)
	}
	var own []string
	for _, b := range u.settings.banned {
		own = append(own, b.name, b.what, fmt.Sprintf("%q %q %q", b.words, b.patterns, b.except))
	}
	for _, l := range u.chain {
		for i, f := range l.rules {
			c := &l.folder.rules[i]
			found := u.cache.complied.get(hashOf("comply", []byte(c.name), c.data, []byte(strings.Join(own, "\n"))), func() []doc.Diagnostic {
				p := &doc.Problems{}
				for _, n := range ruleTexts(f.Root) {
					checkText(p, n, banned)
				}
				return p.All()
			})
			for _, d := range found {
				u.problems.Add(d)
			}
		}
	}
}

func weekOf(s *settings) map[time.Weekday][]bot.Span {
	if !s.anyHours {
		return nil
	}
	return spansOf(&s.hours)
}

// daysOf joins neighbouring days.
func daysOf(days map[day]bool) []bot.Days {
	all := slices.SortedFunc(maps.Keys(days), func(a, b day) int { return a.time().Compare(b.time()) })
	var out []bot.Days
	var last time.Time
	for _, d := range all {
		t := d.time()
		text := t.Format(time.DateOnly)
		if len(out) > 0 && last.AddDate(0, 0, 1).Equal(t) {
			out[len(out)-1].Until = text
		} else {
			out = append(out, bot.Days{From: text, Until: text})
		}
		last = t
	}
	return out
}
