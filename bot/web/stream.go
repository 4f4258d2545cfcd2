package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// A stream is an answer without an end that is known. Each write has a deadline of its own in place of the server's, so
// that who does not read is dropped and nothing piles up for them.
type stream struct {
	to       *echo.Response
	control  *http.ResponseController
	patience time.Duration
}

func newStream(c echo.Context, patience time.Duration) *stream {
	return &stream{to: c.Response(), control: http.NewResponseController(c.Response().Writer), patience: patience}
}

// begin sends the headers. From here on an error can only end the stream.
func (s *stream) begin(contentType string) {
	h := s.to.Header()
	h.Set(echo.HeaderContentType, contentType)
	h.Set("X-Accel-Buffering", "no")
	s.to.WriteHeader(http.StatusOK)
}

// write sends bytes, maybe later with others.
func (s *stream) write(raw []byte) error {
	if err := ignoreUnsupported(s.control.SetWriteDeadline(time.Now().Add(s.patience))); err != nil {
		return err
	}
	_, err := s.to.Write(raw)
	return err
}

// flush sends what was written.
func (s *stream) flush() error { return ignoreUnsupported(s.control.Flush()) }

// line sends one value as a line of JSON.
func (s *stream) line(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.write(append(raw, '\n'))
}

// ignoreUnsupported is for writers without deadlines, such as those of tests.
func ignoreUnsupported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
