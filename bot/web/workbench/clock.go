package workbench

import (
	"fmt"
	"time"
)

// A clock is a moment that is waited for. Colour never tells its state alone: Word does, too.
type clock struct {
	What  string // key of the words for what it is: reply, promise, platform
	Name  string // more of it: the promise's words
	Due   time.Time
	State string // none, fine, soon, late
	Left  string // to it or since it, as 2:05 or 3:10:00
}

// soon is from when on a deadline is near.
const soon = time.Minute

func clockOf(what, name string, due, now time.Time) clock {
	c := clock{What: what, Name: name, Due: due, State: "fine"}
	left := due.Sub(now)
	switch {
	case due.IsZero():
		c.State = "none"
		return c
	case left < 0:
		c.State, left = "late", -left
	case left <= soon:
		c.State = "soon"
	}
	c.Left = span(left)
	return c
}

// Word is the key of the state's words.
func (c clock) Word() string { return "clock." + c.State }

// Millis is the moment for scripts.
func (c clock) Millis() int64 { return c.Due.UnixMilli() }

// span writes a stretch of time as a running clock does.
func span(d time.Duration) string {
	s := int64(d / time.Second)
	switch days := s / 86400; {
	case days > 0:
		return fmt.Sprintf("%dd %d:%02d", days, s/3600%24, s/60%60)
	case s >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	default:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
}
