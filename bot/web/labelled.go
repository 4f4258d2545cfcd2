package web

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// labelled remembers the figure of each set of labels, since to find it by its labels costs more than to count. The sets are few:
// no label ever comes from a request.
type labelled[L comparable, F any] struct {
	known atomic.Pointer[map[L]F]
	mu    sync.Mutex // of those who add
}

// get gives the figure of these labels; find looks for one that is not known yet.
func (k *labelled[L, F]) get(labels L, find func(L) F) F {
	if known := k.known.Load(); known != nil {
		if figure, ok := (*known)[labels]; ok {
			return figure
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	next := map[L]F{}
	if known := k.known.Load(); known != nil {
		next = maps.Clone(*known)
	}
	figure, ok := next[labels]
	if !ok {
		figure = find(labels)
		next[labels] = figure
		k.known.Store(&next)
	}
	return figure
}

// The labels of the figures that are counted with every message.
type (
	workLabels struct{ what, outcome string }
	callLabels struct {
		route, method string
		status        int
		stream        bool
	}
)

// calls are the figures of the calls of one route, method and status.
type calls struct {
	requests prometheus.Counter
	seconds  prometheus.Observer // nil for streams
}
