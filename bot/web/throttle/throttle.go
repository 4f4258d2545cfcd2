// Package throttle holds each of many callers to a rate, in memory that is bounded. It knows neither who they are nor what they call.
package throttle

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Throttle holds each of many callers to a rate. It remembers between most and twice most of them, those seen last; who
// is forgotten begins anew.
type Throttle struct {
	perSecond rate.Limit
	burst     int
	most      int

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

// New makes a throttle of so many calls a second, so many of them at once, that remembers the last callers, about most of them.
func New(perSecond float64, burst, most int) *Throttle {
	return &Throttle{perSecond: rate.Limit(perSecond), burst: burst, most: most, young: map[string]*rate.Limiter{}}
}

// Take counts one call of a caller. A wait above 0 says that the call is one too many, and when the next may be made.
func (t *Throttle) Take(key string) (wait time.Duration) {
	r := t.of(key).Reserve()
	if wait = r.Delay(); wait > 0 {
		r.Cancel()
	}
	return wait
}

// Wait is how long until a caller may call again, 0 for now; it counts nothing and remembers nobody.
func (t *Throttle) Wait(key string) time.Duration {
	t.mu.Lock()
	limiter := t.find(key)
	t.mu.Unlock()
	if limiter == nil {
		return 0
	}
	missing := 1 - limiter.Tokens() // a reservation would not do: what may be used at once is not given back
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(limiter.Limit()) * float64(time.Second))
}

// Knows is whether a caller was seen not long ago.
func (t *Throttle) Knows(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.find(key) != nil
}

// Forget lets a caller begin anew.
func (t *Throttle) Forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.young, key)
	delete(t.old, key)
}

// find looks in both generations; the lock is held.
func (t *Throttle) find(key string) *rate.Limiter {
	if limiter := t.young[key]; limiter != nil {
		return limiter
	}
	return t.old[key]
}

// of gives a caller's limiter and moves it to the young ones. When those are full they become the old, and the old go.
func (t *Throttle) of(key string) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	limiter := t.young[key]
	if limiter != nil {
		return limiter
	}
	if limiter = t.old[key]; limiter == nil {
		limiter = rate.NewLimiter(t.perSecond, t.burst)
	}
	if len(t.young) >= t.most {
		t.old, t.young = t.young, make(map[string]*rate.Limiter, t.most)
	}
	t.young[key] = limiter
	return limiter
}
