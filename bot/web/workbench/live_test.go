package workbench_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

// A listener is an open live stream.
type listener struct {
	t      *testing.T
	events chan string // "name data"
	end    context.CancelFunc
	code   int
}

func listen(t *testing.T, server *httptest.Server, who string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/desk/live", nil)
	require.NoError(t, err)
	r.AddCookie(&http.Cookie{Name: "who", Value: who})
	answer, err := server.Client().Do(r) //nolint:bodyclose // it is closed below, when the stream ends
	require.NoError(t, err)
	l := &listener{t: t, events: make(chan string, 1000), end: cancel, code: answer.StatusCode}
	go func() {
		defer close(l.events)
		defer func() { _ = answer.Body.Close() }()
		lines, name := bufio.NewScanner(answer.Body), ""
		for lines.Scan() {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = event
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				l.events <- name + " " + data
			}
		}
	}()
	return l
}

func (l *listener) next() string {
	l.t.Helper()
	select {
	case e, ok := <-l.events:
		if !ok {
			return "end"
		}
		return e
	case <-time.After(20 * time.Second):
		l.t.Fatal("nothing was told")
		return ""
	}
}

func TestChangesAreToldAtOnceAndToWhoMayKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	server := httptest.NewServer(w.http)
	t.Cleanup(server.Close)
	chen, other := listen(t, server, "chen"), listen(t, server, "other")
	require.Equal(t, `ready {"who":"小陈"}`, chen.next())
	require.Equal(t, `ready {"who":"外人"}`, other.next())
	id := w.hand("fruit", "c-1")
	var told struct {
		Shop, Case, State, Agent string
		Number                   int
		New                      bool
	}
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(chen.next(), "case ")), &told))
	require.Equal(t, id, told.Case)
	require.True(t, told.New)
	w.post("wang", at("fruit", id, "/act/claim"))
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(chen.next(), "case ")), &told))
	require.Equal(t, "小王", told.Agent)
	require.False(t, told.New)
	own := w.hand("tea", "c-9")
	require.Contains(t, other.next(), own, "of the fruit shop they heard nothing")
	_, err := w.Erase(t.Context(), "fruit", "b-c-1", "老板")
	require.NoError(t, err)
	require.Equal(t, "reset {}", chen.next())
	require.NotContains(t, w.see("chen", "/desk/cases"), id, "what was erased is not remembered")
}

func TestListenersAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{ListenersOfOne: 2, Listeners: 3})
	server := httptest.NewServer(w.http)
	t.Cleanup(server.Close)
	first, second := listen(t, server, "chen"), listen(t, server, "chen")
	first.next()
	second.next()
	require.Equal(t, http.StatusServiceUnavailable, listen(t, server, "chen").code)
	wang := listen(t, server, "wang")
	wang.next()
	require.Equal(t, http.StatusServiceUnavailable, listen(t, server, "lead").code, "the server's bound")
	wang.end()
	for wang.next() != "end" {
		continue
	}
	require.Eventually(t, func() bool { return listen(t, server, "lead").code == http.StatusOK }, 20*time.Second, 20*time.Millisecond, "whoever leaves makes room")
}

func TestWhoListensStaysOnline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{Recheck: 10 * time.Millisecond})
	server := httptest.NewServer(w.http)
	t.Cleanup(server.Close)
	w.post("chen", "/desk/presence", "shop", "fruit", "online", "1")
	w.pass(10 * time.Minute)
	here := func() bool {
		seats, err := w.Attending(t.Context(), "fruit")
		require.NoError(t, err)
		return seats[0].Here(w.clock())
	}
	require.False(t, here())
	chen := listen(t, server, "chen")
	chen.next()
	require.Eventually(t, here, 20*time.Second, 10*time.Millisecond)
}

// A desk of 500 open cases and 50 agents: everybody hears of a change, and what they read then is quick and costs no more with each.
func TestFiftyAgentsAndFiveHundredCases(t *testing.T) {
	w := newWorld(t, workbench.Limits{ListenersOfOne: 50})
	cases := 500
	if testing.Short() {
		cases = 60
	}
	for i := range cases {
		w.hand("fruit", fmt.Sprintf("c-%d", i))
	}
	server := httptest.NewServer(w.http)
	t.Cleanup(server.Close)
	before := memory()
	agents := make([]*listener, 50)
	for i := range agents {
		agents[i] = listen(t, server, "chen")
		agents[i].next()
	}
	began := time.Now()
	id := w.hand("fruit", "the-new-one")
	for _, a := range agents {
		require.Contains(t, a.next(), id)
	}
	told := time.Since(began)
	began = time.Now()
	for range agents {
		w.see("chen", "/desk/cases?part=queue")
	}
	read := time.Since(began) / time.Duration(len(agents))
	perAgent := (memory() - before) / int64(len(agents))
	t.Logf("told %d agents of a change in %v; the queue of %d cases is read in %v; %d KiB an agent", len(agents), told, cases, read, perAgent>>10)
	require.Less(t, perAgent, int64(1<<20), "memory an agent")
	seen, err := w.Cases(t.Context(), desk.Query{Shops: []string{"fruit"}, Limit: 1000})
	require.NoError(t, err)
	require.Len(t, seen, cases+1)
}

func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkPages(b *testing.B) {
	w := newWorld(b, workbench.Limits{})
	var id string
	for i := range 500 {
		id = w.hand("fruit", fmt.Sprintf("c-%d", i))
	}
	for _, page := range []struct{ name, at string }{
		{"queue", "/desk/cases"}, {"queue part", "/desk/cases?part=queue"}, {"case", at("fruit", id)}, {"talk part", at("fruit", id, "?part=talk")}, {"lead", "/desk/lead"},
	} {
		b.Run(page.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.see("lead", page.at)
			}
		})
	}
	b.Run("queue after a change", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.post("chen", at("fruit", id, "/act/note"), "text", "x")
			w.see("lead", "/desk/cases?part=queue")
		}
	})
}
