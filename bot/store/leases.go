package store

import (
	"context"
	"time"

	"xiaoer/bot/engine"
)

var _ engine.Leases = (*Memory)(nil)

// TakeTimers moves what is due still to the end of the lease.
func (m *Memory) TakeTimers(_ context.Context, now, until time.Time, of []engine.Timer) ([]engine.Timer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []engine.Timer
	for _, t := range of {
		if m.timers.isDue(t.Key, now) {
			m.timers.set(t.Key, until)
			out = append(out, t)
		}
	}
	return out, nil
}

// TakeDeliveries moves what is to be delivered still to the end of the lease.
func (m *Memory) TakeDeliveries(_ context.Context, now, until time.Time, of []engine.Delivery) ([]engine.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []engine.Delivery
	for _, d := range of {
		t := m.talks[d.Key]
		if t == nil {
			continue
		}
		l := t.head()
		if l == nil || l.ID != d.ID || l.attempts != d.Attempts || l.next.After(now) {
			continue
		}
		l.next = until
		m.outbox.set(d.Key, until)
		out = append(out, d)
	}
	return out, nil
}
