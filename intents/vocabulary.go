package intents

import "fmt"

// The lexicons of which each message is searched for words.
const (
	inWords = iota
	inCues
	inDenials
	inDangers
	lexicons
)

// A vocabulary is several lexicons in one trie: a message is walked over once for all of them, and touches less memory than once
// for each.
type vocabulary struct {
	begin [128]uint64 // as that of a lexicon
	edges edges
	nodes []sharedNode
}

// A sharedNode is reached by the same letters as a node of each lexicon that has words that begin so.
type sharedNode struct {
	own  [lexicons]uint16 // the numbers of those nodes
	ends uint8            // by lexicon, a bit: whether a word of it ends here
	open uint8            // by lexicon, a bit: whether further letters may follow
}

// maxShared bounds the nodes of a lexicon, so that their numbers fit.
const maxShared = 1 << 16

func newVocabulary(of [lexicons]*lexicon) (*vocabulary, error) {
	v := &vocabulary{nodes: make([]sharedNode, 1)}
	for k, l := range of {
		if len(l.means) > maxShared {
			return nil, fmt.Errorf("join words: %d nodes, the most is %d", len(l.means), maxShared)
		}
		for i, bits := range l.begin {
			v.begin[i] |= bits
		}
		v.add(l, k)
	}
	return v, nil
}

// add takes the nodes of lexicon k over.
func (v *vocabulary) add(l *lexicon, k int) {
	into := make([]edge, len(l.means)) // by node of the lexicon, the edge that leads there
	for _, e := range l.edges.slots {
		if e.next != 0 {
			into[e.next] = e
		}
	}
	shared := make([]int32, len(into))     // by node of the lexicon, that of the vocabulary
	for own := 1; own < len(into); own++ { // a node has a higher number than that from which an edge leads there
		from, letter := into[own].of()
		shared[own] = v.next(shared[from], letter)
		n := &v.nodes[shared[own]]
		n.own[k] = uint16(own)
		if len(l.means[own]) > 0 {
			n.ends |= 1 << k
		}
		if l.open[own] {
			n.open |= 1 << k
		}
	}
}

// next gives the node that follows another by a letter, which is made where there is none yet.
func (v *vocabulary) next(from int32, letter rune) int32 {
	next, ok := v.edges.find(from, letter)
	if !ok {
		next = int32(len(v.nodes))
		v.edges.add(from, letter, next)
		v.nodes = append(v.nodes, sharedNode{})
	}
	return next
}

// find makes the tokens of a text by lexicon: those that each of them would find.
func (v *vocabulary) find(runes []rune, out *[lexicons][]token) {
	for k := range out {
		out[k] = out[k][:0]
	}
	for i := 0; i < len(runes); {
		if v.begin[runes[i]>>6&127]>>(runes[i]&63)&1 != 0 {
			v.at(runes, i, out)
		}
		if isLatin(runes[i]) {
			i = endOfLatin(runes, i)
		} else {
			i++
		}
	}
}

// at appends the longest word of each lexicon that begins at a place, unless the place lies within the word before.
func (v *vocabulary) at(runes []rune, start int, out *[lexicons][]token) {
	var longest [lexicons]token
	found, at := uint8(0), int32(0)
	for i := start; i < len(runes); i++ {
		next, ok := v.edges.find(at, runes[i])
		if !ok {
			break
		}
		at = next
		n := &v.nodes[at]
		ends, end := n.ends, i+1
		if ends != 0 && isLatin(runes[i]) && end < len(runes) && isLatin(runes[end]) {
			ends &= n.open
			end = endOfLatin(runes, end)
		}
		for k := 0; ends != 0; k, ends = k+1, ends>>1 {
			if ends&1 != 0 {
				longest[k] = token{int32(start), int32(end), int32(n.own[k])}
				found |= 1 << k
			}
		}
	}
	for k := 0; found != 0; k, found = k+1, found>>1 {
		if n := len(out[k]); found&1 != 0 && (n == 0 || int(out[k][n-1].end) <= start) {
			out[k] = append(out[k], longest[k])
		}
	}
}
