package chat

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"xiaoer/bot/web/photo"
)

// A problem is what a buyer's page is told when something did not work. The page has the words for it, by the code.
type problem struct {
	status int
	code   string
	after  time.Duration // when to try again; 0 where that makes no sense
}

func (p *problem) Error() string { return "chat: " + p.code }

func refuse(status int, code string) *problem { return &problem{status: status, code: code} }

// later is a problem that goes away by itself.
func later(status int, code string, after time.Duration) *problem {
	return &problem{status: status, code: code, after: max(after, time.Second)}
}

// problemOf turns an error into what the page is told, and says whether it is one that nobody meant.
func problemOf(err error) (p *problem, unmeant bool) {
	var refused interface {
		error
		Refusal() string
	}
	if of, ok := errors.AsType[*photo.Refused](err); ok {
		return &problem{of.Status, of.Code, of.After}, false
	}
	switch {
	case errors.As(err, &p):
		return p, false
	case !errors.As(err, &refused):
		return later(http.StatusInternalServerError, "failed", 5*time.Second), true
	}
	switch refused.Refusal() {
	case "no_shop", "not_found":
		return refuse(http.StatusNotFound, "no-chat"), false
	case "conflict":
		return refuse(http.StatusConflict, "conflict"), false
	case "malformed":
		return refuse(http.StatusBadRequest, "malformed"), false
	case "broken":
		return later(http.StatusServiceUnavailable, "broken", 30*time.Second), false
	default: // busy; or unsure, and then the same again is safe
		return later(http.StatusServiceUnavailable, "busy", 2*time.Second), false
	}
}

// isConflict tells whether somebody else was quicker.
func isConflict(err error) bool {
	p, _ := problemOf(err)
	return p.status == http.StatusConflict
}

// fail answers with a problem. What nobody meant is logged, without anything that the buyer wrote.
func (c *Chat) fail(w http.ResponseWriter, r *http.Request, err error) {
	p, unmeant := problemOf(err)
	if unmeant {
		c.Logger.Error("a chat failed", "shop", r.PathValue("shop"), "path", r.Pattern, "err", err)
	}
	seconds := int((p.after + time.Second - 1) / time.Second)
	if seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // whoever has gone needs no answer
		"type": "urn:xiaoer:problem:" + p.code, "status": p.status, "code": p.code, "again": seconds > 0, "after": seconds,
	})
}

// answer sends a value as JSON.
func answer(w http.ResponseWriter, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(raw) // whoever has gone needs no answer
	return nil
}

const mostBody = 64 << 10 // bytes of a call, but for photos

// readJSON reads the body of a call, which may hold more fields than are known.
func readJSON(k *call, into any) error {
	if kind, _, err := mime.ParseMediaType(k.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "malformed")
	}
	raw, err := readBody(k, mostBody)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return refuse(http.StatusBadRequest, "malformed")
	}
	return nil
}

// readBody reads a body within bounds.
func readBody(k *call, most int64) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(k.w, k.r.Body, most))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, refuse(http.StatusRequestEntityTooLarge, "too-large")
	}
	if err != nil {
		return nil, later(http.StatusBadRequest, "broken-off", time.Second)
	}
	return raw, nil
}
