package figures

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/intents/text"
)

// A Question is a message that nobody had an answer to.
type Question struct {
	ID     string // of its turn
	Text   string // masked (see Mask)
	Intent string // that was understood, "intent.topic" where there was a topic; "" where nothing was understood
	Open   bool   // a rule of the shop took it that takes what there is no answer to
	Stage  string // of the order that was looked at, "" where none was
	Near   string // the closest intent where nothing was understood, "" for none
	Weight float64
}

// NewQuestion makes a question from the events of a turn and the rules that answered in it; ok is false where nothing was asked in words.
func NewQuestion(p Place, events []bot.Event, answered []string) (q Question, ok bool) {
	if len(events) == 0 || events[0].Message == nil {
		return q, false
	}
	m, r := events[0].Message, events[0].Reading
	if r == nil {
		r = &intents.Reading{}
	}
	q = Question{ID: p.ID, Weight: p.Weight, Text: Mask(m.Text, r.Entities), Stage: stageOf(events)}
	q.Open = !slices.Contains(answered, noRule) && unanswered(answered)
	for _, one := range r.Intents {
		if one.Intent != intents.Other && one.Intent != intents.Greeting && one.Intent != intents.Thanks &&
			!slices.Contains(r.Negated, one.Intent) && !slices.Contains(r.Negated, one.Name()) {
			q.Intent = one.Name()
			break
		}
	}
	if q.Intent == "" && len(r.Near) > 0 {
		q.Near = r.Near[0].Name()
	}
	return q, q.Text != ""
}

// stageOf is the stage of the order that a turn looked at last, if it can be told from its events.
func stageOf(events []bot.Event) string {
	stage := ""
	if m := events[0].Message; m.Order != nil {
		stage = m.Order.Stage
	}
	for _, e := range events[1:] {
		if e.Lookup != nil && e.Lookup.State == bot.Found && len(e.Lookup.Orders) == 1 {
			stage = e.Lookup.Orders[0].Stage
		}
	}
	return stage
}

// Bounds of grouping.
const (
	mostQuestions = 400
	mostShown     = 5   // texts of one group
	alike         = 0.4 // shared parts of all parts, from which two texts are about the same
)

// A Group is questions that are about the same.
type Group struct {
	N      int      // about how many messages, those that were not sampled included
	Texts  []string // different ones, the most frequent first, at most mostShown
	Intent string   // that they were understood as and to which the rules have no answer, else ""
	Open   bool     // a rule of the shop took them that takes what there is no answer to
	Stage  string   // of the orders that they were about, "" where that is not known
	Near   string   // the intent that most of them come closest to, else ""
}

// GroupQuestions puts questions together that use the same words, the greatest group first. The same questions give the same groups in
// whatever order they come. At most 400 are looked at.
func GroupQuestions(list []Question) []Group {
	texts := distinct(list)
	var groups []*gathering
	for _, one := range texts {
		if best := nearest(groups, one); best != nil {
			best.take(one)
			continue
		}
		g := &gathering{leader: one}
		g.take(one)
		groups = append(groups, g)
	}
	out := make([]Group, 0, len(groups))
	for _, g := range groups {
		out = append(out, g.group())
	}
	slices.SortStableFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Texts[0], b.Texts[0]), cmp.Compare(a.Intent, b.Intent), cmp.Compare(a.Stage, b.Stage))
	})
	return out
}

// about is what questions must share to be one group.
type about struct {
	intent, stage string
	open          bool
}

func (a about) compare(b about) int {
	open := 0
	if a.open != b.open {
		open = 1
		if b.open {
			open = -1
		}
	}
	return cmp.Or(cmp.Compare(a.intent, b.intent), cmp.Compare(a.stage, b.stage), open)
}

// A wording is one text with all questions that were put in it.
type wording struct {
	text   string
	about  about
	near   map[string]float64
	weight float64
	parts  []uint64 // sorted
}

