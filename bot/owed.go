package bot

import "time"

// deadline is when a stretch of the hours that count has passed.
func (t *turn) deadline(from time.Time, d time.Duration) time.Time {
	switch clock := &t.b.ReplyClock; {
	case clock.Always:
		return from.Add(d)
	case len(clock.Week) > 0:
		counted := Shop{Location: t.b.Shop.Location, Hours: Hours{Week: clock.Week}}
		return counted.After(from, d)
	}
	return t.b.Shop.After(from, d)
}

// owesNext starts the clock of a later reply, unless an older message of the buyer waits for one already.
func (t *turn) owesNext() {
	clock := &t.c.Clock
	if !clock.Waiting.IsZero() {
		return
	}
	clock.Waiting, clock.Counted = t.e.At, false
	c := t.c.Case
	if c == nil {
		return
	}
	c.Waiting = t.e.At
	if next := t.b.Team(c.Team).NextReply; next > 0 {
		c.Deadline = t.deadline(t.e.At, next)
		clock.Hold, clock.Deadline = t.deadline(t.e.At, next/2), c.Deadline
	}
}

// owesAgain starts the clock of a case that waits and whose buyer was answered by a line of the bot's that counts. The
// deadline until which an agent has to be there is not put off by that.
func (t *turn) owesAgain() {
	clock, c := &t.c.Clock, t.c.Case
	if !clock.Waiting.IsZero() {
		return
	}
	clock.Waiting, clock.Counted, c.Waiting = t.e.At, false, t.e.At
	reply := t.b.Team(c.Team).FirstReply
	if by := t.deadline(t.e.At, reply); clock.Deadline.IsZero() || by.Before(clock.Deadline) {
		clock.Hold, clock.Deadline, c.Deadline = t.deadline(t.e.At, reply/2), by, by
	}
}

// humanReplied stops the clocks: the buyer has been answered.
func (t *turn) humanReplied() {
	if c := t.c.Case; c != nil {
		t.countReply(c)
		c.Waiting, c.Deadline, c.Missed = time.Time{}, time.Time{}, time.Time{}
		t.sendChange(c)
	}
	clock := &t.c.Clock
	clock.Waiting, clock.Hold, clock.Deadline, clock.Held = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	clock.Counted = false
}

// botReplied lets a line of the bot's stop the clock where the shop counts those too, and anywhere where an agent has had it said. The
// words of handing over are not one: the clock starts with them. A case that still waits for its agent keeps a deadline, so that it is
// not forgotten.
func (t *turn) botReplied() {
	c := t.c.Case
	if !t.b.ReplyClock.Any && !t.agentSpoke || c == nil || t.handed != nil || t.e.Kind == EventAgent || c.Waiting.IsZero() {
		return
	}
	t.countReply(c)
	clock := &t.c.Clock
	c.Waiting, clock.Waiting, clock.Hold, clock.Counted = time.Time{}, time.Time{}, time.Time{}, false
	c.Deadline, c.Missed, clock.Deadline = time.Time{}, time.Time{}, time.Time{}
	if t.c.Status == StatusWaiting {
		c.Deadline = t.deadline(t.e.At, t.b.Team(c.Team).FirstReply)
		clock.Deadline = c.Deadline
	}
	t.sendChange(c)
}

// countReply counts whether the reply that was owed came in time. It is counted once.
func (t *turn) countReply(c *Handoff) {
	if c.Waiting.IsZero() || c.Deadline.IsZero() || t.c.Clock.Counted {
		return
	}
	if t.e.At.After(c.Deadline) {
		c.Late++
		return
	}
	c.InTime++
}

// countLate counts a reply that is owed and whose deadline has passed.
func (t *turn) countLate(c *Handoff) {
	if c.Waiting.IsZero() || t.c.Clock.Counted {
		return
	}
	t.c.Clock.Counted = true
	c.Late++
	if c.Missed = c.Deadline; c.Missed.IsZero() {
		c.Missed = t.e.At
	}
}
