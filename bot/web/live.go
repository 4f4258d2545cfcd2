package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/stream"
)

const (
	liveRoute = "/v1/shops/:shop/live"
	livePage  = 50              // changed cases that are read at once
	comeBack  = 3 * time.Second // for a browser that was dropped
	lastEvent = "Last-Event-ID" // browsers send it when they come back
	noChange  = "must be the id of an event"
)

// A live listener is told of the changes of a shop's cases as they are committed.
type live struct {
	*agentAPI
	who    caller
	out    *stream.Stream
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
	leave, err := a.join(who)
	if err != nil {
		return err
	}
	defer leave()
	a.Metrics.listeners.Inc()
	defer a.Metrics.listeners.Dec()
	ctx, cancel := stream.Until(ctx, a.ended)
	defer cancel()
	changed, stop := a.Desk.Watch(who.shop) // before the count is read, so that no change falls between the two
	defer stop()
	erased, erasedAt := a.Desk.Erased(who.shop) // before the count too
	last, err := a.lastChange(ctx, who.shop)
	if err != nil {
		return err
	}
	l := &live{agentAPI: a, who: who, out: stream.New(c.Response(), a.DeskLimits.Patience), after: last, erased: erased}
	greeting := "ready"
	switch {
	case named && place > last, // a count that went back: the store was restored
		named && erased > 0 && place <= erasedAt: // what has been erased since may be among what was seen
		greeting = "reset"
	case named:
		l.after = place
	}
	if l.out.Greet(comeBack) == nil && l.greet(greeting) == nil && l.out.Flush() == nil {
		l.keepOnline(ctx)
		l.out.Run(ctx, stream.Rhythm{Changed: changed, Beat: a.DeskLimits.Heartbeat, Recheck: a.DeskLimits.Recheck},
			func() bool { return l.tell(ctx) }, func() bool { return l.stays(ctx) })
	}
	return nil
}

// join takes a seat for a listener. Agents of the same name in two shops may be two people.
func (a *agentAPI) join(who caller) (leave func(), err error) {
	own := stream.Claim{Of: "agent " + who.shop + " " + who.Name, Most: a.DeskLimits.ListenersOfOne}
	leave, full := a.listeners.Join(own, stream.Claim{Most: a.DeskLimits.Listeners}, stream.Claim{Of: "shop " + who.shop, Most: a.DeskLimits.ListenersOfShop})
	switch {
	case full == nil:
		return leave, nil
	case *full == own:
		return nil, newProblem(http.StatusTooManyRequests, "too-many", "this agent listens too often already").after(5 * time.Second)
	default:
		return nil, newProblem(http.StatusServiceUnavailable, "busy", "too many are listening").after(5 * time.Second)
	}
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
	return l.out.Event(strconv.FormatInt(l.after, 10), event, map[string]int64{"change": l.after})
}

// stays tells whether the listener may go on, and keeps them online.
func (l *live) stays(ctx context.Context) bool {
	if !l.still(ctx, l.who, desk.Agent) {
		return false
	}
	l.keepOnline(ctx)
	return true
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
	if err := l.out.Event(strconv.FormatInt(c.Change, 10), "case", show(*c)); err != nil {
		return err
	}
	l.after = c.Change
	return nil
}
