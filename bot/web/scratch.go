package web

import "sync"

// scratches lend what a message is read into and its answer is written into: a buffer that is used again costs less than two that are
// made for each message and collected after it. The zero value is ready.
type scratches struct{ pool sync.Pool }

// A scratch belongs to one message until it is given back. Nobody may keep what is in it.
type scratch struct{ bytes []byte }

// Sizes of a scratch, in bytes: what most messages and most answers take, and from which on it is not used again.
const (
	usualScratch = 2 << 10
	mostScratch  = 16 << 10
)

func (s *scratches) lend() *scratch {
	if one, ok := s.pool.Get().(*scratch); ok {
		return one
	}
	return &scratch{bytes: make([]byte, 0, usualScratch)}
}

func (s *scratches) giveBack(one *scratch) {
	if cap(one.bytes) <= mostScratch {
		s.pool.Put(one)
	}
}
