package store

import "xiaoer/bot/desk"

// A shop is what is kept of one shop as a whole: which numbers of handoffs are taken and how many conversations wait, by team;
// its cases; its agents with their switches, and what they did.
type shop struct {
	ahead   map[string]int
	highest int
	floor   int          // every number up to here is taken, or as good as
	taken   map[int]bool // above the floor

	// erased is the highest version of what was erased: new conversations and records begin above it, so that a turn that was loaded
	// before is not taken for one that was loaded after.
	erased int64

	cases    map[string]*handoff // by id
	changes  int64               // of cases, so far
	grants   map[string]desk.Grant
	presence map[string]desk.Presence
	pauses   map[string]desk.Pause // by rule
	audit    []desk.Entry          // by id

	documents map[documentKey]desk.Document
}

// shop gives what is kept of a shop, nothing so far if need be.
func (m *Memory) shop(id string) *shop {
	d := m.shops[id]
	if d == nil {
		d = &shop{
			ahead: map[string]int{}, taken: map[int]bool{}, cases: map[string]*handoff{}, grants: map[string]desk.Grant{},
			presence: map[string]desk.Presence{}, pauses: map[string]desk.Pause{}, documents: map[documentKey]desk.Document{},
		}
		m.shops[id] = d
	}
	return d
}

// mostTaken bounds the numbers that are remembered one by one; numbers are given out in order, so those far below the
// highest are not asked for any more.
const mostTaken = 1024

func (d *shop) isTaken(n int) bool { return n <= d.floor || d.taken[n] }

func (d *shop) take(n int) {
	d.taken[n] = true
	d.highest = max(d.highest, n)
	for d.taken[d.floor+1] || len(d.taken) > mostTaken {
		d.floor++
		delete(d.taken, d.floor)
	}
}

// move counts a conversation at the desk of another team.
func (d *shop) move(from, to string) {
	if from == to {
		return
	}
	if from != "" {
		if d.ahead[from]--; d.ahead[from] == 0 {
			delete(d.ahead, from)
		}
	}
	if to != "" {
		d.ahead[to]++
	}
}
