package orders

import (
	"context"
	"sync"
	"time"

	"xiaoer/bot"
)

const (
	defaultFresh = 15 * time.Second
	maxCached    = 10_000
)

// A cache keeps answers for a short while and makes equal look-ups at the same time one call. Being down is never kept.
type cache struct {
	fresh time.Duration
	now   func() time.Time

	mu     sync.Mutex
	kept   map[bot.Lookup]answer
	flying map[bot.Lookup]*call
}

type answer struct {
	result bot.LookupResult
	until  time.Time
}

// A call is a look-up under way; done closes when its result is there.
type call struct {
	done   chan struct{}
	result bot.LookupResult
}

func newCache(fresh time.Duration, now func() time.Time) *cache {
	if fresh == 0 {
		fresh = defaultFresh
	}
	return &cache{fresh: fresh, now: now, kept: map[bot.Lookup]answer{}, flying: map[bot.Lookup]*call{}}
}

// get gives the kept answer, or waits for the call under way, or makes one. A caller that gives up is told down; the
// call goes on for those who still wait.
func (c *cache) get(ctx context.Context, l bot.Lookup, ask func() bot.LookupResult) bot.LookupResult {
	c.mu.Lock()
	if a, ok := c.kept[l]; ok && c.now().Before(a.until) {
		c.mu.Unlock()
		return a.result
	}
	f, under := c.flying[l]
	if !under {
		f = &call{done: make(chan struct{}), result: down()}
		c.flying[l] = f
		go c.run(l, f, ask)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.result
	case <-ctx.Done():
		return down()
	}
}

func (c *cache) run(l bot.Lookup, f *call, ask func() bot.LookupResult) {
	f.result = ask()
	c.mu.Lock()
	delete(c.flying, l)
	if c.fresh > 0 && f.result.State != bot.Down {
		c.keep(l, f.result)
	}
	c.mu.Unlock()
	close(f.done)
}

// keep stores an answer; when the cache is full, what is stale goes first, and failing that any entry.
func (c *cache) keep(l bot.Lookup, r bot.LookupResult) {
	now := c.now()
	if len(c.kept) >= maxCached {
		for k, a := range c.kept {
			if !now.Before(a.until) {
				delete(c.kept, k)
			}
		}
	}
	for k := range c.kept {
		if len(c.kept) < maxCached {
			break
		}
		delete(c.kept, k)
	}
	c.kept[l] = answer{result: r, until: now.Add(c.fresh)}
}
