package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web"
)

// beginDemo opens a session and gives its address.
func beginDemo(t *testing.T, h http.Handler) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/demo/sessions", strings.NewReader(`{"shop":"xiaoguo"}`)))
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	var v struct{ Session string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
	require.Greater(t, len(v.Session), 20, "it cannot be guessed")
	return "/demo/sessions/" + v.Session
}

func TestDemoEndpoints(t *testing.T) {
	t.Parallel()
	h := newServer(t, func(o *web.Options) { o.Demo = demoOptions() }).Handler()
	at := beginDemo(t, h)
	for _, s := range []scenario{
		{name: "a text", url: at + "/messages", body: `{"text":"我想退货"}`, status: 200, content: []string{"return.in_window", `"turn":"t-1"`}},
		{name: "its trace", method: "GET", url: at + "/turns/t-1", status: 200, content: []string{"not order.known"}},
		{name: "no such trace", method: "GET", url: at + "/turns/t-99", status: 404, problem: "not-found"},
		{name: "an order", url: at + "/messages", body: `{"order":"261111-123456789012345"}`, status: 200, content: []string{`"note":"silent"`}},
		{name: "another's order", url: at + "/messages", body: `{"order":"1"}`, status: 400, problem: "malformed", field: "order"},
		{name: "a product", url: at + "/messages", body: `{"product":"p1"}`, status: 200},
		{name: "no product", url: at + "/messages", body: `{"product":"p9"}`, status: 400, problem: "malformed", field: "product"},
		{name: "a photo", url: at + "/messages", body: `{"image":"../../etc/passwd"}`, status: 200, content: []string{"../../etc/passwd"}},
		{name: "nothing", url: at + "/messages", body: `{}`, status: 400, problem: "malformed", field: "text"},
		{name: "too long", url: at + "/messages", body: `{"text":"` + strings.Repeat("啊", 2001) + `"}`, status: 400, problem: "malformed", field: "text"},
		{name: "far too long", url: at + "/messages", body: `{"text":"` + strings.Repeat("啊", 20_000) + `"}`, status: 413, problem: "too-large"},
		{name: "no JSON", url: at + "/messages", body: `x`, status: 400, problem: "malformed"},
		{name: "an unknown field", url: at + "/messages", body: `{"clock":"1h"}`, status: 400, problem: "malformed"},
		{name: "a human", url: at + "/messages", body: `{"text":"转人工"}`, status: 200, content: []string{`"status":"waiting"`, `"number":7`, "超过退货期"}},
		{name: "five minutes", url: at + "/clock", body: `{"to":"5m"}`, status: 200, content: []string{"请稍等"}},
		{name: "the morning", url: at + "/clock", body: `{"to":"morning"}`, status: 200, content: []string{`T01:00:00`}},
		{name: "back in time", url: at + "/clock", body: `{"to":"-1h"}`, status: 400, problem: "malformed", field: "to"},
		{name: "claim", url: at + "/agent", body: `{"act":"claim","name":"小陈"}`, status: 200, content: []string{`"status":"agent"`}},
		{name: "say", url: at + "/agent", body: `{"act":"say","text":"您好"}`, status: 200, content: []string{`"from":"agent","text":"您好"`}},
		{name: "say nothing", url: at + "/agent", body: `{"act":"say"}`, status: 400, problem: "malformed", field: "text"},
		{name: "no such act", url: at + "/agent", body: `{"act":"kept"}`, status: 400, problem: "malformed", field: "act"},
		{name: "resolve", url: at + "/agent", body: `{"act":"resolve"}`, status: 200, content: []string{`"status":"closed"`}},
		{name: "look", method: "GET", url: at, status: 200, content: []string{`"zone":"Asia/Shanghai"`}},
		{name: "another session", method: "GET", url: "/demo/sessions/demo-1", status: 404, problem: "not-found", field: "session"},
		{name: "no such shop", url: "/demo/sessions", body: `{"shop":"x"}`, status: 404, problem: "no-such-shop", field: "shop"},
		{
			name: "from another site", url: at + "/messages", body: `{"text":"x"}`, status: 403, problem: "cross-origin",
			headers: map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		},
		{name: "style", method: "GET", url: "/assets/demo.css", status: 200, answer: map[string]string{"Content-Type": "text/css; charset=utf-8"}},
		{name: "picture", method: "GET", url: "/assets/photos/fruit.svg", status: 200, answer: map[string]string{"Content-Type": "image/svg+xml"}},
		{name: "outside of the assets", method: "GET", url: "/assets/..%2f..%2fserver.go", status: 404, problem: "not-found"},
		{name: "the page's own source", method: "GET", url: "/assets/demo.html", status: 404, problem: "not-found"},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(t, h) })
	}
}

