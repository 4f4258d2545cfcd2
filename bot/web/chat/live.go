package chat

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"xiaoer/bot/web/stream"
	"xiaoer/bot/web/throttle"
)

const comeBack = 2 * time.Second // for a page that was dropped

// A listener is a page that is told of what is said as it is committed.
type listener struct {
	*Chat
	k     *call
	out   *stream.Stream
	place string
	told  []byte // how things stood, without lines
	first *state // that was read to see whether there is anything to listen to
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
	leave, err := c.join(k)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := stream.Until(k.r.Context(), c.Stop)
	defer cancel()
	changed, stop := c.Conversations.ListenChat(k.id, k.who.conversation()) // before the state is read, so that nothing falls between the two
	defer stop()
	first, err := c.state(ctx, k, place, nil)
	if err != nil {
		return err
	}
	l := &listener{Chat: c, k: k, out: stream.New(k.w, c.Patience), place: place, first: &first}
	k.w.Header().Set("Cache-Control", "no-store")
	if l.out.Greet(comeBack) == nil {
		l.out.Run(ctx, stream.Rhythm{Changed: changed, Beat: c.Heartbeat, Recheck: c.Recheck}, func() bool { return l.tell(ctx) == nil }, l.may)
	}
	return nil // a page that comes back goes on where it was
}

// join takes a seat for a page that listens.
func (c *Chat) join(k *call) (leave func(), err error) {
	all := stream.Claim{Most: c.Limits.Streams}
	leave, full := c.Counts.Seats.Join(stream.Claim{Of: "buyer " + k.id + " " + k.who.Key, Most: c.Limits.StreamsOfBuyer},
		stream.Claim{Of: "address " + throttle.Address(k.r), Most: c.Limits.StreamsOfAddress}, all)
	switch {
	case full == nil:
		return leave, nil
	case *full == all:
		return nil, later(http.StatusServiceUnavailable, "busy", 10*time.Second)
	default:
		return nil, later(http.StatusTooManyRequests, "too-many", 10*time.Second)
	}
}

// may tells whether the page may go on listening.
func (l *listener) may() bool {
	_, ok := l.Shop(l.k.id)
	_, err := l.visitor(l.k)
	return ok && err == nil
}

// look reads how things stand now.
func (l *listener) look(ctx context.Context) (now state, err error) {
	if l.first == nil {
		return l.state(ctx, l.k, l.place, nil)
	}
	now, l.first = *l.first, nil
	return now, nil
}

// tell writes how things stand, unless the page knows it.
func (l *listener) tell(ctx context.Context) error {
	now, err := l.look(ctx)
	if err != nil {
		return err
	}
	standing := now
	standing.Lines, standing.Reset, standing.Place, standing.Earlier = nil, false, "", 0
	told, err := json.Marshal(standing)
	if err != nil {
		return err
	}
	if len(now.Lines) == 0 && !now.Reset && slices.Equal(told, l.told) {
		return nil
	}
	if err := l.out.Event(now.Place, "state", now); err != nil {
		return err
	}
	l.place, l.told = now.Place, told
	return nil
}
