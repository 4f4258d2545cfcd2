package store

import (
	"context"
	"slices"
	"time"

	"xiaoer/bot/engine"
)

// noTime takes something out of an agenda.
var noTime time.Time

// Sweep forgets what has been kept long enough.
func (m *Memory) Sweep(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for before := now.Add(-engine.KeepAnswers); m.byAge.olderThan(before); {
		if k := m.byAge.pop(); m.answers[k] != nil && m.answers[k].At.Before(before) {
			m.forgetAnswer(k)
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
		if l.state != pending && l.state != queued && old {
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
		if t.touched.Before(before) && !m.timers.has(k) && t.head() == nil {
			m.forgetTalk(k)
		}
	}
	for k, b := range m.buyers {
		if b.touched.Before(before) {
			m.forgetBuyer(k)
		}
	}
}

func (m *Memory) forgetAnswer(k messageKey) {
	m.kept -= sizeOfAnswer(&m.answers[k].Answered)
	delete(m.answers, k)
}

func (m *Memory) forgetTalk(k engine.Key) {
	t := m.talks[k]
	if t == nil {
		return
	}
	m.shops[k.Shop].move(t.waiting, "")
	for _, l := range t.late {
		m.kept -= l.size
	}
	m.kept -= len(t.json) + overhead
	delete(m.talks, k)
}

func (m *Memory) forgetBuyer(k buyerKey) {
	if b := m.buyers[k]; b != nil {
		m.kept -= len(b.json) + overhead
		delete(m.buyers, k)
	}
}

func (m *Memory) forgetCase(h *handoff) {
	m.kept -= len(h.json) + overhead
	delete(m.shops[h.Shop].cases, h.ID)
}
