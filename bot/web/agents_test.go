package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web"
)

var errUnmeant = errors.New("the disk /var/lib/xiaoer is full")

// pass lets time go by in a bubble, until everybody whose time has come is done.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// An endpoint of the agents' API, with a call that works and the least role that may make it.
type endpoint struct {
	method, path string // the pattern of the router
	url, body    string
	needs        desk.Role // "" for a token only
	status       int
}

// endpoints are all of the agents' API but the live stream, which has tests of its own.
func endpoints() []endpoint {
	const shop, one = "/v1/shops/:shop", "/v1/shops/:shop/cases/:case"
	const at = "/v1/shops/xiaoguo"
	return []endpoint{
		{"GET", "/v1/me", "/v1/me", "", "", 200},
		{"GET", "/v1/cases", "/v1/cases", "", "", 200},
		{"GET", shop + "/cases", at + "/cases", "", desk.Agent, 200},
		{"GET", one, at + "/cases/h-1", "", desk.Agent, 200},
		{"POST", one + "/claim", at + "/cases/h-1/claim", "", desk.Agent, 200},
		{"POST", one + "/reply", at + "/cases/h-1/reply", `{"text":"您好"}`, desk.Agent, 200},
		{"POST", one + "/note", at + "/cases/h-1/note", `{"text":"老客户"}`, desk.Agent, 200},
		{"POST", one + "/stage", at + "/cases/h-1/stage", `{"stage":"negotiating"}`, desk.Agent, 200},
		{"POST", one + "/move", at + "/cases/h-2/move", `{"team":"lead"}`, desk.Editor, 200}, // the desk lets agents move their own
		{"POST", one + "/release", at + "/cases/h-2/release", `{"outcome":"answered"}`, desk.Agent, 200},
		{"POST", one + "/close", at + "/cases/h-3/close", `{"outcome":"refunded","cause":"courier","cost":"12.50"}`, desk.Agent, 200},
		{"POST", one + "/offer", at + "/cases/h-1/offer", `{"offer":"o-1","decision":"approve"}`, desk.Agent, 200},
		{"POST", one + "/kept", at + "/cases/h-1/kept", `{"what":"送达"}`, desk.Agent, 200},
		{"GET", shop + "/presence", at + "/presence", "", desk.Agent, 200},
		{"PUT", shop + "/presence", at + "/presence", `{"online":true,"teams":["lead"],"ceiling":8}`, desk.Agent, 200},
		{"GET", shop + "/outlook", at + "/outlook", "", desk.Agent, 200},
		{"GET", shop + "/pauses", at + "/pauses", "", desk.Agent, 200},
		{"PUT", shop + "/pauses/:rule", at + "/pauses/fresh.claim", `{"why":"算错了","for":"48h"}`, desk.Editor, 200},
		{"DELETE", shop + "/pauses/:rule", at + "/pauses/fresh.claim", "", desk.Editor, 204},
		{"GET", shop + "/deliveries", at + "/deliveries?state=dead", "", desk.Admin, 200},
		{"POST", shop + "/deliveries/:delivery/resend", at + "/deliveries/l-1/resend", "", desk.Admin, 204},
		{"GET", shop + "/audit", at + "/audit", "", desk.Admin, 200},
		{"GET", shop + "/tokens", at + "/tokens", "", desk.Admin, 200},
		{"POST", shop + "/tokens", at + "/tokens", `{"agent":"小赵","role":"agent"}`, desk.Admin, 201},
		{"DELETE", shop + "/tokens/:token", at + "/tokens/g-1", "", desk.Admin, 204},
		{"GET", shop + "/buyers/:buyer/export", at + "/buyers/b-1/export", "", desk.Admin, 200},
		{"DELETE", shop + "/buyers/:buyer", at + "/buyers/b-1", "", desk.Admin, 200},
	}
}

