package intents

import (
	"fmt"
	"slices"
	"strings"

	"xiaoer/intents/text"
)

// A denial is a part of the message that denies or takes back something.
type denial struct {
	clause
	intents  []string // what is denied
	withdraw bool     // it was asked for before
	fault    bool     // a fault that is not there, such as "没坏"
	turned   bool     // what is wanted follows, perhaps the same again
}

// maxDenials bounds how many are kept of one message.
const maxDenials = 8

// denyKinds are what words say about acts and faults, each a bit.
type denyKinds uint16

const (
	denyStrong denyKinds = 1 << iota
	denyContrast
	denyWeak
	denyAbsent
	denyRevoke
	denyFiller
	denyAct
	denyFault
	denyOnce
	denyBefore
	denyMistaken
	denyOthers
	denyDrops
	denyHearsay
	denyElsewhere
	denyAstray
)

// refusals are the kinds of words that deny what stands behind them.
const refusals = denyStrong | denyContrast | denyWeak | denyAbsent | denyRevoke

// denyNames are the first parts of the names of lines, in the order of the bits.
var denyNames = [...]string{
	"strong", "contrast", "weak", "absent", "revoke", "filler", "act", "fault", "once", "before", "mistaken", "others", "drops",
	"hearsay", "elsewhere", "astray",
}

// denier finds denials. Its words are sorted by the names of their lines.
type denier struct {
	words   *lexicon
	kinds   []denyKinds // by meaning: the first part of the name
	intents [][]string  // by meaning: the other parts
	ofNode  []denyKinds // by node of words, the kinds of all its meanings
}

func newDenier(source string) (*denier, error) {
	words, err := newLexicon(source)
	if err != nil {
		return nil, err
	}
	d := &denier{words: words}
	for _, name := range words.meanings {
		parts := strings.Split(name, ".")
		bit := slices.Index(denyNames[:], parts[0])
		if bit < 0 {
			return nil, fmt.Errorf("read words: %q begins with no kind of denial", name)
		}
		d.kinds = append(d.kinds, 1<<bit)
		d.intents = append(d.intents, parts[1:])
	}
	d.ofNode = make([]denyKinds, len(words.means))
	for node, meanings := range words.means {
		for _, m := range meanings {
			d.ofNode[node] |= d.kinds[m]
		}
	}
	return d, nil
}

// meaning gives the intents that a token names in a meaning of one kind; ok is false where it has none.
func (d *denier) meaning(t token, kind denyKinds) (intents []string, ok bool) {
	if !d.is(t, kind) {
		return nil, false
	}
	for _, m := range d.words.means[t.node] {
		if d.kinds[m] == kind {
			return d.intents[m], true
		}
	}
	return nil, false
}

// is tells that a token has a meaning of one of the kinds.
func (d *denier) is(t token, kinds denyKinds) bool { return d.ofNode[t.node]&kinds != 0 }

// find appends the denials of the scratch's text.
func (d *denier) find(s *scratch, out []denial) []denial {
	tokens := s.denyTokens
	for i := 0; i < len(tokens) && len(out) < maxDenials; i++ {
		found, ok := d.at(s, tokens, i)
		if !ok {
			found, ok = d.aside(s, tokens, i)
		}
		if ok {
			out = append(out, found)
		}
	}
	return s.goesOn(out)
}

// turns are the words with which a change of mind begins.
var turns = []string{"后来", "发现", "现在", "其实", "还是", "又"}

// changedMind reads "申请了换货，后来不需要了": what was asked for first is dropped at the end.
func (d *denier) changedMind(s *scratch, m *machine, out []denial) []denial {
	for _, t := range s.cues {
		if !m.means(t, cueDrop) || s.letters(int(t.end), len(s.text.Runes)) > 2 || !s.turnsBefore(int(t.start)) && !s.letsGo(int(t.start)) {
			continue
		}
		for _, act := range s.denyTokens {
			names, ok := d.meaning(act, denyAct)
			if ok && act.end <= t.start && len(out) < maxDenials {
				out = append(out, denial{clause: clause{0, len(s.text.Runes)}, intents: names, withdraw: true})
			}
		}
	}
	return out
}