// distinct lists the texts, the most frequent first.
func distinct(list []Question) []*wording {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Question) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Text, b.Text)) })
	list = list[:min(len(list), mostQuestions)]
	type key struct {
		text string
		about
	}
	tables, skip := text.NewTables(), fillers()
	seen := map[key]*wording{}
	var out []*wording
	for _, q := range list {
		if q.Text == "" {
			continue
		}
		k := key{q.Text, about{q.Intent, q.Stage, q.Open}}
		if q.Intent == "" || q.Open {
			k.stage = "" // what was asked has no answer at any stage
		}
		w := seen[k]
		if w == nil {
			w = &wording{text: q.Text, about: k.about, near: map[string]float64{}, parts: partsOf(q.Text, tables, skip)}
			seen[k] = w
			out = append(out, w)
		}
		w.weight += q.Weight
		if q.Near != "" {
			w.near[q.Near] += q.Weight
		}
	}
	slices.SortFunc(out, func(a, b *wording) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(len(a.parts), len(b.parts)), cmp.Compare(a.text, b.text), a.about.compare(b.about))
	})
	return out
}

// A gathering is a group while it grows round its most frequent text.
type gathering struct {
	leader *wording
	all    []*wording
}

func (g *gathering) take(w *wording) { g.all = append(g.all, w) }

func (g *gathering) group() Group {
	out := Group{Intent: g.leader.about.intent, Stage: g.leader.about.stage, Open: g.leader.about.open}
	near, weight := map[string]float64{}, 0.0
	for _, w := range g.all {
		weight += w.weight
		if len(out.Texts) < mostShown {
			out.Texts = append(out.Texts, w.text)
		}
		for name, n := range w.near {
			near[name] += n
		}
	}
	out.N = max(int(math.Round(weight)), len(g.all))
	best := 0.0
	for name, n := range near {
		if n > best || n == best && name < out.Near {
			best, out.Near = n, name
		}
	}
	if best*2 <= weight {
		out.Near = "" // they come close to this and that
	}
	return out
}

// nearest is the group whose leader a text is most like, nil where it is like none.
func nearest(groups []*gathering, w *wording) *gathering {
	var best *gathering
	most := alike
	for _, g := range groups {
		if g.leader.about != w.about {
			continue
		}
		if s := likeness(g.leader.parts, w.parts); s >= most && (best == nil || s > most) {
			best, most = g, s
		}
	}
	return best
}

// likeness is how much of the parts of two texts they share, from 0 to 1.
func likeness(a, b []uint64) float64 {
	shared := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			shared++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	all := len(a) + len(b) - shared
	if all == 0 {
		return 1 // nothing but marks, both
	}
	return float64(shared) / float64(all)
}

// partsOf are the words and pairs of words of a text in plain form, hashed and sorted. A Chinese character counts as a word; words that
// say nothing of the matter are left out.
func partsOf(s string, tables *text.Tables, skip map[string]bool) []uint64 {
	var plain text.Text
	plain.Set(s, tables)
	words := wordsOf(plain.Runes, skip)
	var out []uint64
	for i, w := range words {
		out = append(out, hashWords(w))
		if i > 0 {
			out = append(out, hashWords(words[i-1], w))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fillerWords stand in questions of any kind.
const fillerWords = "的 了 吗 呢 啊 呀 吧 哦 噢 嘛 么 哈 亲 你 您 我 们 请 问 想 一 下 能 可 以 有 没 不 要 给 是 在 这 那 就 还 会 行 个 " +
	"the a an is are do does you your i my me it this that please can could would will to of for and on in with have there"

func fillers() map[string]bool {
	out := map[string]bool{}
	for w := range strings.SplitSeq(fillerWords, " ") {
		out[w] = true
	}
	return out
}

func wordsOf(runes []rune, skip map[string]bool) []string {
	var out []string
	add := func(w string) {
		if w != "" && !skip[w] {
			out = append(out, w)
		}
	}
	start := -1
	for i, r := range runes {
		latin := !text.IsHan(r) && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if latin && start < 0 {
			start = i
		}
		if !latin && start >= 0 {
			add(string(runes[start:i]))
			start = -1
		}
		if text.IsHan(r) {
			add(string(r))
		}
	}
	if start >= 0 {
		add(string(runes[start:]))
	}
	return out
}

func hashWords(words ...string) uint64 {
	h := fnv.New64a()
	for _, w := range words {
		_, _ = h.Write([]byte(w))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}
