package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web"
)

func TestLiveUpdates(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		l := b.listen(t, "", "")
		defer l.hangUp()
		require.Equal(t, "text/event-stream", l.res.Header.Get("Content-Type"))
		require.Equal(t, "no", l.res.Header.Get("X-Accel-Buffering"))
		require.Equal(t, "no-store", l.res.Header.Get("Cache-Control"))
		require.JSONEq(t, `{"change":3}`, l.mustNext(t, "ready", "3").data)
		b.change("teahouse", 4)
		b.change("xiaoguo", 2)
		var c desk.Case
		require.NoError(t, json.Unmarshal([]byte(l.mustNext(t, "case", "4").data), &c))
		require.Equal(t, "h-2", c.ID)
		require.Equal(t, "xiaoguo", c.Shop)
		require.Empty(t, c.Transcript)
		asked(t, b.handler, rivalToken, "POST", "/v1/shops/xiaoguo/cases/h-1/claim", "", 200)
		require.Contains(t, l.mustNext(t, "case", "5").data, `"agent":"小王"`)
		require.Contains(t, asked(t, b.handler, "", "GET", "/metrics", "", 200), "xiaoer_live_listeners 1\n")
		l.hangUp()
		synctest.Wait()
		metrics := asked(t, b.handler, "", "GET", "/metrics", "", 200)
		require.Contains(t, metrics, "xiaoer_live_listeners 0\n")
		require.Contains(t, metrics, `xiaoer_http_requests_total{method="GET",route="/v1/shops/:shop/live",status="200"} 1`)
		require.NotContains(t, metrics, `xiaoer_http_request_seconds_count{route="/v1/shops/:shop/live"}`)
	})
}

func TestWhatWasMissedIsReplayed(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		for n := range 130 { // more than is read at once
			b.change("xiaoguo", 10+n)
		}
		for name, l := range map[string]*listener{
			"by header":                      b.listen(t, "", "3"),
			"by query":                       b.listen(t, "?after=3", ""),
			"a header is newer than a query": b.listen(t, "?after=100", "3"),
		} {
			l.mustNext(t, "ready", "3")
			for id := 4; id <= 133; id++ {
				h, err := l.next()
				require.NoError(t, err)
				require.Equal(t, strconv.Itoa(id), h.id, name)
			}
			l.hangUp()
		}
		l := b.listen(t, "", "0")
		l.mustNext(t, "ready", "0")
		l.mustNext(t, "case", "1")
		l.hangUp()
		l = b.listen(t, "", "134")
		l.mustNext(t, "reset", "133")
		b.change("xiaoguo", 1)
		l.mustNext(t, "case", "134")
		l.hangUp()
		for query, field := range map[string]string{"?after=x": "after", "?after=-1": "after", "?after=9223372036854775808": "after", "?since=1": "since"} {
			p := requireProblem(t, ask(t, b.handler, agentToken, "GET", "/v1/shops/xiaoguo/live"+query, ""), 400, "malformed")
			require.Equal(t, field, p.Field)
		}
	})
}

func TestListenersBeginAnewWhenCasesAreErased(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		l := b.listen(t, "", "")
		l.mustNext(t, "ready", "3")
		b.forget("h-2")
		l.mustNext(t, "reset", "3")
		b.change("xiaoguo", 1)
		l.mustNext(t, "case", "4")
		l.hangUp()
		for seen, greeting := range map[string]string{"2": "reset", "3": "reset", "4": "ready"} { // who was away meanwhile
			back := b.listen(t, "", seen)
			back.mustNext(t, greeting, "4")
			b.change("teahouse", 4)
			back.hangUp()
		}
	})
}

