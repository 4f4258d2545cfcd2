package engine

import (
	"sync"

	"xiaoer/bot"
)

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

// reserved are handoff numbers that a turn has taken and not yet used.
type reserved struct{ from, count int }

// nextNumber is the number of the next handoff: one that this turn has taken already, or the shop's next. When the store
// has gone past the one that was taken, it is given up: another replica may have used it.
func (e *Engine) nextNumber(t *turn, stored int) int {
	if t.number.count > 0 && t.number.from >= stored {
		return t.number.from
	}
	e.numbers.giveBack(t.key.Shop, t.number.from, t.number.count)
	t.number = reserved{}
	return e.numbers.peek(t.key.Shop, stored)
}

// reserve takes the numbers that the step has used.
func (e *Engine) reserve(t *turn, from, count int) bool {
	if count <= t.number.count {
		return true
	}
	if t.number.count > 0 { // it needs more than it took before
		e.numbers.giveBack(t.key.Shop, t.number.from, t.number.count)
		t.number = reserved{}
	}
	if !e.numbers.take(t.key.Shop, from, count) {
		return false
	}
	t.number = reserved{from, count}
	return true
}

// numbersOf lists the numbers of the handoffs that were opened by these actions; changes of older ones have smaller numbers.
func numbersOf(actions []bot.Action, next int) (out []int) {
	for _, a := range actions {
		if a.Handoff != nil && a.Handoff.Number >= next {
			out = append(out, a.Handoff.Number)
		}
	}
	return out
}
