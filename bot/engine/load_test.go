package engine_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

func TestASlowSourceHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(o *engine.Options) { o.Seats = 1 })
		hanging := make(chan struct{})
		b.change("s", func(s *engine.Shop) {
			s.Orders = func(ctx context.Context, _ bot.Lookup) bot.LookupResult {
				<-hanging // it does not look at the context either
				return bot.LookupResult{State: bot.Down}
			}
		})
		began := time.Now()
		var slow bot.Response
		var all sync.WaitGroup
		all.Go(func() { slow = b.say(t, message("c", "m-1", "我要退货")) })
		synctest.Wait()
		require.Equal(t, []string{"您好"}, texts(b.say(t, message("c-2", "m-2", "你好")).Replies), "another conversation")
		_, err := b.Handle(t.Context(), "other", message("c", "m-3", "你好"))
		require.NoError(t, err, "another shop")
		require.Zero(t, time.Since(began))
		all.Wait()
		require.Equal(t, 5*time.Second, time.Since(began), "the engine's own time-out")
		require.NotEmpty(t, slow.Replies)
		close(hanging)
	})
}

func TestAnAgentDoesNotWaitBehindALookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.say(t, message("c", "m-0", "你好"))
		lookups := 0
		b.change("s", func(s *engine.Shop) {
			s.Orders = func(ctx context.Context, _ bot.Lookup) bot.LookupResult {
				lookups++
				elapse(2 * time.Second)
				return delivered(ctx, bot.Lookup{})
			}
		})
		var r bot.Response
		var all sync.WaitGroup
		all.Go(func() { r = b.say(t, message("c", "m-1", "我要退货")) })
		elapse(time.Second)
		_, err := b.Act(t.Context(), "s", "c", bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		require.NoError(t, err)
		all.Wait()
		require.Equal(t, 1, lookups, "the source is not asked again")
		require.Empty(t, r.Replies, "the bot is silent although it had begun before the agent came")
		require.Equal(t, bot.StatusAgent, r.Status)
	})
}

func TestOverloadIsRefusedAndForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(o *engine.Options) { o.Limits = engine.Limits{PerConversation: 3, PerShop: 5, Total: 50} })
		b.change("s", func(s *engine.Shop) {
			s.Orders = func(context.Context, bot.Lookup) bot.LookupResult {
				elapse(time.Second)
				return bot.LookupResult{State: bot.NotFound}
			}
		})
		flood := func(conversation func(int) string) (refused int) {
			var all sync.WaitGroup
			var mu sync.Mutex
			for i := range 12 {
				all.Go(func() {
					id := conversation(i)
					_, err := b.Handle(t.Context(), "s", message(id, id+"-"+strconv.Itoa(i), "我要退货"))
					if err != nil {
						require.ErrorIs(t, err, engine.ErrBusy)
						mu.Lock()
						refused++
						mu.Unlock()
					}
				})
			}
			synctest.Wait()
			_, err := b.Handle(t.Context(), "other", message("c"+conversation(99), "m"+conversation(99), "你好"))
			require.NoError(t, err, "another shop is not touched")
			all.Wait()
			return refused
		}
		require.Equal(t, 9, flood(func(int) string { return "one" }))
		require.Equal(t, 7, flood(func(i int) string { return "many-" + strconv.Itoa(i) }))
		require.Zero(t, b.Depth())
	})
}

func TestARefusedCallerMayGiveUpWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.change("s", func(s *engine.Shop) {
			s.Orders = func(context.Context, bot.Lookup) bot.LookupResult {
				elapse(3 * time.Second)
				return bot.LookupResult{State: bot.NotFound}
			}
		})
		var all sync.WaitGroup
		all.Go(func() { b.say(t, message("c", "m-1", "我要退货")) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := b.Handle(ctx, "s", message("c", "m-2", "你好"))
		require.ErrorIs(t, err, engine.ErrBusy)
		all.Wait()
		b.say(t, message("c", "m-2", "你好")) // nothing was accepted, so it may come again
	})
}

func TestCloseAnswersWhatWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.change("s", func(s *engine.Shop) {
			s.Orders = func(ctx context.Context, _ bot.Lookup) bot.LookupResult {
				elapse(2 * time.Second)
				return delivered(ctx, bot.Lookup{})
			}
		})
		var all sync.WaitGroup
		for i := range 5 {
			all.Go(func() { require.NotEmpty(t, b.say(t, message("c", "m-"+strconv.Itoa(i), "我要退货")).Status) })
		}
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.Error(t, b.Close(short), "the grace was not enough")
		_, err := b.Handle(t.Context(), "s", message("c-2", "m-9", "你好"))
		require.ErrorIs(t, err, engine.ErrClosed)
		require.NoError(t, b.Close(t.Context()))
		all.Wait()
	})
}
