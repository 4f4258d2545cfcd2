package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
)

// A replica is one of several engines on one store, which runs until it is stopped.
type replica struct {
	*bench
	stop func()
}

// join runs an engine on a store that others work on too. Its shops call the client back.
func join(t *testing.T, kept engine.Store, client http.RoundTripper, change func(o *engine.Options)) *replica {
	t.Helper()
	b := newBench(t, func(o *engine.Options) {
		o.Store, o.Shared, o.Clock, o.IDs, o.Cache = kept, true, time.Now, nil, 1<<20
		o.Client = &http.Client{Transport: client}
		if change != nil {
			change(o)
		}
	})
	for _, shop := range []string{"s", "other"} {
		b.change(shop, func(s *engine.Shop) {
			s.Callback = engine.Callback{URL: "http://" + shop + ".example/late", Secret: secret}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	var loops sync.WaitGroup
	loops.Go(func() { b.Run(ctx) })
	r := &replica{b, func() { cancel(); loops.Wait() }}
	t.Cleanup(r.stop)
	return r
}

func TestReplicasDeliverEachLetterOnceAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const talks, lines = 60, 3
		live := &callback{answer: func(int) (int, error) {
			time.Sleep(rand.N(9 * time.Second)) //nolint:forbidigo // the bubble's clock does not keep anybody waiting
			return http.StatusOK, nil
		}}
		kept := store.NewMemory(store.Limits{})
		var all []*replica
		for i := range 3 { // with clocks that differ as much as they may
			all = append(all, join(t, kept, live, func(o *engine.Options) {
				o.Clock = func() time.Time { return time.Now().Add(time.Duration(i) * 2 * time.Second) }
			}))
		}
		for line := range lines {
			for i := range talks {
				all[rand.N(len(all))].writes(t, "s", "c-"+strconv.Itoa(i), strconv.Itoa(line))
			}
		}
		elapse(5 * time.Minute)
		said := map[string][]string{}
		for _, l := range live.got {
			said[l.Conversation] = append(said[l.Conversation], texts(l.Replies)...)
		}
		require.Len(t, said, talks)
		for conversation, got := range said {
			require.Equal(t, []string{"0", "1", "2"}, got, conversation)
		}
	})
}

// A cutOff store is one that a process cannot reach any more once it is dead.
type cutOff struct {
	*store.Memory
	dead *atomic.Bool
}

var errCutOff = errors.New("cut off")

func (f cutOff) Settle(ctx context.Context, s engine.Settlement) error {
	if f.dead.Load() {
		return errCutOff
	}
	return f.Memory.Settle(ctx, s)
}

func (f cutOff) Commit(ctx context.Context, c engine.Commit) error {
	if f.dead.Load() {
		return errCutOff
	}
	return f.Memory.Commit(ctx, c)
}

func (f cutOff) Pending(ctx context.Context, q engine.Query) ([]engine.Delivery, error) {
	if f.dead.Load() {
		return nil, errCutOff
	}
	return f.Memory.Pending(ctx, q)
}

func (f cutOff) Due(ctx context.Context, q engine.Query) ([]engine.Timer, error) {
	if f.dead.Load() {
		return nil, errCutOff
	}
	return f.Memory.Due(ctx, q)
}

func TestALetterThatADeadReplicaHadTakenIsLeftToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dead atomic.Bool
		live := &callback{}
		kept := store.NewMemory(store.Limits{})
		first := join(t, cutOff{kept, &dead}, roundTrip(hangs), nil)
		first.writes(t, "s", "c", "您好")
		elapse(time.Second)
		dead.Store(true) // while the letter is on its way
		join(t, kept, live, nil)
		elapse(10 * time.Second)
		require.Empty(t, live.texts(), "it may arrive still")
		elapse(20 * time.Second)
		require.Equal(t, []string{"您好"}, live.texts())
		elapse(time.Minute)
		require.Equal(t, []string{"您好"}, live.texts(), "once")
	})
}

