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

// Tick steps every timer that is due now, one after the other, and says how many. Run does the same by itself; Tick is for
// those who move the clock.
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

// NextDue is when the next timer falls due; ok is false when none runs.
func (e *Engine) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	if at, ok, err = e.Store.NextDue(ctx); err != nil {
		return at, ok, storeRefusal("list timers", err)
	}
	return at, ok, nil
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
		at, ok := l.Conversation.Due()
		return l.Version == 0 || !ok || at.After(ev.At), nil // somebody else was there first
	}
	_, err = e.run(ctx, &turn{key: k, shop: shop, event: ev, stop: stop, finish: late(shop, ev)})
	return err
}

// runTimers fires what falls due until ctx ends. Each shop's timers are stepped one after the other, those of different
// shops side by side, so that a source that hangs holds up its own shop only.
func (e *Engine) runTimers(ctx context.Context) {
	busy := newBusy()
	for {
		e.alarm.sleep(time.Time{})
		e.startTimers(ctx, busy)
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

func (e *Engine) startTimers(ctx context.Context, busy *busy) {
	due, err := e.Store.Due(ctx, Query{Now: e.Clock(), Limit: timerBatch, PerShop: timersAShop})
	if err != nil {
		e.Logger.Error("list timers", "err", err)
		return
	}
	shops := map[string][]Timer{}
	for _, timer := range due {
		shops[timer.Shop] = append(shops[timer.Shop], timer)
	}
	for shop, timers := range shops {
		if !busy.start(shop, e.Clock()) {
			continue
		}
		e.background.Go(func() {
			if !e.fireAll(ctx, timers) {
				busy.rest(shop, e.Clock().Add(restAfterFailure))
				return
			}
			busy.end(shop)
			wake(e.alarm.ring)
		})
	}
}

// fireAll says whether all went well: then there may be more, and it is worth looking at once.
func (e *Engine) fireAll(ctx context.Context, timers []Timer) bool {
	ok := true
	for _, t := range timers {
		if ctx.Err() != nil {
			return false
		}
		err := e.fire(ctx, t.Key)
		e.Observe("timer", outcome(err), max(0, e.Clock().Sub(t.At))) // how late it was
		if err != nil {
			ok = false
			if !errors.Is(err, ErrClosed) {
				e.Logger.Warn("step a timer", "shop", t.Shop, "conversation", t.Conversation, "err", err)
			}
		}
	}
	return ok
}

// untilNext is how long the scheduler may sleep.
func (e *Engine) untilNext(ctx context.Context) time.Duration {
	at, ok, err := e.Store.NextDue(ctx)
	if err != nil || !ok {
		return longestSleep
	}
	wait := at.Sub(e.Clock())
	if wait <= 0 { // it is being stepped, or could not be
		return retryTimer
	}
	return min(wait, longestSleep)
}