// letsGo tells that a dropping word speaks of the matter before it, as in "换货的事算了"; "退了算了" drops nothing.
func (s *scratch) letsGo(at int) bool {
	if at == 0 {
		return false
	}
	switch s.text.Runes[at-1] {
	case '事', '就', '也', '都':
		return true
	}
	return false
}

// turnsBefore tells whether a word of turning stands at most six runes before a place.
func (s *scratch) turnsBefore(at int) bool {
	for i := max(at-6, 0); i < at; i++ {
		for _, w := range turns {
			if r := []rune(w); i+len(r) <= at && slices.Equal(s.text.Runes[i:i+len(r)], r) {
				return true
			}
		}
	}
	return false
}

// at tells whether a denial begins with token i.
func (d *denier) at(s *scratch, tokens []token, i int) (denial, bool) {
	t := tokens[i]
	if !d.is(t, refusals) || s.isDoubled(t) {
		return denial{}, false
	}
	strong, contrast, weak := d.is(t, denyStrong), d.is(t, denyContrast), d.is(t, denyWeak)
	absent, revoke := d.is(t, denyAbsent), d.is(t, denyRevoke)
	what, ok := d.denied(s, tokens, i)
	if !ok {
		if kept, ok := d.keeps(s, tokens, i); ok {
			return kept, true
		}
		return d.revokedAfter(s, tokens, i)
	}
	names, isAct := d.meaning(what, denyAct)
	end := clause{int(t.start), d.endOf(s, tokens, what)}
	if !isAct {
		names, _ = d.meaning(what, denyFault)
		return denial{clause: end, intents: names, fault: true}, strong || contrast || absent
	}
	switch {
	case absent && !strong && !s.isUnwished(t, what), s.isQuestioned(end):
		return denial{}, false
	case weak && !strong && !s.isOver(what) && !d.isAlternative(s, tokens, t, what) && !s.isBare(t, what):
		return denial{}, false
	case revoke && len(names) > 0 && (names[0] == "wrong_order" || names[0] == "complaint"):
		return denial{}, false
	}
	return denial{clause: end, intents: names, withdraw: !contrast, turned: contrast && end.end < s.clauseEnd(end.end)}, true
}

// endOf gives where a denial ends: with its clause, or before another act of which the clause says that it be done
// instead: "不换了直接退吧".
func (d *denier) endOf(s *scratch, tokens []token, what token) int {
	end := s.clauseEnd(int(what.end))
	for i, t := range tokens {
		if t.start < what.end || int(t.end) > end || !s.isInstead(int(what.end), int(t.start)) {
			continue
		}
		names, isAct := d.meaning(t, denyAct)
		denied, _ := d.meaning(what, denyAct)
		if isAct && !slices.Equal(names, denied) && !d.deniesBetween(tokens[:i], what.end) {
			return int(what.end) + s.countOver(what.end)
		}
	}
	return end
}

// instead are the words with which a clause turns from what is denied to what is wanted.
var instead = []string{"而是", "是", "直接", "就", "改", "还是", "给我", "我要", "要", "干脆"}

// isInstead tells that at most six runes with a word of turning stand between a denied act and another.
func (s *scratch) isInstead(from, to int) bool {
	if to-from > 6 {
		return false
	}
	between := string(s.text.Runes[from:to])
	return slices.ContainsFunc(instead, func(w string) bool { return strings.Contains(between, w) })
}

func (d *denier) deniesBetween(tokens []token, from int32) bool {
	return slices.ContainsFunc(tokens, func(t token) bool {
		return t.start >= from && d.is(t, refusals)
	})
}

// countOver counts the 了 behind an act.
func (s *scratch) countOver(end int32) int {
	if int(end) < len(s.text.Runes) && s.text.Runes[end] == '了' {
		return 1
	}
	return 0
}