func TestALetterOfAReplicaThatStopsGoesToTheOthersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live := &callback{}
		kept := store.NewMemory(store.Limits{})
		first := join(t, kept, roundTrip(hangs), nil)
		first.writes(t, "s", "c", "您好")
		elapse(time.Second)
		join(t, kept, live, nil)
		first.stop()
		elapse(2 * time.Second)
		require.Equal(t, []string{"您好"}, live.texts())
		letters, err := first.Letters(t.Context(), "s", "delivered", "", 10)
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, 1, letters[0].Attempts, "what was cut short is no attempt")
	})
}

// waits lets conversations of a shop wait for a human, who does not come: a timer each.
func (b *bench) waits(t *testing.T, shop string, talks int) {
	t.Helper()
	for i := range talks {
		c := "c-" + strconv.Itoa(i)
		_, err := b.Handle(t.Context(), shop, message(c, shop+"-"+c, "转人工"))
		require.NoError(t, err)
	}
}

// holdingLines counts what was said to each conversation beside the answers.
func holdingLines(t *testing.T, b *bench, shop string, talks int) (counts []int) {
	t.Helper()
	for i := range talks {
		list, err := b.Replies(t.Context(), shop, "c-"+strconv.Itoa(i), "")
		require.NoError(t, err)
		counts = append(counts, len(list))
	}
	return counts
}

func TestReplicasStepEachTimerOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const talks = 50
		var seen tally
		kept := store.NewMemory(store.Limits{})
		var all []*replica
		for range 3 {
			all = append(all, join(t, kept, &callback{}, func(o *engine.Options) { o.Observe = seen.observe }))
		}
		all[0].waits(t, "s", talks)
		all[1].waits(t, "other", talks)
		elapse(5 * time.Minute)
		for _, shop := range []string{"s", "other"} {
			require.Equal(t, slices.Repeat([]int{1}, talks), holdingLines(t, all[2].bench, shop, talks))
		}
		require.Equal(t, seen.of("commit/ok")-2*talks, seen.of("timer/ok"), "nobody stepped what another had stepped")
		require.Zero(t, seen.of("conflict/again"))
	})
}

func TestTheTimersOfADeadReplicaAreSteppedByTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const talks = 40
		var dead atomic.Bool
		kept := store.NewMemory(store.Limits{})
		first := join(t, cutOff{kept, &dead}, &callback{}, func(o *engine.Options) {
			o.Observe = func(what, _ string, _ time.Duration) {
				if what == "timer" {
					dead.Store(true) // after the first of those that it has taken
				}
			}
		})
		first.waits(t, "s", talks)
		for range 5 * 60 { // alone: of two that wake at the same moment either may take them
			if !dead.Load() {
				elapse(time.Second)
			}
		}
		require.True(t, dead.Load())
		second := join(t, kept, &callback{}, nil)
		elapse(5 * time.Minute)
		require.Equal(t, slices.Repeat([]int{1}, talks), holdingLines(t, second.bench, "s", talks))
	})
}

// A coarse store keeps times in milliseconds, as databases do: what is to happen, not before its time.
type coarse struct{ *store.Memory }

func (c coarse) TakeTimers(ctx context.Context, now, until time.Time, of []engine.Timer) ([]engine.Timer, error) {
	return c.Memory.TakeTimers(ctx, now.Truncate(time.Millisecond), until.Add(time.Millisecond-time.Nanosecond).Truncate(time.Millisecond), of)
}

func TestAReplicaThatStopsGivesItsTimersBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const talks = 5
		kept := store.NewMemory(store.Limits{})
		odd := func() time.Time { return time.Now().Add(123456 * time.Nanosecond) }
		var first *replica
		var once sync.Once
		stopped := time.Time{}
		first = join(t, coarse{kept}, &callback{}, func(o *engine.Options) {
			o.Clock = odd
			o.Observe = func(what, _ string, _ time.Duration) {
				if what == "timer" {
					once.Do(func() {
						go first.stop()
						stopped = odd()
						time.Sleep(time.Second) //nolint:forbidigo // the bubble's clock does not keep anybody waiting
					})
				}
			}
		})
		first.waits(t, "s", talks)
		elapse(5 * time.Minute)
		require.False(t, stopped.IsZero())
		left, err := kept.Due(t.Context(), engine.Query{Now: stopped.Add(2 * time.Second), Limit: 10, PerShop: 10})
		require.NoError(t, err)
		require.Len(t, left, talks-1, "all but the one that was stepped")
	})
}

