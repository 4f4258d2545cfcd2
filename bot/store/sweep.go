package store

import (
	"context"
	"slices"
	"time"

	"xiaoer/bot/engine"
)

// Sweep forgets what has been kept long enough.
func (m *Memory) Sweep(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.byAge.olderThan(now.Add(-engine.KeepAnswers)) {
		k := m.byAge.pop()
		if a := m.answers[k]; a != nil {
			m.kept -= sizeOfAnswer(a)
			delete(m.answers, k)
		}
	}
	for m.turnAge.olderThan(now.Add(-engine.KeepTexts)) {
		m.forgetTurn(m.turnAge.pop())
	}
	for m.lateAge.olderThan(now.Add(-engine.KeepDelivered)) {
		m.sweepLate(m.lateAge.pop(), now)
	}
	if now.Sub(m.sweptOld) >= time.Hour { // it looks at everything
		m.sweptOld = now
		m.sweepOld(now.Add(-engine.KeepTexts))
	}
	return nil
}

// sweepLate forgets a conversation's late replies that were delivered, dropped or left unread long ago. Pending ones stay.
func (m *Memory) sweepLate(k engine.Key, now time.Time) {
	t := m.talks[k]
	if t == nil {
		return
	}
	again := false
	t.late = slices.DeleteFunc(t.late, func(l *late) bool {
		keep := engine.KeepDelivered
		if l.state == unsent || l.state == engine.DeadLetter {
			keep = engine.KeepAnswers
		}
		old := l.At.Before(now.Add(-keep))
		if l.state != pending && old {
			m.kept -= l.size
			return true
		}
		again = again || l.At.Before(now.Add(-engine.KeepDelivered))
		return false
	})
	if again {
		m.lateAge.push(k, now)
	}
}

// sweepOld forgets conversations and records that nobody touched; those with a timer or something to deliver stay.
func (m *Memory) sweepOld(before time.Time) {
	for k, t := range m.talks {
		if !t.touched.Before(before) || m.timers.has(k) || t.head() != nil {
			continue
		}
		m.shops[k.Shop].move(t.waiting, "")
		for _, l := range t.late {
			m.kept -= l.size
		}
		m.kept -= len(t.json) + overhead
		delete(m.talks, k)
	}
	for k, b := range m.buyers {
		if b.touched.Before(before) {
			m.kept -= len(b.json) + overhead
			delete(m.buyers, k)
		}
	}
}