// setUp makes a server where each endpoint's call finds what it is about.
func setUp(t *testing.T) http.Handler {
	t.Helper()
	h, f := newDesk(t, nil)
	f.pauses = append(f.pauses, desk.Pause{Shop: "xiaoguo", Rule: "fresh.claim", By: "小林", At: deskNow, Why: "算错了"})
	return h
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	roles := map[string]desk.Role{agentToken: desk.Agent, editorToken: desk.Editor, adminToken: desk.Admin, allToken: desk.Editor}
	for _, e := range endpoints() {
		t.Run(e.method+" "+e.path, func(t *testing.T) {
			t.Parallel()
			for token, role := range roles {
				w := ask(t, setUp(t), token, e.method, e.url, e.body)
				if e.needs == "" || role.Covers(e.needs) {
					require.Equal(t, e.status, w.Code, "%s: %s", token, w.Body)
					continue
				}
				requireProblem(t, w, 403, "forbidden")
			}
			for _, nobody := range []string{"", "xot_unknown", "Basic"} {
				w := ask(t, setUp(t), nobody, e.method, e.url, e.body)
				requireProblem(t, w, 401, "unauthorized")
				require.Contains(t, w.Header().Get("WWW-Authenticate"), `Bearer realm="xiaoer"`)
			}
			if e.needs == "" {
				return
			}
			there := ask(t, setUp(t), otherToken, e.method, e.url, e.body)
			requireProblem(t, there, 404, "no-such-shop")
			nowhere := ask(t, setUp(t), otherToken, e.method, strings.Replace(e.url, "xiaoguo", "nowhere", 1), e.body)
			require.Equal(t, nowhere.Body.String(), there.Body.String(), "another's shop looks as one that is not there")
			require.Equal(t, nowhere.Header(), there.Header())
			w := ask(t, setUp(t), allToken, e.method, strings.Replace(e.url, "xiaoguo", "nowhere", 1), e.body)
			requireProblem(t, w, 404, "no-such-shop")
			w = ask(t, setUp(t), allToken, e.method, strings.Replace(e.url, "xiaoguo", "*", 1), e.body)
			requireProblem(t, w, 404, "no-such-shop")
		})
	}
}

func requireProblem(t *testing.T, w *httptest.ResponseRecorder, status int, kind string) web.Problem {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body.String())
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var p web.Problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	require.Equal(t, "urn:xiaoer:problem:"+kind, p.Type)
	require.NotEmpty(t, p.Title)
	require.NotEmpty(t, p.Detail)
	return p
}

func TestEveryRouteOfTheAgentsIsInTheTable(t *testing.T) {
	t.Parallel()
	h, _ := newDesk(t, nil)
	with := routes(t, h)
	for _, r := range routes(t, newServer(t, nil).Handler()) {
		with = slices.DeleteFunc(with, func(other string) bool { return other == r })
	}
	want := []string{"GET /v1/shops/:shop/live"}
	for _, e := range endpoints() {
		want = append(want, e.method+" "+e.path)
	}
	require.ElementsMatch(t, want, with, "and none of them is there without a desk")
}

