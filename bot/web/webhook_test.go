package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/web"
)

const hello = `{"id":"m-1","conversation":"c-1","buyer":{"id":"b-1"},"kind":"text","text":"你好"}`

// sign makes the headers of a signed call.
func sign(tb testing.TB, secret string, at time.Time, body string) map[string]string {
	tb.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	require.NoError(tb, err)
	signature, err := signer.Sign("msg-1", at, []byte(body))
	require.NoError(tb, err)
	return map[string]string{
		"webhook-id": "msg-1", "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signature,
	}
}

// with changes one header of a copy.
func with(headers map[string]string, name, value string) map[string]string {
	out := map[string]string{name: value}
	for k, v := range headers {
		if k != name {
			out[k] = v
		}
	}
	return out
}

// newServer is a server on a fake engine.
func newServer(tb testing.TB, change func(*web.Options)) *web.Server {
	tb.Helper()
	f := newFake(time.Now)
	o := web.Options{Shop: shopOf, Handle: f.Handle, Trace: f.Trace, Replies: noReplies, Version: "test"}
	if change != nil {
		change(&o)
	}
	s, err := web.New(o)
	require.NoError(tb, err)
	return s
}

// A scenario is one request and what must come of it.
type scenario struct {
	name    string
	method  string // POST unless said
	url     string // the shop xiaoguo's messages unless said
	headers map[string]string
	body    string

	status  int
	problem string            // the end of its type
	field   string            // of the problem
	answer  map[string]string // headers of the answer
	content []string          // parts of the body
}

