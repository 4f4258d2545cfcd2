package intents

import (
	"slices"
	"strings"

	"xiaoer/intents/text"
)

// asides are the kinds of words that set an act aside.
const asides = denyOnce | denyBefore | denyMistaken | denyOthers | denyDrops | denyHearsay | denyElsewhere | denyAstray

// aside finds an act that is spoken of but not asked for: it was only thought of, done by mistake, or done by others.
func (d *denier) aside(s *scratch, tokens []token, i int) (denial, bool) {
	t := tokens[i]
	if !d.is(t, asides) {
		return denial{}, false
	}
	before, mistaken, others := d.is(t, denyBefore), d.is(t, denyMistaken), d.is(t, denyOthers)
	switch {
	case d.is(t, denyDrops):
		return d.dropped(s, tokens, i)
	case d.is(t, denyElsewhere):
		names, _ := d.meaning(t, denyElsewhere)
		return denial{clause: clause{int(t.start), int(t.end)}, intents: names, fault: true}, true
	case d.is(t, denyAstray):
		names, _ := d.meaning(t, denyAstray)
		return denial{clause: clause{int(t.start), int(t.end)}, intents: names, fault: true}, s.isAstray()
	case d.is(t, denyHearsay):
		return denial{clause: clause{int(t.start), s.clauseEnd(int(t.end))}, intents: rumoured, fault: true}, !s.tellsOwn()
	}
	what, ok := d.actSoon(s, tokens, i)
	if !ok {
		return denial{}, false
	}
	names, _ := d.meaning(what, denyAct)
	between := string(s.text.Runes[t.end:what.start])
	out := denial{clause: clause{int(t.start), s.clauseEnd(int(what.end))}, intents: names, turned: true}
	switch {
	case s.isQuestioned(out.clause), mistaken && slices.Contains(names, "wrong_order"):
		return denial{}, false
	case mistaken:
		out.withdraw, out.turned = true, false
		return out, !text.IsHan(s.text.Runes[t.start]) || !strings.ContainsAny(between, "要能想可")
	case others:
		out.end = min(out.end, int(what.end)+s.countOver(what.end))
		return out, s.isDone(what)
	case before && !s.changesBehind(out.end):
		return denial{}, false
	}
	return out, !text.IsHan(s.text.Runes[t.start]) || strings.ContainsAny(between, "想要打准考说")
}

// maxAside is how many runes may stand between a word that sets an act aside and the act.
const maxAside = 8

// actSoon gives the next act of the same clause.
func (d *denier) actSoon(s *scratch, tokens []token, i int) (token, bool) {
	from := tokens[i].end
	for _, t := range tokens[i+1:] {
		if t.start-from > maxAside+4 || s.crossesMark(int(from), int(t.start)) {
			break
		}
		if d.is(t, denyAct) {
			return t, t.start-from <= maxAside || !text.IsHan(s.text.Runes[t.start])
		}
		if d.is(t, denyStrong|denyWeak|denyAbsent) {
			break
		}
	}
	return token{}, false
}

// isDone tells an act that is told of as done: "退了", "换过", "returned".
func (s *scratch) isDone(what token) bool {
	runes := s.text.Runes
	if !text.IsHan(runes[what.start]) {
		return runes[what.end-1] == 'd'
	}
	return s.isOver(what) || int(what.end) < len(runes) && runes[what.end] == '过'
}

// changes are the words with which the rest of a message goes another way.
var changes = []string{"又", "现在", "后来", "但", "不过", "觉得", "还是", "发现", "看看", "结果"}

// changesBehind tells that something else follows.
func (s *scratch) changesBehind(at int) bool {
	rest := string(s.text.Runes[at:])
	return slices.ContainsFunc(changes, func(w string) bool { return strings.Contains(rest, w) })
}

// keeps reads "别取消", "不想取消了": the order shall stay as it is.
func (d *denier) keeps(s *scratch, tokens []token, i int) (denial, bool) {
	if i+1 >= len(tokens) || !d.is(tokens[i+1], denyRevoke) || !text.IsHan(s.text.Runes[tokens[i+1].start]) {
		return denial{}, false
	}
	t, what := tokens[i], tokens[i+1]
	strong, contrast, weak := d.is(t, denyStrong), d.is(t, denyContrast), d.is(t, denyWeak)
	out := denial{clause: clause{int(t.start), s.clauseEnd(int(what.end))}, intents: keptOrder, withdraw: true}
	if what.start != t.end || !strong && !contrast && (!weak || !s.isOver(what)) || s.isQuestioned(out.clause) {
		return denial{}, false
	}
	return out, true
}

