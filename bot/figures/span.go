package figures

import (
	"fmt"
	"slices"
	"time"
)

// A Span is a stretch of calendar days, both ends included, each written as 2006-01-02.
type Span struct{ From, Until string }

// Lengths lists the stretches that figures are shown for, in days.
func Lengths() []int { return []int{1, 7, 30, 90} }

// LastDays is the stretch of so many days that ends with the day of an instant.
func LastDays(now time.Time, zone *time.Location, days int) Span {
	y, m, d := now.In(zone).Date()
	return Span{From: dateOf(y, m, d-max(days, 1)+1), Until: dateOf(y, m, d)}
}

// dateOf writes a day, which may lie outside of its month.
func dateOf(y int, m time.Month, d int) string {
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// ParseSpan reads a stretch by its two days, at most most days long.
func ParseSpan(from, until string, most int) (Span, error) {
	for _, date := range []string{from, until} {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return Span{}, fmt.Errorf("%.20q is no day; write it as 2026-11-21", date)
		}
	}
	s := Span{from, until}
	switch n := s.Days(); {
	case n < 1:
		return Span{}, fmt.Errorf("%s comes after %s", from, until)
	case n > most:
		return Span{}, fmt.Errorf("%d days are too many; at most %d", n, most)
	}
	return s, nil
}

// Days is how many days a stretch has.
func (s Span) Days() int {
	from, until := day(s.From), day(s.Until)
	return int(until.Sub(from)/(24*time.Hour)) + 1
}

// Before is the stretch of the same length that ends the day before.
func (s Span) Before() Span { return Span{From: shift(s.From, -s.Days()), Until: shift(s.From, -1)} }

// Dates lists the days, the first first.
func (s Span) Dates() []string {
	out := make([]string, 0, max(s.Days(), 0))
	for date := s.From; date <= s.Until; date = shift(date, 1) {
		out = append(out, date)
	}
	return out
}

// Has tells whether a day lies in the stretch.
func (s Span) Has(date string) bool { return s.From <= date && date <= s.Until }

// Bounds are the instants at which a calendar day begins and ends in a timezone. A day may have 23 or 25 hours, and where clocks are
// put forward at midnight it begins later than that.
func Bounds(date string, zone *time.Location) (from, until time.Time) {
	return begin(date, zone), begin(shift(date, 1), zone)
}

// begin is the first instant whose calendar day is the given one (or a later one, where there is none).
func begin(date string, zone *time.Location) time.Time {
	y, m, d := day(date).Date()
	at := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for at.In(zone).Format(time.DateOnly) < date { // midnight does not exist and was taken for an hour before
		at = at.Add(15 * time.Minute)
	}
	for before := at.Add(-15 * time.Minute); before.In(zone).Format(time.DateOnly) >= date; before = at.Add(-15 * time.Minute) {
		at = before // midnight comes twice
	}
	return at
}

func day(date string) time.Time {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	return at
}

func shift(date string, days int) string {
	y, m, d := day(date).Date()
	return dateOf(y, m, d+days)
}

// Shift is the day so many days later, or earlier.
func Shift(date string, days int) string { return shift(date, days) }

// Pick takes the days of a stretch out of a list.
func (s Span) Pick(days []Day) []Day {
	return slices.DeleteFunc(slices.Clone(days), func(d Day) bool { return !s.Has(d.Date) })
}