func (s scenario) run(t *testing.T, h http.Handler) {
	t.Helper()
	method, url := s.method, s.url
	if method == "" {
		method = http.MethodPost
	}
	if url == "" {
		url = "/v1/shops/xiaoguo/messages"
	}
	req := httptest.NewRequest(method, url, strings.NewReader(s.body))
	for k, v := range s.headers {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	require.Equal(t, s.status, w.Code, w.Body.String())
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	for k, v := range s.answer {
		require.Equal(t, v, w.Header().Get(k), k)
	}
	for _, part := range s.content {
		require.Contains(t, w.Body.String(), part)
	}
	if s.problem == "" {
		return
	}
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var p web.Problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	require.Equal(t, "urn:xiaoer:problem:"+s.problem, p.Type)
	require.Equal(t, s.status, p.Status)
	require.NotEmpty(t, p.Title)
	require.NotEmpty(t, p.Detail)
	require.Equal(t, s.field, p.Field)
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	now := time.Now()
	signed := sign(t, secret, now, hello)
	open := "/v1/shops/open/messages"
	for _, s := range []scenario{
		{name: "signed", headers: signed, body: hello, status: 200, content: []string{`"rule":"greeting"`, `"trace_id":"t-`}, answer: map[string]string{"Content-Type": "application/json"}},
		{name: "signed with the older secret", headers: sign(t, "whsec_b2xkLW9sZC1vbGQ=", now, hello), body: hello, status: 200},
		{name: "two signatures, the second is right", headers: with(signed, "webhook-signature", "v1,AAAA "+signed["webhook-signature"]), body: hello, status: 200},
		{name: "four minutes old", headers: sign(t, secret, now.Add(-4*time.Minute), hello), body: hello, status: 200},
		{name: "no signature", body: hello, status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "wrong secret", headers: sign(t, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", now, hello), body: hello, status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "another body", headers: signed, body: strings.Replace(hello, "m-1", "m-2", 1), status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "another webhook-id", headers: with(signed, "webhook-id", "msg-2"), body: hello, status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "six minutes old", headers: sign(t, secret, now.Add(-6*time.Minute), hello), body: hello, status: 401, problem: "unauthorized", field: "webhook-timestamp"},
		{name: "six minutes ahead", headers: sign(t, secret, now.Add(6*time.Minute), hello), body: hello, status: 401, problem: "unauthorized", field: "webhook-timestamp"},
		{name: "a timestamp that is none", headers: with(signed, "webhook-timestamp", "now"), body: hello, status: 401, problem: "unauthorized", field: "webhook-timestamp"},
		{name: "signature without version", headers: with(signed, "webhook-signature", "abc"), body: hello, status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "who calls is checked before what is said", body: "{", status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "a shop without a secret takes nothing", url: "/v1/shops/silent/messages", headers: signed, body: hello, status: 401, problem: "unauthorized"},
		{name: "an empty secret is none", url: "/v1/shops/empty/messages", headers: signed, body: hello, status: 401, problem: "unauthorized"},
		{name: "unsigned shop", url: open, body: hello, status: 200},
		{name: "no such shop", url: "/v1/shops/nobody/messages", headers: signed, body: hello, status: 404, problem: "no-such-shop", field: "shop"},
		{name: "a path for a shop", url: "/v1/shops/..%2f..%2fetc/messages", body: hello, status: 404, problem: "no-such-shop", field: "shop"},
		{name: "a broken shop", url: "/v1/shops/broken/messages", headers: signed, body: hello, status: 503, problem: "broken-shop", answer: map[string]string{"Retry-After": "30"}},
		{name: "another method", method: "GET", status: 405, problem: "method", answer: map[string]string{"Allow": "OPTIONS, POST"}},
		{name: "another address", url: "/v1/shops", status: 404, problem: "not-found"},
		{name: "an announced body that is too large", url: open, body: strings.Repeat(" ", 1<<20) + hello, status: 413, problem: "too-large"},
		{name: "a body of exactly 1 MiB", url: open, body: hello + strings.Repeat(" ", 1<<20-len(hello)), status: 200},
		{name: "a compressed body", url: open, headers: map[string]string{"Content-Encoding": "gzip"}, body: "x", status: 415, problem: "encoding", field: "Content-Encoding"},
		{name: "another content type is no reason to lose a message", url: open, headers: map[string]string{"Content-Type": "text/plain"}, body: hello, status: 200},
		{name: "a panic is one caller's problem", url: open, body: strings.Replace(hello, "你好", "panic", 1), status: 500, problem: "internal"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t, newServer(t, nil).Handler())
		})
	}
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	change := func(old, new string) string { return strings.Replace(hello, old, new, 1) }
	h := newServer(t, nil).Handler()
	for _, s := range []scenario{
		{name: "empty", body: ""},
		{name: "no JSON", body: "hello"},
		{name: "half", body: hello[:len(hello)/2]},
		{name: "two values", body: hello + hello},
		{name: "a list", body: "[" + hello + "]"},
		{name: "null", body: "null"},
		{name: "deep nesting", body: deep},
		{name: "deep nesting in an unknown field", body: change(`"kind"`, `"x":`+deep+`,"kind"`)},
		{name: "deep lists", body: strings.Repeat("[", 500_000)},
		{name: "invalid UTF-8", body: change("你好", "\xff\xfe")},
		{name: "no id", body: change(`"id":"m-1",`, ""), field: "id"},
		{name: "an empty id", body: change(`"m-1"`, `""`), field: "id"},
		{name: "a number for an id", body: change(`"m-1"`, `1`), field: "id"},
		{name: "a huge number for an id", body: change(`"m-1"`, `1e999999999`), field: "id"},
		{name: "no conversation", body: change(`"conversation":"c-1",`, ""), field: "conversation"},
		{name: "no buyer", body: change(`"buyer":{"id":"b-1"},`, ""), field: "buyer.id"},
		{name: "a buyer without an id", body: change(`{"id":"b-1"}`, `{}`), field: "buyer.id"},
		{name: "a text for a buyer", body: change(`{"id":"b-1"}`, `"b-1"`), field: "buyer"},
		{name: "no kind", body: change(`"kind":"text",`, ""), field: "kind"},
		{name: "text that is no text", body: change(`"你好"`, `["你好"]`), field: "text"},
		{name: "images that are no list", body: change(`"text":"你好"`, `"images":"a.jpg"`), field: "images"},
		{name: "a time that is none", body: change(`"kind"`, `"sent_at":"yesterday","kind"`), field: "sent_at"},
		{name: "an order that is a text", body: change(`"kind"`, `"order":"261118","kind"`), field: "order"},
		{name: "a key twice", body: change(`"kind"`, `"id":"m-2","kind"`), field: "id"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.url, s.status, s.problem = "/v1/shops/open/messages", 400, "malformed"
			if s.field == "" { // the body as a whole; which place is named, if any, is the decoder's matter
				s.problem = ""
				s.content = []string{`"status":400`, "urn:xiaoer:problem:malformed"}
			}
			s.run(t, h)
		})
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	h := newServer(t, nil).Handler()
	codes := map[int]int{}
	for range 20 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/shops/slow/messages", strings.NewReader(hello)))
		codes[w.Code]++
		if w.Code == http.StatusTooManyRequests {
			seconds, err := strconv.Atoi(w.Header().Get("Retry-After"))
			require.NoError(t, err)
			require.Positive(t, seconds)
			require.Contains(t, w.Body.String(), "urn:xiaoer:problem:too-many")
		}
		free := httptest.NewRecorder()
		h.ServeHTTP(free, httptest.NewRequest(http.MethodPost, "/v1/shops/open/messages", strings.NewReader(hello)))
		require.Equal(t, http.StatusOK, free.Code, "a rate of 0 is no limit, and another shop's is its own")
	}
	require.GreaterOrEqual(t, codes[http.StatusTooManyRequests], 15)
	require.GreaterOrEqual(t, codes[http.StatusOK], 2)
}

