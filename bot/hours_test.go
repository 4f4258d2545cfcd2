package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

// A shop that works on weekdays and takes the mainland's holidays works on a make-up Saturday as on a Monday.
func TestHoursOfHolidaysAndMakeUpDays(t *testing.T) {
	zone := time.FixedZone("CST", 8*60*60)
	weekday := []bot.Span{{From: 9 * 60, To: 18 * 60}}
	s := bot.Shop{
		Location: zone,
		Hours: bot.Hours{Week: map[time.Weekday][]bot.Span{
			time.Monday: weekday, time.Tuesday: weekday, time.Wednesday: weekday, time.Thursday: weekday, time.Friday: weekday,
			time.Sunday: {{From: 22 * 60, To: 26 * 60}},
		}},
		Holidays: []bot.Days{{From: "2026-10-01", Until: "2026-10-07"}},
		Working:  []bot.Days{{From: "2026-10-10"}},
	}
	at := func(day, hour int) time.Time { return time.Date(2026, time.October, day, hour, 0, 0, 0, zone) }
	tests := []struct {
		name string
		at   time.Time
		open bool
	}{
		{"a weekday", at(8, 10), true},
		{"a weekday's evening", at(8, 19), false},
		{"a holiday", at(1, 10), false},
		{"a make-up Saturday", at(10, 10), true},
		{"an ordinary Saturday", at(17, 10), false},
		{"a Sunday night", at(18, 23), true},
		{"past the midnight of a Sunday", at(19, 1), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.open, s.IsOpen(tt.at)) })
	}
	opens, ok := s.Opens(at(2, 12))
	require.True(t, ok)
	require.Equal(t, at(8, 9), opens, "the first working day after the holiday")
	require.Equal(t, at(9, 10), s.After(at(8, 17), 2*time.Hour), "open time only is counted")
}
