package bot

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// What is asked of the hours mostly ends within a few days; the search for the next opening is bounded.
const (
	fewDays       = 2
	mostDaysAhead = 60
)

func itoa(n int) string { return strconv.Itoa(n) }

func (s *Shop) zone() *time.Location {
	if s.Location == nil {
		return time.UTC
	}
	return s.Location
}

func (t *turn) zone() *time.Location { return t.b.Shop.zone() }

func (t *turn) sameDay(a, b time.Time) bool { return dayOf(a, t.zone()) == dayOf(b, t.zone()) }

// dayOf writes the calendar day of an instant in a timezone.
func dayOf(at time.Time, zone *time.Location) string { return at.In(zone).Format(time.DateOnly) }

// daysBetween counts calendar days from one instant to another: the day after is 1.
func daysBetween(from, to time.Time, zone *time.Location) int {
	return int(midnight(to, zone).Sub(midnight(from, zone)).Hours() / 24)
}

// midnight is the calendar day of an instant as an instant in UTC, so that days have 24 hours.
func midnight(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// wholeHours floors a stretch of time to hours.
func wholeHours(d time.Duration) int {
	h := int(d / time.Hour)
	if d < 0 && d%time.Hour != 0 {
		h--
	}
	return h
}

// IsOpen tells whether agents are at the desk.
func (s *Shop) IsOpen(at time.Time) bool {
	if len(s.Hours.Week) == 0 && !s.isHoliday(at) {
		return true
	}
	for _, open := range s.around(at, 1) {
		if !at.Before(open.from) && at.Before(open.to) {
			return true
		}
	}
	return false
}

// Opens is the next opening after an instant; ok is false for a shop that is always open or never opens again.
func (s *Shop) Opens(at time.Time) (opens time.Time, ok bool) {
	if len(s.Hours.Week) == 0 && len(s.Holidays) == 0 {
		return time.Time{}, false
	}
	for _, days := range [...]int{fewDays, mostDaysAhead} {
		for _, open := range s.around(at, days) {
			if open.from.After(at) {
				return open.from, true
			}
		}
	}
	return time.Time{}, false
}

// After is the instant by which a stretch of open time has passed. For a shop that does not open again it is plain time.
func (s *Shop) After(at time.Time, d time.Duration) time.Time {
	if len(s.Hours.Week) == 0 && len(s.Holidays) == 0 {
		return at.Add(d)
	}
	if then, ok := passed(s.around(at, fewDays), at, d); ok && !then.After(s.dayAfter(at, fewDays+1)) {
		return then // as nearly always: nothing that opens later matters
	}
	if then, ok := passed(s.around(at, mostDaysAhead), at, d); ok {
		return then
	}
	return at.Add(d)
}

// passed is the instant by which a stretch of time has passed within openings; ok is false where they are too short.
func passed(openings []opening, at time.Time, d time.Duration) (then time.Time, ok bool) {
	left := d
	for _, open := range openings {
		from := open.from
		if from.Before(at) {
			from = at
		}
		if stretch := open.to.Sub(from); stretch >= left {
			return from.Add(left), true
		} else if stretch > 0 {
			left -= stretch
		}
	}
	return time.Time{}, false
}

// dayAfter is the midnight that begins a later day.
func (s *Shop) dayAfter(at time.Time, days int) time.Time {
	y, m, d := at.In(s.zone()).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, s.zone())
}

type opening struct{ from, to time.Time }

// around lists the openings from the day before an instant (it may last past midnight) for some days, in order, joined
// where they touch.
func (s *Shop) around(at time.Time, days int) []opening {
	zone := s.zone()
	y, m, d := at.In(zone).Date()
	var out []opening
	for i := -1; i <= days; i++ {
		day := time.Date(y, m, d+i, 0, 0, 0, 0, zone)
		if s.isHoliday(day) {
			continue
		}
		for _, span := range s.spans(day) {
			from, to := minute(y, m, d+i, span.From, zone), minute(y, m, d+i, span.To, zone)
			if to.Before(at) || to.Before(from) { // where the clock is put forward, a stretch may end before it begins
				continue
			}
			out = append(out, opening{from, to})
		}
		if days > 1 && len(out) > 40 {
			break
		}
	}
	slices.SortFunc(out, func(a, b opening) int { return cmp.Compare(a.from.UnixNano(), b.from.UnixNano()) })
	return joinOpenings(out)
}

func (s *Shop) spans(day time.Time) []Span {
	if len(s.Hours.Week) == 0 {
		return []Span{{0, 24 * 60}}
	}
	spans := s.Hours.Week[day.Weekday()]
	if len(spans) == 0 && isAmong(s.Working, day, s.zone()) {
		spans = s.Hours.Week[time.Monday]
	}
	return spans
}

func minute(y int, m time.Month, d, minutes int, zone *time.Location) time.Time {
	return time.Date(y, m, d, minutes/60, minutes%60, 0, 0, zone)
}

// joinOpenings joins in place.
func joinOpenings(list []opening) []opening {
	out := list[:0]
	for _, o := range list {
		if n := len(out); n > 0 && !o.from.After(out[n-1].to) {
			if o.to.After(out[n-1].to) {
				out[n-1].to = o.to
			}
			continue
		}
		out = append(out, o)
	}
	return out
}

func (s *Shop) isHoliday(at time.Time) bool { return isAmong(s.Holidays, at, s.zone()) }

// isAmong tells whether an instant lies on one of the days.
func isAmong(days []Days, at time.Time, zone *time.Location) bool {
	if len(days) == 0 {
		return false
	}
	var room [len(time.DateOnly)]byte
	day := at.In(zone).AppendFormat(room[:0], time.DateOnly)
	for i := range days {
		if d := &days[i]; d.From <= string(day) && string(day) <= cmp.Or(d.Until, d.From) {
			return true
		}
	}
	return false
}
