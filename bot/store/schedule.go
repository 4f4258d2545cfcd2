package store

import (
	"cmp"
	"container/heap"
	"time"

	"xiaoer/bot/engine"
)

// A schedule says which conversation of one shop is due when; each is in it at most once. The zero schedule is empty.
type schedule struct {
	entries []*entry
	at      map[engine.Key]*entry
}

type entry struct {
	key   engine.Key
	due   time.Time
	index int
}

// set moves a conversation to another time; zero takes it out.
func (s *schedule) set(k engine.Key, due time.Time) {
	e := s.at[k]
	switch {
	case e == nil && due.IsZero():
	case e == nil:
		if s.at == nil {
			s.at = map[engine.Key]*entry{}
		}
		e = &entry{key: k, due: due}
		s.at[k] = e
		heap.Push(s, e)
	case due.IsZero():
		heap.Remove(s, e.index)
		delete(s.at, k)
	default:
		e.due = due
		heap.Fix(s, e.index)
	}
}

// due lists what is due, earliest first, at most n.
func (s *schedule) due(now time.Time, n int) (out []engine.Timer) {
	var taken []*entry
	for len(s.entries) > 0 && len(out) < n && !s.entries[0].due.After(now) {
		e := heap.Pop(s).(*entry)
		taken = append(taken, e)
		out = append(out, engine.Timer{Key: e.key, At: e.due})
	}
	for _, e := range taken {
		heap.Push(s, e)
	}
	return out
}

// Len, Less, Swap, Push and Pop are container/heap's.
func (s *schedule) Len() int { return len(s.entries) }

// Less orders by time and then by name, so that two runs fire in the same order.
func (s *schedule) Less(i, j int) bool {
	a, b := s.entries[i], s.entries[j]
	if !a.due.Equal(b.due) {
		return a.due.Before(b.due)
	}
	return compareKeys(a.key, b.key) < 0
}

func compareKeys(a, b engine.Key) int {
	return cmp.Or(cmp.Compare(a.Shop, b.Shop), cmp.Compare(a.Conversation, b.Conversation))
}

// Swap keeps each entry's index right.
func (s *schedule) Swap(i, j int) {
	s.entries[i], s.entries[j] = s.entries[j], s.entries[i]
	s.entries[i].index, s.entries[j].index = i, j
}

// Push adds an entry at the end.
func (s *schedule) Push(x any) {
	e := x.(*entry)
	e.index = len(s.entries)
	s.entries = append(s.entries, e)
}

// Pop takes the last entry.
func (s *schedule) Pop() any {
	last := len(s.entries) - 1
	e := s.entries[last]
	s.entries[last] = nil
	s.entries = s.entries[:last]
	return e
}