// denied gives the act or fault that a word of denial reaches over filling words.
func (d *denier) denied(s *scratch, tokens []token, i int) (token, bool) {
	at := tokens[i].end
	for j := i + 1; j < len(tokens) && j <= i+4; j++ {
		t := tokens[j]
		if s.letters(int(at), int(t.start)) > 0 || s.crossesMark(int(at), int(t.start)) {
			return token{}, false
		}
		if d.is(t, denyAct|denyFault) {
			return t, true
		}
		if !d.is(t, denyFiller) {
			return token{}, false
		}
		at = t.end
	}
	return token{}, false
}

// revokedAfter reads "退货申请我取消了": what is revoked stands first.
func (d *denier) revokedAfter(s *scratch, tokens []token, i int) (denial, bool) {
	if !d.is(tokens[i], denyRevoke) || i == 0 {
		return denial{}, false
	}
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		t := tokens[j]
		if s.letters(int(t.end), int(tokens[j+1].start)) > 2 || s.crossesMark(int(t.end), int(tokens[j+1].start)) {
			return denial{}, false
		}
		names, ok := d.meaning(t, denyAct)
		if !ok || len(names) == 0 || names[0] == "wrong_order" {
			continue
		}
		where := clause{int(t.start), s.clauseEnd(int(tokens[i].end))}
		if s.isQuestioned(where) || s.hasBetween(t.end, tokens[i].start, '被', '单', '动') {
			return denial{}, false
		}
		return denial{clause: where, intents: names, withdraw: true}, true
	}
	return denial{}, false
}

// isDoubled tells "是不是", "要不要", "坏没坏", which ask and deny nothing.
func (s *scratch) isDoubled(t token) bool {
	runes := s.text.Runes
	if t.start == 0 {
		return false
	}
	before := runes[t.start-1]
	switch before {
	case '是', '能', '会', '要', '有', '好':
		return true
	case '可':
		return t.end-t.start == 1
	}
	for i := t.start; i < t.end+2 && int(i) < len(runes); i++ {
		if runes[i] == before && text.IsHan(before) {
			return true
		}
	}
	return false
}

// isOver tells that an act is followed by the 了 of "不退了", or by a sound that it runs together with.
func (s *scratch) isOver(t token) bool {
	runes := s.text.Runes
	return runes[t.end-1] == '了' || int(t.end) < len(runes) && strings.ContainsRune("了啦咯喽嘞", runes[t.end])
}

// isQuestioned tells that the clause asks, so that it takes nothing back: "不退货可以吗", "为什么不退了".
func (s *scratch) isQuestioned(c clause) bool {
	runes := s.text.Runes
	for i := max(c.start-6, 0); i < c.end; i++ {
		switch runes[i] {
		case '吗', '么', '?':
			return true
		case '咋', '凭':
			return i < c.start
		case '何', '啥':
			return true
		}
		if i > 0 && i < c.start && (runes[i-1] == '怎' || runes[i-1] == '为' && runes[i] == '什' || runes[i-1] == '再') {
			return true
		}
	}
	return c.end < len(runes) && runes[c.end] == '?' || s.startsWith(c.start-4, "why ", "how ")
}

func (s *scratch) startsWith(at int, words ...string) bool {
	for _, w := range words {
		if at >= 0 && at+len(w) <= len(s.text.Runes) && string(s.text.Runes[at:at+len(w)]) == w {
			return true
		}
	}
	return false
}

func (s *scratch) hasBetween(from, to int32, marks ...rune) bool {
	for _, r := range s.text.Runes[from:to] {
		if slices.Contains(marks, r) {
			return true
		}
	}
	return false
}

// crossesMark tells whether a mark that ends a clause lies in the stretch.
func (s *scratch) crossesMark(from, to int) bool {
	for i := from; i < to; i++ {
		if r := s.text.Runes[i]; isStop(r) || r == ',' {
			return true
		}
	}
	return false
}

// clauseEnd gives where the clause that holds at ends.
func (s *scratch) clauseEnd(at int) int {
	for _, c := range s.clauses {
		if at > c.start && at <= c.end {
			return c.end
		}
	}
	for at < len(s.text.Runes) && !isStop(s.text.Runes[at]) && s.text.Runes[at] != ',' {
		at++
	}
	return at
}
