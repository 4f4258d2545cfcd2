package bot

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTheDesksStateIsWhatTheHoursSay(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		zones = append(zones, zone)
	}
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		b := &Book{Shop: Shop{Location: zones[r.IntN(len(zones))]}}
		if r.IntN(4) > 0 {
			b.Shop.Hours.Week = map[time.Weekday][]Span{}
			for range r.IntN(8) {
				from := r.IntN(24 * 60)
				day := time.Weekday(r.IntN(7))
				b.Shop.Hours.Week[day] = append(b.Shop.Hours.Week[day], Span{from, from + r.IntN(20*60)})
			}
		}
		if r.IntN(2) == 0 {
			b.Shop.Holidays = []Days{{From: "2026-11-01", Until: "2026-11-03"}, {From: "2026-03-08"}}
			b.Shop.Working = []Days{{From: "2026-10-31"}}
		}
		at := time.Date(2026, []time.Month{3, 10, 11, 4}[r.IntN(4)], 1+r.IntN(30), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
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
