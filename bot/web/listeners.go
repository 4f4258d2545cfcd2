package web

import (
	"net/http"
	"sync"
	"time"
)

// A seat is one agent in one shop. Agents of the same name in two shops may be two people.
type seat struct{ shop, agent string }

// listeners count who listens to live updates.
type listeners struct {
	limits DeskLimits

	mu     sync.Mutex
	all    int
	ofShop map[string]int
	ofOne  map[seat]int
}

// join makes room for a listener, who leaves once.
func (l *listeners) join(at seat) (leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ofOne[at] >= l.limits.ListenersOfOne:
		return nil, newProblem(http.StatusTooManyRequests, "too-many", "this agent listens too often already").after(5 * time.Second)
	case l.all >= l.limits.Listeners || l.ofShop[at.shop] >= l.limits.ListenersOfShop:
		return nil, newProblem(http.StatusServiceUnavailable, "busy", "too many are listening").after(5 * time.Second)
	}
	l.count(at, 1)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.count(at, -1)
	}, nil
}

// count adds to all counts and keeps no zeros; the lock is held.
func (l *listeners) count(at seat, n int) {
	l.all += n
	if l.ofShop[at.shop] += n; l.ofShop[at.shop] == 0 {
		delete(l.ofShop, at.shop)
	}
	if l.ofOne[at] += n; l.ofOne[at] == 0 {
		delete(l.ofOne, at)
	}
}
