// contract

package doc

// Kind says what a node is.
type Kind uint8

// The kinds of a node. Null is what has no value (`key:`, `~`, `null`).
const (
	Null Kind = iota
	Scalar
	Sequence
	Mapping
)

// A Node is one value of a document. Aliases are followed, so a node may hang in several places of the tree; its places
// are those of the anchor. A tree has no cycles and is bounded, also when every alias is written out.
type Node struct {
	Kind   Kind
	Text   string  // the text of a scalar, without quotes and escapes
	Tag    string  // "!!str" "!!int" "!!bool" "!!float" "!!null" "!!timestamp"; empty for sequences and mappings
	Quoted bool    // the scalar was written in quotes or as a block (| or >)
	Lost   bool    // Parse has reported that a part of this value is lost: say nothing more about its content
	Items  []*Node // of a sequence
	Pairs  []Pair  // of a mapping, in the order of the file

	start Position // of the node's own text, after anchor and tag
	style style    // how a scalar or collection is written
	owner *Node    // the key (of an empty value)
	src   *source  // the file's lines; nil for a node that was made by hand
	doubt Range    // a comment that would be lost text if this value is a text
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
// to its last. An empty value has the place of its key.
func (n *Node) Range() Range {
	if n == nil || n.src == nil {
		return Range{}
	}
	return Range{File: n.src.name, Start: n.start, End: n.start}
}

// Part is the place of the part [start, end) of a scalar's Text, counted in runes, in the file. It is exact in every
// style of scalar; where it cannot be found the whole node's Range is given.
func (n *Node) Part(start, end int) Range { return n.Range() }