func TestRefusalsOfTheEngine(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]scenario{
		"conflict": {status: 409, problem: "conflict", field: "id"},
		"busy":     {status: 503, problem: "busy", answer: map[string]string{"Retry-After": "1"}},
		"unsure":   {status: 503, problem: "unsure", answer: map[string]string{"Retry-After": "1"}},
		"broken":   {status: 503, problem: "broken-shop", answer: map[string]string{"Retry-After": "30"}},
		"no_shop":  {status: 404, problem: "no-such-shop", field: "shop"},
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			want.url, want.body = "/v1/shops/open/messages", hello
			want.run(t, newServer(t, func(o *web.Options) {
				o.Handle = func(context.Context, string, bot.Message) (bot.Response, error) { return bot.Response{}, refusal(word) }
			}).Handler())
		})
	}
}

// endless is a body that never says how long it is.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read.Add(int64(len(p)))
	return len(p), nil
}

func TestABodyWithoutALengthIsReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	body := &endless{}
	req := httptest.NewRequest(http.MethodPost, "/v1/shops/open/messages", body)
	req.ContentLength = -1
	w := httptest.NewRecorder()
	newServer(t, nil).Handler().ServeHTTP(w, req)
	require.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	require.LessOrEqual(t, body.read.Load(), int64(1<<20+64<<10))
}

func TestBodiesTogetherAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *web.Options) { o.BodyBudget = 1000 })
	small := scenario{url: "/v1/shops/open/messages", body: hello, status: 200}
	small.run(t, s.Handler())
	scenario{
		url: "/v1/shops/open/messages", body: hello + strings.Repeat(" ", 2000), status: 503, problem: "busy",
		answer: map[string]string{"Retry-After": "1"},
	}.run(t, s.Handler())
	small.run(t, s.Handler()) // what was held is given back
}

func TestAnswersOfManyAtOnceAreNotMixedUp(t *testing.T) {
	t.Parallel()
	h := newServer(t, func(o *web.Options) {
		o.Handle = func(_ context.Context, _ string, m bot.Message) (bot.Response, error) {
			runtime.Gosched() // others come meanwhile
			return bot.Response{Conversation: m.Conversation, Replies: []bot.Reply{{Kind: bot.KindText, Text: m.Text}}}, nil
		}
	}).Handler()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 200 {
				talk, text := fmt.Sprintf("c-%d-%d", i, j), strings.Repeat("长", 5*i*j) // up to more than is lent again
				req := httptest.NewRequest(http.MethodPost, "/v1/shops/open/messages", strings.NewReader(strings.NewReplacer("c-1", talk, "你好", text).Replace(hello)))
				w := httptest.NewRecorder()
				h.ServeHTTP(w, req)
				var r bot.Response
				if !assert.NoError(t, json.Unmarshal(w.Body.Bytes(), &r)) || !assert.Equal(t, talk, r.Conversation) || !assert.Equal(t, text, r.Replies[0].Text) {
					return
				}
			}
		})
	}
	all.Wait()
}

