// contract: the chat, the desk and the agents' API stream by the types in this file.

// Package stream is for answers without an end that is known, such as server-sent events: it writes so that nobody who does not read holds
// anything up, keeps the line in use, and counts who listens. What is told, and to whom, it does not know.
package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Events is the content type of server-sent events; browsers insist on it.
const Events = "text/event-stream"

const heartbeat = ": still here\n\n" // a comment: pages skip it, proxies see that the line is in use

// A Stream is one such answer. Each write has a deadline of its own in place of the server's, so that who does not read is dropped and nothing
// piles up for them.
type Stream struct {
	to       http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
}

// New makes a stream whose reader may take so long for each piece.
func New(to http.ResponseWriter, patience time.Duration) *Stream {
	return &Stream{to: to, control: http.NewResponseController(to), patience: patience}
}

// Begin sends the headers. From here on an error can only end the stream.
func (s *Stream) Begin(contentType string) {
	h := s.to.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Accel-Buffering", "no")
	s.to.WriteHeader(http.StatusOK)
}

// Write sends bytes, maybe later with others.
func (s *Stream) Write(raw []byte) (int, error) {
	if err := s.wait(); err != nil {
		return 0, err
	}
	return s.to.Write(raw)
}

// Flush sends what was written, be it long ago.
func (s *Stream) Flush() error {
	if err := s.wait(); err != nil {
		return err
	}
	return supported(s.control.Flush())
}

// wait lets the reader's patience begin anew.
func (s *Stream) wait() error {
	return supported(s.control.SetWriteDeadline(time.Now().Add(s.patience)))
}

// Greet begins a stream of events with the headers and the first part of the first event: a page that was dropped comes back after a while.
func (s *Stream) Greet(comeBack time.Duration) error {
	s.Begin(Events)
	_, err := fmt.Fprintf(s, "retry: %d\n", comeBack.Milliseconds())
	return err
}

// Event writes an event with a value as JSON. A page that comes back names the id, "" for none. Id and name are the program's own.
func (s *Stream) Event(id, name string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	_, err = fmt.Fprintf(s, "%sevent: %s\ndata: %s\n\n", id, name, raw)
	return err
}

// A Rhythm is when a stream looks for what to tell.
type Rhythm struct {
	Changed <-chan struct{} // there may be something to tell
	Beat    time.Duration   // when nothing happens; it looks then too, should a signal ever be missed
	Recheck time.Duration   // whether the reader may still listen
}

// Run tells, at once and whenever it is time, until the reader has gone or reads too slowly, tell or still say false, or ctx ends.
func (s *Stream) Run(ctx context.Context, r Rhythm, tell, still func() bool) {
	beat := time.NewTicker(r.Beat)
	defer beat.Stop()
	recheck := time.NewTicker(r.Recheck)
	defer recheck.Stop()
	for tell() && s.Flush() == nil {
		select {
		case <-ctx.Done():
			return
		case <-r.Changed:
		case <-beat.C:
			if _, err := s.Write([]byte(heartbeat)); err != nil {
				return
			}
		case <-recheck.C:
			if !still() {
				return
			}
		}
	}
}

// Until ends with ctx, and at once when stop is closed; a nil stop never is.
func Until(ctx context.Context, stop <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if stop == nil {
		return ctx, cancel
	}
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// supported is for writers without deadlines, such as those of tests.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
