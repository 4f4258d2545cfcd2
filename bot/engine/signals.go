package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How signals of other processes are followed.
const (
	firstReconnect   = 250 * time.Millisecond
	longestReconnect = 5 * time.Second
	deskQuiet        = 200 * time.Millisecond // within which the desk of a shop is not forgotten twice
)

// signalsOf is what the store offers, before anything lies before it.
func signalsOf(o *Options) Signals {
	s, _ := o.Store.(Signals)
	return s
}

// runSignals follows what other processes say that they have changed, and comes back to it when the line is cut. What was missed meanwhile
// is found by those who look for themselves (see runFeed), and at the latest when the line is up again.
func (e *Engine) runSignals(ctx context.Context) {
	if e.signals == nil {
		return
	}
	wait := firstReconnect
	for {
		began := time.Now()
		err := e.followSafely(ctx)
		if ctx.Err() != nil {
			return
		}
		e.Logger.Warn("follow what other processes change", "err", err)
		if time.Since(began) > longestReconnect {
			wait = firstReconnect
		}
		if !rest(ctx, wait) {
			return
		}
		wait = min(2*wait, longestReconnect)
		e.signalled("", nil)
	}
}

func (e *Engine) followSafely(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	forgotten := map[string]time.Time{}
	if err := e.signals.Follow(ctx, func(shop string) { e.signalled(shop, forgotten) }); err != nil {
		return err
	}
	return errors.New("the signals have ended")
}

// signalled lets whoever watches a shop or a chat of it look at it, and the next turn read its desk; "" is all shops. A shop in which much
// is going on has its desk forgotten now and then only: none is believed for longer than a second anyway.
func (e *Engine) signalled(shop string, forgotten map[string]time.Time) {
	c, cached := e.Store.(*cache)
	e.chats.said(shop)
	if shop == "" {
		for _, name := range e.feed.names() {
			e.feed.changed(name)
		}
		if cached {
			c.dropDesks()
		}
		return
	}
	e.feed.changed(shop)
	if now := time.Now(); cached && now.Sub(forgotten[shop]) > deskQuiet {
		if len(forgotten) >= mostForgotten {
			clear(forgotten)
		}
		forgotten[shop] = now
		c.dropDesk(shop)
	}
}

// mostForgotten bounds how many shops are known to have been quiet.
const mostForgotten = 4096

// dropDesk lets the next turn ask who is there, who waits and what is switched off. A read that is under way may bring the old one back, for
// as long as a desk is believed.
func (c *cache) dropDesk(shop string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.desks, shop)
}

func (c *cache) dropDesks() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.desks)
}
