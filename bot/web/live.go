package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/desk"
)

const (
	liveRoute = "/v1/shops/:shop/live"
	livePage  = 50                  // changed cases that are read at once
	liveStart = "retry: 3000\n"     // ms until a browser that was dropped comes back
	heartbeat = ": still here\n\n"  // a comment: browsers skip it, proxies see that the line is in use
	liveType  = "text/event-stream" // browsers insist on it
	lastEvent = "Last-Event-ID"     // browsers send it when they come back
	noChange  = "must be the id of an event"
)

// A live listener is told of the changes of a shop's cases as they are committed.
type live struct {
	*agentAPI
	who    caller
	out    *stream
	after  int64 // the last change that the listener has seen
	erased int   // how often cases were erased, as far as the listener knows
}

// getLive is the stream of changes: those after Last-Event-ID (or ?after=), else those from now on.
func (a *agentAPI) getLive(ctx context.Context, c echo.Context, who caller) error {
	q := readQuery(c)
	place, named := lastSeen(q, c.Request().Header)
	if err := q.err(); err != nil {
		return err
	}
	leave, err := a.listeners.join(seat{who.shop, who.Name})
	if err != nil {
		return err
	}
	defer leave()
	a.Metrics.listeners.Inc()
	defer a.Metrics.listeners.Dec()
	ctx, cancel := a.untilStop(ctx)
	defer cancel()
	changed, stop := a.Desk.Watch(who.shop) // before the count is read, so that no change falls between the two
	defer stop()
	erased, erasedAt := a.Desk.Erased(who.shop) // before the count too
	last, err := a.lastChange(ctx, who.shop)
	if err != nil {
		return err
	}
	l := &live{agentAPI: a, who: who, out: newStream(c, a.DeskLimits.Patience), after: last, erased: erased}
	greeting := "ready"
	switch {
	case named && place > last, // a count that went back: the store was restored
		named && erased > 0 && place <= erasedAt: // what has been erased since may be among what was seen
		greeting = "reset"
	case named:
		l.after = place
	}
	l.out.begin(liveType)
	if l.greet(greeting) == nil {
		l.run(ctx, changed)
	}
	return nil
}

// untilStop ends with the request, and at once when the server stops.
func (a *agentAPI) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-a.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

func (a *agentAPI) lastChange(ctx context.Context, shop string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, a.TurnTimeout)
	defer cancel()
	return a.Desk.LastChange(ctx, shop)
}

// lastSeen is the number of the change that a listener says to have seen last.
func lastSeen(q *query, h http.Header) (place int64, named bool) {
	text, field := q.one("after"), "after"
	if header := h.Get(lastEvent); header != "" { // a browser that comes back has the old address, and a newer header
		text, field = header, lastEvent
	}
	if text == "" {
		return 0, false
	}
	place, err := strconv.ParseInt(text, 10, 64)
	if err != nil || place < 0 {
		q.check(wrong(field, noChange))
	}
	return place, true
}

// greet tells the listener where the stream begins, so that one who is dropped before the first change can come back to it. After
// "reset" what was seen before is to be thrown away.
func (l *live) greet(event string) error {
	raw := fmt.Appendf(nil, "%sid: %d\nevent: %s\ndata: {\"change\":%d}\n\n", liveStart, l.after, event, l.after)
	if err := l.out.write(raw); err != nil {
		return err
	}
	return l.out.flush()
}

// run tells of changes until the listener has gone, reads too slowly, may not listen any more, or the server stops.
func (l *live) run(ctx context.Context, changed <-chan struct{}) {
	beat := time.NewTicker(l.DeskLimits.Heartbeat)
	defer beat.Stop()
	recheck := time.NewTicker(l.DeskLimits.Recheck)
	defer recheck.Stop()
	l.keepOnline(ctx)
	for l.tell(ctx) { // after each heartbeat too, should a signal ever be missed
		select {
		case <-ctx.Done():
			return
		case <-changed:
			continue
		case <-beat.C:
			if l.out.write([]byte(heartbeat)) != nil || l.out.flush() != nil {
				return
			}
		case <-recheck.C:
			if !l.still(ctx, l.who, desk.Agent) {
				return
			}
			l.keepOnline(ctx)
		}
	}
}

func (l *live) keepOnline(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, l.TurnTimeout)
	defer cancel()
	if err := l.Desk.Stay(ctx, l.who.shop, l.who.Name); err != nil && ctx.Err() == nil {
		l.Logger.Warn("keep an agent online", "shop", l.who.shop, "err", err)
	}
}

// tell sends all changes that there are; false ends the stream, and a listener who comes back goes on where it ended.
func (l *live) tell(ctx context.Context) bool {
	if !l.tellErased(ctx) {
		return false
	}
	for {
		cases, err := l.page(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.Logger.Warn("read changed cases", "shop", l.who.shop, "err", err)
			}
			return false
		}
		for i := range cases {
			if l.event(&cases[i]) != nil {
				return false
			}
		}
		if len(cases) > 0 && l.out.flush() != nil {
			return false
		}
		if len(cases) < livePage {
			return true
		}
	}
}

// tellErased lets the listener begin anew when cases were erased: of those no change tells.
func (l *live) tellErased(ctx context.Context) bool {
	times, _ := l.Desk.Erased(l.who.shop)
	if times == l.erased {
		return true
	}
	last, err := l.lastChange(ctx, l.who.shop)
	if err != nil {
		return false
	}
	l.erased, l.after = times, last
	return l.greet("reset") == nil
}

func (l *live) page(ctx context.Context) ([]desk.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, l.TurnTimeout)
	defer cancel()
	return l.Desk.Changed(ctx, l.who.shop, l.after, livePage)
}

func (l *live) event(c *desk.Case) error {
	raw, err := json.Marshal(show(*c))
	if err != nil {
		return err
	}
	if err := l.out.write(fmt.Appendf(nil, "id: %d\nevent: case\ndata: %s\n\n", c.Change, raw)); err != nil {
		return err
	}
	l.after = c.Change
	return nil
}
