package engine

import (
	"context"
	"time"
)

const (
	// sweepEvery is how often the store forgets.
	sweepEvery = time.Minute
	// jump is how far a clock must have gone in a minute for nobody to believe it at once.
	jump = 10 * time.Minute
	// steadyTicks is how many minutes it must go on as clocks do before what is old by it is forgotten.
	steadyTicks = 60
)

// A steadiness watches a clock that is looked at every sweepEvery.
type steadiness struct {
	last  time.Time
	ticks int // since it jumped; steadyTicks and more is steady
}

// tick is false while the clock has jumped not long ago: it may be wrong, and what is forgotten by a wrong clock is lost. It looks at
// the clock on the wall only: the machine's own count, which time.Now gives too, goes on whatever is done to that one.
func (s *steadiness) tick(now time.Time) bool {
	now = now.Round(0)
	if s.last.IsZero() {
		s.ticks = steadyTicks
	}
	if gone := now.Sub(s.last); !s.last.IsZero() && (gone > jump || gone < -jump) {
		s.ticks = 0
	}
	s.last = now
	s.ticks = min(s.ticks+1, steadyTicks+1)
	return s.ticks > steadyTicks
}

func (e *Engine) runSweeps(ctx context.Context) {
	var clock steadiness
	clock.tick(e.Clock())
	for rest(ctx, sweepEvery) {
		now := e.Clock()
		if !clock.tick(now) {
			continue
		}
		if err := e.Store.Sweep(ctx, now); err != nil && ctx.Err() == nil {
			e.Logger.Error("sweep the store", "err", err)
		}
	}
}
