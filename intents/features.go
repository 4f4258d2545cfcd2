package intents

import "xiaoer/intents/text"

// A feature is one thing about a text that weights are learned for.
type feature struct {
	id         uint32
	value      int32 // in sixteenths
	start, end int32 // the span of the plain form that it stands for
}

// A unit is a character, a mark or a whole Latin word: what sequences are made of.
type unit struct {
	id         uint32
	start, end int32
	sound      uint16 // 0 where it cannot be read aloud in Chinese
}

// kindValues say how much a feature of each kind counts beside the others, in sixteenths.
type kindValues struct {
	chars   [4]int32 // by how many in a row
	inWord  int32
	sound   [4]int32 // by how many in a row
	meaning int32
	pair    int32
}

var defaultValues = kindValues{
	chars:   [4]int32{0, 11, 16, 14},
	inWord:  8,
	sound:   [4]int32{0, 0, 8, 8},
	meaning: 16,
	pair:    13,
}

func mix(h, v uint32) uint32 {
	h ^= v * 0x9E3779B1
	h ^= h >> 15
	h *= 0x85EBCA6B
	return h ^ h>>13
}

// cutUnits splits a stretch of the plain form into units.
func (s *scratch) cutUnits(runes []rune, from, to int, tables *text.Tables) {
	s.units = s.units[:0]
	for i := from; i < to; {
		r := runes[i]
		switch {
		case r == ' ':
			i++
		case isLatin(r):
			end := min(endOfLatin(runes, i), to)
			h := uint32(7)
			for _, l := range runes[i:end] {
				h = mix(h, uint32(l))
			}
			u := unit{id: h | 1<<31, start: int32(i), end: int32(end)}
			s.units = append(s.units, u)
			i = end
		default:
			s.units = append(s.units, unit{uint32(r), int32(i), int32(i + 1), tables.Sound(r)})
			i++
		}
	}
}

const (
	saltChars = iota + 1
	saltWord
	saltSound
	saltMeaning
	saltPair
)

// collect makes the features of a stretch of the plain form.
func (s *scratch) collect(from, to int, m *machine) {
	s.features, s.holds = s.features[:0], false
	s.cutUnits(s.text.Runes, from, to, m.tables)
	s.sequences(m)
	s.subwords(m)
	s.pronounced(m)
	s.meanings(from, to, m)
}

func (s *scratch) put(id uint32, value int32, start, end int32) {
	if value != 0 {
		s.features = append(s.features, feature{id, value, start, end})
	}
}

// sequences adds one to three units in a row, with marks for the beginning and the end.
func (s *scratch) sequences(m *machine) {
	n := len(s.units)
	for i := -1; i < n; i++ {
		h, start := uint32(saltChars), int32(0)
		if i >= 0 {
			start = s.units[i].start
		} else if n > 0 {
			start = s.units[0].start
		}
		for k := 1; k < len(m.values.chars) && i+k <= n+1; k++ {
			at := i + k - 1
			switch {
			case at < 0:
				h = mix(h, 1)
				continue
			case at >= n:
				h = mix(h, 2)
				if k == 1 || n == 0 {
					continue
				}
				s.put(mix(h, uint32(k)), m.values.chars[k], start, s.units[n-1].end)
			default:
				h = mix(h, s.units[at].id)
				s.put(mix(h, uint32(k)), m.values.chars[k], start, s.units[at].end)
			}
		}
	}
}

// subwords adds the three- and four-letter pieces of Latin words, which survive typing mistakes.
func (s *scratch) subwords(m *machine) {
	for _, u := range s.units {
		if u.id&(1<<31) == 0 {
			continue
		}
		n := int(u.end - u.start)
		letter := func(i int) uint32 {
			if i < 0 || i >= n {
				return '_'
			}
			return uint32(s.text.Runes[int(u.start)+i])
		}
		for i := -1; i <= n-2 && i < 24; i++ {
			h := mix(mix(mix(saltWord, letter(i)), letter(i+1)), letter(i+2))
			s.put(h, m.values.inWord, u.start, u.end)
			if i <= n-3 {
				s.put(mix(h, letter(i+3)), m.values.inWord, u.start, u.end)
			}
		}
	}
}

// pronounced adds two and three sounds in a row, for homophones and for words spelled in letters.
func (s *scratch) pronounced(m *machine) {
	h2, h1 := uint32(0), uint32(0)
	var p2, p1 int32
	step := func(sound uint16, start, end int32) {
		if sound == 0 {
			h1, h2 = 0, 0
			return
		}
		id := uint32(sound)
		if h1 != 0 {
			s.put(mix(mix(saltSound, h1), id), m.values.sound[2], p1, end)
			if h2 != 0 {
				s.put(mix(mix(mix(saltSound, h2), h1), id), m.values.sound[3], p2, end)
			}
		}
		h2, h1, p2, p1 = h1, id, p1, start
	}
	for _, u := range s.units {
		if u.id&(1<<31) == 0 {
			step(u.sound, u.start, u.end)
			continue
		}
		s.sounds = m.tables.Spell(s.text.Runes[u.start:u.end], s.sounds[:0])
		if len(s.sounds) == 0 || len(s.sounds) > 8 {
			step(0, 0, 0)
			continue
		}
		for _, id := range s.sounds {
			step(id, u.start, u.end)
		}
	}
}

// meanings adds the meanings of words, and pairs of them in their order.
func (s *scratch) meanings(from, to int, m *machine) {
	first := 0
	for first < len(s.tokens) && int(s.tokens[first].start) < from {
		first++
	}
	for i := first; i < len(s.tokens) && int(s.tokens[i].end) <= to; i++ {
		t := s.tokens[i]
		for _, a := range m.words.means[t.node] {
			s.put(mix(saltMeaning, uint32(a)), m.values.meaning, t.start, t.end)
			for j := max(first, i-5); j < i; j++ {
				p := s.tokens[j]
				for _, b := range m.words.means[p.node] {
					s.put(mix(mix(saltPair, uint32(b)), uint32(a)), m.values.pair, p.start, t.end)
				}
			}
		}
	}
}

// machine holds what all classifiers share: the tables of characters and words.
type machine struct {
	tables     *text.Tables
	words      *lexicon
	vocabulary *vocabulary // the words of all lexicons but those of calls
	cues       *lexicon
	denials    *denier
	calls      *callWords
	danger     *danger
	places     *places
	values     kindValues

	hello, thanks, okword uint8 // meanings of words that small talk is made of
}
