package bot

import "time"

// A deskState says whether agents are at the desk and when they come next. It holds for a stretch of time, in which it is not
// worked out again for every message.
type deskState struct {
	from, until time.Time // until is past it
	open        bool
	opens       time.Time
	opensAgain  bool
}

// deskAt is the state of the desk at an instant.
func (b *Book) deskAt(at time.Time) deskState {
	if s := b.desk.Load(); s != nil && !at.Before(s.from) && at.Before(s.until) {
		return *s
	}
	s := &deskState{from: at, until: b.Shop.sameUntil(at), open: b.Shop.IsOpen(at)}
	s.opens, s.opensAgain = b.Shop.Opens(at)
	b.desk.Store(s)
	return *s
}

// sameUntil is when the state of the desk may change: at the next opening or closing, and at the day's end, since the openings
// that are looked at are those of the days around.
func (s *Shop) sameUntil(at time.Time) time.Time {
	y, m, d := at.In(s.zone()).Date()
	until := time.Date(y, m, d+1, 0, 0, 0, 0, s.zone())
	for _, o := range s.around(at, 1) {
		for _, change := range [...]time.Time{o.from, o.to} {
			if change.After(at) && change.Before(until) {
				until = change
			}
		}
	}
	return until
}
