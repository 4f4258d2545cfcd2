// contract

package doc

import "unicode/utf8"

// Kind says what a node is.
type Kind uint8

// The kinds of a node. Null is what has no value (`key:`, `~`, `null`).
const (
	Null Kind = iota
	Scalar
	Sequence
	Mapping
)

// A Node is one value of a document. Aliases are followed, so a value may hang in several places of the tree; its places
// are those of the anchor. A tree has no cycles and is bounded, also when every alias is written out.
type Node struct {
	Kind   Kind
	Text   string  // the text of a scalar, without quotes and escapes
	Tag    string  // "!!str" "!!int" "!!bool" "!!float" "!!null" "!!timestamp"; empty for sequences and mappings
	Quoted bool    // the scalar was written in quotes or as a block (| or >)
	Lost   bool    // Parse has reported that a part of this value is lost: say nothing more about its content
	Items  []*Node // of a sequence
	Pairs  []Pair  // of a mapping, in the order of the file; merged keys (<<) come last

	src      *source // the file's lines; nil for a node that was made by hand
	start    Position
	offset   int   // of start, in bytes
	style    style // how it is written
	owner    *Node // the key, or the sequence, of an empty value
	last     *Node // the last child that is written here, of a mapping or sequence
	aliasEnd int   // where `*name` ends, when this node is an alias
	doubt    *Range
}

// A Pair is one entry of a mapping. Key is always a scalar.
type Pair struct{ Key, Value *Node }

// Get gives the value of a key of a mapping, nil when there is none or when n is nil or no mapping.
func (n *Node) Get(key string) *Node {
	if p := n.Pair(key); p != nil {
		return p.Value
	}
	return nil
}

// Pair gives the entry of a key of a mapping, nil when there is none or when n is nil or no mapping.
func (n *Node) Pair(key string) *Pair {
	if n == nil {
		return nil
	}
	for i := range n.Pairs {
		if n.Pairs[i].Key.Text == key {
			return &n.Pairs[i]
		}
	}
	return nil
}

// Range is the place of the whole node: for a scalar its text with the quotes, for a mapping or sequence from its first
// to its last. An empty value has the place of its key. A nil node, or one that was made by hand, has no place.
func (n *Node) Range() Range {
	if n == nil || n.src == nil {
		return Range{}
	}
	if n.isEmpty() && n.owner != nil {
		return n.owner.head()
	}
	return n.between(n.offset, n.end())
}

// Part is the place of the part [start, end) of a scalar's Text, counted in runes, in the file. It is exact in every
// style of scalar; where it cannot be found, or the part does not lie in the text, the whole node's Range is given.
func (n *Node) Part(start, end int) Range {
	if n == nil || n.src == nil || n.Kind != Scalar || start < 0 || end < start || n.isEmpty() {
		return n.Range()
	}
	spans, _, ok := align(n.src.text, n.offset, n.Text, n.style)
	if !ok || end > len(spans) || len(spans) == 0 {
		return n.Range()
	}
	switch {
	case start == len(spans):
		return n.between(spans[start-1].end, spans[start-1].end)
	case start == end:
		return n.between(spans[start].start, spans[start].start)
	}
	return n.between(spans[start].start, spans[end-1].end)
}

// Doubt is the place of a comment that was taken from this value if the value is meant as a text; ok is false when
// there is none. Parse reports it itself where the value is a text beyond doubt; for a number it is only known by the
// reader that wants a text.
func (n *Node) Doubt() (place Range, ok bool) {
	if n == nil || n.doubt == nil {
		return Range{}, false
	}
	return *n.doubt, true
}

func (n *Node) isEmpty() bool {
	return n.Text == "" && !n.Quoted && (n.Kind == Null || n.Kind == Scalar)
}

// head is where a key stands, or the beginning of a sequence, for values that are not there.
func (n *Node) head() Range {
	if n.Kind == Scalar {
		return n.between(n.offset, n.end())
	}
	return n.between(n.offset, n.offset)
}

func (n *Node) between(from, to int) Range {
	start := n.start
	if from != n.offset {
		start = n.src.advance(n.start, n.offset, from)
	}
	return Range{File: n.src.name, Start: start, End: n.src.advance(start, from, max(from, to))}
}

// end is the offset behind the node's last rune.
func (n *Node) end() int {
	switch n.Kind {
	case Mapping, Sequence:
		return n.collectionEnd()
	case Null:
		return n.offset + len(n.Text)
	default:
		return n.textEnd()
	}
}

// textEnd is the offset behind a text, with its closing quote.
func (n *Node) textEnd() int {
	if n.isEmpty() {
		return n.offset
	}
	if n.style == plain && hasPrefixAt(n.src.text, n.offset, n.Text) {
		return n.offset + len(n.Text)
	}
	if _, end, ok := align(n.src.text, n.offset, n.Text, n.style); ok {
		return end
	}
	return n.src.lineEnd(n.src.lineOf(n.offset))
}

func hasPrefixAt(text string, at int, prefix string) bool {
	return at+len(prefix) <= len(text) && text[at:at+len(prefix)] == prefix
}

// place is where a node's own writing ends in its parent: behind the alias if it is one.
func (n *Node) place() int {
	if n.aliasEnd > 0 {
		return n.aliasEnd
	}
	return n.end()
}

func (n *Node) collectionEnd() int {
	end := n.offset
	if n.last != nil {
		end = max(end, n.last.place())
	}
	if n.style != flow {
		return end
	}
	if end == n.offset {
		end++
	}
	for end < len(n.src.text) {
		switch n.src.text[end] {
		case ']', '}':
			return end + 1
		case '#':
			end = n.src.lineEnd(n.src.lineOf(end))
		default:
			_, size := utf8.DecodeRuneInString(n.src.text[end:])
			end += size
		}
	}
	return end
}
