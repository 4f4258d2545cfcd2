package web

import (
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiters hold each shop to its calls a second.
type limiters struct {
	mu   sync.Mutex
	held map[string]*rate.Limiter
}

// allow counts one call; a problem says when the next may be made. A second's calls may come at once.
func (l *limiters) allow(shop string, perSecond float64) error {
	if perSecond <= 0 {
		return nil
	}
	limiter := l.of(shop, perSecond)
	r := limiter.Reserve()
	wait := r.Delay()
	if r.OK() && wait == 0 {
		return nil
	}
	r.Cancel()
	return newProblem(http.StatusTooManyRequests, "too-many", "the shop's calls a second are used up; nothing was accepted, send it again").
		after(max(wait, time.Second))
}

func (l *limiters) of(shop string, perSecond float64) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string]*rate.Limiter{}
	}
	limiter := l.held[shop]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(perSecond), burst(perSecond))
		l.held[shop] = limiter
	}
	if limiter.Limit() != rate.Limit(perSecond) { // the shop was reloaded with another rate
		limiter.SetLimit(rate.Limit(perSecond))
		limiter.SetBurst(burst(perSecond))
	}
	return limiter
}

func burst(perSecond float64) int {
	return max(1, int(math.Ceil(math.Min(perSecond, 1e6))))
}

// readBody reads a body within the limit for one and within the budget for all, into the room if that is enough. The caller gives
// the bytes back with s.bodies.Add(-held) when it is done with them, also after an error.
func (s *Server) readBody(r *http.Request, most int64, room []byte) (body []byte, held int64, err error) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, 0, newProblem(http.StatusUnsupportedMediaType, "encoding", "send the body as it is, without compression").at("Content-Encoding")
	}
	if r.ContentLength > most {
		return nil, 0, tooLarge(most)
	}
	body = room[:0]
	if length := r.ContentLength + 1; length > int64(cap(body)) {
		body = make([]byte, 0, length)
	}
	for {
		if len(body) == cap(body) { // its length was not told
			body = slices.Grow(body, 4<<10)
		}
		n, readErr := r.Body.Read(body[len(body):min(int64(cap(body)), most+1)])
		body = body[:len(body)+n]
		held += int64(n)
		if s.bodies.Add(int64(n)) > s.BodyBudget {
			return nil, held, newProblem(http.StatusServiceUnavailable, "busy", "too much is being read; nothing was accepted, send it again").after(time.Second)
		}
		switch {
		case int64(len(body)) > most:
			return nil, held, tooLarge(most)
		case errors.Is(readErr, io.EOF):
			return body, held, nil
		case readErr != nil && !errors.Is(readErr, os.ErrDeadlineExceeded):
			return nil, held, newProblem(http.StatusBadRequest, "malformed", "the body did not arrive whole")
		case readErr != nil:
			return nil, held, newProblem(http.StatusRequestTimeout, "timeout", "the body did not arrive whole")
		}
	}
}

func tooLarge(most int64) error {
	return newProblem(http.StatusRequestEntityTooLarge, "too-large", "bodies here may have up to "+strconv.FormatInt(most>>10, 10)+" KiB")
}
