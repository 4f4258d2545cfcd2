package store

import (
	"slices"
	"time"

	"xiaoer/bot/engine"
)

// An agenda is the schedules of all shops, kept apart so that looking past one shop's backlog costs nothing.
type agenda struct{ shops map[string]*schedule }

// set moves a conversation to another time; zero takes it out.
func (a *agenda) set(k engine.Key, due time.Time) {
	s := a.shops[k.Shop]
	if s == nil {
		if due.IsZero() {
			return
		}
		if a.shops == nil {
			a.shops = map[string]*schedule{}
		}
		s = &schedule{}
		a.shops[k.Shop] = s
	}
	if s.set(k, due); len(s.entries) == 0 {
		delete(a.shops, k.Shop)
	}
}

// of is when a conversation is due, zero when it is not.
func (a *agenda) of(k engine.Key) time.Time {
	if s := a.shops[k.Shop]; s != nil && s.at[k] != nil {
		return s.at[k].due
	}
	return time.Time{}
}

// wants says whether the conversation is due at some time, and not before the given one.
func (a *agenda) wants(k engine.Key, since time.Time) bool {
	s := a.shops[k.Shop]
	return s != nil && s.at[k] != nil && !s.at[k].due.Before(since)
}

// next is the earliest time of all.
func (a *agenda) next() (at time.Time, ok bool) {
	for _, s := range a.shops {
		if first := s.entries[0].due; !ok || first.Before(at) {
			at, ok = first, true
		}
	}
	return at, ok
}

// due lists what is due, earliest first, at most q.PerShop of one shop.
func (a *agenda) due(q engine.Query) []engine.Timer {
	var out []engine.Timer
	for _, s := range a.shops {
		out = append(out, s.due(q.Now, min(q.PerShop, q.Limit))...)
	}
	slices.SortFunc(out, func(x, y engine.Timer) int {
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return compareKeys(x.Key, y.Key)
	})
	return out[:min(len(out), q.Limit)]
}

// isDue says whether the conversation is due at now.
func (a *agenda) isDue(k engine.Key, now time.Time) bool {
	s := a.shops[k.Shop]
	return s != nil && s.at[k] != nil && !s.at[k].due.After(now)
}