func TestNothingIsLostOrDoubledOverManyConnections(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		const changes = 400
		var writer sync.WaitGroup
		writer.Go(func() {
			for n := range changes { // each case once, so that none stands in for another
				b.change("xiaoguo", 1000+n)
				if n%7 == 0 {
					pass(time.Millisecond)
				}
			}
		})
		last := 3
		for last < 3+changes {
			l := b.listen(t, "", strconv.Itoa(last))
			l.mustNext(t, "ready", strconv.Itoa(last))
			for range 23 {
				if last == 3+changes {
					break
				}
				last++
				l.mustNext(t, "case", strconv.Itoa(last))
			}
			l.hangUp()
		}
		writer.Wait()
	})
}

func TestAStreamOutlivesTheServersTimeouts(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		l := b.listen(t, "", "")
		defer l.hangUp()
		l.mustNext(t, "ready", "3")
		time.AfterFunc(5*time.Hour+time.Second, func() { b.change("xiaoguo", 1) })
		h := l.mustNext(t, "case", "4")
		require.Equal(t, 5*60*4, h.comments, "a heartbeat every 15 seconds")
	})
}

func TestASlowListenerIsDropped(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		l := b.listen(t, "", "")
		fast := b.listen(t, "", "")
		fast.mustNext(t, "ready", "3")
		for n := range 50 {
			b.change("xiaoguo", 10+n) // none of it is read: the line has no room, and the server keeps none
		}
		for id := 4; id <= 53; id++ {
			fast.mustNext(t, "case", strconv.Itoa(id))
		}
		require.Equal(t, 2, b.watching())
		pass(11 * time.Second)
		require.Equal(t, 1, b.watching())
		b.change("xiaoguo", 1)
		fast.mustNext(t, "case", "54")
		fast.hangUp()
		l.hangUp()
	})
}

func TestAListenerWhoseTokenIsRevokedIsDropped(t *testing.T) {
	for name, now := range map[string]desk.Person{
		"revoked":          {},
		"for another shop": person("小陈", "teahouse", desk.Admin),
	} {
		inBubble(t, nil, func(b *bubbled) {
			t := b.t
			l := b.listen(t, "", "")
			defer l.hangUp()
			var read sync.WaitGroup
			read.Go(func() { l.end(t) })
			b.failWith("Person", refusal("busy"))
			pass(10 * time.Minute)
			require.Equal(t, 1, b.watching(), "a store that is away drops nobody")
			b.failWith("Person", nil)
			b.setPerson(agentToken, now)
			pass(time.Minute)
			require.Zero(t, b.watching(), name)
			read.Wait()
		})
	}
}

func TestAStreamEndsWhenTheStoreFails(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		b.failWith("LastChange", refusal("busy"))
		requireProblem(t, ask(t, b.handler, agentToken, "GET", "/v1/shops/xiaoguo/live", ""), 503, "busy")
		b.failWith("LastChange", nil)
		l := b.listen(t, "", "")
		b.failWith("Changed", errUnmeant)
		b.change("xiaoguo", 1)
		require.LessOrEqual(t, l.end(t), time.Second)
		b.failWith("Changed", nil)
		l = b.listen(t, "", "3")
		l.mustNext(t, "ready", "3")
		l.mustNext(t, "case", "4")
		l.hangUp()
	})
}

func TestShutdownEndsStreamsAtOnce(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		var all sync.WaitGroup
		for range 5 {
			l := b.listen(t, "", "")
			l.mustNext(t, "ready", "3")
			all.Go(func() { l.end(t) })
		}
		began := time.Now()
		require.NoError(t, b.stop())
		all.Wait()
		require.Less(t, time.Since(began), time.Second)
	})
}

