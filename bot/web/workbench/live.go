package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// A stream tells a browser that cases of the visitor's shops have changed: which, and how they stand, in few words. What is shown is read
// from the pages, so that a signal which comes twice, or never, does no harm.
type stream struct {
	*workbench
	out     http.ResponseWriter
	control *http.ResponseController
	request *http.Request
	who     visitor
	tracks  []*track
}

// A track is how far the changes of one shop were told.
type track struct {
	shop   string
	after  int64
	erased int
}

// A told change is one case as the queue needs to know it.
type told struct {
	Shop   string `json:"shop"`
	Case   string `json:"case"`
	Number int    `json:"number"`
	State  string `json:"state"`
	Agent  string `json:"agent"`
	New    bool   `json:"new"` // it was opened just now, and nobody has it
}

// A greeting begins a stream. Pages that are of somebody else, who has left meanwhile, do not listen any longer.
type greeting struct {
	Who string `json:"who"`
}

const (
	changesAtOnce = 100
	retryAfter    = 3000 // ms until a browser that was dropped comes back
)

// getLive is the stream of changes from now on. A page that comes back reads itself anew, so that nothing has to be told of the time between.
func (w *workbench) getLive(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	leave, ok := w.listeners.join(who.Name)
	if !ok {
		return &page.Problem{Status: http.StatusServiceUnavailable, After: 5 * time.Second}
	}
	defer leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changed, stop := w.watch(ctx, who.shops)
	defer stop()
	s := &stream{workbench: w, out: rw, control: http.NewResponseController(rw), request: r, who: who}
	for _, shop := range who.shops {
		erased, _ := w.Feed.Erased(shop)
		after, err := w.Feed.LastChange(ctx, shop)
		if err != nil {
			return err
		}
		s.tracks = append(s.tracks, &track{shop, after, erased})
	}
	h := rw.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	rw.WriteHeader(http.StatusOK)
	raw, err := json.Marshal(greeting{Who: who.Name})
	if err != nil {
		return err
	}
	if s.send(fmt.Appendf(nil, "retry: %d\nevent: ready\ndata: %s\n\n", retryAfter, raw)) == nil {
		s.run(ctx, changed)
	}
	return nil
}

// watch joins the signals of several shops into one.
func (w *workbench) watch(ctx context.Context, shops []string) (changed <-chan struct{}, stop func()) {
	joined := make(chan struct{}, 1)
	var ends []func()
	for _, shop := range shops {
		one, end := w.Feed.Watch(shop)
		ends = append(ends, end)
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-one:
					select {
					case joined <- struct{}{}:
					default: // one that was not taken yet stands for this, too
					}
				}
			}
		}()
	}
	return joined, func() {
		for _, end := range ends {
			end()
		}
	}
}

// run tells of changes until the listener has gone or reads too slowly, or the server stops.
func (s *stream) run(ctx context.Context, changed <-chan struct{}) {
	beat := time.NewTicker(s.Limits.Heartbeat)
	defer beat.Stop()
	recheck := time.NewTicker(s.Limits.Recheck)
	defer recheck.Stop()
	s.keepOnline(ctx)
	for {
		if err := s.tell(ctx); err != nil {
			if ctx.Err() == nil && !errors.Is(err, errGone) {
				s.Logger.Warn("read changed cases", "err", err)
			}
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.Ended:
			return
		case <-changed:
		case <-beat.C:
			if s.send([]byte(": still here\n\n")) != nil {
				return
			}
		case <-recheck.C:
			if !s.still(ctx) {
				return
			}
			s.keepOnline(ctx)
		}
	}
}

// still is whether the listener may hear all that the stream tells.
func (s *stream) still(ctx context.Context) bool {
	ctx, cancel := s.within(ctx)
	defer cancel()
	person, ok := s.Still(ctx, s.request)
	return ok && person.Name == s.who.Name && !slices.ContainsFunc(s.tracks, func(t *track) bool { return person.In(t.shop) == "" })
}

func (s *stream) keepOnline(ctx context.Context) {
	for _, t := range s.tracks[:min(len(s.tracks), mostSeats)] {
		if err := s.stay(ctx, t.shop, s.who.Name); err != nil && ctx.Err() == nil {
			s.Logger.Warn("keep an agent online", "shop", t.shop, "err", err)
		}
	}
}

// tell sends what has changed since the last time.
func (s *stream) tell(ctx context.Context) error {
	for _, t := range s.tracks {
		if times, _ := s.Feed.Erased(t.shop); times != t.erased {
			t.erased = times
			if err := s.send([]byte("event: reset\ndata: {}\n\n")); err != nil {
				return err
			}
		}
		for {
			cases, err := s.changes(ctx, t)
			if err != nil {
				return err
			}
			for i := range cases {
				if err := s.event(&cases[i]); err != nil {
					return err
				}
				t.after = cases[i].Change
			}
			if len(cases) < changesAtOnce {
				break
			}
		}
	}
	return nil
}

func (s *stream) changes(ctx context.Context, t *track) ([]desk.Case, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	return s.Feed.Changed(ctx, t.shop, t.after, changesAtOnce)
}

func (s *stream) event(c *desk.Case) error {
	raw, err := json.Marshal(told{
		Shop: c.Shop, Case: c.ID, Number: c.Number, State: string(c.State), Agent: c.Agent,
		New: c.State != desk.Closed && c.Agent == "" && c.OpenedAt.Equal(c.ChangedAt),
	})
	if err != nil {
		return err
	}
	return s.send(fmt.Appendf(nil, "event: case\ndata: %s\n\n", raw))
}

var errGone = errors.New("the listener has gone")

// send writes at once, and waits for nobody who does not read.
func (s *stream) send(raw []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.Limits.Patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errGone
	}
	if _, err := s.out.Write(raw); err != nil {
		return errGone
	}
	if err := s.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errGone
	}
	return nil
}

// Listeners count who listens.
type listeners struct {
	limits Limits

	mu  sync.Mutex
	all int
	of  map[string]int
}

// join makes room for a listener, who leaves once.
func (l *listeners) join(name string) (leave func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= l.limits.Listeners || l.of[name] >= l.limits.ListenersOfOne {
		return nil, false
	}
	if l.of == nil {
		l.of = map[string]int{}
	}
	l.all++
	l.of[name]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.all--
		if l.of[name]--; l.of[name] == 0 {
			delete(l.of, name)
		}
	}, true
}
