package engine

import (
	"sync"
	"time"
)

// An alarm wakes the scheduler when something falls due earlier than what it sleeps for.
type alarm struct {
	ring chan struct{}

	mu    sync.Mutex
	until time.Time // zero while the scheduler is awake: it may have looked already
}

func newAlarm() *alarm { return &alarm{ring: make(chan struct{}, 1)} }

// sleep says until when the scheduler sleeps if nobody wakes it; the zero time says that it is awake.
func (a *alarm) sleep(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = until
}

func (a *alarm) wakeFor(due time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.until.IsZero() || due.Before(a.until) {
		wake(a.ring)
	}
}
