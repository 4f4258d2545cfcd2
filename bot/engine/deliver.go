package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// How late replies are delivered.
const (
	deliveryBatch    = 512
	widestBatch      = 16 * 1024
	deliveriesAShop  = 8 // at once; each of another conversation
	mostDeliveries   = 2048
	deliveryPoll     = time.Second
	deliveryGap      = 10 * time.Millisecond // between two looks at the outbox …
	restAfterLook    = 8                     // … or so many times what the last one took, where much lies there that may not go
	firstBackoff     = time.Second
	longestBackoff   = time.Minute    // the breaker keeps a dead destination from being asked too often
	hopeLasts        = 36 * time.Hour // after that an attempt that fails is the last …
	fewestAttempts   = 3              // … unless there were fewer, because the clock jumped or somebody sent it again
	callbackPatience = 10 * time.Second
	landingPatience  = 5 * time.Second // when the program stops
	putBackFor       = 2 * time.Minute
)

// runDeliveries sends what is in the outbox until ctx ends.
func (e *Engine) runDeliveries(ctx context.Context) {
	batch := deliveryBatch
	var due latestTime
	for {
		began := time.Now()
		batch = e.startDeliveries(ctx, due.of(e.Clock(), began), batch)
		if !rest(ctx, min(max(deliveryGap, restAfterLook*time.Since(began)), deliveryPoll)) {
			return
		}
		sleep := time.NewTimer(deliveryPoll)
		select {
		case <-ctx.Done():
			sleep.Stop()
			return
		case <-e.outboxChanged:
		case <-sleep.C:
		}
		sleep.Stop()
	}
}

// startDeliveries sets on their way those that may go, and says how many to look at the next time: more when those that may not go
// (their destination is dead, or the one before is under way) could hide others.
func (e *Engine) startDeliveries(ctx context.Context, due time.Time, batch int) int {
	perShop := deliveriesAShop
	if e.leases != nil {
		due, perShop = e.Clock(), sharedADeliveryShop // by a clock that was put back, others' leases would seem to be over
	}
	pending, err := e.Store.Pending(ctx, Query{Now: due, Limit: batch, PerShop: perShop})
	if err != nil {
		if ctx.Err() == nil {
			e.Logger.Error("list deliveries", "err", err)
		}
		return batch
	}
	if e.leases != nil {
		shuffle(pending) // others want the first ones, too
	}
	var ready []trip
	for _, d := range inTurn(pending) {
		if t, ok := e.ready(d); ok {
			ready = append(ready, t)
		}
	}
	started := 0
	for _, t := range e.takeTrips(ctx, ready) {
		e.start(ctx, t)
		started++
	}
	switch {
	case len(pending) < batch:
		return max(deliveryBatch, batch/2)
	case started < batch/2:
		return min(2*batch, widestBatch)
	}
	return batch
}

func shuffle(all []Delivery) {
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] }) //nolint:gosec // spreading needs no secrecy
}

// A latestTime is by when late replies are due. When the clock is put back, those that were to be tried soon would wait until it is
// there again: for a while all of them are due. Only the clock on the wall counts: nothing else can be put back.
type latestTime struct {
	shown time.Time
	since time.Time // when it was put back, as the machine counts
}

func (l *latestTime) of(now, counted time.Time) time.Time {
	now = now.Round(0)
	switch {
	case !now.Before(l.shown):
		l.shown, l.since = now, time.Time{}
		return now
	case l.since.IsZero():
		l.since = counted
	case counted.Sub(l.since) > putBackFor:
		l.shown, l.since = now, time.Time{}
		return now
	}
	return l.shown.Add(longestBackoff)
}

// inTurn lets the shops go in turn, in no order: whoever has much to send may not always be the one who probes a destination that several
// share, nor take the last free places.
func inTurn(pending []Delivery) []Delivery {
	shops := map[string][]Delivery{}
	for _, d := range pending {
		shops[d.Key.Shop] = append(shops[d.Key.Shop], d)
	}
	out := make([]Delivery, 0, len(pending))
	for len(shops) > 0 {
		for shop, left := range shops {
			out = append(out, left[0])
			if shops[shop] = left[1:]; len(left) == 1 {
				delete(shops, shop)
			}
		}
	}
	return out
}

// landing lets what is on its way arrive, for some seconds after ctx has ended: an attempt that is cut short may have arrived all the same,
// and is made again.
func landing(ctx context.Context) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		rest(out, landingPatience)
		cancel()
	})
	return out, func() { stop(); cancel() }
}

