package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	testSecret = "whsec_dGhlLXNlY3JldC1vZi10aGUtdGVzdHM="
	buyerWords = "我想退货，我的电话是13800138000"
)

// writeShop writes a folder of one shop that answers returns with a text.
func writeShop(t *testing.T, dir, id, reply, connect string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, id), 0o755))
	writeFile(t, filepath.Join(dir, id, "shop.yaml"), fmt.Sprintf("id: %s\nname: 小店\nteams: {aftersales: {title: 售后, first_reply: 3m}}\n", id))
	writeRules(t, dir, id, reply)
	writeFile(t, filepath.Join(dir, id, "connect.yaml"), connect)
}

func writeRules(t *testing.T, dir, id, reply string) {
	t.Helper()
	writeFile(t, filepath.Join(dir, id, "rules.yaml"), `rules:
  - {id: return.find, intent: return, when: "message.text contains '订单' and not order.known", find_order: true}
  - {id: return.how, intent: return, reply: `+reply+`}
otherwise: {handoff: {team: aftersales, reason: 没有听懂}}
`)
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
}

// message is a body with ids of its own.
func message(n int, text string) string {
	return fmt.Sprintf(`{"id":"m-%d","conversation":"c-%d","buyer":{"id":"b-%d"},"kind":"text","text":%q}`, n, n, n, text)
}

// serve starts the server on a free port.
func serve(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	env := map[string]string{"SHOP_SECRET": testSecret}
	r := start(t, env, append([]string{"serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", "sqlite:" + filepath.Join(t.TempDir(), "state.db")}, args...)...)
	r.url = "http://" + r.errs.until(t, `msg=serving addr=(\S+)`)[1]
	return r
}

func TestServeAnswersSignedCalls(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	writeShop(t, dir, "closed", "请在订单页面申请", "webhook: {secret: \"env:SHOP_SECRET\"}\n")
	r := serve(t, dir)

	status, answer := r.send("closed", message(1, buyerWords), testSecret)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "return.how", answer["rule"])
	require.Equal(t, "请在订单页面申请", firstReply(answer))

	status, answer = r.send("closed", message(2, buyerWords), "")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "urn:xiaoer:problem:unauthorized", answer["type"])
	status, _ = r.send("closed", message(2, buyerWords), "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXRlc3Rz")
	require.Equal(t, http.StatusUnauthorized, status)

	status, _ = r.send("open", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	status, answer = r.send("nobody", message(1, buyerWords), "")
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "urn:xiaoer:problem:no-such-shop", answer["type"])

	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.json"} {
		status, _ := r.get(path)
		require.Equal(t, http.StatusOK, status, path)
	}
	require.Equal(t, exitOK, r.stop())
	requireDiscreet(t, r)
}

// requireDiscreet looks for what a log must not hold: secrets and buyers' words.
func requireDiscreet(t *testing.T, r *running) {
	t.Helper()
	written := r.errs.String() + r.out.String()
	require.NotEmpty(t, written)
	for _, secret := range []string{strings.TrimPrefix(testSecret, "whsec_"), buyerWords, "13800138000", "退货"} {
		require.NotContains(t, written, secret)
	}
}

func TestServeTheOperatorDecides(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true, rate: 0}\n")
	writeShop(t, dir, "closed", "请在订单页面申请", "webhook: {secret: \"env:SHOP_SECRET\", rate: 0}\n")
	r := serve(t, dir, "--forbid-unsigned", "--max-rate", "1", "--log-format", "text")
	status, _ := r.send("open", message(1, buyerWords), "")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Eventually(t, func() bool {
		status, _ := r.send("closed", message(1, buyerWords), testSecret)
		return status == http.StatusTooManyRequests
	}, soon, time.Millisecond, "a rate of one a second must be seen")
}

func TestServeABrokenShopStopsNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "broken", "${order.nmae}", "webhook: {unsigned: true}\n")
	writeShop(t, dir, "good", "请在订单页面申请", "webhook: {unsigned: true}\n")
	r := serve(t, dir)
	status, answer := r.send("broken", message(1, buyerWords), "")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "urn:xiaoer:problem:broken-shop", answer["type"])
	status, answer = r.send("good", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "return.how", answer["rule"])
	r.errs.until(t, `level=ERROR msg="shop has problems" shop=broken serving=false`)

	// Mended, it serves without a new start.
	writeRules(t, dir, "broken", "修好了")
	r.errs.until(t, `msg="shop loaded" shop=broken`)
	status, answer = r.send("broken", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "修好了", firstReply(answer))
	requireDiscreet(t, r)
}

