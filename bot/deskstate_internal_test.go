package bot

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// zonesOfTests are zones of all sorts: with a summer time, and with one of half an hour.
func zonesOfTests(t *testing.T) (zones []*time.Location) {
	t.Helper()
	for _, name := range []string{"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		zones = append(zones, zone)
	}
	return zones
}

// anyHours is a shop with hours by chance, and a moment near to where they change.
func anyHours(r *rand.Rand, zones []*time.Location) (Shop, time.Time) {
	s := Shop{Location: zones[r.IntN(len(zones))]}
	if r.IntN(4) > 0 {
		s.Hours.Week = map[time.Weekday][]Span{}
		for range r.IntN(8) {
			from := r.IntN(24 * 60)
			day := time.Weekday(r.IntN(7))
			s.Hours.Week[day] = append(s.Hours.Week[day], Span{from, from + r.IntN(20*60)})
		}
	}
	if r.IntN(2) == 0 {
		s.Holidays = []Days{{From: "2026-11-01", Until: "2026-11-03"}, {From: "2026-03-08"}}
		s.Working = []Days{{From: "2026-10-31"}}
	}
	return s, time.Date(2026, []time.Month{3, 10, 11, 4}[r.IntN(4)], 1+r.IntN(30), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
}

// TestAFewDaysSayWhatAllSay holds that open time is counted the same where only the openings of the next days are looked at.
func TestAFewDaysSayWhatAllSay(t *testing.T) {
	zones := zonesOfTests(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		s, at := anyHours(r, zones)
		for range 20 {
			d := time.Duration(r.Int64N(int64([]time.Duration{time.Hour, 12 * time.Hour, 90 * time.Hour}[r.IntN(3)])))
			want := at.Add(d)
			if len(s.Hours.Week) > 0 || len(s.Holidays) > 0 {
				if then, ok := passed(s.around(at, mostDaysAhead), at, d); ok {
					want = then
				}
			}
			require.Equal(rt, want, s.After(at, d), "%v after %v", d, at)
			at = at.Add(time.Duration(r.Int64N(int64(20 * time.Hour))))
		}
	})
}

func TestTheDesksStateIsWhatTheHoursSay(t *testing.T) {
	zones := zonesOfTests(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		b := &Book{}
		var at time.Time
		b.Shop, at = anyHours(r, zones)
		for range 60 {
			got := b.deskAt(at)
			opens, again := b.Shop.Opens(at)
			require.Equal(rt, b.Shop.IsOpen(at), got.open, at)
			require.Equal(rt, again, got.opensAgain, at)
			require.Equal(rt, opens, got.opens, at)
			next := got.until
			if r.IntN(3) > 0 || !next.After(at) {
				next = at.Add(time.Duration(r.Int64N(int64(90*time.Minute))) - 10*time.Minute)
			} else if r.IntN(2) == 0 {
				next = next.Add(-time.Nanosecond)
			}
			at = next
		}
	})
}
