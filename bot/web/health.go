package web

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// getHealth says that the program runs.
func (s *Server) getHealth(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok", "version": s.Version})
}

// getReady says whether a message would be taken now: not while the server stops, nor when the store cannot be reached.
func (s *Server) getReady(c echo.Context) error {
	if s.stopping.Load() {
		return newProblem(http.StatusServiceUnavailable, "busy", "the server is stopping").after(5 * time.Second)
	}
	if err := s.ready.ask(c.Request().Context()); err != nil {
		s.Logger.Warn("not ready", "err", err)
		return newProblem(http.StatusServiceUnavailable, "busy", "the store cannot be reached").after(5 * time.Second)
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}

const (
	readyFor      = time.Second     // how long a look at the store counts for all who ask
	readyPatience = 2 * time.Second // with a store that does not answer
)

var errNoAnswer = errors.New("the store did not answer in time")

// readiness asks the store for all balancers together: a look may cost a synced write, and they ask all the time.
type readiness struct {
	check func(ctx context.Context) error

	mu   sync.Mutex
	last *look
}

// A look is one question to the store; err and at can be read when done is closed.
type look struct {
	done chan struct{}
	at   time.Time
	err  error
}

// ask gives what the store said within the last second, or asks it. Whoever comes while it is asked waits for that answer.
func (r *readiness) ask(ctx context.Context) error {
	l := r.current()
	patience := time.NewTimer(readyPatience)
	defer patience.Stop()
	select {
	case <-l.done:
		return l.err
	case <-patience.C:
		return errNoAnswer
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *readiness) current() *look {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && !r.last.stale() {
		return r.last
	}
	l := &look{done: make(chan struct{})}
	r.last = l
	go func() { // of its own: whoever asked first may hang up
		ctx, cancel := context.WithTimeout(context.Background(), readyPatience)
		defer cancel()
		l.err = r.check(ctx)
		l.at = time.Now()
		close(l.done)
	}()
	return l
}

// stale is whether the store must be asked anew; one that has not answered yet is not asked twice.
func (l *look) stale() bool {
	select {
	case <-l.done:
		return time.Since(l.at) >= readyFor
	default:
		return false
	}
}
