package engine

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestAFreeSeatGoesToTheShopsInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSeats(1)
		s.take("first")
		var mu sync.Mutex
		var order []string
		var all sync.WaitGroup
		for _, shop := range []string{"flood", "flood", "flood", "flood", "quiet", "small", "small"} {
			all.Go(func() {
				s.take(shop)
				mu.Lock()
				order = append(order, shop)
				mu.Unlock()
				s.give()
			})
			synctest.Wait()
		}
		s.give()
		all.Wait()
		require.Equal(t, []string{"flood", "quiet", "small", "flood", "small", "flood", "flood"}, order)
		require.Equal(t, 1, s.free)
		require.Empty(t, s.waiting)
	})
}

func TestNumbersGoBackWhenNobodyTookTheNext(t *testing.T) {
	t.Parallel()
	n := newNumbers()
	require.Equal(t, 1, n.peek("s", 0))
	require.Equal(t, 8, n.peek("s", 8))
	require.True(t, n.take("s", 8, 2))
	require.False(t, n.take("s", 8, 1), "somebody was quicker")
	n.giveBack("s", 8, 2)
	require.Equal(t, 8, n.peek("s", 3), "the store may lag behind")
	require.True(t, n.take("s", 8, 1))
	require.True(t, n.take("s", 9, 1))
	n.giveBack("s", 8, 1)
	require.Equal(t, 10, n.peek("s", 0), "a number in the middle is a gap")
}

func TestBackoffGrowsToAnHour(t *testing.T) {
	t.Parallel()
	for attempts := 1; attempts < 200; attempts++ {
		d := backoff(attempts)
		require.Positive(t, d)
		require.LessOrEqual(t, d, longestBackoff)
		if attempts > 13 {
			require.GreaterOrEqual(t, d, longestBackoff/2)
		}
	}
	require.LessOrEqual(t, backoff(1), firstBackoff)
}
