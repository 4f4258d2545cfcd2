package engine

import (
	"sync"
	"time"
)

// busy says which shops are being worked for in the background, and which are left alone for a while.
type busy struct {
	mu    sync.Mutex
	shops map[string]time.Time // until when; zero while work is under way
}

func newBusy() *busy { return &busy{shops: map[string]time.Time{}} }

// start is true when nobody works for the shop and it may be worked for.
func (b *busy) start(shop string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until, ok := b.shops[shop]; ok && (until.IsZero() || now.Before(until)) {
		return false
	}
	b.shops[shop] = time.Time{}
	return true
}

func (b *busy) end(shop string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.shops, shop)
}

// rest ends the work and leaves the shop alone until then.
func (b *busy) rest(shop string, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shops[shop] = until
}
