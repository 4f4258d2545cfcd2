package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// noTime takes something out of an agenda.
var noTime time.Time

// Sweep forgets what has been kept long enough.
func (m *Memory) Sweep(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep := m.limits.Keep
	for before := now.Add(-keep.Answers); m.byAge.olderThan(before); {
		if k := m.byAge.pop(); m.answers[k] != nil && m.answers[k].At.Before(before) {
			m.forgetAnswer(k)
		}
	}
	for m.turnAge.olderThan(now.Add(-keep.Texts)) {
		m.forgetTurn(m.turnAge.pop())
	}
	for k := range m.spoken {
		m.sweepLate(k, now)
	}
	if now.Sub(m.sweptOld) >= time.Hour { // it looks at everything
		m.sweptOld = now
		m.sweepOld(now.Add(-keep.Texts), now.Add(-max(keep.Texts, leastUnserved)))
		for _, d := range m.shops {
			m.sweepShop(d, now)
		}
	}
	return nil
}

// sweepLate forgets a conversation's late replies that were delivered, dropped or left unread long ago. Pending ones stay.
func (m *Memory) sweepLate(k engine.Key, now time.Time) {
	t := m.talks[k]
	t.late = slices.DeleteFunc(t.late, func(l *late) bool {
		keep := m.limits.Keep.Delivered
		if l.state == unsent || l.state == engine.DeadLetter {
			keep = m.limits.Keep.Answers
		}
		old := l.state != pending && l.state != queued && l.At.Before(now.Add(-keep))
		if old {
			m.kept -= l.size
		}
		return old
	})
	if len(t.late) == 0 {
		delete(m.spoken, k)
	}
}

// leastUnserved is how long a timer or a late reply has waited at least when its shop counts as gone, however short texts are kept.
const leastUnserved = 7 * 24 * time.Hour

// sweepOld forgets conversations and records that nobody touched. What has a timer or something to deliver stays, unless nobody has
// served it for long.
func (m *Memory) sweepOld(before, served time.Time) {
	for k, t := range m.talks {
		if t.touched.Before(before) && !m.timers.wants(k, served) && !m.outbox.wants(k, served) && !engine.WantsServing(t.json, served) {
			m.timers.set(k, noTime)
			m.outbox.set(k, noTime)
			for _, h := range m.casesOf(k) {
				m.forgetCase(h)
			}
			m.forgetTalk(k)
		}
	}
	for k, b := range m.buyers {
		if b.touched.Before(before) {
			m.forgetBuyer(k)
		}
	}
	for k, talks := range m.parts {
		for name := range talks {
			if m.talks[engine.Key{Shop: k.shop, Conversation: name}] == nil {
				delete(talks, name)
			}
		}
		if len(talks) == 0 {
			delete(m.parts, k)
		}
	}
}

// sweepShop forgets what is old of a shop's agents and the cases that were closed long ago.
func (m *Memory) sweepShop(d *shop, now time.Time) {
	keep := m.limits.Keep
	old := func(at time.Time, kept time.Duration) bool { return at.Before(now.Add(-kept)) }
	for _, h := range d.cases {
		if !h.ClosedAt.IsZero() && old(h.ClosedAt, keep.Texts) {
			m.forgetCase(h)
		}
	}
	maps.DeleteFunc(d.presence, func(_ string, p desk.Presence) bool { return old(p.Seen, keep.Presence) })
	maps.DeleteFunc(d.pauses, func(_ string, p desk.Pause) bool { return !p.Until.IsZero() && old(p.Until, 0) })
	for k, doc := range d.documents {
		if !doc.Until.IsZero() && old(doc.Until, 0) {
			m.forgetDocument(d, k)
		}
	}
	d.audit = slices.DeleteFunc(d.audit, func(e desk.Entry) bool { return old(e.At, keep.Audit) })
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
	m.shops[k.Shop].move(t.standing.Waiting, "")
	for _, l := range t.late {
		m.kept -= l.size
	}
	m.kept -= len(t.json) + overhead
	delete(m.talks, k)
	delete(m.spoken, k)
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
