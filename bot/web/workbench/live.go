package workbench

import (
	"context"
	"net/http"
	"slices"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/stream"
)

// A listener is a browser that is told that cases of the visitor's shops have changed: which, and how they stand, in few words. What is shown is
// read from the pages, so that a signal which comes twice, or never, does no harm.
type listener struct {
	*workbench
	out     *stream.Stream
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
	comeBack      = 3 * time.Second // for a browser that was dropped
)

// getLive is the stream of changes from now on. A page that comes back reads itself anew, so that nothing has to be told of the time between.
func (w *workbench) getLive(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	leave, full := w.Seats.Join(stream.Claim{Of: "person " + who.Name, Most: w.Limits.ListenersOfOne}, stream.Claim{Most: w.Limits.Listeners})
	if full != nil {
		return &page.Problem{Status: http.StatusServiceUnavailable, After: 5 * time.Second}
	}
	defer leave()
	ctx, cancel := stream.Until(ctx, w.Ended)
	defer cancel()
	changed, stop := w.watch(ctx, who.shops)
	defer stop()
	l := &listener{workbench: w, out: stream.New(rw, w.Limits.Patience), request: r, who: who}
	for _, shop := range who.shops {
		erased, _ := w.Feed.Erased(shop)
		after, err := w.Feed.LastChange(ctx, shop)
		if err != nil {
			return err
		}
		l.tracks = append(l.tracks, &track{shop, after, erased})
	}
	if l.out.Greet(comeBack) == nil && l.out.Event("", "ready", greeting{Who: who.Name}) == nil {
		l.keepOnline(ctx)
		l.out.Run(ctx, stream.Rhythm{Changed: changed, Beat: w.Limits.Heartbeat, Recheck: w.Limits.Recheck},
			func() bool { return l.tell(ctx) }, func() bool { return l.stays(ctx) })
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

// stays is whether the listener may go on to hear all that the stream tells; it keeps them online.
func (l *listener) stays(ctx context.Context) bool {
	ctx, cancel := l.within(ctx)
	defer cancel()
	person, ok := l.Still(ctx, l.request)
	if !ok || person.Name != l.who.Name || slices.ContainsFunc(l.tracks, func(t *track) bool { return person.In(t.shop) == "" }) {
		return false
	}
	l.keepOnline(ctx)
	return true
}

func (l *listener) keepOnline(ctx context.Context) {
	for _, t := range l.tracks[:min(len(l.tracks), mostSeats)] {
		if err := l.stay(ctx, t.shop, l.who.Name); err != nil && ctx.Err() == nil {
			l.Logger.Warn("keep an agent online", "shop", t.shop, "err", err)
		}
	}
}

// tell sends what has changed since the last time.
func (l *listener) tell(ctx context.Context) bool {
	for _, t := range l.tracks {
		if times, _ := l.Feed.Erased(t.shop); times != t.erased {
			t.erased = times
			if l.out.Event("", "reset", struct{}{}) != nil {
				return false
			}
		}
		for {
			cases, err := l.changes(ctx, t)
			if err != nil && ctx.Err() == nil {
				l.Logger.Warn("read changed cases", "shop", t.shop, "err", err)
			}
			if err != nil || !l.tellOf(t, cases) {
				return false
			}
			if len(cases) < changesAtOnce {
				break
			}
		}
	}
	return true
}

func (l *listener) changes(ctx context.Context, t *track) ([]desk.Case, error) {
	ctx, cancel := l.within(ctx)
	defer cancel()
	return l.Feed.Changed(ctx, t.shop, t.after, changesAtOnce)
}

func (l *listener) tellOf(t *track, cases []desk.Case) bool {
	for i := range cases {
		c := &cases[i]
		about := told{
			Shop: c.Shop, Case: c.ID, Number: c.Number, State: string(c.State), Agent: c.Agent,
			New: c.State != desk.Closed && c.Agent == "" && c.OpenedAt.Equal(c.ChangedAt),
		}
		if l.out.Event("", "case", about) != nil {
			return false
		}
		t.after = c.Change
	}
	return true
}
