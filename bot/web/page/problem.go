package page

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot/desk"
)

// A Problem is an error that the reader can do something about. Its words are "problem.CODE" of the layout, by the status: problem.404 and so
// on; Detail, if there is one, stands below them.
type Problem struct {
	Status int
	Detail string        // in the reader's language; shown as text
	After  time.Duration // when to try again
}

func (p *Problem) Error() string { return fmt.Sprintf("page: %d %s", p.Status, p.Detail) }

// refuser is how errors of the engine say that the caller can do something about it.
type refuser interface {
	error
	Refusal() string
}

// problemOf turns an error into what the reader is told.
func problemOf(err error) *Problem {
	var p *Problem
	var refused refuser
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &refused):
		return refusal(refused)
	case errors.Is(err, desk.ErrNotFound):
		return &Problem{Status: http.StatusNotFound}
	case errors.Is(err, desk.ErrStale):
		return &Problem{Status: http.StatusConflict}
	default:
		return &Problem{Status: http.StatusInternalServerError}
	}
}

func refusal(refused refuser) *Problem {
	switch refused.Refusal() {
	case "no_shop", "not_found":
		return &Problem{Status: http.StatusNotFound}
	case "forbidden":
		return &Problem{Status: http.StatusForbidden}
	case "unauthorised":
		return &Problem{Status: http.StatusUnauthorized}
	case "conflict", "claimed", "closed", "stale", "budget":
		return &Problem{Status: http.StatusConflict}
	case "malformed":
		return &Problem{Status: http.StatusBadRequest, Detail: refused.Error()}
	default:
		return &Problem{Status: http.StatusServiceUnavailable, After: time.Second}
	}
}

// Error answers with the page of an error. What is not meant for readers is logged and becomes a plain 500.
func (s *Site) Error(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		s.Logger.Error("a page failed", "path", r.Pattern, "err", err)
	}
	s.Fail(w, r, p)
}

// Fail answers with the page of a problem.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, p *Problem) {
	if !strings.Contains(w.Header().Get("Content-Security-Policy"), policy) { // whoever stands before the site has none of its headers yet
		s.headers(w.Header())
	}
	if p.After > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.After+time.Second-1)/time.Second)))
	}
	word := "problem." + strconv.Itoa(p.Status)
	if !s.own.said(word) {
		word = "problem.500"
		if p.Status < http.StatusInternalServerError {
			word = "problem.400"
		}
	}
	s.own.Show(w, r, p.Status, "problem.html", map[string]any{"Word": word, "Status": p.Status, "Detail": p.Detail})
}
