package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/shop"
	"xiaoer/bot/store"
	"xiaoer/bot/web"
	"xiaoer/fixtures"
)

// wired is a server on a real engine with the demo shops, as cmd wires them.
func wired(tb testing.TB) (*web.Server, *engine.Engine) {
	tb.Helper()
	loader, err := shop.NewLoader(shop.Options{Secrets: func(string, string) (string, error) { return secret, nil }})
	require.NoError(tb, err)
	shops := map[string]engine.Shop{}
	for _, folder := range []string{"fruit", "teahouse"} {
		loaded := loader.LoadFS(fixtures.Files, "shops/"+folder)
		require.NotNil(tb, loaded.Shop, "%v", loaded.Problems)
		s := loaded.Shop
		shops[s.ID] = engine.Shop{Book: s.Book, Read: s.Classifier.Read, ClassifierHash: s.Classifier.Hash()}
	}
	names := slices.Sorted(maps.Keys(shops))
	e, err := engine.New(engine.Options{
		Store: store.NewMemory(store.Limits{}), ShopNames: func() []string { return names },
		Shops: func(id string) (engine.Shop, error) {
			s, ok := shops[id]
			if !ok {
				return engine.Shop{}, engine.ErrNoShop
			}
			return s, nil
		},
	})
	require.NoError(tb, err)
	s, err := web.New(web.Options{
		Shop: func(id string) (web.Shop, error) {
			if _, ok := shops[id]; !ok {
				return web.Shop{}, engine.ErrNoShop
			}
			return web.Shop{Secrets: []string{secret}}, nil
		},
		Handle: e.Handle,
		Trace:  func(ctx context.Context, shop, id string) (any, error) { return e.Trace(ctx, shop, id) },
		Replies: func(ctx context.Context, shop, conversation, after string) (any, error) {
			return e.Replies(ctx, shop, conversation, after)
		},
		Desk: e,
	})
	require.NoError(tb, err)
	return s, e
}

// call makes a signed call.
func call(t *testing.T, h http.Handler, method, url, body string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(method, url, strings.NewReader(body))
	for k, v := range sign(t, secret, time.Now(), body) {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestARealEngineAnswersAsDescribed(t *testing.T) {
	t.Parallel()
	s, e := wired(t)
	h := s.Handler()
	d := describe(t, h)
	order := `,"order":{"no":"240611-123456789012345","stage":"delivered","amount":"39.90","items":[{"id":"p","title":"…","quantity":1}]}`
	for _, id := range []string{"xiaoguo", "teahouse"} {
		for i, text := range []string{"你好", "我想退货", "I want to return it", "坏了三个，你们怎么搞的！！", "嗯嗯", "🙂", strings.Repeat("啊", 3000), "转人工", "talk to a human"} {
			body := fmt.Sprintf(`{"id":"m-%d","conversation":"c","buyer":{"id":"b"},"kind":"text","text":"%s"%s}`, i, text, order)
			w := call(t, h, http.MethodPost, "/v1/shops/"+id+"/messages", body)
			require.Equal(t, http.StatusOK, w.Code, w.Body.String())
			d.holds("/v1/shops/{shop}/messages", "POST", w)
			again := call(t, h, http.MethodPost, "/v1/shops/"+id+"/messages", body)
			require.Equal(t, w.Body.String(), again.Body.String(), "the same again, byte for byte")

			var r bot.Response
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &r))
			trace := call(t, h, http.MethodGet, "/v1/shops/"+id+"/traces/"+r.TraceID, "")
			require.Equal(t, http.StatusOK, trace.Code, trace.Body.String())
			d.holds("/v1/shops/{shop}/traces/{trace_id}", "GET", trace)
			var explained struct {
				Replies []bot.Reply
				Status  bot.Status
				Changed bool `json:"book_changed"`
			}
			require.NoError(t, json.Unmarshal(trace.Body.Bytes(), &explained))
			require.Equal(t, r.Replies, explained.Replies, "run again, the turn says the same")
			require.Equal(t, r.Status, explained.Status)
			require.False(t, explained.Changed)
		}
		_, err := e.Act(t.Context(), id, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		require.NoError(t, err)
		w := call(t, h, http.MethodGet, "/v1/shops/"+id+"/conversations/c/replies", "")
		require.Contains(t, w.Body.String(), "您好")
		d.holds("/v1/shops/{shop}/conversations/{id}/replies", "GET", w)
	}
	conflict := call(t, h, http.MethodPost, "/v1/shops/xiaoguo/messages", `{"id":"m-0","conversation":"c","buyer":{"id":"b"},"kind":"text","text":"另一句"}`)
	require.Equal(t, http.StatusConflict, conflict.Code)
	d.holds("/v1/shops/{shop}/messages", "POST", conflict)
}

// BenchmarkWebhook is one signed message through everything but the network.
func BenchmarkWebhook(b *testing.B) {
	s, _ := wired(b)
	h := s.Handler()
	var n atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			body := fmt.Sprintf(`{"id":"m-%d","conversation":"c-%d","buyer":{"id":"b-%d"},"kind":"text","text":"我想退货"}`, i, i, i)
			req := httptest.NewRequest(http.MethodPost, "/v1/shops/xiaoguo/messages", strings.NewReader(body))
			for k, v := range sign(b, secret, time.Now(), body) {
				req.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, req); w.Code != http.StatusOK {
				b.Fatal(w.Body)
			}
		}
	})
}
