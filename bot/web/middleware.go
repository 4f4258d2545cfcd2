package web

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// headers are what is sent with every answer, and what a message's answer is; the demo page replaces the content security policy by its
// own. The values are shared by all answers: whoever sets another replaces the list, and whoever adds to it copies it.
type headers struct{ nosniff, deny, noReferrer, policy, origin, store, json []string }

func newHeaders() headers {
	return headers{
		nosniff: []string{"nosniff"}, deny: []string{"DENY"}, noReferrer: []string{"no-referrer"},
		policy: []string{"default-src 'none'; frame-ancestors 'none'"}, origin: []string{"same-origin"}, store: []string{"no-store"},
		json: []string{echo.MIMEApplicationJSON},
	}
}

func (all *headers) set(h http.Header) {
	h["X-Content-Type-Options"] = all.nosniff
	h["X-Frame-Options"] = all.deny
	h["Referrer-Policy"] = all.noReferrer
	h["Content-Security-Policy"] = all.policy
	h["Cross-Origin-Resource-Policy"] = all.origin
	h["Cache-Control"] = all.store
}

// around is all that is done around every request, in one step, since echo puts each step together anew for each request.
// It counts them by route and status, and hands errors on itself, so that the status it sees is the one that was sent.
func (s *Server) around(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		s.headers.set(c.Response().Header())
		if err := recovered(next, c); err != nil {
			c.Error(err)
		}
		s.Metrics.request(c.Path(), c.Request().Method, c.Response().Status, isStream(c.Response().Header()), time.Since(began))
		return nil
	}
}

// recovered makes a panic one caller's 500 instead of everybody's end.
func recovered(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if r == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
				panic(r)
			}
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return next(c)
}

// isStream is whether an answer tells of things as they happen, and lasts as long as somebody listens.
func isStream(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/event-stream")
}
