package engine

import "sync"

// seats bound how many turns compute at once. A free seat goes to the shops in turn, so that a shop that floods
// the server waits behind itself and not in front of the others. A seat is given back during a look-up.
type seats struct {
	mu      sync.Mutex
	free    int
	waiting map[string][]chan struct{}
	round   []string // shops that wait, the next one first
}

func newSeats(n int) *seats {
	return &seats{free: n, waiting: map[string][]chan struct{}{}}
}

// take waits for a seat. It waits without a time-out: whoever holds a seat only computes.
func (s *seats) take(shop string) {
	s.mu.Lock()
	if s.free > 0 {
		s.free--
		s.mu.Unlock()
		return
	}
	mine := make(chan struct{})
	if len(s.waiting[shop]) == 0 {
		s.round = append(s.round, shop)
	}
	s.waiting[shop] = append(s.waiting[shop], mine)
	s.mu.Unlock()
	<-mine
}

// give hands the seat to the next shop that waits.
func (s *seats) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.round) == 0 {
		s.free++
		return
	}
	shop := s.round[0]
	s.round = s.round[1:]
	queue := s.waiting[shop]
	close(queue[0])
	if len(queue) == 1 {
		delete(s.waiting, shop)
		return
	}
	s.waiting[shop] = queue[1:]
	s.round = append(s.round, shop)
}
