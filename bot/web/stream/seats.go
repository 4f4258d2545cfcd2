package stream

import "sync"

// A Claim is one of the bounds that a listener falls under: of so many who are of the same name or place, "" for all.
type Claim struct {
	Of   string
	Most int
}

// Seats are for those who listen. The zero value is ready.
type Seats struct {
	mu    sync.Mutex
	taken map[string]int
	all   int
}

// Join takes a seat for a listener, who leaves once; or gives the first claim for which there is none.
func (s *Seats) Join(claims ...Claim) (leave func(), full *Claim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range claims {
		if s.taken[claims[i].Of] >= claims[i].Most {
			return nil, &claims[i]
		}
	}
	if s.taken == nil {
		s.taken = map[string]int{}
	}
	s.count(claims, 1)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.count(claims, -1)
	}, nil
}

// count keeps no zeros; the lock is held.
func (s *Seats) count(claims []Claim, n int) {
	s.all += n
	for _, c := range claims {
		if s.taken[c.Of] += n; s.taken[c.Of] == 0 {
			delete(s.taken, c.Of)
		}
	}
}

// Taken is how many listen now.
func (s *Seats) Taken() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}