func TestReadingBack(t *testing.T) {
	t.Parallel()
	var asked []string
	s := newServer(t, func(o *web.Options) {
		o.Trace = func(_ context.Context, shop, id string) (any, error) {
			if id != "t 1/2" {
				return nil, refusal("not_found")
			}
			return map[string]string{"trace_id": id, "shop": shop}, nil
		}
		o.Replies = func(_ context.Context, shop, conversation, after string) (any, error) {
			asked = []string{shop, conversation, after}
			return []any{}, nil
		}
	})
	signed := sign(t, secret, time.Now(), "")
	for _, sc := range []scenario{
		{name: "trace", method: "GET", url: "/v1/shops/xiaoguo/traces/t%201%2F2", headers: signed, status: 200, content: []string{`"t 1/2"`}},
		{name: "unknown trace", method: "GET", url: "/v1/shops/xiaoguo/traces/t-2", headers: signed, status: 404, problem: "not-found"},
		{name: "unsigned trace", method: "GET", url: "/v1/shops/xiaoguo/traces/t-2", status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "replies", method: "GET", url: "/v1/shops/xiaoguo/conversations/c%2F1/replies?after=r%261", headers: signed, status: 200, content: []string{`"replies":[]`}},
		{name: "unsigned replies", method: "GET", url: "/v1/shops/xiaoguo/conversations/c/replies", status: 401, problem: "unauthorized", field: "webhook-signature"},
		{name: "replies of no shop", method: "GET", url: "/v1/shops/x/conversations/c/replies", headers: signed, status: 404, problem: "no-such-shop", field: "shop"},
	} {
		t.Run(sc.name, func(t *testing.T) { sc.run(t, s.Handler()) })
	}
	require.Equal(t, []string{"xiaoguo", "c/1", "r&1"}, asked)
}

func TestOperations(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	require.NoError(t, s.Metrics.Gauge("outbox_depth", "Late replies that wait.", func() float64 { return 3 }))
	s.Metrics.Observe("turn", "ok", time.Millisecond)
	scenario{url: "/v1/shops/open/messages", body: hello, status: 200}.run(t, s.Handler())
	for _, sc := range []scenario{
		{name: "health", method: "GET", url: "/healthz", status: 200, content: []string{`"ok"`, `"test"`}},
		{name: "ready", method: "GET", url: "/readyz", status: 200},
		{name: "head", method: "HEAD", url: "/readyz", status: 200},
		{name: "metrics", method: "GET", url: "/metrics", status: 200, content: []string{
			`xiaoer_http_requests_total{method="POST",route="/v1/shops/:shop/messages",status="200"} 1`, `xiaoer_outbox_depth 3`,
			`xiaoer_work_seconds_count{outcome="ok",what="turn"} 1`, "go_goroutines",
		}},
		{name: "no demo page unless asked for", method: "GET", url: "/", status: 404, problem: "not-found"},
		{name: "openapi", method: "GET", url: "/openapi.json", status: 200, content: []string{`"3.1.0"`}},
	} {
		t.Run(sc.name, func(t *testing.T) { sc.run(t, s.Handler()) })
	}
	for _, path := range []string{"/v1/shops/secret-shop/none", "/never-heard-of", "/v1/shops/x/traces/none/more", "/healthz/13800138000"} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest("PROPFIND", path, nil))
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, text := range []string{"secret-shop", "never-heard-of", "PROPFIND", "13800138000"} {
		require.NotContains(t, w.Body.String(), text, "no label repeats what a caller says")
	}
}

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(hello), "v1,abc", "1")
	f.Add([]byte(`{"id":1e999,"buyer":[[[[`), "v1", "99999999999999999999")
	f.Add([]byte("\xff\x00{}"), " , , ", "-1")
	s := newServer(f, nil).Handler()
	f.Fuzz(func(t *testing.T, body []byte, signature, timestamp string) {
		for _, shop := range []string{"open", "xiaoguo"} {
			req := httptest.NewRequest(http.MethodPost, "/v1/shops/"+shop+"/messages", bytes.NewReader(body))
			req.Header.Set("webhook-id", "msg-1")
			req.Header.Set("webhook-timestamp", timestamp)
			req.Header.Set("webhook-signature", signature)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, req)
			switch w.Code {
			case 200, 400, 401, 413:
			default:
				if !bytes.Contains(body, []byte("panic")) {
					t.Fatalf("%s answered %d: %s", shop, w.Code, w.Body)
				}
			}
			require.True(t, json.Valid(w.Body.Bytes()))
		}
	})
}
