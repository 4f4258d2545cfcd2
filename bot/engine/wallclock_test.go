package engine

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// setBy is what time.Now gives when the clock on the wall was set by so much: the machine's own count in it goes on as if nothing had
// happened. Inside a bubble, and from an injected clock, there is no such count.
func setBy(t *testing.T, at time.Time, by time.Duration) time.Time {
	t.Helper()
	moved := at.Add(by)                        // both of it
	own := (*[2]int64)(unsafe.Pointer(&moved)) // nothing else can make such a time; the next lines check it
	own[1] -= int64(by)                        // the machine's own count follows the wall in a time.Time
	require.Zero(t, moved.Sub(at), "by the machine's own count")
	require.Equal(t, by, moved.Round(0).Sub(at.Round(0)), "by the wall")
	return moved
}

func TestAClockOnTheWallThatWasSetIsSeen(t *testing.T) {
	t.Parallel()
	now := time.Now()
	require.NotEqual(t, now, now.Round(0), "it has the machine's own count")
	for name, by := range map[string]time.Duration{"forward": 365 * 24 * time.Hour, "back": -365 * 24 * time.Hour} {
		var s steadiness
		require.True(t, s.tick(now), name)
		require.True(t, s.tick(now.Add(sweepEvery)), name)
		require.False(t, s.tick(setBy(t, now.Add(2*sweepEvery), by)), name)
	}
}

func TestAClockOnTheWallThatWasPutBackKeepsNoLetterWaiting(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var due latestTime
	require.WithinDuration(t, now, due.of(now, now), 0)
	later := now.Add(time.Minute)
	back := setBy(t, later, -24*time.Hour)
	require.WithinDuration(t, now.Add(longestBackoff), due.of(back, later), 0, "what was to be tried by the clock of before is due")
}
