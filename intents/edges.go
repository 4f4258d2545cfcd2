package intents

// edges are those of a trie: from a node by a letter to the next. They lie in one open hash table, half of which stays free, since
// most places of a text begin no word and are to be passed by quickly.
type edges struct {
	slots []edge
	used  int
}

// An edge's key is the node and the letter; a slot that is free leads nowhere, and no edge leads to the root.
type edge struct {
	key  uint64
	next int32
}

const fewEdges = 64

func (e *edges) find(node int32, letter rune) (next int32, ok bool) {
	if len(e.slots) == 0 {
		return 0, false
	}
	key := edgeKey(node, letter)
	mask := uint64(len(e.slots) - 1)
	for at := spread(key) & mask; ; at = (at + 1) & mask {
		s := &e.slots[at]
		if s.next == 0 {
			return 0, false
		}
		if s.key == key {
			return s.next, true
		}
	}
}

// add puts in an edge that is not there yet.
func (e *edges) add(node int32, letter rune, next int32) {
	if 2*(e.used+1) > len(e.slots) {
		old := e.slots
		e.slots = make([]edge, max(fewEdges, 2*len(old)))
		for _, s := range old {
			if s.next != 0 {
				e.put(s)
			}
		}
	}
	e.used++
	e.put(edge{edgeKey(node, letter), next})
}

func (e *edges) put(s edge) {
	mask := uint64(len(e.slots) - 1)
	at := spread(s.key) & mask
	for e.slots[at].next != 0 {
		at = (at + 1) & mask
	}
	e.slots[at] = s
}

func edgeKey(node int32, letter rune) uint64 {
	return uint64(uint32(node))<<32 | uint64(uint32(letter))
}

// of gives the node and the letter of an edge.
func (e edge) of() (node int32, letter rune) { return int32(e.key >> 32), rune(uint32(e.key)) }

// spread makes the low bits of a key depend on all of it.
func spread(key uint64) uint64 {
	key *= 0x9E3779B97F4A7C15
	return key ^ key>>32
}
