package engine

import "sync"

// numbers hands out the numbers of handoffs: each shop counts its own. The store has the last word (a number that is
// taken there makes a commit stale); keeping the next one here keeps busy shops from running into that.
type numbers struct {
	mu   sync.Mutex
	next map[string]int
}

func newNumbers() *numbers { return &numbers{next: map[string]int{}} }

// peek is the number that the shop's next handoff would get, at least the one that the store said.
func (n *numbers) peek(shop string, stored int) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next[shop] = max(n.next[shop], stored, 1)
	return n.next[shop]
}

// take reserves count numbers from the one that was peeked at; false means that another turn was quicker.
func (n *numbers) take(shop string, from, count int) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next[shop] != from {
		return false
	}
	n.next[shop] = from + count
	return true
}

// giveBack returns numbers that were not used after all, if nobody has taken one since.
func (n *numbers) giveBack(shop string, from, count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if count > 0 && n.next[shop] == from+count {
		n.next[shop] = from
	}
}
