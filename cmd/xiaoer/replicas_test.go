//go:build unix

package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/store/postgres/pgtest"
)

// TestReplicasAreKilled lets two and four servers work on one PostgreSQL under load, kills one of them at random and starts another, again
// and again; in the end everything that was ever answered is so, once and in order, each case was one agent's, and no timer was
// lost. Its long form:
//
//	XIAOER_KILLS=100 go test ./cmd/xiaoer -run TestReplicasAreKilled -v -timeout 60m
func TestReplicasAreKilled(t *testing.T) {
	t.Parallel()
	for _, replicas := range []int{2, 4} {
		t.Run(strconv.Itoa(replicas), func(t *testing.T) {
			t.Parallel()
			if testing.Short() {
				t.Skip("it takes half a minute; the long look has it")
			}
			kills := killsOr(3)
			w := newKillWorld(t, pgtest.Start(t).Database(t))
			servers := w.serveAll(t, replicas)
			stop, wait := w.call()
			for range kills {
				w.await(t, w.nextAnswer(), servers...)
				<-time.After(rand.N(400 * time.Millisecond))
				i := rand.N(replicas)
				w.kill(t, servers[i])
				w.await(t, w.nextAnswer(), servers...) // by the others
				servers[i] = w.serve(t)
			}
			close(stop)
			wait()
			w.requireAll(t, kills, servers...)
		})
	}
}

func (w *killWorld) serveAll(t *testing.T, n int) (servers []*child) {
	t.Helper()
	for range n {
		servers = append(servers, w.serve(t))
	}
	return servers
}

// TestReplicasSendNothingTwice: while nobody dies each late reply is sent once, though several servers look for what is to be sent.
func TestReplicasSendNothingTwice(t *testing.T) {
	t.Parallel()
	w := newKillWorld(t, pgtest.Database(t))
	w.receiver.calm = true
	servers := w.serveAll(t, 3)
	stop, wait := w.call()
	for range 60 {
		w.await(t, w.nextAnswer(), servers...)
	}
	close(stop)
	wait()
	w.requireAll(t, 0, servers...)
	replies, calls, _ := w.receiver.counts()
	require.Equal(t, replies, calls, "no call came twice")
}

// TestTheDatabaseIsInTrouble restarts it, crashes it, cuts it off and lets its network lose its way, while two servers work: nobody has to do anything
// but wait.
func TestTheDatabaseIsInTrouble(t *testing.T) {
	t.Parallel()
	outage := time.Second
	if os.Getenv(killsVariable) != "" {
		outage = 30 * time.Second
	}
	server := pgtest.Start(t)
	line := server.Line(t)
	w := newKillWorld(t, line.Through(t, server.Database(t)))
	servers := w.serveAll(t, 2)
	stop, wait := w.call()
	for _, trouble := range []struct {
		name        string
		begin, heal func() error
	}{
		{"a restart", server.Stop, server.Start},
		{"a crash", server.Crash, server.Start},
		{"a cable that was cut", func() error { line.Cut(); return nil }, func() error { line.Heal(); return nil }},
		{"a network that has lost its way", func() error { line.Hold(); return nil }, func() error { line.Heal(); return nil }},
	} {
		if testing.Short() && trouble.name != "a restart" {
			continue
		}
		w.await(t, w.nextAnswer(), servers...)
		<-time.After(rand.N(400 * time.Millisecond))
		require.NoError(t, trouble.begin(), trouble.name)
		<-time.After(outage)
		began := time.Now()
		fresh := w.nextAnswer()
		require.NoError(t, trouble.heal(), trouble.name)
		w.await(t, fresh, servers...)
		t.Logf("after %s answered again within %v", trouble.name, time.Since(began).Round(time.Millisecond))
	}
	close(stop)
	wait()
	w.requireAll(t, 0, servers...)
}
