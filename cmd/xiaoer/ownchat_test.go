package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServeTheShopsOwnChat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const connect = "webhook: {unsigned: true}\n"
	writeShop(t, dir, "open", "请在订单页面申请", connect+"chat: {origins: [\"https://shop.example\"], secret: \"env:SHOP_SECRET\"}\n")
	writeShop(t, dir, "closed", "请在订单页面申请", connect)
	r := serve(t, dir)

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar}
	do := func(method, path, body string) (int, string, http.Header) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		res, err := client.Do(req)
		require.NoError(t, err)
		defer func() { require.NoError(t, res.Body.Close()) }()
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(raw), res.Header
	}
	status, _, header := do("GET", "/chat/open", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors 'self' https://shop.example")
	require.Empty(t, header.Get("X-Frame-Options"))
	status, script, header := do("GET", "/chat/open.js", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, script, `"shop":"open"`)
	require.Equal(t, "cross-origin", header.Get("Cross-Origin-Resource-Policy"))
	status, _, _ = do("GET", "/chat/closed", "")
	require.Equal(t, http.StatusNotFound, status)

	status, told, _ := do("POST", "/chat/open/session", "{}")
	require.Equal(t, http.StatusOK, status, told)
	var session struct{ Visitor string }
	require.NoError(t, json.Unmarshal([]byte(told), &session))
	status, said, _ := do("POST", "/chat/open/messages", `{"id":"message-1","text":"`+buyerWords+`"}`)
	require.Equal(t, http.StatusOK, status, said)
	require.Contains(t, said, "请在订单页面申请")

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/chat/open/live", nil)
	require.NoError(t, err)
	live, err := client.Do(req)
	require.NoError(t, err)
	status, answer := r.send("open", `{"id":"m-1","conversation":"xiaoer:chat:`+session.Visitor+`","buyer":{"id":"b"},"kind":"text","text":"x"}`, "")
	require.Equal(t, http.StatusBadRequest, status, "nobody writes into it from outside")
	require.Contains(t, answer["detail"], "conversation")
	require.Equal(t, exitOK, r.stop())
	heard, _ := io.ReadAll(live.Body) // it ends in whatever way, with the server
	require.NoError(t, live.Body.Close())
	require.Contains(t, string(heard), "event: state\ndata: {")
	require.Contains(t, string(heard), "请在订单页面申请")
	requireDiscreet(t, r)
}

func TestServeTrustsTheProxiesThatItIsToldOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		flags  []string
		secure bool
	}{
		{"this machine", nil, true},
		{"another network", []string{"--trusted-proxies", "10.0.0.0/8"}, false},
		{"this machine too", []string{"--trusted-proxies", "10.0.0.0/8,127.0.0.1/32,::1/128"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\nchat: {origins: [\"https://shop.example\"], secret: \"env:SHOP_SECRET\"}\n")
			r := serve(t, dir, c.flags...)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/chat/open/session", strings.NewReader("{}"))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("X-Forwarded-Proto", "https")
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, http.StatusOK, res.StatusCode)
			require.Len(t, res.Cookies(), 1)
			require.Equal(t, c.secure, res.Cookies()[0].Secure)
		})
	}
	code, _, errs := command(t, "serve", "--shops", t.TempDir(), "--trusted-proxies", "somewhere")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "trusted-proxies")
}
