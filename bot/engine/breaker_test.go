package engine

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestADeadDestinationIsProbedNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreakers()
		fail := func() (tried bool) {
			p, ok := b.enter("dead:443")
			if ok {
				p.failed()
			}
			return ok
		}
		for range failuresToOpen {
			require.True(t, fail())
		}
		require.Equal(t, 1, b.open())
		tried := 0
		for range 3600 {
			time.Sleep(time.Second) //nolint:forbidigo // the bubble's clock does not keep anybody waiting
			if fail() {
				tried++
			}
		}
		require.Greater(t, tried, 3600/60)
		require.Less(t, tried, 3600/20)
		alive, ok := b.enter("alive:443")
		require.True(t, ok, "others are not touched")
		alive.answered()

		time.Sleep(2 * probeEvery) //nolint:forbidigo // see above
		p, ok := b.enter("dead:443")
		require.True(t, ok)
		_, second := b.enter("dead:443")
		require.False(t, second, "one probe at a time")
		p.unused()
		p, ok = b.enter("dead:443")
		require.True(t, ok, "a probe that was not made leaves its place")
		p.answered()
		require.Zero(t, b.open())
	})
}

func TestSomeFailuresAmongAnswersOpenNothing(t *testing.T) {
	t.Parallel()
	b := newBreakers()
	for i := range 100 {
		p, ok := b.enter("busy:443")
		require.True(t, ok)
		if i%failuresToOpen == 0 {
			p.answered()
		} else {
			p.failed()
		}
	}
	require.Zero(t, b.open())
}

func TestBreakersAreBounded(t *testing.T) {
	t.Parallel()
	b := newBreakers()
	dead := func(destination string) {
		for range failuresToOpen {
			p, _ := b.enter(destination)
			p.failed()
		}
	}
	dead("dead:1")
	for i := range 2 * mostBreakers {
		p, ok := b.enter("alive:" + strconv.Itoa(i))
		require.True(t, ok)
		p.answered()
	}
	require.LessOrEqual(t, len(b.held), mostBreakers)
	require.Equal(t, 1, b.open(), "what is dead is remembered before what answers")
	for i := range 2 * mostBreakers {
		dead("dead:" + strconv.Itoa(i))
	}
	require.LessOrEqual(t, len(b.held), mostBreakers)
}
