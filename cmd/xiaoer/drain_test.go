package main

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/store/sqlite"
)

// TestDrain stops a server that a balancer looks at: at once it says that it stops, and its streams end with what their listeners come
// back by; calls are answered until the time is over.
func TestDrain(t *testing.T) {
	t.Parallel()
	dir, file := t.TempDir(), t.TempDir()+"/state.db"
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: file})
	require.NoError(t, err)
	grant := desk.Grant{ID: "g", Shop: "open", Agent: "小陈", Role: desk.Agent, Hash: desk.Hash(killToken), At: time.Now()}
	require.NoError(t, s.Grant(t.Context(), grant, desk.Entry{ID: "e", Shop: "open", At: time.Now()}))
	require.NoError(t, s.Close())
	r := start(t, nil, "serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", "sqlite:"+file, "--drain-wait", "8s")
	r.url = "http://" + r.errs.until(t, `msg=serving addr=(\S+)`)[1]

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/v1/shops/open/live", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+killToken)
	stream, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = stream.Body.Close() }()
	require.Equal(t, http.StatusOK, stream.StatusCode)
	lines := bufio.NewScanner(stream.Body)
	require.True(t, lines.Scan())
	require.True(t, strings.HasPrefix(lines.Text(), "retry: "), lines.Text())

	r.interrupt()
	for lines.Scan() { // until the stream ends
	}
	require.NoError(t, lines.Err())
	status, body := r.get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "stopping")
	status, _ = r.get("/healthz")
	require.Equal(t, http.StatusOK, status)
	status, answer := r.send("open", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "请在订单页面申请", firstReply(answer))
	require.Equal(t, exitOK, r.stop())
	_, _, err = call(t.Context(), strings.TrimPrefix(r.url, "http://"), http.MethodGet, "/healthz", nil, sign)
	require.Error(t, err, "nobody answers")
}
