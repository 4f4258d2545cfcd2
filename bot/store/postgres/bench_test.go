//go:build unix

package postgres_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/postgres/pgtest"
)

// turnOf is a commit of the size that a real turn has: about 1.5 kB of conversation and 4 kB of recorded inputs.
func turnOf(k engine.Key, version int64, message, previous string) engine.Commit {
	c := bot.NewConversation(k.Shop, k.Conversation)
	c.Buyer.ID = "b-" + k.Conversation
	c.Counts.Turns = int(version) + 1
	for i := range 8 {
		c.Transcript = append(c.Transcript, bot.Line{At: noon, From: "buyer", Text: "我上周买的裙子尺码不合适，想换大一号的，可以吗？" + strconv.Itoa(i)})
	}
	return engine.Commit{
		Key: k, Version: version, Conversation: c, Buyer: c.Buyer.ID, At: noon,
		Standing: engine.Standing{Buyer: c.Buyer.ID, Turn: previous},
		Answered: &engine.Answered{Message: message, Fingerprint: "0123456789abcdef", Response: []byte(`{"replies":["` + strings.Repeat("好", 100) + `"]}`), At: noon},
		Recorded: &engine.Recorded{
			ID: message, Key: k, At: noon, Before: c, Book: strings.Repeat("h", 64), Classifier: strings.Repeat("c", 64), Rule: "exchange.size",
			Events: []bot.Event{{ID: message, Kind: bot.EventMessage, At: noon, Message: &bot.Message{ID: message, Text: strings.Repeat("换大一号", 20)}}},
		},
	}
}

// openDurable is a store in a server of its own whose log is written to the disk as everywhere.
func openDurable(b *testing.B, o postgres.Options) *postgres.Store {
	b.Helper()
	o.URL = pgtest.Start(b, "fsync=on").Database(b)
	return open(b, o)
}

// BenchmarkCommit64 is durable commits from 64 goroutines, each of a conversation of its own, by how many connections write and
// how many turns share a transaction.
func BenchmarkCommit64(b *testing.B) {
	for _, test := range []struct{ writers, batch int }{{1, 64}, {2, 64}, {4, 64}, {2, 1}} {
		b.Run(fmt.Sprintf("%d by %d", test.writers, test.batch), func(b *testing.B) {
			s := openDurable(b, postgres.Options{Writers: test.writers, Batch: test.batch, Connections: 32})
			run64(b, func(worker, n int) error {
				k := engine.Key{Shop: "s", Conversation: fmt.Sprintf("c-%d", worker)}
				return s.Commit(b.Context(), turnOf(k, int64(n), fmt.Sprintf("m-%d-%d", worker, n), fmt.Sprintf("m-%d-%d", worker, n-1)))
			})
		})
	}
}

// BenchmarkTurn64 is whole turns, one read and one commit each.
func BenchmarkTurn64(b *testing.B) {
	s := openDurable(b, postgres.Options{})
	run64(b, func(worker, n int) error {
		k := engine.Key{Shop: "s", Conversation: fmt.Sprintf("c-%d", worker)}
		m := fmt.Sprintf("m-%d-%d", worker, n)
		got, err := s.Load(b.Context(), engine.Ask{Key: k, Buyer: "b-" + k.Conversation, Message: m})
		if err != nil {
			return err
		}
		return s.Commit(b.Context(), turnOf(k, got.Version, m, got.Standing.Turn))
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

// processorTime is what this process has used of the processors: unlike the clock it says the same on a busy machine. What the server
// uses is not in it.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