// routes lists what a server answers.
func routes(t *testing.T, h http.Handler) []string {
	t.Helper()
	e, ok := h.(*echo.Echo)
	require.True(t, ok)
	var out []string
	for _, r := range e.Routes() {
		if r.Method != http.MethodHead {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

func TestTheHeaderOfAToken(t *testing.T) {
	t.Parallel()
	h, _ := newDesk(t, nil)
	for header, status := range map[string]int{
		"Bearer " + agentToken: 200, "bearer " + agentToken: 200, "Bearer  " + agentToken: 200,
		agentToken: 401, "Basic " + agentToken: 401, "Bearer": 401, "Bearer ": 401, "": 401,
		"Bearer " + agentToken + " " + adminToken: 401, "Bearer xot_" + strings.Repeat("x", 1000): 401, "Bearer XOT_AGENT": 401,
	} {
		req := httptest.NewRequest(http.MethodGet, "/v1/me", nil)
		req.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		require.Equal(t, status, w.Code, header)
	}
	require.JSONEq(t, `{"name":"小方","roles":{"*":"editor"}}`, asked(t, h, allToken, "GET", "/v1/me", "", 200))
	require.Contains(t, ask(t, h, "xot_unknown", "GET", "/v1/me", "").Header().Get("WWW-Authenticate"), "invalid_token")
	asked(t, h, agentToken, "GET", "/v1/me?x=1", "", 400)
}

func TestAStoreThatCannotBeAskedIsNoReasonToSendAnAgentAway(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	f.failWith("Person", refusal("busy"))
	w := ask(t, h, agentToken, "GET", "/v1/me", "")
	requireProblem(t, w, 503, "busy")
	require.Equal(t, "1", w.Header().Get("Retry-After"))
	require.Empty(t, w.Header().Get("WWW-Authenticate"))
}

func TestUnknownTokensAreThrottledByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newDesk(t, nil)
		from := func(address, token string) *httptest.ResponseRecorder {
			req := httptest.NewRequest(http.MethodGet, "/v1/me", nil)
			req.RemoteAddr = address
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("X-Forwarded-For", "198.51.100."+strconv.Itoa(f.asked%250))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			return w
		}
		require.Equal(t, 200, from("203.0.113.9:1", agentToken).Code)
		codes := map[int]int{}
		for i := range 100 {
			codes[from("203.0.113.9:"+strconv.Itoa(i+1), "xot_guess"+strconv.Itoa(i)).Code]++
		}
		require.Equal(t, map[int]int{401: 20, 429: 80}, codes)
		require.Equal(t, 21, f.asked, "what is refused so is not looked up")
		w := from("203.0.113.9:1", "xot_guess")
		requireProblem(t, w, 429, "too-many")
		require.Equal(t, "2", w.Header().Get("Retry-After"))
		require.Equal(t, 429, from("203.0.113.9:1", adminToken).Code, "one that was not seen before waits, too")
		require.Equal(t, 200, from("203.0.113.9:1", agentToken).Code, "one that works goes on working")
		require.Equal(t, 200, from("203.0.113.10:1", adminToken).Code, "other addresses are free")
		for i := range 30 {
			from("[2001:db8::"+strconv.Itoa(i+1)+"]:1", "xot_guess")
		}
		require.Equal(t, 429, from("[2001:db8::ffff]:1", "xot_guess").Code, "a whole /64 is one address")
		require.Equal(t, 401, from("[2001:db8:0:1::1]:1", "xot_guess").Code)

		f.setPerson(agentToken, desk.Person{})
		require.Equal(t, 401, from("203.0.113.10:1", agentToken).Code)
		require.Equal(t, 429, from("203.0.113.9:1", agentToken).Code, "a token that was revoked has lost its privilege")
	})
}

func TestAFloodOfOneToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newDesk(t, nil)
		codes := map[int]int{}
		for range 300 {
			w := ask(t, h, agentToken, "GET", "/v1/shops/xiaoguo/outlook", "")
			codes[w.Code]++
			if w.Code == http.StatusTooManyRequests {
				requireProblem(t, w, 429, "too-many")
				require.Equal(t, "1", w.Header().Get("Retry-After"))
			}
		}
		require.Equal(t, map[int]int{200: 100, 429: 200}, codes)
		require.LessOrEqual(t, f.asked, 100, "a flood does not reach the store")
		require.Equal(t, 200, ask(t, h, editorToken, "GET", "/v1/me", "").Code, "another's calls are their own")
		pass(time.Second)
		for range 50 {
			asked(t, h, agentToken, "GET", "/v1/me", "", 200)
		}
		asked(t, h, agentToken, "GET", "/v1/me", "", 429)
	})
}

func TestTokensAreNeverLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h, f := newDesk(t, func(o *web.Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	for _, method := range []string{"Cases", "Case", "ActOn", "Attending", "Outlook", "Pauses", "Letters", "Audit", "Grant", "GrantsOf", "Export", "LastChange", "Person"} {
		f.failWith(method, errUnmeant)
		for _, e := range endpoints() {
			func() {
				defer func() { _ = recover() }() // an export that breaks off
				ask(t, h, adminToken, e.method, e.url, e.body)
			}()
			ask(t, h, "xot_guess", e.method, e.url, e.body)
		}
	}
	require.Contains(t, log.String(), errUnmeant.Error())
	for _, secret := range []string{adminToken, "xot_guess", "xot_fresh", "Bearer", desk.Hash(adminToken)} {
		require.NotContains(t, log.String(), secret)
	}
}

func TestWhatWasNotMeantForCallersIsNotTold(t *testing.T) {
	t.Parallel()
	for _, e := range endpoints() {
		h, f := newDesk(t, nil)
		for _, method := range []string{"Case", "ActOn", "Outlook", "Audit", "Pause"} {
			f.failWith(method, errUnmeant)
		}
		w := ask(t, h, adminToken, e.method, e.url, e.body)
		require.NotContains(t, w.Body.String(), "disk")
	}
	h, f := newDesk(t, nil)
	f.failWith("Outlook", errUnmeant)
	requireProblem(t, ask(t, h, agentToken, "GET", "/v1/shops/xiaoguo/outlook", ""), 500, "internal")
}
