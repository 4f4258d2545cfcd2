package web

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// headers are sent with every answer; the demo page replaces the content security policy by its own.
func headers(next echo.HandlerFunc) echo.HandlerFunc {
	// The values are shared by all answers: whoever sets another replaces the list, and whoever adds to it copies it.
	nosniff, deny, none := []string{"nosniff"}, []string{"DENY"}, []string{"no-referrer"}
	policy, origin, store := []string{"default-src 'none'; frame-ancestors 'none'"}, []string{"same-origin"}, []string{"no-store"}
	return func(c echo.Context) error {
		h := c.Response().Header()
		h["X-Content-Type-Options"] = nosniff
		h["X-Frame-Options"] = deny
		h["Referrer-Policy"] = none
		h["Content-Security-Policy"] = policy
		h["Cross-Origin-Resource-Policy"] = origin
		h["Cache-Control"] = store
		return next(c)
	}
}

// recoverPanics makes a panic one caller's 500 instead of everybody's end.
func recoverPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
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
}

// measure counts every request by route and status. It stands outermost and hands errors on itself, so that the
// status it sees is the one that was sent.
func (s *Server) measure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.Metrics.request(c.Path(), c.Request().Method, c.Response().Status, isStream(c.Response().Header()), time.Since(began))
		return nil
	}
}

// isStream is whether an answer tells of things as they happen, and lasts as long as somebody listens.
func isStream(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/event-stream")
}
