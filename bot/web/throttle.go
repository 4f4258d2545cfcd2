package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A throttle holds each of many callers to a rate. It remembers between most and twice most of them, those seen last; who
// is forgotten begins anew.
type throttle struct {
	perSecond rate.Limit
	burst     int
	most      int

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newThrottle(perSecond float64, burst, most int) *throttle {
	return &throttle{perSecond: rate.Limit(perSecond), burst: burst, most: most, young: map[string]*rate.Limiter{}}
}

// take counts one call of a caller. A wait above 0 says that the call is one too many, and when the next may be made.
func (t *throttle) take(key string) (wait time.Duration) {
	r := t.of(key).Reserve()
	if wait = r.Delay(); wait > 0 {
		r.Cancel()
	}
	return wait
}

// wait is how long until a caller may call again, 0 for now; it counts nothing and remembers nobody.
func (t *throttle) wait(key string) time.Duration {
	t.mu.Lock()
	limiter := t.find(key)
	t.mu.Unlock()
	if limiter == nil {
		return 0
	}
	r := limiter.Reserve()
	defer r.Cancel()
	return r.Delay()
}

// knows is whether a caller was seen not long ago.
func (t *throttle) knows(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.find(key) != nil
}

func (t *throttle) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.young, key)
	delete(t.old, key)
}

// find looks in both generations; the lock is held.
func (t *throttle) find(key string) *rate.Limiter {
	if limiter := t.young[key]; limiter != nil {
		return limiter
	}
	return t.old[key]
}

// of gives a caller's limiter and moves it to the young ones. When those are full they become the old, and the old go.
func (t *throttle) of(key string) *rate.Limiter {
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
