package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// A placed late reply is one with its place in its conversation's list.
type placed struct {
	*late
	seq int
}

func comparePlaces(a, b placed) int {
	return cmp.Or(cmp.Compare(a.At.UnixMilli(), b.At.UnixMilli()), strings.Compare(a.Key.Conversation, b.Key.Conversation), cmp.Compare(a.seq, b.seq))
}

// Letters lists late replies as an operator sees them.
func (m *Memory) Letters(_ context.Context, shop, state, after string, limit int) ([]desk.Letter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.letters(shop)
	if i := slices.IndexFunc(all, func(p placed) bool { return p.ID == after }); i >= 0 {
		all = all[i+1:]
	}
	out := []desk.Letter{}
	for _, l := range all {
		if (state == "" || string(l.state) == state) && len(out) < limit {
			out = append(out, l.letter())
		}
	}
	return out, nil
}

// letters are all late replies of a shop, oldest first.
func (m *Memory) letters(shop string) (all []placed) {
	for k, t := range m.talks {
		if k.Shop == shop {
			for i, l := range t.late {
				all = append(all, placed{l, i})
			}
		}
	}
	slices.SortFunc(all, comparePlaces)
	return all
}

func (l *late) letter() desk.Letter {
	out := desk.Letter{
		ID: l.ID, Shop: l.Key.Shop, Conversation: l.Key.Conversation, State: string(l.state), Attempts: l.attempts, Error: l.err, At: rounded(l.At),
	}
	if l.state == pending || l.state == queued {
		out.Next = rounded(l.next)
	}
	return out
}

// Resend puts a dead or dropped reply into its conversation's queue again, in its old place.
func (m *Memory) Resend(_ context.Context, shop, id string, now time.Time, by desk.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, t := range m.talks {
		i := slices.IndexFunc(t.late, func(l *late) bool {
			return k.Shop == shop && l.ID == id && (l.state == engine.DeadLetter || l.state == engine.Dropped)
		})
		if i < 0 {
			continue
		}
		if head := t.head(); head != nil {
			head.state = queued
		}
		l := t.late[i]
		l.state, l.attempts, l.err, l.next, l.settled = queued, 0, "", now, time.Time{}
		t.promote()
		m.outbox.set(k, t.nextTry())
		m.keepEntry(by)
		return nil
	}
	return engine.ErrNotFound
}

// Backlog says how much waits to be delivered, and how many cases are open.
func (m *Memory) Backlog(context.Context) (b engine.Backlog, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.shops {
		for _, h := range d.cases {
			if h.State != desk.Closed {
				b.Cases++
			}
		}
	}
	for _, t := range m.talks {
		for _, l := range t.late {
			switch l.state {
			case pending, queued:
				b.Waiting++
				if at := rounded(l.At); b.Oldest.IsZero() || at.Before(b.Oldest) {
					b.Oldest = at
				}
			case engine.DeadLetter:
				b.Dead++
			default: // it waits for nobody
			}
		}
	}
	return b, nil
}

// Deliveries says how the delivery of each late reply of a conversation stands.
func (m *Memory) Deliveries(_ context.Context, k engine.Key) ([]desk.Delivered, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []desk.Delivered{}
	if t := m.talks[k]; t != nil {
		for _, l := range t.late {
			out = append(out, desk.Delivered{ID: l.ID, State: string(l.state)})
		}
	}
	return out, nil
}
