package engine

import (
	"context"
	"sync"
)

// Limits bound how many turns may be running or waiting.
type Limits struct {
	PerConversation int // default 128
	PerShop         int // default 2048
	Total           int // default 8192
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.PerConversation, 128)
	set(&l.PerShop, 2048)
	set(&l.Total, 8192)
	return l
}

// lanes lets the turns of one conversation through one at a time, in the order of their coming, and those of
// different conversations side by side. What is over the limits is refused at once, so that queues stay short.
type lanes struct {
	limits Limits

	mu     sync.Mutex
	lanes  map[Key]*lane
	shops  map[string]int
	total  int
	closed bool
	idle   chan struct{} // closed when the last turn leaves after closing
}

// A lane is busy as long as it is in the map.
type lane struct{ waiting []chan struct{} }

func newLanes(l Limits) *lanes {
	return &lanes{limits: l.withDefaults(), lanes: map[Key]*lane{}, shops: map[string]int{}, idle: make(chan struct{})}
}

// enter waits for the conversation's turn. The caller must call leave exactly once when err is nil.
func (l *lanes) enter(ctx context.Context, k Key) (leave func(), err error) {
	l.mu.Lock()
	if err := l.admit(k.Shop); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	ln := l.lanes[k]
	if ln == nil {
		l.lanes[k] = &lane{}
		l.mu.Unlock()
		return func() { l.leave(k) }, nil
	}
	if len(ln.waiting)+1 >= l.limits.PerConversation {
		l.dismiss(k.Shop)
		l.mu.Unlock()
		return nil, ErrBusy
	}
	mine := make(chan struct{})
	ln.waiting = append(ln.waiting, mine)
	l.mu.Unlock()

	select {
	case <-mine:
		return func() { l.leave(k) }, nil
	case <-ctx.Done():
		l.abandon(k, ln, mine)
		return nil, ErrBusy
	}
}

// pass counts a turn that waits for nobody: an agent's word does not queue behind a look-up.
func (l *lanes) pass(shop string) (leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.admit(shop); err != nil {
		return nil, err
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.dismiss(shop)
	}, nil
}

// abandon gives up waiting; the turn may have been granted at the same moment, and is then passed on.
func (l *lanes) abandon(k Key, ln *lane, mine chan struct{}) {
	l.mu.Lock()
	for i, w := range ln.waiting {
		if w == mine {
			ln.waiting = append(ln.waiting[:i], ln.waiting[i+1:]...)
			l.dismiss(k.Shop)
			l.mu.Unlock()
			return
		}
	}
	l.mu.Unlock()
	l.leave(k)
}

func (l *lanes) leave(k Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dismiss(k.Shop)
	ln := l.lanes[k]
	if len(ln.waiting) == 0 {
		delete(l.lanes, k)
		return
	}
	next := ln.waiting[0]
	ln.waiting = ln.waiting[1:]
	close(next)
}

// admit counts one turn more; the lock is held.
func (l *lanes) admit(shop string) error {
	switch {
	case l.closed:
		return ErrClosed
	case l.total >= l.limits.Total, l.shops[shop] >= l.limits.PerShop:
		return ErrBusy
	case l.total >= l.limits.Total/2 && l.shops[shop] > l.limits.Total/(2*(len(l.shops)+1)):
		return ErrBusy // when it gets crowded, no shop may have more than its share
	}
	l.total++
	l.shops[shop]++
	return nil
}

// dismiss counts one turn less; the lock is held.
func (l *lanes) dismiss(shop string) {
	l.total--
	if l.shops[shop]--; l.shops[shop] == 0 {
		delete(l.shops, shop)
	}
	if l.closed && l.total == 0 {
		close(l.idle)
	}
}

// close refuses new turns and waits for those that were let in.
func (l *lanes) close(ctx context.Context) error {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		if l.total == 0 {
			close(l.idle)
		}
	}
	l.mu.Unlock()
	select {
	case <-l.idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// depth is how many turns are running or waiting.
func (l *lanes) depth() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}
