package engine_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// Over a real network, from a file, by the engine's own client.
func TestLateRepliesArriveOverTheNetwork(t *testing.T) {
	t.Parallel()
	verifier, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	arrived := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var l engine.LateReply
		if err != nil || verifier.Verify(body, r.Header) != nil || json.Unmarshal(body, &l) != nil || r.Method != http.MethodPost {
			http.Error(w, "not like this", http.StatusBadRequest)
			return
		}
		arrived <- l.Replies[0].Text
	}))
	defer server.Close()
	kept := openFile(t, t.TempDir()+"/state.db")
	b := newBench(t, func(o *engine.Options) {
		o.Store, o.Clock = kept, time.Now
		o.AllowCallbacks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	})
	defer b.Client.CloseIdleConnections()
	b.change("s", func(s *engine.Shop) { s.Callback = engine.Callback{URL: server.URL + "/late", Secret: secret} })
	ctx, cancel := context.WithCancel(t.Context())
	var loops sync.WaitGroup
	loops.Go(func() { b.Run(ctx) })
	defer loops.Wait()
	defer cancel()
	id := b.hand(t, "c")
	want := []string{"一", "二", "三"}
	for _, text := range want {
		b.does(t, id, desk.Act{Kind: bot.EventAgent, Text: text})
	}
	var got []string
	for range want {
		got = append(got, <-arrived)
	}
	require.Equal(t, want, got)
	require.Eventually(t, func() bool {
		_, delivered, err := b.Case(t.Context(), "s", id)
		require.NoError(t, err)
		n := 0
		for _, d := range delivered {
			if d.State == "delivered" {
				n++
			}
		}
		return n == len(want)
	}, time.Minute, 5*time.Millisecond)
}