var keptOrder = []string{"wrong_order"}

// goesOn reads "我退了单，咋还在送": what was called off goes on, which is no complaint of slowness.
func (s *scratch) goesOn(out []denial) []denial {
	runes := s.text.Runes
	for _, c := range s.clauses[min(1, len(s.clauses)):] {
		said := string(runes[c.start:c.end])
		if !strings.Contains(said, "还") || strings.ContainsAny(said, "不没未") || !containsAny(said, "怎么还", "为什么还", "为啥还", "咋还") ||
			!containsAny(said, "发", "送", "派", "寄", "配", "在") || len(out) >= maxDenials {
			continue
		}
		if before := string(runes[:c.start]); containsAny(before, "取消了", "退款了", "退了", "撤了", "不要了", "让我取消", "关闭了") {
			out = append(out, denial{clause: clause{c.start, c.end}, intents: wentOn, withdraw: true})
		}
	}
	return out
}

var wentOn = []string{"delay"}

func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// isBare tells that a refusal such as "不换货" is the whole of what is said, but for other refusals; or that its clause is
// nothing else, and another says in the first person what is wanted. "你们不退款" complains, "不退款我就投诉" threatens.
func (s *scratch) isBare(deny, what token) bool {
	start, end := s.clauseStart(int(deny.start)), s.clauseEnd(int(what.end))
	if s.letters(start, int(deny.start))-s.countRunes(start, int(deny.start), "我也又就都") > 0 ||
		s.letters(int(what.end), end)-s.countRunes(int(what.end), end, "了的啊吧哈呢哦也不") > 0 && !s.isRefusal(int(what.end), end) {
		return false
	}
	rest := string(s.text.Runes[:start]) + string(s.text.Runes[end:])
	return s.letters(0, start)+s.letters(end, len(s.text.Runes)) <= 2 || containsAny(rest, "我只", "只要", "就问", "问下", "想问", "问一下", "就是想", "我想", "我就想")
}

// isRefusal tells "也不换货" behind "不退货".
func (s *scratch) isRefusal(from, to int) bool {
	rest := strings.TrimRight(string(s.text.Runes[from:to]), " ,。!?了吧啊的")
	return strings.HasPrefix(rest, "也不") && len(rest) <= len("也不退换货款")
}

func (s *scratch) clauseStart(at int) int {
	for _, c := range s.clauses {
		if at >= c.start && at < c.end {
			return c.start
		}
	}
	return 0
}

func (s *scratch) countRunes(from, to int, set string) int {
	n := 0
	for _, r := range s.text.Runes[from:to] {
		if strings.ContainsRune(set, r) {
			n++
		}
	}
	return n
}

// dropped reads "退货太麻烦，不弄了": what was spoken of before is let go, where nothing is asked for behind it.
func (d *denier) dropped(s *scratch, tokens []token, i int) (denial, bool) {
	isAct := func(t token) bool { return d.is(t, denyAct) }
	if slices.ContainsFunc(tokens[i+1:], isAct) || s.asksAfter(int(tokens[i].end)) {
		return denial{}, false
	}
	n := slices.IndexFunc(tokens[:i], isAct)
	if n < 0 {
		return denial{}, false
	}
	names, _ := d.meaning(tokens[n], denyAct)
	return denial{clause: clause{int(tokens[n].start), s.clauseEnd(int(tokens[i].end))}, intents: names, withdraw: true}, true
}

func (s *scratch) asksAfter(at int) bool {
	return containsAny(string(s.text.Runes[at:]), "?", "吗", "怎么", " if ")
}

// rumoured are the faults that others tell of, about which a buyer asks before buying.
var rumoured = []string{"quality", "lost_or_damaged", "wrong_item", Complaint}

// tellsOwn tells that a buyer speaks of goods of his own beside what others say.
func (s *scratch) tellsOwn() bool {
	return containsAny(string(s.text.Runes), "我的", "我收", "我买", "我这", "我也", "我家的", "mine", "my ")
}

// isAstray tells a message that went to the wrong reader, for which its writer asks pardon: he does not speak of goods.
func (s *scratch) isAstray() bool {
	return s.letters(0, len(s.text.Runes)) <= maxAstray && containsAny(string(s.text.Runes), "发错", "打错", "wrong")
}

// maxAstray is how long such a message is.
const maxAstray = 12
