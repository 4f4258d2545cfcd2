//go:build unix

package sqlite_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

// BenchmarkCommit64 is durable commits from 64 goroutines, each of a conversation of its own: together, as they are made, and
// one by one, to see what it saves.
func BenchmarkCommit64(b *testing.B) {
	for _, test := range []struct {
		name  string
		batch int
	}{{"together", 0}, {"one by one", 1}} {
		b.Run(test.name, func(b *testing.B) {
			s := open(b, sqlite.Options{Batch: test.batch})
			var last [64]engine.Standing
			run64(b, func(worker, n int) error {
				k := engine.Key{Shop: "s", Conversation: fmt.Sprintf("c-%d", worker)}
				c := after(last[worker], turnOf(k, int64(n), fmt.Sprintf("m-%d-%d", worker, n)))
				last[worker] = c.Next()
				return s.Commit(b.Context(), c)
			})
		})
	}
}

// BenchmarkTurn64 is whole turns, one read and one commit each.
func BenchmarkTurn64(b *testing.B) {
	s := open(b, sqlite.Options{})
	run64(b, func(worker, n int) error {
		k := engine.Key{Shop: "s", Conversation: fmt.Sprintf("c-%d", worker)}
		m := fmt.Sprintf("m-%d-%d", worker, n)
		got, err := s.Load(b.Context(), engine.Ask{Key: k, Buyer: "b-" + k.Conversation, Message: m})
		if err != nil {
			return err
		}
		return s.Commit(b.Context(), after(got.Standing, turnOf(k, got.Version, m)))
	})
}

// run64 shares b.N turns among 64 goroutines and reports turns a second and the slowest hundredth.
func run64(b *testing.B, turn func(worker, n int) error) {
	b.Helper()
	const workers = 64
	var left atomic.Int64
	left.Store(int64(b.N))
	took := make([][]time.Duration, workers)
	var all sync.WaitGroup
	before := processorTime(b)
	b.ResetTimer()
	for worker := range workers {
		all.Go(func() {
			for n := 0; left.Add(-1) >= 0; n++ {
				began := time.Now()
				if err := turn(worker, n); err != nil {
					b.Error(err)
					return
				}
				took[worker] = append(took[worker], time.Since(began))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	every := slices.Sorted(slices.Values(slices.Concat(took...)))
	b.ReportMetric(float64(len(every))/b.Elapsed().Seconds(), "turns/s")
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(len(every)), "cpu-us/turn")
	b.ReportMetric(float64(every[len(every)*99/100].Microseconds())/1000, "p99-ms")
}

// processorTime is what this process has used of the processors: unlike the clock it says the same on a busy machine.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkStored is the cost of a turn of a random conversation by how many are stored.
func BenchmarkStored(b *testing.B) {
	for _, stored := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(stored), func(b *testing.B) {
			s := open(b, sqlite.Options{})
			fill(b, s, stored)
			b.ResetTimer()
			run64(b, func(worker, n int) error {
				for {
					k := engine.Key{Shop: "s", Conversation: "c-" + strconv.Itoa(rand.IntN(stored))}
					m := fmt.Sprintf("m-%d-%d", worker, n)
					got, err := s.Load(b.Context(), engine.Ask{Key: k, Buyer: "b-" + k.Conversation, Message: m})
					if err != nil {
						return err
					}
					if err := s.Commit(b.Context(), after(got.Standing, turnOf(k, got.Version, m))); !errors.Is(err, engine.ErrStale) {
						return err
					}
				}
			})
		})
	}
}

func fill(b *testing.B, s *sqlite.Store, n int) {
	b.Helper()
	var all sync.WaitGroup
	for worker := range 64 {
		all.Go(func() {
			for i := worker; i < n; i += 64 {
				id := "c-" + strconv.Itoa(i)
				if err := s.Commit(b.Context(), turnOf(engine.Key{Shop: "s", Conversation: id}, 0, "first-"+id)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.False(b, b.Failed())
}

// BenchmarkDue is what the scheduler asks each time: with nothing due among many timers, and with one shop's backlog before
// the timers of many others.
func BenchmarkDue(b *testing.B) {
	s := open(b, sqlite.Options{})
	const timers, shops = 20_000, 200
	var all sync.WaitGroup
	for worker := range 64 {
		all.Go(func() {
			for i := worker; i < timers; i += 64 {
				shop := "loud"
				if i%(timers/shops) == 0 {
					shop = "shop-" + strconv.Itoa(i)
				}
				k := engine.Key{Shop: shop, Conversation: strconv.Itoa(i)}
				err := s.Commit(b.Context(), engine.Commit{Key: k, Conversation: bot.NewConversation(k.Shop, k.Conversation), At: noon, Due: noon.Add(time.Hour)})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, test := range []struct {
		name string
		now  time.Time
		want int
	}{{"nothing", noon, 0}, {"backlog", noon.Add(2 * time.Hour), shops + 16}} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				due, err := s.Due(b.Context(), engine.Query{Now: test.now, Limit: 1024, PerShop: 16})
				require.NoError(b, err)
				require.Len(b, due, test.want)
			}
		})
	}
}

// BenchmarkLoad is the one read of a turn, of a conversation with a record, at a desk where two teams have somebody waiting.
func BenchmarkLoad(b *testing.B) {
	s := open(b, sqlite.Options{})
	k := engine.Key{Shop: "s", Conversation: "c"}
	c := turnOf(k, 0, "m")
	c.Waiting, c.Numbers, c.Record = "aftersales", []int{1}, &bot.Record{Uses: []bot.Use{{Rule: "r", At: noon}}}
	require.NoError(b, s.Commit(b.Context(), c))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Load(b.Context(), engine.Ask{Key: k, Buyer: c.Buyer, Message: "m-2"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBusyDesk is the one read of a turn at a desk of 50 agents with 20 open cases each.
func BenchmarkBusyDesk(b *testing.B) {
	s := open(b, sqlite.Options{})
	for agent := range 50 {
		name := fmt.Sprint("agent-", agent)
		require.NoError(b, s.Attend(b.Context(), "s", desk.Presence{Agent: name, Online: true, Seen: noon}))
		k := engine.Key{Shop: "s", Conversation: "of-" + name}
		c := turnOf(k, 0, "m-"+name)
		for n := range 20 {
			number := agent*20 + n + 1
			c.Numbers = append(c.Numbers, number)
			c.Cases = append(c.Cases, desk.Case{State: desk.Taken, Handoff: bot.Handoff{ID: fmt.Sprint("h-", number), Number: number, Agent: name}})
		}
		require.NoError(b, s.Commit(b.Context(), c))
	}
	for b.Loop() {
		got, err := s.Load(b.Context(), engine.Ask{Key: engine.Key{Shop: "s", Conversation: "of-agent-1"}, Message: "m", Now: noon})
		if err != nil || len(got.Desk.Online) != 50 || got.Desk.Online[0].Load != 20 {
			b.Fatal(err, got.Desk)
		}
	}
}
