package main

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

func TestBenchMeasuresBothServers(t *testing.T) {
	t.Parallel()
	code, out, errs := command(t, "bench", "--connections", "4", "--duration", "300ms", "--messages", "300", "--conversations", "100", "--json")
	require.Equal(t, exitOK, code, errs)
	var r benchReport
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Equal(t, "xiaoguo", r.Shop)
	require.Equal(t, 4, r.Connections)
	for name, f := range map[string]figures{"bare": r.Bare, "serve": r.Serve, "stored": r.Stored[0].figures} {
		require.Positive(t, f.Messages, name)
		require.Positive(t, f.PerSecond, name)
		require.Zero(t, f.Refused, name)
		require.LessOrEqual(t, f.P50, f.P99, name)
		require.LessOrEqual(t, f.P99, f.Max, name)
		require.Positive(t, f.Max, name)
		require.Positive(t, f.Ready, name)
		require.Len(t, f.Memory, memorySamples+1, name)
		require.Positive(t, f.Memory[memorySamples].Heap, name)
	}
	require.Equal(t, int64(300), r.Serve.Messages)
	require.Positive(t, r.Serve.FileBytesPerMessage)
	require.Positive(t, r.Ratio)
	require.Len(t, r.Stored, 1)
	require.Equal(t, 100, r.Stored[0].Conversations)
	require.Positive(t, r.Stored[0].FileBytes)
}

func TestBenchInWords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "mine", "请在订单页面申请", "webhook: {unsigned: true, rate: 0}\n")
	code, out, errs := command(t, "bench", "--connections", "2", "--duration", "200ms", "--messages", "100", "--shops", dir, "--store", "memory:")
	require.Equal(t, exitOK, code, errs)
	for _, want := range []string{"2 connections, shop mine, store memory:", "bare handler", "xiaoer serve", "ratio ", "target: 0.35 or more", "resident MiB"} {
		require.Contains(t, out, want)
	}
	require.Contains(t, errs, "measuring the server")
}

func TestBenchRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--connections", "0"}, exitUsage, "--connections must be"},
		{[]string{"--duration", "0s"}, exitUsage, "--duration must be"},
		{[]string{"--store", "redis:"}, exitUsage, "sqlite:FILE"},
		{[]string{"--store", "memory:", "--conversations", "5"}, exitUsage, "store on the disk"},
		{[]string{"--shops", filepath.Join(t.TempDir(), "none")}, exitFailed, "there is no folder"},
	} {
		code, out, errs := command(t, append([]string{"bench"}, test.args...)...)
		require.Equal(t, test.code, code, test.args)
		require.Contains(t, errs, test.want)
		require.Empty(t, out)
	}
}

// A shop's own bound on its calls is seen as refusals.
func TestBenchCountsRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "mine", "请在订单页面申请", "webhook: {unsigned: true, rate: 1}\n")
	code, out, errs := command(t, "bench", "--connections", "2", "--duration", "200ms", "--messages", "200", "--shops", dir, "--store", "memory:", "--json")
	require.Equal(t, exitOK, code, errs)
	var r benchReport
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Positive(t, r.Serve.Refused)
}

func TestSteps(t *testing.T) {
	t.Parallel()
	require.Equal(t, []int{10}, steps(10))
	require.Equal(t, []int{1000}, steps(1000))
	require.Equal(t, []int{1000, 10_000, 25_000}, steps(25_000))
}

// The counted times are true to 1 part in 256, and what was counted apart can be put together.
func TestLatencies(t *testing.T) {
	t.Parallel()
	var one, two, both latencies
	var all []time.Duration
	for i := range 10_000 {
		d := time.Duration(rand.Int64N(1<<rand.Int64N(36)+1)) * time.Microsecond
		all = append(all, d)
		both.take(d)
		if i%2 == 0 {
			one.take(d)
		} else {
			two.take(d)
		}
	}
	one.add(&two)
	require.Equal(t, both, one)
	slices.Sort(all)
	for _, share := range []float64{0, 0.5, 0.95, 0.99, 0.9999} {
		want := all[int(float64(len(all))*share)]
		require.InEpsilon(t, float64(want+time.Microsecond), float64(one.quantile(share)+time.Microsecond), 1.0/256, "%v", share)
	}
	require.Equal(t, all[len(all)-1], one.max)
	require.Zero(t, (&latencies{}).quantile(0.99))
}

// Every body is a good message, each id is new, and the messages of a conversation come in the order of a talk.
func TestTheScriptIsOfGoodMessages(t *testing.T) {
	t.Parallel()
	s := newScript(time.Now())
	for name, cast := range map[string]cast{
		"newcomers": s.newcomers("r"),
		"regulars":  s.regulars("r", func(n int) string { return "known" }, 5),
	} {
		seen := map[string]bool{}
		conversations := map[string]bool{}
		for connection := range 3 {
			next := cast(connection)
			for range 500 {
				m, err := bot.DecodeMessage(next())
				require.NoError(t, err, name)
				require.False(t, seen[m.ID], "%s: %s", name, m.ID)
				seen[m.ID], conversations[m.Conversation] = true, true
				require.True(t, m.Text != "" || len(m.Images) > 0)
			}
		}
		require.Equal(t, name == "newcomers", len(conversations) > 100, "%s: %d", name, len(conversations))
	}
}

// What the client sends is a signed call, and whatever else comes back is an error that says what it was.
func TestTheCallerOfTheBench(t *testing.T) {
	t.Parallel()
	hook, err := standardwebhooks.NewWebhook(testSecret)
	require.NoError(t, err)
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.URL.Path == "/v1/shops/mine/messages" {
			err = hook.Verify(body, r.Header)
		}
		if err != nil {
			status = http.StatusUnauthorized
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Repeat("answer ", 1000)) // in chunks
	}))
	defer server.Close()
	c, err := dial(t.Context(), strings.TrimPrefix(server.URL, "http://"), "mine", testSecret)
	require.NoError(t, err)
	defer func() { _ = c.conn.Close() }()
	for _, want := range []int{http.StatusOK, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusOK} {
		status = want
		got, err := c.post([]byte(`{"id":"m"}`), time.Now())
		require.NoError(t, err)
		require.Equal(t, want, got, "the connection is kept")
	}
	status = http.StatusTeapot
	_, err = c.post([]byte(`{}`), time.Now())
	require.ErrorContains(t, err, "418")
	require.ErrorContains(t, err, "answer")
}

// A child that ends early is reported with what it said.
func TestAChildThatDoesNotServe(t *testing.T) {
	t.Parallel()
	_, err := startChild(t.Context(), []string{"serve", "--shops", filepath.Join(t.TempDir(), "none")})
	require.ErrorContains(t, err, "there is no folder")
	require.ErrorContains(t, err, "ended before it served")
}
