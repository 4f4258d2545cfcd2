package engine

import (
	"context"
	"time"

	"xiaoer/bot"
)

// countMessage counts a message by how it ended.
func (e *Engine) countMessage(began time.Time, h *handling, err *error) {
	e.Observe("message", h.outcome(*err), e.Clock().Sub(began))
}

func (h *handling) outcome(err error) string {
	switch r := &h.response; {
	case err != nil:
		return outcome(err)
	case h.repeated:
		return "repeated"
	case r.Handoff != nil && r.Status == bot.StatusWaiting:
		return "handed_over"
	case r.Ask != nil:
		return "asked"
	case len(r.Replies) > 0:
		return "answered"
	default:
		return "silent"
	}
}

// countMissed counts the deadlines that passed without a human's word, each once.
func (e *Engine) countMissed(c Commit) {
	if c.Recorded == nil {
		return
	}
	before := c.Recorded.Before.Case
	for i := range c.Cases {
		missed := c.Cases[i].Late
		if before != nil && before.ID == c.Cases[i].ID {
			missed -= before.Late
		}
		e.missed.Add(int64(max(0, missed)))
	}
}

// Figures are what an engine is doing now.
type Figures struct {
	Turns        int           // running or waiting
	OpenBreakers int           // destinations of callbacks that do not answer
	Flights      int           // late replies on their way
	Backlog      int           // late replies that wait to be delivered
	OldestAge    time.Duration // since the oldest of them was said
	DeadLetters  int
	Cases        int   // that are not closed
	Missed       int64 // deadlines that passed without a human's word, since the engine was made
}

// Figures reads what the engine is doing now; an error means that the store could not say its part.
func (e *Engine) Figures(ctx context.Context) (Figures, error) {
	f := Figures{Turns: e.Depth(), OpenBreakers: e.breakers.open(), Flights: e.flights.count(), Missed: e.missed.Load()}
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	b, err := e.Store.Backlog(ctx)
	if err != nil {
		return f, storeRefusal("count what waits", err)
	}
	f.Backlog, f.DeadLetters, f.Cases = b.Waiting, b.Dead, b.Cases
	if !b.Oldest.IsZero() {
		f.OldestAge = max(0, e.Clock().Sub(b.Oldest))
	}
	return f, nil
}