func TestOnlyAStoreThatOffersLeasesIsShared(t *testing.T) {
	t.Parallel()
	_, err := engine.New(engine.Options{Store: struct{ engine.Store }{}, Shops: func(string) (engine.Shop, error) { return engine.Shop{}, nil }, Shared: true})
	require.ErrorContains(t, err, "leases")
}

// sharing sends each message of some conversations to one replica or several, and gives the answers.
func sharing(t *testing.T, all []*replica, talks, messages int) map[string]bot.Response {
	t.Helper()
	var mu sync.Mutex
	answers := map[string]bot.Response{}
	var group sync.WaitGroup
	for talk := range talks {
		group.Go(func() {
			for n := range messages {
				m := message("c-"+strconv.Itoa(talk), strconv.Itoa(talk)+"-"+strconv.Itoa(n), []string{"你好", "券", "退货", "转人工"}[n%4]+" "+strconv.Itoa(n))
				var twins sync.WaitGroup
				for range 2 { // the caller has lost its patience
					twins.Go(func() {
						r, err := all[rand.N(len(all))].Handle(t.Context(), "s", m)
						mu.Lock()
						defer mu.Unlock()
						if err != nil {
							t.Errorf("%s: %v", m.ID, err)
						} else if before, ok := answers[m.ID]; ok && !sameResponse(before, r) {
							t.Errorf("%s was answered twice", m.ID)
						}
						answers[m.ID] = r
					})
				}
				twins.Wait()
			}
		})
	}
	group.Wait()
	return answers
}

func sameResponse(a, b bot.Response) bool { return a.TraceID == b.TraceID }

func TestReplicasAnswerInOrderAndOnceWithoutStickySessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const talks, messages = 12, 20
		kept := store.NewMemory(store.Limits{})
		var all []*replica
		for range 4 {
			all = append(all, join(t, kept, &callback{}, nil))
		}
		answers := sharing(t, all, talks, messages)
		require.Len(t, answers, talks*messages)
		numbers := map[int]bool{}
		for talk := range talks {
			c, err := all[talk%4].Conversation(t.Context(), "s", "c-"+strconv.Itoa(talk))
			require.NoError(t, err)
			var said []string
			for _, line := range c.Transcript {
				if line.From == "buyer" {
					said = append(said, line.Text)
				}
			}
			require.Len(t, said, messages)
			for n, text := range said {
				require.Contains(t, text, " "+strconv.Itoa(n), "in the order in which they were sent, each once")
			}
			require.NotNil(t, c.Case)
			require.False(t, numbers[c.Case.Number], "a number is given once")
			numbers[c.Case.Number] = true
		}
	})
}

func TestOfReplicasOneWinsACase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := store.NewMemory(store.Limits{})
		var all []*replica
		for range 4 {
			all = append(all, join(t, kept, &callback{}, nil))
		}
		for round := range 30 {
			name := "c-" + strconv.Itoa(round)
			_, err := all[0].Handle(t.Context(), "s", message(name, name, "转人工"))
			require.NoError(t, err)
			var won atomic.Int32
			var group sync.WaitGroup
			for i, r := range all {
				group.Go(func() {
					if _, err := r.Act(t.Context(), "s", name, bot.Event{Kind: bot.EventClaim, Agent: "agent-" + strconv.Itoa(i)}); err == nil {
						won.Add(1)
					}
				})
			}
			group.Wait()
			require.EqualValues(t, 1, won.Load())
		}
	})
}

func TestWhatIsOnItsWayMayLandWhenTheProgramStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live := &callback{answer: func(int) (int, error) {
			time.Sleep(3 * time.Second) //nolint:forbidigo // the bubble's clock does not keep anybody waiting
			return http.StatusOK, nil
		}}
		kept := store.NewMemory(store.Limits{})
		first := join(t, kept, live, nil)
		first.writes(t, "s", "c", "一")
		first.writes(t, "s", "c", "二")
		elapse(time.Second)
		first.stop()
		require.Equal(t, []string{"一"}, live.texts(), "the next one is not begun")
		letters, err := first.Letters(t.Context(), "s", "delivered", "", 10)
		require.NoError(t, err)
		require.Len(t, letters, 1, "and how it ended is known")
	})
}
