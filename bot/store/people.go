package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// Times are kept to the millisecond, as every store may.
func rounded(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

// Grants finds what a token gives.
func (m *Memory) Grants(_ context.Context, hash string) ([]desk.Grant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []desk.Grant{}
	for _, d := range m.shops {
		for _, g := range d.grants {
			if g.Hash == hash {
				out = append(out, g)
			}
		}
	}
	slices.SortFunc(out, func(a, b desk.Grant) int { return cmp.Or(strings.Compare(a.Shop, b.Shop), strings.Compare(a.ID, b.ID)) })
	return out, nil
}

// GrantsOf lists the tokens of a shop.
func (m *Memory) GrantsOf(_ context.Context, shop string) ([]desk.Grant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []desk.Grant{}
	if d := m.shops[shop]; d != nil {
		for _, g := range d.grants {
			g.Hash = ""
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b desk.Grant) int {
		return cmp.Or(strings.Compare(a.Agent, b.Agent), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// Grant keeps a token.
func (m *Memory) Grant(_ context.Context, g desk.Grant, by desk.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.shop(g.Shop)
	if _, taken := d.grants[g.ID]; taken {
		return engine.ErrStale
	}
	g.At = rounded(g.At)
	d.grants[g.ID] = g
	m.keepEntry(by)
	return nil
}

// Revoke forgets a token.
func (m *Memory) Revoke(_ context.Context, shop, id string, by desk.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.shop(shop)
	if _, there := d.grants[id]; !there {
		return engine.ErrNotFound
	}
	delete(d.grants, id)
	m.keepEntry(by)
	return nil
}

// Attend says that an agent is at the desk, or has left it.
func (m *Memory) Attend(_ context.Context, shop string, p desk.Presence) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.Teams, p.Seen = slices.Clone(p.Teams), rounded(p.Seen)
	m.shop(shop).presence[p.Agent] = p
	return nil
}

// Attending lists all who have been at the desk.
func (m *Memory) Attending(_ context.Context, shop string) ([]desk.Presence, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []desk.Presence{}
	d := m.shops[shop]
	if d == nil {
		return out, nil
	}
	for _, name := range slices.Sorted(maps.Keys(d.presence)) {
		p := d.presence[name]
		p.Teams, p.Load = slices.Clone(p.Teams), d.load(name)
		out = append(out, p)
	}
	return out, nil
}

// load is how many open cases an agent has.
func (d *shop) load(agent string) (n int) {
	for _, h := range d.cases {
		if h.agent == agent && agent != "" && h.State != desk.Closed {
			n++
		}
	}
	return n
}

// seats are those who are at the desk now, by name.
func (d *shop) seats(now time.Time) (out []bot.Seat) {
	for _, name := range slices.Sorted(maps.Keys(d.presence)) {
		if p := d.presence[name]; p.Here(now) {
			out = append(out, bot.Seat{Agent: name, Teams: slices.Clone(p.Teams), Load: d.load(name), Ceiling: p.Ceiling})
		}
	}
	return out
}

// paused are the rules that are switched off now.
func (d *shop) paused(now time.Time) (out []string) {
	for _, rule := range slices.Sorted(maps.Keys(d.pauses)) {
		if p := d.pauses[rule]; p.Until.IsZero() || now.Before(p.Until) {
			out = append(out, rule)
		}
	}
	return out
}

// Pause switches off.
func (m *Memory) Pause(_ context.Context, p desk.Pause, by desk.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p.At = rounded(p.At); !p.Until.IsZero() {
		p.Until = rounded(p.Until)
	}
	m.shop(p.Shop).pauses[p.Rule] = p
	m.keepEntry(by)
	return nil
}

// Unpause switches on again.
func (m *Memory) Unpause(_ context.Context, shop, rule string, by desk.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.shop(shop)
	if _, there := d.pauses[rule]; !there {
		return engine.ErrNotFound
	}
	delete(d.pauses, rule)
	m.keepEntry(by)
	return nil
}

// Pauses lists what is switched off in a shop.
func (m *Memory) Pauses(_ context.Context, shop string) ([]desk.Pause, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []desk.Pause{}
	if d := m.shops[shop]; d != nil {
		for _, rule := range slices.Sorted(maps.Keys(d.pauses)) {
			out = append(out, d.pauses[rule])
		}
	}
	return out, nil
}

// Note keeps an entry about what changed nothing here.
func (m *Memory) Note(_ context.Context, by desk.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keepEntry(by)
	return nil
}

// keepEntry keeps an entry in its place by id; one that is there stays as it is.
func (m *Memory) keepEntry(e desk.Entry) {
	d := m.shop(e.Shop)
	e.At = rounded(e.At)
	at, there := d.entry(e.ID)
	if !there {
		d.audit = slices.Insert(d.audit, at, e)
	}
}

// entry is where an entry is or would be.
func (d *shop) entry(id string) (int, bool) {
	return slices.BinarySearchFunc(d.audit, id, func(e desk.Entry, id string) int { return strings.Compare(e.ID, id) })
}

// Audit lists what was done in a shop, latest first.
func (m *Memory) Audit(_ context.Context, shop, before string, limit int) ([]desk.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []desk.Entry{}
	d := m.shops[shop]
	if d == nil {
		return out, nil
	}
	end := len(d.audit)
	if before != "" {
		end, _ = d.entry(before)
	}
	for end--; end >= 0 && len(out) < limit; end-- {
		out = append(out, d.audit[end])
	}
	return out, nil
}