func TestListeningKeepsAnAgentOnline(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		const at = "/v1/shops/xiaoguo/presence"
		here := func() bool {
			return strings.Contains(asked(t, b.handler, rivalToken, "GET", at, "", 200), `"here":true`)
		}
		l := b.listen(t, "", "")
		l.mustNext(t, "ready", "3")
		require.False(t, here(), "to listen is not to be at the desk")
		asked(t, b.handler, agentToken, "PUT", at, `{"online":true,"teams":["lead"],"ceiling":4}`, 200)
		var read sync.WaitGroup
		read.Go(func() { l.end(t) })
		pass(time.Hour)
		require.True(t, here())
		require.Contains(t, asked(t, b.handler, rivalToken, "GET", at, "", 200), `"teams":["lead"],"ceiling":4`)
		asked(t, b.handler, agentToken, "PUT", at, `{"online":false}`, 200)
		pass(time.Hour)
		require.False(t, here(), "what the agent said stands")
		asked(t, b.handler, agentToken, "PUT", at, `{"online":true}`, 200)
		pass(time.Minute)
		b.setPerson(agentToken, desk.Person{}) // ends the stream
		read.Wait()
		pass(2 * time.Minute)
		require.False(t, here())
	})
}

func TestListenersAreLimited(t *testing.T) {
	limits := func(o *web.Options) { o.DeskLimits = web.DeskLimits{ListenersOfOne: 2, ListenersOfShop: 3} }
	inBubble(t, limits, func(b *bubbled) {
		t := b.t
		one, two := b.listen(t, "", ""), b.listen(t, "", "")
		w := ask(t, b.handler, agentToken, "GET", "/v1/shops/xiaoguo/live", "")
		requireProblem(t, w, 429, "too-many")
		require.Equal(t, "5", w.Header().Get("Retry-After"))
		three := listen(t, b.client, "http://xiaoer", rivalToken, "", "")
		require.Equal(t, 200, three.res.StatusCode)
		requireProblem(t, ask(t, b.handler, editorToken, "GET", "/v1/shops/xiaoguo/live", ""), 503, "busy")
		one.hangUp()
		synctest.Wait()
		again := b.listen(t, "", "")
		for _, l := range []*listener{two, three, again} {
			l.hangUp()
		}
	})
}

func TestWhoMayListen(t *testing.T) {
	t.Parallel()
	h, _ := newDesk(t, nil)
	requireProblem(t, ask(t, h, "", "GET", "/v1/shops/xiaoguo/live", ""), 401, "unauthorized")
	requireProblem(t, ask(t, h, otherToken, "GET", "/v1/shops/xiaoguo/live", ""), 404, "no-such-shop")
	requireProblem(t, ask(t, h, allToken, "GET", "/v1/shops/nowhere/live", ""), 404, "no-such-shop")
}

// TestASlowListenerOnTheWire does with a real network, and its buffers, what the bubble does without.
func TestASlowListenerOnTheWire(t *testing.T) {
	f := newFakeDesk()
	s := serve(t, func(o *web.Options) {
		o.Desk, o.DeskLimits.Patience = f, time.Second
	})
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4096))
	_, err = io.WriteString(conn, "GET /v1/shops/xiaoguo/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+agentToken+"\r\n\r\n")
	require.NoError(t, err)
	status, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 200 OK\r\n", status)
	long := f.sample("xiaoguo", 10)
	long.Summary = strings.Repeat("长", 100_000)
	require.Eventually(t, func() bool {
		f.mu.Lock()
		f.put(long)
		f.mu.Unlock()
		return f.watching() == 0
	}, time.Minute, time.Millisecond, "it is dropped when the buffers are full and the server's patience is over")
	require.NoError(t, s.stop())
}

// TestAStoreThatHangsHoldsUpNoShutdown lets a store take for ever to say who is at the desk.
func TestAStoreThatHangsHoldsUpNoShutdown(t *testing.T) {
	inBubble(t, nil, func(b *bubbled) {
		t := b.t
		b.hang = func(ctx context.Context) { <-ctx.Done() }
		var all sync.WaitGroup
		for range 5 {
			l := b.listen(t, "", "")
			l.mustNext(t, "ready", "3")
			all.Go(func() { l.end(t) })
		}
		synctest.Wait()
		began := time.Now()
		require.NoError(t, b.stop())
		all.Wait()
		require.Less(t, time.Since(began), time.Second)
	})
}
