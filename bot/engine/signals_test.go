package engine_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
)

// A shouting store tells all who follow it which shops others have changed. Its line can be cut.
type shouting struct {
	*store.Memory
	cut chan error

	mu        sync.Mutex
	followers []func(string)
	times     atomic.Int32
	looks     atomic.Int32 // at late replies
}

func (s *shouting) Follow(ctx context.Context, take func(string)) error {
	s.times.Add(1)
	s.mu.Lock()
	s.followers = append(s.followers, take)
	s.mu.Unlock()
	select {
	case err := <-s.cut:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *shouting) say(shop string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.followers {
		f(shop)
	}
}

func TestASignalIsPassedOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &shouting{Memory: store.NewMemory(store.Limits{}), cut: make(chan error)}
		r := join(t, kept, &callback{}, nil)
		synctest.Wait()
		changed, stop := r.Watch("s")
		defer stop()
		other, stopOther := r.Watch("other")
		defer stopOther()
		elapse(time.Second) // the first look at the store signals too
		<-changed
		<-other

		kept.say("s")
		require.Len(t, changed, 1)
		require.Empty(t, other)
		<-changed
		kept.say("")
		require.Len(t, changed, 1, "any shop")
		require.Len(t, other, 1)
	})
}

func (s *shouting) Replies(ctx context.Context, k engine.Key, after string, limit int) ([]engine.Late, error) {
	s.looks.Add(1)
	return s.Memory.Replies(ctx, k, after, limit)
}

func TestASignalLetsChatsLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &shouting{Memory: store.NewMemory(store.Limits{}), cut: make(chan error)}
		here := join(t, kept, &callback{}, nil)
		there := newBench(t, func(o *engine.Options) { o.Store, o.Shared = kept.Memory, true })
		there.ordinal = 1 << 20 // ids are of one process each
		chat := bot.ChatID("v-1")
		there.say(t, message(chat, "m-1", "转人工"))
		changed, stop := here.ListenChat("s", chat)
		defer stop()
		elapse(time.Minute)
		<-changed
		require.LessOrEqual(t, kept.looks.Load(), int32(12), "a chat in which nothing happens asks seldom")
		require.GreaterOrEqual(t, kept.looks.Load(), int32(9), "but does")

		act(t, there, chat, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		kept.say("s")
		elapse(time.Second)
		require.Len(t, changed, 1)
		<-changed
		act(t, there, chat, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "在的"})
		elapse(6 * time.Second)
		require.Len(t, changed, 1, "the signal was lost")
		<-changed

		kept.looks.Store(0)
		for range 100 {
			kept.say("s")
			kept.say("other")
			elapse(100 * time.Millisecond)
		}
		require.LessOrEqual(t, kept.looks.Load(), int32(15), "much goes on in the shop")
		require.Empty(t, changed)
	})
}

func TestASignalShowsTheNextTurnWhatAnotherSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &shouting{Memory: store.NewMemory(store.Limits{}), cut: make(chan error)}
		r := join(t, kept, &callback{}, nil)
		synctest.Wait()
		require.Equal(t, []string{"给您一张券。"}, texts(r.say(t, message("c", "1", "券")).Replies), "and the desk is known")
		pause := desk.Pause{Shop: "s", Rule: "coupon.again", At: time.Now()}
		require.NoError(t, kept.Pause(t.Context(), pause, desk.Entry{ID: "p", Shop: "s", At: time.Now()})) // by another process
		kept.say("s")
		require.NotNil(t, r.say(t, message("c", "2", "券")).Handoff, "the rule is switched off")
	})
}

func TestALineThatWasCutIsPickedUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &shouting{Memory: store.NewMemory(store.Limits{}), cut: make(chan error)}
		r := join(t, kept, &callback{}, nil)
		synctest.Wait()
		changed, stop := r.Watch("s")
		defer stop()
		elapse(time.Second)
		<-changed
		for range 20 {
			kept.cut <- errors.New("reset by peer")
			elapse(100 * time.Millisecond)
			require.Empty(t, changed)
			elapse(6 * time.Second)
			require.Len(t, changed, 1, "what was missed meanwhile is looked for")
			<-changed
		}
		require.EqualValues(t, 21, kept.times.Load())
		before := kept.times.Load()
		for range 100 {
			select {
			case kept.cut <- errors.New("refused"):
			case <-time.After(time.Minute):
				require.Fail(t, "nobody follows")
			}
		}
		require.EqualValues(t, before+99, kept.times.Load())
	})
}

func TestAStoreThatPanicsWhileItSignalsIsFollowedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &startledFollower{Memory: store.NewMemory(store.Limits{})}
		join(t, kept, &callback{}, nil)
		elapse(time.Minute)
		require.Greater(t, kept.times.Load(), int32(5))
		require.Less(t, kept.times.Load(), int32(30), "a store in trouble is not asked all the time")
	})
}

type startledFollower struct {
	*store.Memory
	times atomic.Int32
}

func (s *startledFollower) Follow(context.Context, func(string)) error {
	s.times.Add(1)
	panic("as asked")
}

var _ engine.Signals = (*shouting)(nil)
