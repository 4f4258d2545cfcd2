package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"xiaoer/bot/engine"
)

// written is a commit as bytes, made outside of the lock.
type written struct {
	talk, record, turn []byte
	cases              []*handoff
}

func write(c engine.Commit) (w written, err error) {
	if w.talk, err = c.ConversationJSON(); err != nil {
		return w, err
	}
	if c.Record != nil {
		if w.record, err = json.Marshal(c.Record); err != nil {
			return w, fmt.Errorf("write record: %w", err)
		}
	}
	if c.Recorded != nil {
		if w.turn, err = c.Recorded.JSON(true); err != nil {
			return w, err
		}
	}
	w.cases, err = writeCases(c)
	return w, err
}

// Commit keeps all of a turn or nothing of it.
func (m *Memory) Commit(_ context.Context, c engine.Commit) error {
	w, err := write(c)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stale(c) {
		return engine.ErrStale
	}
	if m.kept+m.growth(c, w) > m.limits.Kept {
		return engine.ErrFull
	}
	m.keepTalk(c, w.talk)
	if c.Record != nil && c.Buyer != "" {
		m.keepRecord(c, w.record)
	}
	if a := c.Answered; a != nil {
		k := messageKey{c.Shop, a.Message}
		m.answers[k] = &answer{*a, c.Key}
		m.byAge.push(k, a.At)
		m.kept += sizeOfAnswer(a)
	}
	if c.Recorded != nil {
		m.keepTurn(turnKey{c.Shop, c.Recorded.ID}, w.turn, c)
	}
	m.keepCases(c.Shop, w.cases)
	if c.Entry != nil {
		m.keepEntry(*c.Entry)
	}
	return nil
}

// stale is true when what the turn was built on is no longer so.
func (m *Memory) stale(c engine.Commit) bool {
	var version, record int64
	if t := m.talks[c.Key]; t != nil {
		version = t.version
	}
	if version != c.Version {
		return true
	}
	if version > 0 && !c.Due.IsZero() && c.Due.Equal(c.Standing.Due) && !c.Due.Equal(m.timers.of(c.Key)) {
		return true
	}
	if b := m.buyers[buyerKey{c.Shop, c.Buyer}]; b != nil {
		record = b.version
	}
	if c.Record != nil && c.Buyer != "" && record != c.RecordVersion {
		return true
	}
	if c.Answered != nil && m.answers[messageKey{c.Shop, c.Answered.Message}] != nil {
		return true
	}
	if c.Recorded != nil && m.recorded[turnKey{c.Shop, c.Recorded.ID}] != nil {
		return true
	}
	d := m.shops[c.Shop]
	return d != nil && slices.ContainsFunc(c.Numbers, d.isTaken)
}

// growth is how many bytes more this commit takes.
func (m *Memory) growth(c engine.Commit, w written) int {
	n := len(w.talk) + len(w.record)
	if t := m.talks[c.Key]; t != nil {
		n -= len(t.json)
	}
	if b := m.buyers[buyerKey{c.Shop, c.Buyer}]; b != nil && w.record != nil {
		n -= len(b.json)
	}
	if c.Answered != nil {
		n += sizeOfAnswer(c.Answered)
	}
	if c.Late != nil {
		n += sizeOfLate(c.Late)
	}
	d := m.shops[c.Shop]
	for _, h := range w.cases {
		n += len(h.json) + overhead
		if d != nil && d.cases[h.ID] != nil {
			n -= len(d.cases[h.ID].json) + overhead
		}
	}
	return n
}

// overhead is about what a map entry, its key and its queue entry take beside the bytes themselves.
const overhead = 256

func sizeOfAnswer(a *engine.Answered) int {
	return len(a.Response) + len(a.Message) + len(a.Fingerprint) + overhead
}

func (m *Memory) keepTalk(c engine.Commit, raw []byte) {
	t := m.talks[c.Key]
	if t == nil {
		t = &talk{version: m.shop(c.Shop).erased}
		m.talks[c.Key] = t
		m.kept += overhead
	}
	d := m.shop(c.Shop)
	d.move(t.standing.Waiting, c.Waiting)
	for _, n := range c.Numbers {
		d.take(n)
	}
	m.kept += len(raw) - len(t.json)
	t.json, t.standing, t.touched = raw, c.Next(), c.At
	t.version++
	if k := (buyerKey{c.Shop, c.Buyer}); c.Buyer != "" && !m.parts[k][c.Key.Conversation] {
		if m.parts[k] == nil {
			m.parts[k] = map[string]bool{}
		}
		m.parts[k][c.Key.Conversation] = true
	}
	m.timers.set(c.Key, c.Due)
	if c.Late != nil {
		m.keepLate(t, *c.Late)
	}
}

func (m *Memory) keepRecord(c engine.Commit, raw []byte) {
	k := buyerKey{c.Shop, c.Buyer}
	b := m.buyers[k]
	if b == nil {
		b = &buyer{version: m.shop(k.shop).erased}
		m.buyers[k] = b
		m.kept += overhead
	}
	m.kept += len(raw) - len(b.json)
	b.json, b.touched = raw, c.At
	b.version++
}

// keepTurn makes room by forgetting the oldest turns.
func (m *Memory) keepTurn(k turnKey, raw []byte, c engine.Commit) {
	m.recorded[k] = &turn{raw, c.Key, rounded(c.At), c.Version}
	m.turnAge.push(k, c.At)
	m.traced += len(raw) + overhead
	for m.traced > m.limits.Traced && m.turnAge.len() > 1 {
		m.forgetTurn(m.turnAge.pop())
	}
}

func (m *Memory) forgetTurn(k turnKey) {
	if t := m.recorded[k]; t != nil {
		m.traced -= len(t.json) + overhead
		delete(m.recorded, k)
	}
}
