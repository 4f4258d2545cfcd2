package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"xiaoer/bot"
)

// How the scheduler looks for what is due.
const (
	timerBatch   = 1024
	timersAShop  = 16
	longestSleep = 30 * time.Second // other replicas and a moved clock are noticed by then
	retryTimer   = time.Second

	// restAfterFailure keeps a shop that is broken, gone or overloaded from being tried all the time.
	restAfterFailure = 10 * time.Second
)

// Tick steps every timer that is due now, one after the other, and says how many rang, those that rang too early too. Run does the same
// by itself; Tick is for those who move the clock.
func (e *Engine) Tick(ctx context.Context) (fired int, err error) {
	for {
		due, err := e.Store.Due(ctx, Query{Now: e.Clock(), Limit: timerBatch, PerShop: timersAShop})
		if err != nil {
			return fired, storeRefusal("list timers", err)
		}
		before := fired
		for _, timer := range due {
			if err := e.fire(ctx, timer.Key); err != nil {
				return fired, err
			}
			fired++
		}
		if fired == before {
			return fired, nil
		}
	}
}

// NextDue is when the next timer falls due; ok is false when none runs. Those that would ring too early are put off on the way.
func (e *Engine) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	for early := true; early; {
		if at, ok, err = e.Store.NextDue(ctx); err != nil {
			return at, ok, storeRefusal("list timers", err)
		}
		if early, err = e.putOffEarly(ctx, at); err != nil {
			return at, ok, storeRefusal("put timers off", err)
		}
	}
	return at, ok, nil
}

// putOffEarly says whether one of the timers that ring until a time would ring too early.
func (e *Engine) putOffEarly(ctx context.Context, until time.Time) (early bool, err error) {
	timers, err := e.Store.Due(ctx, Query{Now: until, Limit: timerBatch, PerShop: timerBatch})
	if err != nil {
		return false, err
	}
	for _, timer := range timers {
		l, err := e.Store.Load(ctx, Ask{Key: timer.Key, Now: until, WithoutDesk: true})
		if err != nil {
			return false, err
		}
		if at, rang := rangEarly(l, until); rang {
			early = true
			if err := e.Store.PutOff(ctx, timer.Key, l.Version, at); err != nil {
				return false, err
			}
		}
	}
	return early, nil
}

// rangEarly says whether a conversation whose timer rings is due later only, and then when.
func rangEarly(l Loaded, now time.Time) (due time.Time, early bool) {
	at, ok := l.Conversation.Due()
	due = inMillis(at)
	return due, l.Version > 0 && ok && due.After(now) && !due.Equal(l.Standing.Due)
}

// fire steps a timer of one conversation, in its turn. A panic is this conversation's, and not the end of all.
func (e *Engine) fire(ctx context.Context, k Key) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	shop, err := e.shop(k.Shop)
	if err != nil {
		return err
	}
	leave, err := e.lanes.enter(ctx, k)
	if err != nil {
		return err
	}
	defer leave()
	ev := bot.Event{ID: e.IDs(), Kind: bot.EventTimer, At: e.Clock()}
	stop := func(l Loaded) (bool, error) {
		if at, early := rangEarly(l, ev.At); early {
			return true, e.putOff(ctx, k, l.Version, at)
		}
		at, ok := l.Conversation.Due()
		return l.Version == 0 || !ok || at.After(ev.At), nil // somebody else was there first
	}
	_, err = e.run(ctx, &turn{key: k, shop: shop, event: ev, stop: stop, finish: late(shop, ev)})
	return err
}

func (e *Engine) putOff(ctx context.Context, k Key, version int64, due time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.PutOff(ctx, k, version, due); err != nil {
		return writeRefusal("put a timer off", err)
	}
	e.alarm.wakeFor(due)
	return nil
}

// runTimers fires what falls due until ctx ends. Each shop's timers are stepped one after the other, those of different
// shops side by side, so that a source that hangs holds up its own shop only.
func (e *Engine) runTimers(ctx context.Context) {
	s := &scheduler{Engine: e, busy: newBusy(), delays: newDelays(), batch: timerBatch}
	for {
		e.alarm.sleep(time.Time{})
		s.start(ctx)
		wait := e.untilNext(ctx)
		e.alarm.sleep(e.Clock().Add(wait))
		sleep := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			sleep.Stop()
			return
		case <-e.alarm.ring:
		case <-sleep.C:
		}
		sleep.Stop()
	}
}

