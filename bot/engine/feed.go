package engine

import (
	"context"
	"sync"
	"time"
)

// pollFeed is how often it is looked whether another process has changed cases.
const pollFeed = 500 * time.Millisecond

// A feed signals those who watch a shop whenever its cases may have changed. What has changed they read from the store, by
// the number of the last change that they have seen, so that a signal that came twice or too often does no harm.
type feed struct {
	mu     sync.Mutex
	shops  map[string]*watched
	erased map[string]erasures
}

// erasures are how often cases of a shop were erased, and where its count of changes stood the last time.
type erasures struct {
	times int
	place int64
}

// A watched shop is in the map as long as somebody watches it.
type watched struct {
	listeners map[chan struct{}]struct{}
	last      int64 // the last change that a look at the store saw; below 0 before the first, which signals too
}

func newFeed() *feed { return &feed{shops: map[string]*watched{}, erased: map[string]erasures{}} }

// watch makes a listener. A signal that nobody has taken yet stands for all that come after it.
func (f *feed) watch(shop string) (changed <-chan struct{}, stop func()) {
	mine := make(chan struct{}, 1)
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.shops[shop]
	if w == nil {
		w = &watched{listeners: map[chan struct{}]struct{}{}, last: -1}
		f.shops[shop] = w
	}
	w.listeners[mine] = struct{}{}
	return mine, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(w.listeners, mine)
		if len(w.listeners) == 0 && f.shops[shop] == w {
			delete(f.shops, shop)
		}
	}
}

// changed signals all who watch a shop, and waits for none.
func (f *feed) changed(shop string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w := f.shops[shop]; w != nil {
		w.signal()
	}
}

// erase notes that cases have gone, of which nobody will read, and signals.
func (f *feed) erase(shop string, place int64) {
	f.mu.Lock()
	f.erased[shop] = erasures{f.erased[shop].times + 1, place}
	f.mu.Unlock()
	f.changed(shop)
}

func (w *watched) signal() {
	for l := range w.listeners {
		wake(l)
	}
}

// saw compares the store's count of changes with the one that was seen before.
func (f *feed) saw(shop string, last int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.shops[shop]
	if w == nil || w.last == last {
		return
	}
	w.last = last
	w.signal()
}

func (f *feed) names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]string, 0, len(f.shops))
	for shop := range f.shops {
		out = append(out, shop)
	}
	return out
}

// Watch signals whenever cases of a shop may have changed, until stop is called: at once for what this engine commits, and
// within a second, while Run runs, for what others do.
func (e *Engine) Watch(shop string) (changed <-chan struct{}, stop func()) { return e.feed.watch(shop) }

// Erased counts how often cases of a shop were erased since the engine was made, and says where the shop's count of changes stood the last
// time: who has seen no more than that may hold what is gone, and no change will tell. What other processes erase is not known here.
func (e *Engine) Erased(shop string) (times int, place int64) {
	e.feed.mu.Lock()
	defer e.feed.mu.Unlock()
	one := e.feed.erased[shop]
	return one.times, one.place
}

// runFeed looks for changes that other processes have made.
func (e *Engine) runFeed(ctx context.Context) {
	for rest(ctx, pollFeed) {
		for _, shop := range e.feed.names() {
			last, err := e.LastChange(ctx, shop)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				e.Logger.Warn("look for changed cases", "shop", shop, "err", err)
				break // the store is in trouble: the others' turn comes with the next look
			}
			e.feed.saw(shop, last)
		}
	}
}
