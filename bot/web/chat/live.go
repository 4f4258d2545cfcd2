package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"xiaoer/bot/web/throttle"
)

const (
	liveStart = "retry: 2000\n\n"  // ms until a page that was dropped comes back
	heartbeat = ": still here\n\n" // a comment: pages skip it, proxies see that the line is in use
)

// A listener is a page that is told of what is said as it is committed.
type listener struct {
	*Chat
	k       *call
	control *http.ResponseController
	place   string
	told    []byte // how things stood, without lines
}

// getLive is the stream of states: what came after Last-Event-ID (or ?after=), then whatever changes.
func (c *Chat) getLive(k *call) error {
	place := k.r.URL.Query().Get("after")
	if header := k.r.Header.Get("Last-Event-ID"); header != "" { // a page that comes back has the old address, and a newer header
		place = header
	}
	if len(place) > mostPlace {
		return refuse(http.StatusBadRequest, "malformed")
	}
	leave, err := c.seats.join(k.id+" "+k.who.Key, throttle.Address(k.r))
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := c.untilStop(k.r.Context())
	defer cancel()
	changed, stop := c.Conversations.ListenChat(k.id, k.who.conversation()) // before the state is read, so that nothing falls between the two
	defer stop()
	l := &listener{Chat: c, k: k, control: http.NewResponseController(k.w), place: place}
	now, err := c.state(ctx, k, place, nil)
	if err != nil {
		return err
	}
	h := k.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	k.w.WriteHeader(http.StatusOK)
	if l.send([]byte(liveStart)) == nil && l.tell(now) == nil {
		l.run(ctx, changed)
	}
	return nil
}

// untilStop ends with the request, and at once when the server stops.
func (c *Chat) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if c.Stop == nil {
		return ctx, cancel
	}
	go func() {
		select {
		case <-c.Stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// run tells of changes until the listener has gone, reads too slowly, may not listen any more, or the server stops.
func (l *listener) run(ctx context.Context, changed <-chan struct{}) {
	beat := time.NewTicker(l.Heartbeat)
	defer beat.Stop()
	recheck := time.NewTicker(l.Recheck)
	defer recheck.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-recheck.C:
			if _, err := l.visitor(l.k); err != nil {
				return
			}
			if _, ok := l.Shop(l.k.id); !ok {
				return
			}
		case <-beat.C:
			if l.send([]byte(heartbeat)) != nil {
				return
			}
		}
		now, err := l.state(ctx, l.k, l.place, nil) // after each heartbeat too, should a signal ever be missed
		if err != nil || l.tell(now) != nil {
			return // a page that comes back goes on where it was
		}
	}
}

// tell sends a state, unless the page knows it.
func (l *listener) tell(now state) error {
	standing := now
	standing.Lines, standing.Reset, standing.Place = nil, false, ""
	told, err := json.Marshal(standing)
	if err != nil {
		return err
	}
	if len(now.Lines) == 0 && !now.Reset && slices.Equal(told, l.told) {
		return nil
	}
	raw, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if err := l.send(fmt.Appendf(nil, "id: %s\nevent: state\ndata: %s\n\n", now.Place, raw)); err != nil {
		return err
	}
	l.place, l.told = now.Place, told
	return nil
}

// send writes with a deadline of its own in place of the server's, so that who does not read is dropped and nothing piles up for them.
func (l *listener) send(raw []byte) error {
	if err := supported(l.control.SetWriteDeadline(time.Now().Add(l.Patience))); err != nil {
		return err
	}
	if _, err := l.k.w.Write(raw); err != nil {
		return err
	}
	return supported(l.control.Flush())
}

// supported is for writers without deadlines, such as those of tests.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
