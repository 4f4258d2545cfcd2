package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"xiaoer/bot"
)

// How long things are kept where nothing else is said.
const (
	KeepTexts     = 180 * 24 * time.Hour
	KeepAnswers   = 7 * 24 * time.Hour
	KeepDelivered = 3 * 24 * time.Hour
	KeepAudit     = 2 * 365 * 24 * time.Hour
	KeepPresence  = 30 * 24 * time.Hour
)

// leastAnswers is how long a caller may take to send the same message again.
const leastAnswers = time.Hour

// Retention says how long a store keeps things. Zero takes the default.
type Retention struct {
	Texts     time.Duration // conversations, records, inputs of turns and closed cases; default KeepTexts
	Answers   time.Duration // idempotency keys with their responses, and late replies that nobody could be sent; default KeepAnswers
	Delivered time.Duration // late replies that were delivered or dropped; default KeepDelivered
	Audit     time.Duration // what agents did; default KeepAudit
	Presence  time.Duration // agents who were not seen any more; default KeepPresence
}

// WithDefaults is with every zero filled in.
func (r Retention) WithDefaults() Retention {
	for _, f := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{{&r.Texts, KeepTexts}, {&r.Answers, KeepAnswers}, {&r.Delivered, KeepDelivered}, {&r.Audit, KeepAudit}, {&r.Presence, KeepPresence}} {
		if *f.value == 0 {
			*f.value = f.fallback
		}
	}
	return r
}

// Validate says what is wrong with the periods, defaults included. An answer is found by the turn that gave it, so no answer may
// outlive its turn.
func (r Retention) Validate() error {
	r = r.WithDefaults()
	switch {
	case min(r.Texts, r.Answers, r.Delivered, r.Audit, r.Presence) < 0:
		return errors.New("nothing can be kept for a negative time")
	case r.Answers < leastAnswers:
		return fmt.Errorf("answers are kept for %s at least, so that a message that is sent again is known", leastAnswers)
	case r.Texts < r.Answers:
		return fmt.Errorf("texts (%s) are to be kept as long as answers (%s) at least", r.Texts, r.Answers)
	}
	return nil
}

// WantsServing says whether the first thing that a conversation waits for, as it is kept, falls due at a time or later. Its timer may be set
// earlier than that (see Commit.Due), so that a timer which nobody has served does not say it.
func WantsServing(conversation []byte, from time.Time) bool {
	var c bot.Conversation
	if err := json.Unmarshal(conversation, &c); err != nil {
		return false // nobody could serve it
	}
	due, ok := c.Due()
	return ok && !due.Before(from)
}