// A scheduler is what the looks for due timers know of each other.
type scheduler struct {
	*Engine
	busy   *busy
	delays *delays
	batch  int // how many to look at; more when those that may not be stepped now could hide others
}

// start steps what is due and may be stepped.
func (s *scheduler) start(ctx context.Context) {
	now := s.Clock()
	due, err := s.Store.Due(ctx, Query{Now: now, Limit: s.batch, PerShop: timersAShop + s.delays.most(now)})
	if err != nil {
		s.Logger.Error("list timers", "err", err)
		return
	}
	started := 0
	for shop, timers := range s.choose(due, now) {
		if s.busy.start(shop, now) {
			started += len(timers)
			s.background.Go(func() { s.work(ctx, shop, timers) })
		}
	}
	switch {
	case len(due) < s.batch:
		s.batch = max(timerBatch, s.batch/2)
	case started < s.batch/2:
		s.batch = min(2*s.batch, widestBatch)
	}
}

// choose takes of each shop what may be stepped now: what never failed first.
func (s *scheduler) choose(due []Timer, now time.Time) map[string][]Timer {
	shops, again := map[string][]Timer{}, map[string][]Timer{}
	for _, t := range due {
		switch failed, waits := s.delays.of(t.Key, now); {
		case waits:
		case failed:
			again[t.Shop] = append(again[t.Shop], t)
		default:
			shops[t.Shop] = append(shops[t.Shop], t)
		}
	}
	for shop, timers := range again {
		shops[shop] = append(shops[shop], timers...)
	}
	for shop, timers := range shops {
		shops[shop] = timers[:min(len(timers), timersAShop)]
	}
	return shops
}

// work steps the timers of one shop. When one was stepped there may be more, and it is worth looking at once; when none was, and not only
// because they fail each time, something is wrong with the shop, the store or the server.
func (s *scheduler) work(ctx context.Context, shop string, timers []Timer) {
	taken, until := s.takeTimers(ctx, timers)
	stepped, trouble := s.fireAll(ctx, taken, until)
	switch {
	case stepped:
		s.busy.end(shop)
		wake(s.alarm.ring)
	case trouble:
		s.busy.rest(shop, s.Clock().Add(restAfterFailure))
	default:
		s.busy.end(shop)
	}
}

// fireAll says whether any timer was stepped, and whether one could not be that has not failed before. What there is no time left for goes
// back to whoever comes first.
func (s *scheduler) fireAll(ctx context.Context, timers []Timer, until time.Time) (stepped, trouble bool) {
	for i, t := range timers {
		if ctx.Err() != nil {
			s.handTimersBack(ctx, timers[i:], until)
			return stepped, true
		}
		if s.leases.over(until) {
			return stepped, false
		}
		err := s.fire(ctx, t.Key)
		s.Observe("timer", outcome(err), max(0, s.Clock().Sub(t.At))) // how late it was
		if err == nil {
			s.delays.stepped(t.Key)
			stepped = true
			continue
		}
		if errors.Is(err, ErrClosed) || ctx.Err() != nil {
			s.handTimersBack(ctx, timers[i:], until)
			return stepped, true
		}
		s.Logger.Warn("step a timer", "shop", t.Shop, "conversation", t.Conversation, "err", err)
		if errors.Is(err, ErrNoShop) || errors.Is(err, ErrBroken) { // nor can the others be
			return false, true
		}
		trouble = s.delays.failed(t.Key, s.Clock()) || trouble
	}
	return stepped, trouble
}

// untilNext is how long the scheduler may sleep.
func (e *Engine) untilNext(ctx context.Context) time.Duration {
	at, ok, err := e.Store.NextDue(ctx)
	longest := longestSleep
	if e.leases != nil {
		longest = sharedSleep
	}
	if err != nil || !ok {
		return longest
	}
	wait := at.Sub(e.Clock())
	if wait <= 0 { // it is being stepped, or could not be
		return retryTimer
	}
	return min(wait, longest)
}
