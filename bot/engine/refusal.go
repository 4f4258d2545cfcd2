package engine

import (
	"errors"
	"fmt"
)

// A Refusal is an error that the caller can do something about. Nothing was changed by what was refused.
type Refusal struct {
	code   string // busy, conflict, no_shop, broken, not_found
	detail string
}

// Error says what is the matter in words that may be shown to the caller.
func (r *Refusal) Error() string { return r.detail }

// Refusal is the stable word for the kind of refusal: busy, conflict, no_shop, broken, not_found or claimed.
func (r *Refusal) Refusal() string { return r.code }

// Why an engine refuses.
var (
	ErrNoShop   = &Refusal{"no_shop", "there is no such shop"}
	ErrBroken   = &Refusal{"broken", "the shop's folder has errors and no good version of it is loaded"}
	ErrConflict = &Refusal{"conflict", "a different message with this id was answered before"}
	ErrBusy     = &Refusal{"busy", "too much is waiting; nothing was accepted, send it again"}
	ErrClosed   = &Refusal{"busy", "the server is stopping; nothing was accepted, send it again"}
	ErrClaimed  = &Refusal{"claimed", "another agent has the conversation"}
	ErrNoCase   = &Refusal{"not_found", "there is no such conversation"}
	ErrNoTrace  = &Refusal{"not_found", "there is no such trace, or no longer"}
)

// storeRefusal turns what a store says into what the caller is told.
func storeRefusal(doing string, err error) error {
	var r *Refusal
	switch {
	case errors.As(err, &r):
		return err
	case errors.Is(err, ErrFull):
		return fmt.Errorf("%s: %w: %w", doing, ErrBusy, err)
	default:
		return fmt.Errorf("%s: %w: %w", doing, &Refusal{"busy", "the store cannot be reached; nothing was accepted, send it again"}, err)
	}
}