func TestDemoPage(t *testing.T) {
	t.Parallel()
	h := newServer(t, func(o *web.Options) { o.Demo = demoOptions() }).Handler()
	for _, s := range []scenario{
		{name: "Chinese", url: "/?lang=zh", content: []string{`lang="zh-CN"`, "买家的聊天窗口", "小果水果店"}},
		{name: "English", url: "/?lang=en", content: []string{`lang="en"`, "Why this answer"}},
		{name: "as the browser likes", url: "/", headers: map[string]string{"Accept-Language": "fr, en;q=0.8"}, content: []string{`lang="en"`}},
		{name: "another language", url: "/?lang=%3Cscript%3E", headers: map[string]string{"Accept-Language": "de"}, content: []string{`lang="zh-CN"`}},
		{name: "names are text", url: "/", content: []string{"Nook &lt;b&gt;"}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.method, s.status = "GET", 200
			s.run(t, h)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.url, nil))
			policy := w.Header().Get("Content-Security-Policy")
			require.Contains(t, policy, "default-src 'none'; script-src 'self';")
			require.NotContains(t, policy, "unsafe")
			require.NotContains(t, w.Body.String(), "style=")
			require.NotContains(t, w.Body.String(), "http://")
			require.NotContains(t, w.Body.String(), "https://")
		})
	}
}

func TestThePageSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	words := map[string]map[string]string{}
	h := newServer(t, func(o *web.Options) { o.Demo = demoOptions() }).Handler()
	for _, lang := range []string{"zh", "en"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?lang="+lang, nil))
		_, rest, ok := strings.Cut(w.Body.String(), `id="words">`)
		require.True(t, ok)
		data, _, ok := strings.Cut(rest, "</script>")
		require.True(t, ok)
		var of map[string]string
		require.NoError(t, json.Unmarshal([]byte(data), &of))
		words[lang] = of
	}
	for name, zh := range words["zh"] {
		require.NotEmpty(t, zh, name)
		require.NotEmpty(t, words["en"][name], "English has no word for %s", name)
	}
	require.Len(t, words["en"], len(words["zh"]))
}

func TestDemoSessionsAreBounded(t *testing.T) {
	t.Parallel()
	h := newServer(t, func(o *web.Options) {
		o.Demo = demoOptions()
		o.Demo.Sessions = 2
	}).Handler()
	first := beginDemo(t, h)
	beginDemo(t, h)
	scenario{url: "/demo/sessions", body: `{"shop":"nook"}`, status: 503, problem: "busy", answer: map[string]string{"Retry-After": "60"}}.run(t, h)
	scenario{method: "GET", url: first, status: 200}.run(t, h)

	h = newServer(t, func(o *web.Options) {
		o.Demo = demoOptions()
		o.Demo.Sessions, o.Demo.Idle = 2, 1
	}).Handler()
	first = beginDemo(t, h)
	beginDemo(t, h)
	beginDemo(t, h)
	scenario{method: "GET", url: first, status: 404, problem: "not-found", field: "session"}.run(t, h)
}

func TestADemoConversationIsBounded(t *testing.T) {
	t.Parallel()
	h := newServer(t, func(o *web.Options) { o.Demo = demoOptions() }).Handler()
	at := beginDemo(t, h)
	for range 600 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, at+"/clock", strings.NewReader(`{"to":"5m"}`)))
		require.Equal(t, http.StatusOK, w.Code)
	}
	scenario{url: at + "/clock", body: `{"to":"5m"}`, status: 429, problem: "too-many"}.run(t, h)
	scenario{method: "GET", url: at, status: 200}.run(t, h)
}
