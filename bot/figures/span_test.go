package figures_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/figures"
)

func TestDaysBeginWhereTheShopIs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zone, date, from string
		hours            float64
	}{
		"Shanghai":                     {"Asia/Shanghai", "2026-11-21", "2026-11-20T16:00:00Z", 24},
		"clocks put forward":           {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23},
		"clocks put back":              {"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25},
		"put forward at midnight":      {"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", 23},
		"the day before that":          {"America/Santiago", "2026-09-05", "2026-09-05T04:00:00Z", 24},
		"put back at midnight":         {"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25},
		"half an hour":                 {"Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23.5},
		"quarters of an hour from UTC": {"Asia/Kathmandu", "2026-11-21", "2026-11-20T18:15:00Z", 24},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(test.zone)
			require.NoError(t, err)
			from, until := figures.Bounds(test.date, zone)
			require.Equal(t, test.from, from.UTC().Format(time.RFC3339))
			require.InDelta(t, test.hours, until.Sub(from).Hours(), 0)
		})
	}
}

// Every instant lies in the bounds of exactly the day that it is called by.
func TestDaysMeet(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Asia/Shanghai", "America/Santiago", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo", "UTC"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, date := range (figures.Span{From: "2026-01-01", Until: "2026-12-31"}).Dates() {
			from, until := figures.Bounds(date, zone)
			require.Equal(t, date, from.In(zone).Format(time.DateOnly), name)
			require.Equal(t, date, until.Add(-time.Second).In(zone).Format(time.DateOnly), name)
			require.Less(t, from.Add(-time.Second).In(zone).Format(time.DateOnly), date, name)
			next, _ := figures.Bounds(figures.Shift(date, 1), zone)
			require.True(t, until.Equal(next), name)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	zone := shanghai()
	s := figures.LastDays(noon, zone, 7)
	require.Equal(t, figures.Span{From: "2026-11-15", Until: "2026-11-21"}, s)
	require.Equal(t, 7, s.Days())
	require.Equal(t, figures.Span{From: "2026-11-08", Until: "2026-11-14"}, s.Before())
	require.Equal(t, []string{"2026-02-28", "2026-03-01"}, figures.Span{From: "2026-02-28", Until: "2026-03-01"}.Dates())
	require.Equal(t, figures.Span{From: "2026-11-21", Until: "2026-11-21"}, figures.LastDays(noon, zone, 0))
	require.True(t, s.Has("2026-11-15"))
	require.False(t, s.Has("2026-11-22"))

	for name, pair := range map[string][2]string{
		"no day": {"yesterday", "2026-11-21"}, "backwards": {"2026-11-21", "2026-11-20"}, "too long": {"2020-01-01", "2026-11-21"}, "no such day": {"2026-02-30", "2026-03-01"},
	} {
		_, err := figures.ParseSpan(pair[0], pair[1], 92)
		require.Error(t, err, name)
	}
	s, err := figures.ParseSpan("2026-11-01", "2026-11-30", 92)
	require.NoError(t, err)
	require.Equal(t, 30, s.Days())
}
