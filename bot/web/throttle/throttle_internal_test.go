package throttle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAThrottleIsBounded(t *testing.T) {
	th := New(0.001, 2, 10)
	for i := range 1000 {
		require.Zero(t, th.Take("one of many "+string(rune('a'+i%26))+strings.Repeat("x", i)))
		th.mu.Lock()
		require.LessOrEqual(t, len(th.young)+len(th.old), 20)
		th.mu.Unlock()
	}
	require.False(t, th.Knows("never"))
	require.Zero(t, th.Wait("never"))
	require.False(t, th.Knows("never"), "to ask is not to be remembered")
	th.Take("x")
	th.Take("x")
	require.Positive(t, th.Wait("x"))
	for i := range 9 {
		th.Take("y" + string(rune('0'+i)))
	}
	require.Positive(t, th.Take("x"), "who calls all the time is not forgotten")
	for i := range 9 {
		th.Take("z" + string(rune('0'+i)))
	}
	require.Positive(t, th.Take("x"))
	th.Forget("x")
	require.Zero(t, th.Take("x"))
}

func TestAskingCostsNothing(t *testing.T) {
	th := New(0.001, 2, 10)
	require.Zero(t, th.Take("x"))
	for range 10 {
		require.Zero(t, th.Wait("x"))
	}
	require.Zero(t, th.Take("x"))
	require.InDelta(t, 1000, th.Wait("x").Seconds(), 20)
	require.Positive(t, th.Take("x"))
}
