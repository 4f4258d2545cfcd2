package store

// A desk is the handoffs of one shop: which numbers are taken and how many conversations wait, by team.
type desk struct {
	ahead   map[string]int
	highest int
	floor   int          // every number up to here is taken, or as good as
	taken   map[int]bool // above the floor
}

// mostTaken bounds the numbers that are remembered one by one; numbers are given out in order, so those far below the
// highest are not asked for any more.
const mostTaken = 1024

func (d *desk) isTaken(n int) bool { return n <= d.floor || d.taken[n] }

func (d *desk) take(n int) {
	d.taken[n] = true
	d.highest = max(d.highest, n)
	for d.taken[d.floor+1] || len(d.taken) > mostTaken {
		d.floor++
		delete(d.taken, d.floor)
	}
}

// move counts a conversation at the desk of another team.
func (d *desk) move(from, to string) {
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
