package intents

import (
	"fmt"
	"strings"

	"xiaoer/intents/text"
)

// A lexicon finds words with a known meaning in a text. It is a trie over runes whose edges lie in one hash table,
// so that a search touches little memory.
type lexicon struct {
	meanings []string       // names, by number
	number   map[string]int // numbers, by name
	begin    [128]uint64    // the first letters of words by their lowest bits, to pass by most places
	edges    edges
	means    [][]uint8 // by node, the meanings of the word that ends there
	open     []bool    // by node, whether further letters may follow
}

// A token is a word of the text that has a meaning.
type token struct {
	start, end int32 // in runes of the plain form
	node       int32
}

// smallNumbers are what a "#" in a word stands for.
var smallNumbers = []string{string(text.Short), "一", "两", "二", "三", "四", "五", "六", "七", "八", "九", "十", "几", "好几", "多少", "半"}

func newLexicon(source string) (*lexicon, error) {
	l := emptyLexicon()
	return l, l.read(source)
}

func emptyLexicon() *lexicon {
	return &lexicon{number: map[string]int{}, means: [][]uint8{nil}, open: []bool{false}}
}

// node gives where a word ends in the trie; 0 where it is not in it.
func (l *lexicon) node(word string) int32 {
	at := int32(0)
	for _, r := range word {
		next, ok := l.edges.find(at, r)
		if !ok {
			return 0
		}
		at = next
	}
	return at
}

// read adds the words of a source, one meaning a line.
func (l *lexicon) read(source string) error {
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, words, ok := strings.Cut(line, ": ")
		if !ok || len(l.meanings) > 250 {
			return fmt.Errorf("read words: %q is no line of words", line)
		}
		l.addLine(name, words)
	}
	return nil
}

func (l *lexicon) addLine(name, words string) {
	id, known := l.number[name]
	if !known {
		id = len(l.meanings)
		l.number[name] = id
		l.meanings = append(l.meanings, name)
	}
	for word := range strings.FieldsSeq(words) {
		if word = strings.ReplaceAll(word, "_", " "); !strings.Contains(word, "#") {
			l.addWord(word, uint8(id))
			continue
		}
		for _, n := range smallNumbers {
			l.addWord(strings.Replace(word, "#", n, 1), uint8(id))
		}
	}
}

// addWord puts a word into the trie under one meaning.
func (l *lexicon) addWord(word string, id uint8) {
	stem := strings.TrimSuffix(word, "*")
	at := int32(0)
	for _, r := range stem {
		if at == 0 {
			l.begin[r>>6&127] |= 1 << (r & 63)
		}
		next, ok := l.edges.find(at, r)
		if !ok {
			next = int32(len(l.means))
			l.means, l.open = append(l.means, nil), append(l.open, false)
			l.edges.add(at, r, next)
		}
		at = next
	}
	l.means[at] = append(l.means[at], id)
	l.open[at] = l.open[at] || stem != word
}

// find appends the tokens of a text, the longest at each place, none overlapping.
func (l *lexicon) find(runes []rune, out []token) []token {
	for i := 0; i < len(runes); {
		t, ok := l.at(runes, i)
		switch {
		case ok:
			out = append(out, t)
			i = int(t.end)
		case isLatin(runes[i]):
			i = endOfLatin(runes, i)
		default:
			i++
		}
	}
	return out
}

// at gives the longest word that begins at a place.
func (l *lexicon) at(runes []rune, i int) (token, bool) {
	if l.begin[runes[i]>>6&127]>>(runes[i]&63)&1 == 0 {
		return token{}, false
	}
	return l.longest(runes, i)
}

func (l *lexicon) longest(runes []rune, start int) (token, bool) {
	best, found, at := token{}, false, int32(0)
	for i := start; i < len(runes); i++ {
		next, ok := l.edges.find(at, runes[i])
		if !ok {
			break
		}
		at = next
		if len(l.means[at]) == 0 {
			continue
		}
		end := i + 1
		if isLatin(runes[i]) && end < len(runes) && isLatin(runes[end]) {
			if !l.open[at] {
				continue
			}
			end = endOfLatin(runes, end)
		}
		best, found = token{int32(start), int32(end), at}, true
	}
	return best, found
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r == '\'' || r >= 0xDF && r < 0x250 }

func endOfLatin(runes []rune, i int) int {
	for i < len(runes) && isLatin(runes[i]) {
		i++
	}
	return i
}
