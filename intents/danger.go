package intents

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"xiaoer/intents/text"
)

//go:embed base/risk/words.txt
var dangerSource string

// builtDangers are the weights that learning from the sentences of base/risk gave. A test makes them anew and compares.
//
//go:embed risk.bin
var builtDangers []byte

// A danger weighs whether somebody was harmed, is in danger, or threatens the shop, against all else that is said in
// such words: questions before buying, denials, jokes, names of goods. Where no word of danger stands there is none, so
// most messages cost no more than a search for words.
type danger struct {
	words      *lexicon
	alarms     []bool   // by meaning of words, whether it alone makes a message be weighed
	not, doubt uint8    // meanings
	model      *model   // the first class is danger of any kind, the others are riskNames
	shapes     *machine // how sequences and pieces of words count here
}

// riskNames are the risks by gravity, as the classes of the model are numbered after the first.
var riskNames = []Risk{Review, Platform, Regulator, Media, Legal, Health, Safety}

// acceptDanger is from which score there is danger. It lies below the border that was learned, because a danger that is
// overlooked costs more than a question that a human answers.
const acceptDanger = -0.15

// How many characters or words around a word of danger are weighed, and how many at most in one piece: in a long story
// what matters would be lost among all else.
const (
	dangerReach = 12
	dangerSpan  = 48
)

// How much the features of danger count, in sixteenths.
const (
	dangerAsked = 16
	dangerKind  = 16
	dangerPair  = 18
)

// dangerValues are those of the other features; three characters in a row would only repeat the sentences.
var dangerValues = kindValues{chars: [4]int32{0, 11, 16, 0}, inWord: 4}

const (
	saltAsked = iota + 100
	saltDanger
	saltDangers
)

// newDanger reads the words of danger.
func newDanger(source string, tables *text.Tables) (*danger, error) {
	words, err := newLexicon(source)
	if err != nil {
		return nil, err
	}
	d := &danger{words: words, not: uint8(words.number["not"]), doubt: uint8(words.number["doubt"]), shapes: &machine{tables: tables, values: dangerValues}}
	for _, name := range words.meanings {
		d.alarms = append(d.alarms, strings.HasSuffix(name, "!"))
	}
	return d, nil
}

// builtDanger adds the shipped weights.
func builtDanger(tables *text.Tables) (*danger, error) {
	d, err := newDanger(dangerSource, tables)
	if err != nil {
		return nil, err
	}
	m, _, err := unpack(builtDangers)
	if err != nil {
		return nil, err
	}
	if len(m.classes) != len(riskNames)+1 {
		return nil, fmt.Errorf("read weights: %d kinds of danger, want %d", len(m.classes)-1, len(riskNames))
	}
	d.model = m
	return d, nil
}

// risk is the gravest danger that a message tells of or threatens with.
func (s *scratch) risk(m *machine) Risk {
	d, worst := m.danger, -1
	d.eachSpan(s, func() {
		length, _ := d.model.lookup(s)
		if cap(s.margins) < len(d.model.classes) {
			s.margins = make([]float32, len(d.model.classes))
		}
		margins := s.margins[:len(d.model.classes)]
		d.model.score(s, length, margins)
		if margins[0] >= acceptDanger {
			kinds := margins[1:]
			worst = max(worst, slices.Index(kinds, slices.Max(kinds)))
		}
	})
	if worst < 0 {
		return NoRisk
	}
	return riskNames[worst]
}

// eachSpan makes the features of each stretch around words of danger, and calls do with them.
func (d *danger) eachSpan(s *scratch, do func()) {
	if !slices.ContainsFunc(s.dangers, d.isAlarm) {
		return
	}
	s.cutUnits(s.text.Runes, 0, len(s.text.Runes), d.shapes.tables)
	unit, from, upto := 0, -1, 0
	for _, t := range s.dangers {
		for unit < len(s.units) && s.units[unit].end <= t.start {
			unit++
		}
		if !d.isAlarm(t) {
			continue
		}
		if from >= 0 && (unit-dangerReach > upto || unit-from > dangerSpan) {
			d.collect(s, from, upto)
			do()
			from = -1
		}
		if from < 0 {
			from = max(unit-dangerReach, 0)
		}
		upto = min(unit+dangerReach, len(s.units))
	}
	d.collect(s, from, upto)
	do()
}

func (d *danger) isAlarm(t token) bool { return d.alarms[d.meaning(t)] }

// meaning is the first meaning of a token; words of danger have hardly ever more.
func (d *danger) meaning(t token) uint8 { return d.words.means[t.node][0] }

// collect makes the features of a stretch of units: its words and pieces of words, and the parts that the words of
// danger play, alone and in pairs.
func (d *danger) collect(s *scratch, from, upto int) {
	s.features, s.holds = s.features[:0], false
	all := s.units
	s.units = all[from:upto]
	s.sequences(d.shapes)
	s.subwords(d.shapes)
	if from < upto {
		d.parts(s, all[from].start, all[upto-1].end)
	}
	s.units = all
	if s.endsAsking() {
		s.put(saltAsked, dangerAsked, 0, 1)
	}
}

// nearParts is how many words of danger a pair may lie apart.
const nearParts = 6

func (d *danger) parts(s *scratch, start, end int32) {
	first := slices.IndexFunc(s.dangers, func(t token) bool { return t.start >= start })
	for i := max(first, 0); i < len(s.dangers) && s.dangers[i].end <= end; i++ {
		t, part := s.dangers[i], d.part(s, i)
		s.put(mix(saltDanger, part), dangerKind, t.start, t.end)
		for j := max(first, i-nearParts); j < i; j++ {
			s.put(mix(mix(saltDangers, d.part(s, j)), part), dangerPair, s.dangers[j].start, t.end)
		}
	}
}

// Marks of parts.
const (
	denied  = 1 << 8
	doubted = 2 << 8
)

// part is the meaning of a word of danger, marked when it is denied or doubted right before: "没过敏", "会漏电吗".
func (d *danger) part(s *scratch, at int) uint32 {
	t := s.dangers[at]
	own := uint32(d.meaning(t))
	if !d.isAlarm(t) {
		return own
	}
	far := int32(2)
	if isLatin(s.text.Runes[t.start]) {
		far = 8
	}
	for j := at - 1; j >= max(at-3, 0); j-- {
		before := s.dangers[j]
		gap := t.start - before.end
		if gap > 3*far || !s.isOneClause(before.end, t.start) {
			return own
		}
		switch meaning := d.meaning(before); {
		case meaning == d.not && gap <= far:
			return own | denied
		case meaning == d.doubt:
			return own | doubted
		}
	}
	return own
}

// isOneClause tells that no mark parts two places.
func (s *scratch) isOneClause(from, to int32) bool {
	return !slices.ContainsFunc(s.text.Runes[from:to], func(r rune) bool { return r == ',' || isStop(r) })
}
