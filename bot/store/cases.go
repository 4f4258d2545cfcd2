package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// A handoff is a case as it is kept: as JSON, and beside it what lists are made by.
type handoff struct {
	desk.Case // without texts, lists and maps
	json      []byte
	agent     string // who has claimed it, else whom it is assigned to
	waits     bool   // a buyer's message has no reply
}

// A written case is one that a commit is about to keep.
func writeCases(c engine.Commit) ([]*handoff, error) {
	out := make([]*handoff, len(c.Cases))
	for i, one := range c.Cases {
		one.Shop, one.Conversation = c.Shop, c.Key.Conversation
		if one.Buyer == "" {
			one.Buyer = c.Buyer
		}
		raw, err := json.Marshal(one)
		if err != nil {
			return nil, fmt.Errorf("write case: %w", err)
		}
		h := &handoff{Case: one, json: raw, agent: one.Agent}
		if h.agent == "" {
			h.agent = one.Assigned
		}
		h.waits = (one.State == desk.Waiting || one.State == desk.Taken) && !one.Waiting.IsZero()
		h.Transcript, h.Images, h.Order, h.Product, h.Slots, h.Open = nil, nil, nil, nil, nil, nil
		h.Promises, h.Offers, h.Notes, h.History = nil, nil, nil, nil
		out[i] = h
	}
	return out, nil
}

// keepCases numbers the changes.
func (m *Memory) keepCases(shop string, cases []*handoff) {
	for _, h := range cases {
		d := m.shop(shop)
		d.changes++
		h.Change = d.changes
		if old := d.cases[h.ID]; old != nil {
			m.kept -= len(old.json) + overhead
		}
		d.cases[h.ID] = h
		m.kept += len(h.json) + overhead
	}
}

// read makes a case that is the caller's own.
func (h *handoff) read(texts bool) (c desk.Case, err error) {
	if err := json.Unmarshal(h.json, &c); err != nil {
		return c, fmt.Errorf("read case: %w", err)
	}
	c.Change = h.Change
	if !texts {
		c.Transcript, c.Images, c.Order, c.Product = nil, nil, nil, nil
	}
	return c, nil
}

func (h *handoff) cursor() desk.Cursor {
	return desk.Cursor{Deadline: h.Deadline, Shop: h.Shop, Number: h.Number}
}

func compareCursors(a, b desk.Cursor) int {
	return cmp.Or(cmp.Compare(desk.ByDeadline(a.Deadline), desk.ByDeadline(b.Deadline)), cmp.Compare(a.Shop, b.Shop), cmp.Compare(a.Number, b.Number))
}

// Cases lists cases by deadline, then shop, then number.
func (m *Memory) Cases(_ context.Context, q desk.Query) ([]desk.Case, error) {
	m.mu.Lock()
	var found []*handoff
	for _, shop := range slices.Compact(slices.Sorted(slices.Values(q.Shops))) {
		if d := m.shops[shop]; d != nil {
			for _, h := range d.cases {
				if h.answers(q) {
					found = append(found, h)
				}
			}
		}
	}
	m.mu.Unlock()
	slices.SortFunc(found, func(a, b *handoff) int { return compareCursors(a.cursor(), b.cursor()) })
	return readCases(found, max(q.Limit, 0), q.WithTexts)
}

// readCases reads the first ones.
func readCases(found []*handoff, limit int, texts bool) ([]desk.Case, error) {
	out := []desk.Case{}
	for _, h := range found[:min(len(found), limit)] {
		c, err := h.read(texts)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// answers is whether a case is among what was asked for.
func (h *handoff) answers(q desk.Query) bool {
	states := h.State != desk.Closed
	if len(q.States) > 0 {
		states = slices.Contains(q.States, h.State)
	}
	among := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	return states && among(q.Teams, h.Team) && among(q.Stages, h.Stage) &&
		(q.Agent == "" || q.Agent == h.agent) && (q.Buyer == "" || q.Buyer == h.Buyer) &&
		(q.Due.IsZero() || desk.ByDeadline(h.Deadline) <= q.Due.UnixMilli()) &&
		(q.After == desk.Cursor{} || compareCursors(h.cursor(), q.After) > 0)
}

// Case gives one case whole.
func (m *Memory) Case(_ context.Context, shop, id string) (desk.Case, error) {
	m.mu.Lock()
	var h *handoff
	if d := m.shops[shop]; d != nil {
		h = d.cases[id]
	}
	m.mu.Unlock()
	if h == nil {
		return desk.Case{}, engine.ErrNotFound
	}
	return h.read(true)
}

// Changed lists the cases that changed after a place in the shop's count.
func (m *Memory) Changed(_ context.Context, shop string, after int64, limit int) ([]desk.Case, error) {
	m.mu.Lock()
	var found []*handoff
	if d := m.shops[shop]; d != nil && d.changes > after {
		for _, h := range d.cases {
			if h.Change > after {
				found = append(found, h)
			}
		}
	}
	m.mu.Unlock()
	slices.SortFunc(found, func(a, b *handoff) int { return cmp.Compare(a.Change, b.Change) })
	return readCases(found, max(limit, 0), false)
}

// LastChange is where the count of changes of a shop stands.
func (m *Memory) LastChange(_ context.Context, shop string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.shops[shop]; d != nil {
		return d.changes, nil
	}
	return 0, nil
}

// Tally counts the replies of cases that were opened in a stretch of time.
func (m *Memory) Tally(_ context.Context, shop string, from, until time.Time) (t engine.Tally, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.shops[shop]
	if d == nil {
		return t, nil
	}
	for _, h := range d.cases {
		if opened := h.OpenedAt.UnixMilli(); opened < from.UnixMilli() || opened >= until.UnixMilli() {
			continue
		}
		t.InTime += h.InTime
		t.Late += h.Late
		switch {
		case !h.waits:
		case h.Counted:
			t.Late--
			t.Overdue++
		case desk.ByDeadline(h.Deadline) < until.UnixMilli():
			t.Overdue++
		default:
			t.Waiting++
		}
	}
	return t, nil
}
