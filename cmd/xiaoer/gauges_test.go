package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
)

func TestServeShowsItsFigures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	writeShop(t, dir, "torn", "请在订单页面申请", "webhook: {unsigned: maybe}\n")
	r := serve(t, dir, "--allow-callbacks", "10.0.0.0/8,fd00::/8")
	status, _ := r.send("open", message(1, buyerWords), "")
	require.Equal(t, http.StatusOK, status)
	_, body := r.get("/metrics")
	for _, line := range []string{
		"xiaoer_outbox_depth 0", "xiaoer_cases_open 0", "xiaoer_outbox_age_seconds 0", "xiaoer_dead_letters 0", "xiaoer_deadlines_missed_total 0", "xiaoer_turns 0",
		"xiaoer_shops 2", "xiaoer_shops_broken 1", "xiaoer_desk_streams 0", "xiaoer_chat_streams 0", "xiaoer_chat_throttled_total 0", "xiaoer_photos_refused_total 0", "xiaoer_deliveries 0", "xiaoer_dead_destinations 0",
		`xiaoer_work_seconds_count{outcome="answered",what="message"} 1`, `xiaoer_work_seconds_count{outcome="ok",what="commit"} 1`,
	} {
		require.Contains(t, body, "\n"+line+"\n")
	}
	require.NotContains(t, body, `"open"`, "no shop is named")

	require.Contains(t, body, "\nxiaoer_reloads_total 0\n")
	require.Contains(t, body, "\nxiaoer_reloads_failed_total 0\n")
	writeRules(t, dir, "open", "第二版")
	r.errs.until(t, `msg="shop loaded" shop=open hash=\S+\n(?s:.*)msg="shop loaded" shop=open`)
	writeRules(t, dir, "open", "${order.nmae}")
	r.errs.until(t, `msg="shop has problems" shop=open`)
	require.Eventually(t, func() bool { // the counts follow the words
		_, body = r.get("/metrics")
		return strings.Contains(body, "\nxiaoer_reloads_total 1\n") && strings.Contains(body, "\nxiaoer_reloads_failed_total 1\n")
	}, soon, 5*time.Millisecond)
}

func TestServeHasTheAgentsAPI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	r := serve(t, dir)
	status, _ := r.get("/v1/cases")
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = r.call(http.MethodGet, "/v1/cases", "", map[string]string{"Authorization": "Bearer xot_nobody"})
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestServeWantsNetworksToAllow(t *testing.T) {
	t.Parallel()
	code, _, errs := command(t, "serve", "--shops", t.TempDir(), "--allow-callbacks", "10.0.0.0/8,somewhere")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "allow-callbacks")
}

func TestAServerForThisMachineMayCallItBack(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:0": true, "[::1]:80": true, ":8080": false, "0.0.0.0:80": false, "[::]:80": false, "192.0.2.1:80": false, "nonsense": false,
	} {
		got := thisMachine(addr)
		require.Equal(t, want, len(got) == 2, addr)
		for _, p := range got {
			require.True(t, p.Addr().IsLoopback(), p)
		}
	}
}

func TestGaugesAreReadOnceForAll(t *testing.T) {
	t.Parallel()
	now, reads, failing := time.Now(), 0, false
	g := &gauges{now: func() time.Time { return now }, read: func(context.Context) (engine.Figures, error) {
		reads++
		if failing {
			return engine.Figures{Turns: reads}, errors.New("disk on fire")
		}
		return engine.Figures{Turns: reads, Backlog: 7}, nil
	}}
	for range 5 {
		require.Equal(t, engine.Figures{Turns: 1, Backlog: 7}, g.get(t.Context()))
	}
	failing, now = true, now.Add(time.Minute)
	require.Equal(t, engine.Figures{Turns: 2, Backlog: 7}, g.get(t.Context()), "what the store cannot say stays as it was")
	require.Equal(t, 2, reads)
}

func TestAStoreThatDoesNotAnswerIsAskedOnceForAllGauges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := 0
		g := &gauges{now: time.Now, read: func(ctx context.Context) (engine.Figures, error) {
			reads++
			<-ctx.Done()
			return engine.Figures{Turns: 3}, ctx.Err()
		}}
		began := time.Now()
		for range 9 {
			require.Equal(t, 3, g.get(t.Context()).Turns)
		}
		require.Equal(t, 1, reads)
		require.Equal(t, figuresPatience, time.Since(began))
	})
}
