package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web"
)

// fakeSessions are those of people by what their cookie holds.
type fakeSessions struct {
	mu     sync.Mutex
	people map[string]desk.Person
	err    error
	guard  *http.CrossOriginProtection
}

func (f *fakeSessions) Signed(_ context.Context, r *http.Request) (desk.Person, string, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	cookie, err := r.Cookie("session")
	if err != nil {
		return desk.Person{}, "", false, nil
	}
	p, ok := f.people[cookie.Value]
	return p, "session:" + cookie.Value, ok, f.err
}

func (f *fakeSessions) Guard(r *http.Request) error { return f.guard.Check(r) }

func (f *fakeSessions) set(cookie string, p *desk.Person, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.people, cookie)
	if p != nil {
		f.people[cookie] = *p
	}
	f.err = err
}

func withSessions(t *testing.T) (http.Handler, *fakeSessions) {
	t.Helper()
	anna := person("anna", "xiaoguo", desk.Agent)
	s := &fakeSessions{people: map[string]desk.Person{"anna": anna}, guard: http.NewCrossOriginProtection()}
	h, _ := newDesk(t, func(o *web.Options) { o.Sessions = s })
	return h, s
}

// byCookie makes one call of a browser.
func byCookie(h http.Handler, method, url, body, cookie string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	r.AddCookie(&http.Cookie{Name: "session", Value: cookie})
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTheAPITakesASession(t *testing.T) {
	t.Parallel()
	h, s := withSessions(t)
	const same, cross = "same-origin", "cross-site"
	for _, c := range []struct {
		name, method, url, body, cookie string
		headers                         []string
		status                          int
		kind                            string
	}{
		{name: "reading", method: "GET", url: "/v1/shops/xiaoguo/cases", cookie: "anna", headers: []string{"Sec-Fetch-Site", same}, status: 200},
		{name: "acting", method: "POST", url: "/v1/shops/xiaoguo/cases/h-1/claim", cookie: "anna", headers: []string{"Sec-Fetch-Site", same}, status: 200},
		{name: "acting from another site", method: "POST", url: "/v1/shops/xiaoguo/cases/h-2/claim", cookie: "anna", headers: []string{"Sec-Fetch-Site", cross}, status: 403, kind: "cross-origin"},
		{name: "acting from a neighbour", method: "POST", url: "/v1/shops/xiaoguo/cases/h-2/claim", cookie: "anna", headers: []string{"Sec-Fetch-Site", "same-site"}, status: 403, kind: "cross-origin"},
		{name: "by an origin", method: "PUT", url: "/v1/shops/xiaoguo/presence", body: `{"online":true}`, cookie: "anna", headers: []string{"Origin", "https://evil.example"}, status: 403, kind: "cross-origin"},
		{name: "by no origin at all", method: "PUT", url: "/v1/shops/xiaoguo/presence", body: `{"online":true}`, cookie: "anna", headers: []string{"Origin", "null"}, status: 403, kind: "cross-origin"},
		{name: "another shop", method: "GET", url: "/v1/shops/teahouse/cases", cookie: "anna", status: 404, kind: "no-such-shop"},
		{name: "a role above", method: "GET", url: "/v1/shops/xiaoguo/audit", cookie: "anna", status: 403, kind: "forbidden"},
		{name: "a session that is over", method: "GET", url: "/v1/me", cookie: "old", status: 401, kind: "unauthorized"},
		{name: "a token that is none", method: "GET", url: "/v1/me", cookie: "anna", headers: []string{"Authorization", "Bearer xot_none"}, status: 401, kind: "unauthorized"},
		{name: "a header that is none", method: "GET", url: "/v1/me", cookie: "anna", headers: []string{"Authorization", "Basic eA=="}, status: 401, kind: "unauthorized"},
	} {
		w := byCookie(h, c.method, c.url, c.body, c.cookie, c.headers...)
		if c.kind != "" {
			requireProblem(t, w, c.status, c.kind)
			continue
		}
		require.Equal(t, c.status, w.Code, "%s: %s", c.name, w.Body)
	}
	s.set("anna", nil, errors.New("the disk is full"))
	requireProblem(t, byCookie(h, "GET", "/v1/me", "", "anna"), http.StatusInternalServerError, "internal")
}

func TestAFloodOfOneSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, s := withSessions(t)
		other := person("bert", "xiaoguo", desk.Agent)
		s.set("bert", &other, nil)
		codes := map[int]int{}
		for range 150 {
			codes[byCookie(h, "GET", "/v1/me", "", "anna").Code]++
		}
		require.Equal(t, map[int]int{200: 100, 429: 50}, codes)
		require.Equal(t, 200, byCookie(h, "GET", "/v1/me", "", "bert").Code)
	})
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		then func(s *fakeSessions)
		ends bool
	}{
		{"signed out", func(s *fakeSessions) { s.set("anna", nil, nil) }, true},
		{"another shop's now", func(s *fakeSessions) { p := person("anna", "teahouse", desk.Agent); s.set("anna", &p, nil) }, true},
		{"a store that cannot be asked", func(s *fakeSessions) { s.set("anna", nil, errors.New("the disk is full")) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, s := withSessions(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/shops/xiaoguo/live", nil)
				r.AddCookie(&http.Cookie{Name: "session", Value: "anna"})
				done := make(chan struct{})
				go func() {
					h.ServeHTTP(httptest.NewRecorder(), r)
					close(done)
				}()
				pass(29 * time.Second)
				c.then(s)
				pass(2 * time.Second)
				select {
				case <-done:
					require.True(t, c.ends, "it ended")
				default:
					require.False(t, c.ends, "it goes on")
				}
				cancel()
				<-done
			})
		})
	}
}

// pagesFake says which address it was asked for.
type pagesFake struct{}

func (pagesFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte(r.Method + " " + r.URL.Path))
}

func (pagesFake) Sections() []string { return []string{"account"} }

func TestWherePagesAre(t *testing.T) {
	t.Parallel()
	h := newServer(t, func(o *web.Options) { o.Pages = pagesFake{} }).Handler()
	for _, at := range []string{"/desk", "/desk/", "/desk/cases/x", "/chat/apples", "/assets/account/a.js"} {
		for _, method := range []string{"GET", "POST"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(method, at, nil))
			require.Equal(t, method+" "+at, w.Body.String())
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, "/desk/", w.Header().Get("Location"))
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/assets/other/a.js", nil))
	require.Equal(t, http.StatusNotFound, w.Code)
	w = httptest.NewRecorder()
	newServer(t, func(o *web.Options) { o.Pages, o.Demo = pagesFake{}, demoOptions() }).Handler().ServeHTTP(w, httptest.NewRequest("GET", "/assets/demo.css", nil))
	require.Equal(t, http.StatusOK, w.Code, "the demo keeps its own")
}
