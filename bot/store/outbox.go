package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"xiaoer/bot/engine"
)

// A late is a late reply as it is kept.
type late struct {
	engine.Late
	attempts int
	next     time.Time // when to try (again)
	state    engine.DeliveryState
	settled  time.Time
	err      string
	size     int
}

// pending is the state of a late reply that is still to be delivered.
const pending engine.DeliveryState = "pending"

// queued is the state of one that waits behind a pending one of its conversation.
const queued engine.DeliveryState = "queued"

// unsent is the state of a late reply that waits to be read, because its shop has no callback.
const unsent engine.DeliveryState = "unsent"

func sizeOfLate(l *engine.Late) int {
	n := overhead * (1 + len(l.Offers))
	for _, r := range l.Replies {
		n += len(r.Text) + len(r.Image) + overhead
	}
	if l.Handoff != nil {
		raw, err := json.Marshal(l.Handoff)
		if err == nil {
			n += len(raw)
		}
	}
	return n
}

// keepLate adds a late reply at the end of its conversation's.
func (m *Memory) keepLate(t *talk, l engine.Late) {
	kept := &late{Late: l, state: unsent, size: sizeOfLate(&l)}
	if l.Deliver {
		kept.state, kept.next = pending, l.At
		if t.head() != nil {
			kept.state = queued
		}
	}
	t.late = append(t.late, kept)
	m.kept += kept.size
	m.spoken[l.Key] = true
	m.outbox.set(l.Key, t.nextTry())
}

// nextTry is when the oldest pending reply wants to be sent; zero when none is pending.
func (t *talk) nextTry() time.Time {
	if l := t.head(); l != nil {
		return l.next
	}
	return time.Time{}
}

// head is the pending reply: those behind it wait, so that a conversation is read in order.
func (t *talk) head() *late {
	for _, l := range t.late {
		if l.state == pending {
			return l
		}
	}
	return nil
}

// promote lets the next in the queue be sent, when nothing is before it.
func (t *talk) promote() {
	i := slices.IndexFunc(t.late, func(l *late) bool { return l.state == queued })
	if i >= 0 && t.head() == nil {
		t.late[i].state = pending
	}
}

// Replies lists the late replies of a conversation.
func (m *Memory) Replies(_ context.Context, k engine.Key, after string, limit int) ([]engine.Late, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.talks[k]
	if t == nil {
		return nil, engine.ErrNotFound
	}
	from := slices.IndexFunc(t.late, func(l *late) bool { return l.ID == after }) + 1
	out := []engine.Late{}
	for _, l := range t.late[from:] {
		if l.state != engine.Dropped && len(out) < limit {
			out = append(out, l.copy())
		}
	}
	return out, nil
}

// Acknowledge says that whoever reads a conversation's late replies has got those up to this one.
func (m *Memory) Acknowledge(_ context.Context, k engine.Key, upTo string, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.talks[k]
	if t == nil {
		return nil
	}
	last := slices.IndexFunc(t.late, func(l *late) bool { return l.ID == upTo })
	for _, l := range t.late[:last+1] {
		if l.state == unsent || l.state == engine.DeadLetter {
			l.state, l.settled = engine.Delivered, now
		}
	}
	return nil
}

// copy shares nothing that a caller could change.
func (l *late) copy() engine.Late {
	c := l.Late
	c.Replies, c.Offers = slices.Clone(c.Replies), slices.Clone(c.Offers)
	return c
}

// Pending lists what is to be delivered now.
func (m *Memory) Pending(_ context.Context, q engine.Query) ([]engine.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []engine.Delivery
	for _, due := range m.outbox.due(q) {
		if l := m.talks[due.Key].head(); l != nil {
			out = append(out, engine.Delivery{Late: l.copy(), Attempts: l.attempts})
		}
	}
	return out, nil
}

// Settle records how an attempt ended.
func (m *Memory) Settle(_ context.Context, s engine.Settlement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.talks[s.Key]
	if t == nil {
		return engine.ErrNotFound
	}
	i := slices.IndexFunc(t.late, func(l *late) bool { return l.ID == s.ID })
	if i < 0 {
		return engine.ErrNotFound
	}
	l := t.late[i]
	if s.State != engine.Delivered && !s.Taken.IsZero() && (l.state != pending || !l.next.Equal(s.Taken)) {
		return engine.ErrStale
	}
	l.attempts, l.err = s.Attempts, s.Error
	if s.State == engine.TryLater {
		l.next = s.Next
	} else {
		l.state, l.settled = s.State, s.At
		t.promote()
	}
	m.outbox.set(s.Key, t.nextTry())
	return nil
}

// Due lists the conversations whose time has come.
func (m *Memory) Due(_ context.Context, q engine.Query) ([]engine.Timer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.timers.due(q), nil
}

// NextDue is the earliest time of all.
func (m *Memory) NextDue(context.Context) (time.Time, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.timers.next()
	return at, ok, nil
}

// PutOff moves a timer that rang too early.
func (m *Memory) PutOff(_ context.Context, k engine.Key, version int64, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.talks[k]; t != nil && t.version == version {
		m.timers.set(k, until)
	}
	return nil
}
