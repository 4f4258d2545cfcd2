package engine_test

import (
	"context"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// signalled says whether a signal waits.
func signalled(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestWatchersAreToldOfEachLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	changed, stop := b.Watch("s")
	others, stopOthers := b.Watch("other")
	defer stopOthers()
	b.say(t, message("plain", "m-0", "你好"))
	require.False(t, signalled(changed), "nothing of it is a case")
	id := b.hand(t, "c")
	seen, err := b.LastChange(t.Context(), "s")
	require.NoError(t, err)
	require.True(t, signalled(changed))
	require.False(t, signalled(changed), "signals are not counted")

	b.does(t, id, desk.Act{Kind: bot.EventClaim})
	for i, text := range []string{"在吗", "还在吗"} {
		b.say(t, message("c", "m-"+strconv.Itoa(i+1), text))
	}
	require.True(t, signalled(changed))
	list, err := b.Changed(t.Context(), "s", seen, 10)
	require.NoError(t, err)
	require.Len(t, list, 1, "a case that changed often is listed once")
	require.Equal(t, id, list[0].ID)
	require.Empty(t, list[0].Transcript)
	last, err := b.LastChange(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, last, list[0].Change)
	require.False(t, signalled(others))

	stop()
	stop()
	b.say(t, message("c", "m-9", "喂"))
	require.False(t, signalled(changed), "nobody is told any more")
}

func TestEveryWatcherIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var all sync.WaitGroup
	for range 50 {
		changed, stop := b.Watch("s")
		all.Go(func() {
			defer stop()
			<-changed
		})
	}
	b.hand(t, "c")
	all.Wait()
}

// Another engine on the same store stands for another process.
func TestChangesOfAnotherProcessAreSeenWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := newBench(t, func(o *engine.Options) { o.Clock = time.Now })
		there := newBench(t, func(o *engine.Options) {
			o.Store, o.Clock = here.store, time.Now
			ids := o.IDs
			o.IDs = func() string { return "there-" + ids() }
		})
		ctx, cancel := context.WithCancel(t.Context())
		var loops sync.WaitGroup
		loops.Go(func() { here.Run(ctx) })
		defer loops.Wait()
		defer cancel()
		changed, stop := here.Watch("s")
		defer stop()
		there.hand(t, "before the first look")
		elapse(time.Second)
		require.True(t, signalled(changed))
		elapse(time.Minute)
		require.False(t, signalled(changed), "nothing has happened")
		there.hand(t, "c")
		elapse(time.Second)
		require.True(t, signalled(changed))
		elapse(30 * time.Second)
		require.False(t, signalled(changed))
	})
}

func TestATurnOfTwoEnginesOnOneFileIsSeenByBoth(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	first, second := openFile(t, path), openFile(t, path)
	here := newBench(t, func(o *engine.Options) { o.Store = first })
	there := newBench(t, func(o *engine.Options) { o.Store = second })
	before, err := here.LastChange(t.Context(), "s")
	require.NoError(t, err)
	id := there.hand(t, "c")
	list, err := here.Changed(t.Context(), "s", before, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, id, list[0].ID)
}
