package sqlite_test

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// handoff is a case of a conversation in any state.
func (m *model) handoff(k engine.Key, buyer string) desk.Case {
	n := m.pick("case number", 3) + 1 + 10*int(k.Conversation[1]-'0') // no two cases of a shop have the same
	id := fmt.Sprint("h-", k.Conversation, n)
	if m.opened[k.Shop+id].IsZero() {
		m.opened[k.Shop+id] = m.now
	}
	h := desk.Case{
		State: []desk.State{desk.Waiting, desk.Taken, desk.Task, desk.Closed}[m.pick("state", 4)], Buyer: buyer, ChangedAt: m.now,
		Handoff: bot.Handoff{
			ID: id, Number: n, Team: fmt.Sprint("t", m.pick("team", 2)), Stage: "received",
			Agent: m.agent(), Assigned: m.agent(), Deadline: m.now.Add(time.Duration(m.pick("deadline", 90)) * time.Minute), OpenedAt: m.opened[k.Shop+id],
			InTime: m.pick("in time", 3), Late: m.pick("late", 3), Transcript: []bot.Line{{Text: "x"}},
		},
	}
	if h.State == desk.Closed {
		h.ClosedAt = m.now
	}
	if m.pick("waits", 2) == 0 {
		h.Waiting = m.now
	}
	return h
}

func (m *model) agent() string { return []string{"", "a0", "a1"}[m.pick("agent", 3)] }

// by is a fresh entry of the audit.
func (m *model) by(shop string) desk.Entry {
	m.events++
	return desk.Entry{ID: fmt.Sprintf("a-%05d", m.events), Shop: shop, At: m.now, Who: "w", What: "does", On: fmt.Sprint("b", m.pick("on", 3))}
}

// attend lets an agent come or go, or switch a rule off or on.
func (m *model) attend() {
	shop := m.key().Shop
	if m.pick("who", 2) == 0 {
		p := desk.Presence{Agent: fmt.Sprint("a", m.pick("agent", 2)), Online: m.pick("online", 3) > 0, Seen: m.now, Ceiling: m.pick("ceiling", 3)}
		same(m, func(s engine.Store) (any, error) { return nil, s.Attend(m.t.Context(), shop, p) })
		return
	}
	rule, by := fmt.Sprint("r", m.pick("rule", 2)), m.by(shop)
	if m.pick("off", 2) == 0 {
		p := desk.Pause{Shop: shop, Rule: rule, At: m.now}
		if m.pick("for a while", 2) == 0 {
			p.Until = m.now.Add(time.Duration(m.pick("until", 90)) * time.Minute)
		}
		same(m, func(s engine.Store) (any, error) { return nil, s.Pause(m.t.Context(), p, by) })
		return
	}
	same(m, func(s engine.Store) (any, error) { return nil, s.Unpause(m.t.Context(), shop, rule, by) })
}

func (m *model) resend() {
	shop, id, by := m.key().Shop, m.reply(), m.by(m.key().Shop)
	same(m, func(s engine.Store) (any, error) { return nil, s.Resend(m.t.Context(), shop, id, m.now, by) })
}

// erase forgets a buyer, or compares what there is to forget.
func (m *model) erase() {
	shop, buyer := m.key().Shop, fmt.Sprint("b", m.pick("buyer", 2))
	export := func(s engine.Store) (map[string]int, error) {
		out := map[string]int{}
		return out, s.Export(m.t.Context(), shop, buyer, func(kind string, _ []byte) error {
			out[kind]++
			return nil
		})
	}
	same(m, export)
	if m.pick("really", 2) == 0 {
		by := m.by(shop)
		same(m, func(s engine.Store) (int, error) { return s.Erase(m.t.Context(), shop, buyer, by) })
		same(m, export)
	}
}

// compareDesk asks both for everything that agents and operators see.
func (m *model) compareDesk() {
	ctx := m.t.Context()
	k := m.key()
	q := desk.Query{Shops: []string{"s0", "s1"}[:1+m.pick("shops", 2)], Agent: m.agent(), Limit: 1 + m.pick("limit", 5), WithTexts: m.pick("texts", 2) == 0}
	if m.pick("states", 2) == 0 {
		q.States = []desk.State{desk.Closed, desk.Taken}
	}
	if m.pick("due", 2) == 0 {
		q.Due = m.now.Add(30 * time.Minute)
	}
	after := int64(m.pick("after", 8))
	same(m, func(s engine.Store) (any, error) { return s.Cases(ctx, q) })
	same(m, func(s engine.Store) (any, error) { return s.Changed(ctx, k.Shop, after, 3) })
	same(m, func(s engine.Store) (any, error) { return s.LastChange(ctx, k.Shop) })
	same(m, func(s engine.Store) (any, error) { return s.Tally(ctx, k.Shop, m.now.Add(-3*time.Hour), m.now) })
	same(m, func(s engine.Store) (any, error) { return s.Attending(ctx, k.Shop) })
	same(m, func(s engine.Store) (any, error) { return s.Pauses(ctx, k.Shop) })
	same(m, func(s engine.Store) (any, error) { return s.Audit(ctx, k.Shop, "", 1000) })
	reply := m.reply()
	same(m, func(s engine.Store) (any, error) { return s.Letters(ctx, k.Shop, "", reply, 5) })
	same(m, func(s engine.Store) (any, error) { return s.Deliveries(ctx, k) })
	same(m, func(s engine.Store) (any, error) { return s.Backlog(ctx) })
	got, err := m.both[0].Cases(ctx, q)
	require.NoError(m.r, err)
	require.LessOrEqual(m.r, len(got), q.Limit)
}
