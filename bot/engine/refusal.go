package engine

import (
	"errors"
	"fmt"
)

// A Refusal is an error that the caller can do something about. Nothing was changed by what was refused, but for ErrUnsure.
type Refusal struct {
	code   string
	detail string
	field  string
}

// Error says what is the matter in words that may be shown to the caller.
func (r *Refusal) Error() string { return r.detail }

// Refusal is the stable word for the kind of refusal: busy, unsure, conflict, no_shop, broken, not_found, claimed, closed, budget, forbidden,
// unauthorised or malformed.
func (r *Refusal) Refusal() string { return r.code }

// Field names what is malformed, "" where it is nothing in particular.
func (r *Refusal) Field() string { return r.field }

// Why an engine refuses.
var (
	ErrNoShop = &Refusal{code: "no_shop", detail: "there is no such shop"}
	ErrBroken = &Refusal{code: "broken", detail: "the shop's folder has errors and no good version of it is loaded"}
	// ErrUnsure is for what was handed to the store, which did not say how it ended.
	ErrUnsure   = &Refusal{code: "unsure", detail: "it may have been kept or not; what has an id may be sent again under the same id, safely"}
	ErrConflict = &Refusal{code: "conflict", detail: "a different message with this id was answered before"}
	ErrBusy     = &Refusal{code: "busy", detail: "too much is waiting; nothing was accepted, send it again"}
	ErrClosed   = &Refusal{code: "busy", detail: "the server is stopping; nothing was accepted, send it again"}
	ErrClaimed  = &Refusal{code: "claimed", detail: "another agent has the conversation"}
	ErrNoCase   = &Refusal{code: "not_found", detail: "there is no such conversation"}
	ErrNoTrace  = &Refusal{code: "not_found", detail: "there is no such trace, or no longer"}

	ErrNothing      = &Refusal{code: "not_found", detail: "there is nothing of this name, or no longer"}
	ErrNews         = &Refusal{code: "news", detail: "somebody has written meanwhile; nothing was sent"}
	ErrCaseClosed   = &Refusal{code: "closed", detail: "the case is closed"}
	ErrForbidden    = &Refusal{code: "forbidden", detail: "the role does not allow it"}
	ErrUnclaimed    = &Refusal{code: "unclaimed", detail: "nobody has the case; claim it first"}
	ErrUnauthorised = &Refusal{code: "unauthorised", detail: "nobody has this token"}
)

// malformed refuses what was sent and names the field that is at fault.
func malformed(field, problem string) error {
	return &Refusal{code: "malformed", detail: field + " " + problem, field: field}
}

// storeRefusal turns what a store says into what the caller is told.
func storeRefusal(doing string, err error) error {
	var r *Refusal
	switch {
	case errors.As(err, &r):
		return err
	case errors.Is(err, ErrFull):
		return fmt.Errorf("%s: %w: %w", doing, ErrBusy, err)
	default:
		return fmt.Errorf("%s: %w: %w", doing, &Refusal{code: "busy", detail: "the store cannot be reached; nothing was accepted, send it again"}, err)
	}
}

// writeRefusal is the same for what was to be kept: unless the store says that it was not, nobody knows.
func writeRefusal(doing string, err error) error {
	var r *Refusal
	switch {
	case errors.Is(err, ErrNotFound):
		return fmt.Errorf("%s: %w", doing, ErrNothing)
	case errors.As(err, &r), errors.Is(err, ErrFull):
		return storeRefusal(doing, err)
	default:
		return fmt.Errorf("%s: %w: %w", doing, ErrUnsure, err)
	}
}

// deskRefusal is storeRefusal for what is asked for by its name.
func deskRefusal(doing string, err error) error {
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%s: %w", doing, ErrNothing)
	}
	return storeRefusal(doing, err)
}
