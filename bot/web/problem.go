package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot"
)

// A Problem is an error as RFC 9457 wants it told: Type is stable and what programs should look at.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"` // the field of the body or the header that is at fault

	retryAfter time.Duration
}

// Error is the detail, so that handlers can return problems.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

const problemBase = "urn:xiaoer:problem:"

// newProblem makes a problem of a stable kind.
func newProblem(status int, kind, detail string) *Problem {
	return &Problem{Type: problemBase + kind, Title: titles[kind], Status: status, Detail: detail}
}

// kind is the end of the type, one of those in titles.
func (p *Problem) kind() string { return strings.TrimPrefix(p.Type, problemBase) }

// at names the field that is at fault.
func (p *Problem) at(field string) *Problem {
	p.Field = field
	return p
}

// after says when to try again.
func (p *Problem) after(d time.Duration) *Problem {
	p.retryAfter = d
	return p
}

// The kinds of problem, with their titles. The kinds are a contract, the titles are for people.
var titles = map[string]string{
	"malformed":        "The request is malformed",
	"unauthorized":     "The signature does not hold, or the token is not known",
	"forbidden":        "The role does not allow this",
	"no-such-shop":     "There is no such shop",
	"not-found":        "There is nothing here",
	"method":           "This method is not allowed here",
	"conflict":         "The id was used before, for something else",
	"claimed":          "Somebody else was first",
	"closed":           "The case is closed",
	"news":             "Somebody has written meanwhile",
	"budget":           "The channel takes no more messages for now",
	"too-large":        "The body is too large",
	"encoding":         "The body's encoding is not supported",
	"timeout":          "The request did not arrive in time",
	"too-many":         "Too many calls",
	"busy":             "Not now",
	"unsure":           "Nobody knows whether it was kept",
	"broken-shop":      "The shop is broken",
	"internal":         "Something went wrong here",
	"cross-origin":     "Requests from other sites are refused",
	"too-many-headers": "The headers are too large",
}

// refuser is how an error says that the caller can do something about it; the engine's do.
type refuser interface {
	error
	Refusal() string
}

// fielder is how a refusal names the field that is at fault.
type fielder interface{ Field() string }

// problemOf turns any error into what the caller is told. What is not meant for callers becomes a plain 500.
func problemOf(err error) *Problem {
	var p *Problem
	var field *bot.FieldError
	var refused refuser
	var httpErr *echo.HTTPError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &field):
		return newProblem(http.StatusBadRequest, "malformed", field.Problem).at(field.Field)
	case errors.As(err, &refused):
		return toldProblem(refused)
	case errors.As(err, &httpErr):
		return httpProblem(httpErr)
	default:
		return newProblem(http.StatusInternalServerError, "internal", "the error was logged; the message may be sent again")
	}
}

// toldProblem lets a refusal say in its own words what is malformed, since only the refuser knows.
func toldProblem(refused refuser) *Problem {
	p := refusalProblem(refused.Refusal())
	if p.Status == http.StatusBadRequest {
		p.Detail = refused.Error()
	}
	if f, ok := refused.(fielder); ok && p.Field == "" {
		p.Field = f.Field()
	}
	return p
}

// refusalProblem tells the refusals of the engine and the desk apart.
func refusalProblem(word string) *Problem {
	switch word {
	case "no_shop":
		return newProblem(http.StatusNotFound, "no-such-shop", "there is no shop with this id").at("shop")
	case "not_found":
		return newProblem(http.StatusNotFound, "not-found", "it never was, or it is no longer kept")
	case "conflict":
		return newProblem(http.StatusConflict, "conflict",
			"something different with this id was done within the last 7 days; what is new needs a new id").at("id")
	case "claimed":
		return newProblem(http.StatusConflict, "claimed", "another agent has the conversation")
	case "news":
		return newProblem(http.StatusConflict, "news", "somebody has written what the answer does not know yet; nothing was sent").at("seen")
	case "closed":
		return newProblem(http.StatusConflict, "closed", "nothing more can be done to a case that is closed")
	case "budget":
		return newProblem(http.StatusConflict, "budget", "what may be sent to this buyer is used up until they write again; nothing was sent")
	case "unauthorised":
		return newProblem(http.StatusUnauthorized, "unauthorized", "send Authorization: Bearer xot_… with a token that was not revoked").at("Authorization")
	case "forbidden":
		return newProblem(http.StatusForbidden, "forbidden", "the role of this token in the shop does not allow it")
	case "unclaimed":
		return newProblem(http.StatusForbidden, "forbidden", "nobody has the case; claim it first")
	case "malformed":
		return newProblem(http.StatusBadRequest, "malformed", "the call is malformed")
	case "unsure":
		return newProblem(http.StatusServiceUnavailable, "unsure", "it may have been kept or not; the same may be sent again under the same id "+
			"(a message's, or the Idempotency-Key) and has one effect; without an id look first").after(time.Second)
	case "broken":
		return newProblem(http.StatusServiceUnavailable, "broken-shop",
			"its folder has errors, and no good version of it is loaded; nothing was accepted, send it again").after(30 * time.Second)
	default:
		return newProblem(http.StatusServiceUnavailable, "busy", "nothing was accepted; send it again").after(time.Second)
	}
}

// httpProblem translates the router's own errors.
func httpProblem(err *echo.HTTPError) *Problem {
	switch err.Code {
	case http.StatusMethodNotAllowed:
		return newProblem(err.Code, "method", "see the Allow header for those that are")
	case http.StatusNotFound:
		return newProblem(err.Code, "not-found", "no page or endpoint has this address; see /openapi.json")
	case http.StatusRequestEntityTooLarge:
		return newProblem(err.Code, "too-large", "the body is too large")
	default:
		return newProblem(err.Code, "malformed", http.StatusText(err.Code))
	}
}

// handleError is the one place where errors leave the server.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError && p.Status != http.StatusServiceUnavailable {
		s.Logger.Error("answer a request", "route", c.Path(), "shop", c.Param("shop"), "err", err)
	} else if p.Status == http.StatusServiceUnavailable {
		s.Logger.Log(c.Request().Context(), slog.LevelWarn, "refuse a request", "route", c.Path(), "shop", c.Param("shop"), "err", err)
	}
	if p.retryAfter > 0 {
		seconds := max(1, int(math.Ceil(p.retryAfter.Seconds())))
		c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	raw, _ := json.Marshal(p) // strings and a number: it cannot fail
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(p.Status)
		return
	}
	_ = c.Blob(p.Status, "application/problem+json", raw)
}