// A trip is one attempt to deliver.
type trip struct {
	Delivery
	to     Callback
	shop   Shop
	permit *permit // nil: there is nowhere to go
	err    error   // why there is nowhere to go

	until time.Time // when others may take it, zero where there are none
}

// ready takes a place for one late reply, if it may go now. One that may not stays as it is and uses no attempt up.
func (e *Engine) ready(d Delivery) (t trip, ok bool) {
	if !e.flights.board(d.Key) {
		return t, false
	}
	if t, ok = e.prepare(d); !ok {
		e.flights.land(d.Key)
	}
	return t, ok
}

// start sets one late reply on its way.
func (e *Engine) start(ctx context.Context, t trip) {
	e.background.Go(func() {
		ctx, cancel := landing(ctx)
		defer cancel()
		e.deliver(ctx, t)
		e.flights.land(t.Key)
		wake(e.outboxChanged)
	})
}

// prepare finds where a late reply goes; false means that its destination is left alone for now.
func (e *Engine) prepare(d Delivery) (t trip, ok bool) {
	t.Delivery = d
	shop, err := e.shop(d.Key.Shop)
	if err != nil {
		t.err = err
		return t, true
	}
	t.shop = shop
	if t.to = shop.Callback; t.to.URL == "" {
		t.err = errors.New("the shop has no callback any more")
		return t, true
	}
	destination, err := destinationOf(t.to.URL)
	if err != nil {
		t.err = err
		return t, true
	}
	t.permit, ok = e.breakers.enter(destination)
	return t, ok
}

// deliver makes one attempt and records how it ended.
func (e *Engine) deliver(ctx context.Context, t trip) {
	began := e.Clock()
	trying, cancel := e.withinLease(ctx, t)
	err := e.attemptSafely(trying, t)
	cancel()
	if err != nil && ctx.Err() != nil {
		e.handBack(ctx, t) // the program stops; the next one tries
		return
	}
	if err == nil {
		e.countSent(ctx, t)
	}
	s := e.settlement(t.Delivery, err)
	s.Taken = t.until
	e.Observe("delivery", string(s.State), s.At.Sub(began))
	if err != nil {
		e.Logger.Warn("deliver a late reply", "shop", t.Key.Shop, "conversation", t.Key.Conversation, "attempt", s.Attempts, "state", s.State, "err", err)
	}
	e.settle(ctx, s)
}

// attemptSafely makes a panic an attempt that failed: it is this reply's, and not the end of all.
func (e *Engine) attemptSafely(ctx context.Context, t trip) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			if t.permit != nil {
				t.permit.failed()
			}
		}
	}()
	return e.attempt(ctx, t)
}

// settlement says what becomes of a late reply after an attempt.
func (e *Engine) settlement(d Delivery, err error) Settlement {
	s := Settlement{Key: d.Key, ID: d.ID, Attempts: d.Attempts + 1, At: e.Clock()}
	var never *hopeless
	switch {
	case err == nil:
		s.State = Delivered
		return s
	case errors.Is(err, errTakenOver), errors.Is(err, errOverBudget):
		s.State = Dropped
	case errors.As(err, &never), s.Attempts >= fewestAttempts && s.At.Sub(d.At) > hopeLasts:
		s.State = DeadLetter
	default:
		s.State, s.Next = TryLater, s.At.Add(backoff(s.Attempts))
	}
	s.Error = err.Error()
	return s
}

// settle records how an attempt ended, however long the store takes to be back: until then the conversation's next reply waits,
// and this one is not sent again.
func (e *Engine) settle(ctx context.Context, s Settlement) {
	for wait := firstBackoff / 4; ; wait = min(2*wait, callbackPatience) {
		err := e.settleOnce(ctx, s)
		if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrStale) || ctx.Err() != nil {
			return
		}
		e.Logger.Error("record a delivery", "shop", s.Shop, "err", err)
		if !rest(ctx, wait) {
			return
		}
	}
}

func (e *Engine) settleOnce(ctx context.Context, s Settlement) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.StoreTimeout)
	defer cancel()
	return e.Store.Settle(ctx, s)
}

// backoff doubles from a second to an hour, and is spread by half so that shops do not all come back at once.
func backoff(attempts int) time.Duration {
	d := longestBackoff
	if attempts < 13 {
		d = min(firstBackoff<<(attempts-1), longestBackoff)
	}
	return d/2 + rand.N(d/2+1) //nolint:gosec // spreading needs no secrecy
}

// rest waits; false means that ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	sleep := time.NewTimer(d)
	defer sleep.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-sleep.C:
		return true
	}
}
