package engine

import (
	"context"
	"time"
)

// How several processes share timers and late replies.
const (
	// clocksApart is how much the clocks of processes that share a store may differ: a lease is over for its holder so much earlier than
	// for everybody else.
	clocksApart = 5 * time.Second
	// timerLease is for a shop's batch of timers. Who needs longer lets go of the rest; two that step the same timer do no harm, since the
	// second commit is stale.
	timerLease = 20 * time.Second
	// sharedSleep is how long the timers of a process that has died are noticed by nobody.
	sharedSleep = 5 * time.Second
	// sharedADeliveryShop is how many late replies of a shop are listed where others may be quicker with some of them.
	sharedADeliveryShop = 4 * deliveriesAShop
)

// leases take what is due from the others who share a store. A nil one has nobody to share with.
type leases struct {
	store   Leases
	clock   func() time.Time
	letters time.Duration // how long a late reply is kept from others: what its attempt may take, and clocksApart
}

func newLeases(o *Options) *leases {
	if !o.Shared {
		return nil
	}
	return &leases{store: o.Store.(Leases), clock: o.Clock, letters: o.StoreTimeout + callbackPatience + clocksApart}
}

// over says whether a lease is, for its holder.
func (l *leases) over(until time.Time) bool {
	return l != nil && l.clock().After(until.Add(-clocksApart))
}

// takeTrips takes the late replies that are ready to go, and gives the places of those back that others have.
func (e *Engine) takeTrips(ctx context.Context, ready []trip) []trip {
	if e.leases == nil || len(ready) == 0 {
		return ready
	}
	now := e.Clock()
	until := now.Add(e.leases.letters).Truncate(time.Millisecond) // as stores keep it
	wanted := make([]Delivery, 0, len(ready))
	for i := range ready {
		wanted = append(wanted, ready[i].Delivery)
	}
	asking, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	got, err := e.leases.store.TakeDeliveries(asking, now, until, wanted)
	if err != nil && ctx.Err() == nil {
		e.Logger.Error("take deliveries", "err", err)
	}
	mine := make(map[Key]bool, len(got))
	for i := range got {
		mine[got[i].Key] = err == nil
	}
	out := ready[:0]
	for _, t := range ready {
		if mine[t.Key] {
			t.until = until
			out = append(out, t)
			continue
		}
		if t.permit != nil {
			t.permit.unused()
		}
		e.flights.land(t.Key)
	}
	if len(out) < len(wanted) && err == nil {
		wake(e.outboxChanged) // others were quicker; there may be more
	}
	return out
}

// withinLease ends an attempt before others may take its late reply.
func (e *Engine) withinLease(ctx context.Context, t trip) (context.Context, context.CancelFunc) {
	if t.until.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, t.until.Sub(e.Clock())-clocksApart)
}

// handBack gives up a late reply whose attempt was cut short by the end of the program, so that nobody has to wait for the end of its lease.
func (e *Engine) handBack(ctx context.Context, t trip) {
	if t.until.IsZero() {
		return
	}
	now := e.Clock()
	s := Settlement{Key: t.Key, ID: t.ID, State: TryLater, Attempts: t.Attempts, Next: now, Error: "the server stopped", At: now, Taken: t.until}
	if err := e.settleOnce(ctx, s); err != nil {
		e.Logger.Warn("hand a late reply back", "shop", t.Key.Shop, "conversation", t.Key.Conversation, "err", err)
	}
}

// takeTimers takes those of a shop's timers that are due still.
func (s *scheduler) takeTimers(ctx context.Context, timers []Timer) (taken []Timer, until time.Time) {
	if s.leases == nil {
		return timers, until
	}
	now := s.Clock()
	until = now.Add(timerLease).Truncate(time.Millisecond) // as stores keep it, which know them by it when they are given back
	asking, cancel := context.WithTimeout(ctx, s.StoreTimeout)
	defer cancel()
	taken, err := s.leases.store.TakeTimers(asking, now, until, timers)
	if err != nil {
		if ctx.Err() == nil {
			s.Logger.Error("take timers", "err", err)
		}
		return nil, until
	}
	return taken, until
}

// handTimersBack lets others step at once what this process has no time for, since it stops.
func (s *scheduler) handTimersBack(ctx context.Context, timers []Timer, until time.Time) {
	if s.leases == nil || len(timers) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.StoreTimeout)
	defer cancel()
	if _, err := s.leases.store.TakeTimers(ctx, until, s.Clock(), timers); err != nil {
		s.Logger.Warn("hand timers back", "err", err)
	}
}
