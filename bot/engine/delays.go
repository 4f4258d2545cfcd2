package engine

import (
	"maps"
	"sync"
	"time"
)

const (
	longestDelay = time.Minute
	mostDelays   = 4096
)

// delays say which timers could not be stepped and are left alone for a while, so that those behind them have their turn. They are only
// remembered: after a restart each is tried again at once.
type delays struct {
	mu   sync.Mutex
	held map[Key]delay
}

type delay struct {
	until  time.Time
	length time.Duration
}

func newDelays() *delays { return &delays{held: map[Key]delay{}} }

// failed leaves a timer alone for restAfterFailure, and for twice as long each time that it fails again. It says whether this is the first
// time.
func (d *delays) failed(k Key, now time.Time) (first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	length := min(2*d.held[k].length, longestDelay)
	if first = length == 0; first {
		length = restAfterFailure
	}
	if len(d.held) >= mostDelays {
		clear(d.held)
	}
	d.held[k] = delay{now.Add(length), length}
	return first
}

func (d *delays) stepped(k Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.held, k)
}

// of says whether a timer has failed before, and whether it is left alone now. One that would be so for longer than any was meant for a
// clock that has been put back.
func (d *delays) of(k Key, now time.Time) (failed, waits bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	one, failed := d.held[k]
	left := one.until.Sub(now)
	return failed, failed && left > 0 && left <= longestDelay
}

// most is how many of one shop's are left alone, of the shop that has most of them; so many more must be listed of each shop. What nobody
// has tried for long is forgotten: it is not due any more.
func (d *delays) most(now time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.held, func(_ Key, one delay) bool { return now.Sub(one.until) > 2*longestDelay })
	count, most := map[string]int{}, 0
	for k := range d.held {
		count[k.Shop]++
		most = max(most, count[k.Shop])
	}
	return most
}