func TestServeReloads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "one", "第一版", "webhook: {unsigned: true}\n")
	r := serve(t, dir)
	_, answer := r.send("one", message(1, buyerWords), "")
	require.Equal(t, "第一版", firstReply(answer))

	n := 1
	writeRules(t, dir, "one", "第二版")
	require.Eventually(t, func() bool {
		n++
		_, answer := r.send("one", message(n, buyerWords), "")
		return firstReply(answer) == "第二版"
	}, soon, 5*time.Millisecond)

	// A broken edit is told, and the last good version answers on.
	writeRules(t, dir, "one", "${order.nmae}")
	r.errs.until(t, `msg="shop has problems" shop=one serving=true`)
	status, answer := r.send("one", message(n+1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "第二版", firstReply(answer))
	requireDiscreet(t, r)
}

// What was taken is answered after the signal to stop, while nothing new is taken.
func TestServeAnswersWhatItTook(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-release
		http.Error(w, "no orders", http.StatusNotFound)
	}))
	defer orders.Close()
	dir := t.TempDir()
	writeShop(t, dir, "one", "请在订单页面申请", "webhook: {unsigned: true}\norders: {url: \""+orders.URL+"\", timeout: 20s}\n")
	r := serve(t, dir)

	type reply struct {
		status int
		answer map[string]any
	}
	answered := make(chan reply, 1)
	go func() {
		status, answer := r.send("one", message(1, "我想退货，订单"), "")
		answered <- reply{status, answer}
	}()
	<-asked
	r.interrupt()
	require.Eventually(t, func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, soon, time.Millisecond, "new calls must be refused")
	close(release)
	got := <-answered
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "return.find", got.answer["rule"])
	require.Equal(t, exitOK, r.stop())
	require.Contains(t, r.errs.String(), "msg=stopped")
}

func TestServeCannotListen(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	dir := t.TempDir()
	writeShop(t, dir, "one", "请在订单页面申请", "webhook: {unsigned: true}\n")
	code, _, errs := command(t, "serve", "--shops", dir, "--addr", taken.Addr().String(), "--store", "memory:")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "xiaoer: listen on "+taken.Addr().String())
}

// What was answered is there after a restart: the same message gets the same response, and the conversation goes on.
func TestServeRemembersAfterARestart(t *testing.T) {
	t.Parallel()
	dir, state := t.TempDir(), "sqlite:"+filepath.Join(t.TempDir(), "state.db")
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	first := serve(t, dir, "--store", state)
	status, before := first.send("open", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	first.stop()

	second := serve(t, dir, "--store", state)
	status, again := second.send("open", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, before, again)
	status, _ = second.send("open", message(1, "别的话"), "")
	require.Equal(t, http.StatusConflict, status)
}

func TestTwoServersDoNotShareAFile(t *testing.T) {
	t.Parallel()
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "state.db")
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	first := serve(t, dir, "--store", "sqlite:"+file)
	code, _, errs := command(t, "serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", "sqlite:"+file)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "open the store "+file+": another server has it (process "+strconv.Itoa(os.Getpid())+" on ")
	require.Contains(t, errs, "stop that one, or give this one a store of its own")
	status, _ := first.send("open", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	code, _, errs = command(t, "backup", "--store", "sqlite:"+file, file+".copy")
	require.Equal(t, exitOK, code, errs)
	first.stop()
	second := serve(t, dir, "--store", "sqlite:"+file)
	status, _ = second.send("open", message(2, buyerWords), "")
	require.Equal(t, http.StatusOK, status, "who has stopped holds nothing")
}

func TestServeRefusesOtherStores(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	for store, want := range map[string]string{"sqlite:": "sqlite:FILE", "redis:": "sqlite:FILE"} {
		code, _, errs := command(t, "serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", store)
		require.Equal(t, exitUsage, code, store)
		require.Contains(t, errs, want)
	}
	file := filepath.Join(t.TempDir(), "no.db")
	writeFile(t, file, strings.Repeat("this is no database ", 100))
	code, _, errs := command(t, "serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", "sqlite:"+file)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "no.db")
}

// A secret's file may stand in the shop's folder.
func TestServeReadsASecretsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "closed", "请在订单页面申请", "webhook: {secret: \"file:secret.txt\"}\n")
	writeFile(t, filepath.Join(dir, "closed", "secret.txt"), testSecret+"\n")
	r := serve(t, dir)
	status, _ := r.send("closed", message(1, buyerWords), testSecret)
	require.Equal(t, http.StatusOK, status)
	status, _ = r.send("closed", message(2, buyerWords), "")
	require.Equal(t, http.StatusUnauthorized, status)
}
