// Package patience bounds how long something may take without starting a timer for what never waits, which is nearly every
// message: a context's timer costs more than looking a conversation up in memory. It knows nothing of what it bounds.
package patience

import (
	"context"
	"sync"
	"time"
)

// A Context ends at its time, when its parent ends, or with End, as one of context.WithDeadline does; the timer is started by
// whoever first waits for it. Make it with Within, and call End when the work is done.
type Context struct {
	parent context.Context
	until  time.Time

	mu     sync.Mutex
	waited context.Context // nil as long as nobody has waited
	cancel context.CancelFunc
	err    error // why it has ended, as far as that was seen before anybody waited
}

// Within is a context that ends after a stretch of time.
func Within(parent context.Context, d time.Duration) *Context {
	until := time.Now().Add(d)
	if before, ok := parent.Deadline(); ok && before.Before(until) {
		until = before
	}
	return &Context{parent: parent, until: until}
}

// End ends the context; what waits for it is released.
func (c *Context) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
	} else if c.look() == nil {
		c.err = context.Canceled
	}
}

// Deadline is when the context ends at the latest.
func (c *Context) Deadline() (time.Time, bool) { return c.until, true }

// Done is closed when the context has ended.
func (c *Context) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waited == nil {
		c.waited, c.cancel = context.WithDeadline(c.parent, c.until)
		if c.err != nil {
			c.cancel()
		}
	}
	return c.waited.Done()
}

// Err says why the context has ended, nil when it has not.
func (c *Context) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waited != nil && c.err == nil {
		return c.waited.Err()
	}
	return c.look()
}

// look notes why the context has ended, for as long as nobody waits for it; the lock is held.
func (c *Context) look() error {
	switch {
	case c.err != nil:
	case c.parent.Err() != nil:
		c.err = c.parent.Err()
	case !time.Now().Before(c.until):
		c.err = context.DeadlineExceeded
	}
	return c.err
}

// Value is the parent's. Contexts that are derived from this one find by it what they have to wait for.
func (c *Context) Value(key any) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waited != nil {
		return c.waited.Value(key)
	}
	return c.parent.Value(key)
}
