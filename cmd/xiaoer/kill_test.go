package main

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

const (
	killsVariable = "XIAOER_KILLS" // how often the server is killed, for the long form
	killCallers   = 12
	killBuyers    = 3 // of whom several callers are one, each with a conversation of its own
	talkLength    = 7 // messages of a conversation
	killPatience  = 3 * time.Minute
	asksForHuman  = "转人工"

	killToken      = "xot_killkillkillkillkillkillkillkillkillkill"
	otherKillToken = "xot_elseelseelseelseelseelseelseelseelseelse"

	killRules = `rules:
  - {id: return.how, intent: return, reply: 请在订单页面申请}
  - {id: coupon.once, intent: coupon, offer: {coupon: "5", cap: {amount: 20, per_order: 1}, above: aftersales}, reply: "送您 ${offer.amount} 元券"}
  - {id: coupon.again, intent: coupon, reply: 这个订单的券已经发过了}
otherwise: {handoff: {team: aftersales, reason: 没有听懂}}
`
	killShop = "id: k\nname: 小店\nteams: {aftersales: {title: 售后, first_reply: 2s}}\n"
)

// TestKilledWhileItServes kills a server that answers, hands over, gives coupons and calls back, again and again, and looks in the
// end whether everything that it ever answered is so, and is so once. XIAOER_KILLS=200 is its long form:
//
//	XIAOER_KILLS=200 go test ./cmd/xiaoer -run TestKilledWhileItServes -v -timeout 30m
func TestKilledWhileItServes(t *testing.T) {
	t.Parallel()
	kills := killsOr(3)
	w := newKillWorld(t, "")
	stop, wait := w.call()
	for range kills {
		w.serveAndKill(t)
	}
	last := w.serve(t)
	close(stop)
	wait()
	w.requireAll(t, kills, last)
}

// killsOr is how often something is to be killed: what the long form says, or a few times.
func killsOr(few int) int {
	if long, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		return long
	}
	return few
}

// requireAll looks whether everything that was ever answered is so, and is so once. The servers are those that are up.
func (w *killWorld) requireAll(t *testing.T, kills int, servers ...*child) {
	t.Helper()
	t.Logf("%d kills, %d messages answered in %d conversations, %d handoffs, %d cases that two agents wanted; ready after a kill: median %v, worst %v",
		kills, len(w.answers), len(w.said)+len(w.left), w.handoffs(t), w.claimed,
		w.ready[len(w.ready)/2].Round(time.Millisecond), w.ready[len(w.ready)-1].Round(time.Millisecond))
	w.requireSameAnswers(t)
	w.requireOnce(t)
	w.requireDelivered(t)
	for _, c := range servers {
		require.NoError(t, c.stop())
	}
	w.requireTranscripts(t)
}

// A killWorld is all that the servers are not: their store, their callers, and who is called back.
type killWorld struct {
	t        *testing.T
	dir      string
	store    string // as --store says it
	receiver *receiver

	mu      sync.Mutex
	addrs   []string            // of the servers that are up
	changed chan struct{}       // closed when others are
	answers map[string]answered // by the message's id
	said    map[string][]string // what was sent to a conversation, in order
	left    map[string]bool     // conversations that wait for a human who does not come
	claimed int                 // cases for which two agents went to two servers
	fresh   chan struct{}       // closed at the next answer
	ready   []time.Duration     // sorted
}

type answered struct{ body, response string }

// newKillWorld makes a world with a store, or with "" one on a file.
func newKillWorld(t *testing.T, store string) *killWorld {
	t.Helper()
	w := &killWorld{
		t: t, dir: t.TempDir(), store: store, changed: make(chan struct{}), fresh: make(chan struct{}), left: map[string]bool{},
		answers: map[string]answered{}, said: map[string][]string{}, receiver: &receiver{first: map[string][]string{}, seen: map[string]bool{}},
	}
	if store == "" {
		w.store = "sqlite:" + filepath.Join(w.dir, "state.db")
	}
	calls := httptest.NewServer(w.receiver)
	t.Cleanup(calls.Close)
	shop := filepath.Join(w.dir, "shops", "k")
	require.NoError(t, os.MkdirAll(shop, 0o755))
	writeFile(t, filepath.Join(shop, "shop.yaml"), killShop)
	writeFile(t, filepath.Join(shop, "rules.yaml"), killRules)
	writeFile(t, filepath.Join(shop, "connect.yaml"), "webhook: {secret: \"env:"+benchVariable+"\", rate: 0, callback: \""+calls.URL+"\"}\n")
	s, closeStore, err := openStore(t.Context(), w.store, nil)
	require.NoError(t, err)
	for name, token := range map[string]string{"小陈": killToken, "小王": otherKillToken} {
		grant := desk.Grant{ID: name, Shop: "k", Agent: name, Role: desk.Agent, Hash: desk.Hash(token), At: time.Now()}
		require.NoError(t, s.Grant(t.Context(), grant, desk.Entry{ID: name, Shop: "k", At: time.Now()}))
	}
	require.NoError(t, closeStore())
	return w
}

// call lets callers call until stop is closed; the second result waits for them.
func (w *killWorld) call() (stop chan struct{}, wait func()) {
	var callers sync.WaitGroup
	stop = make(chan struct{})
	for caller := range killCallers {
		callers.Go(func() { w.keepCalling(caller, stop) })
	}
	return stop, callers.Wait
}

// serve starts a server on what others left behind, or work on.
func (w *killWorld) serve(t *testing.T) *child {
	t.Helper()
	began := time.Now()
	c, err := startChild(t.Context(), []string{
		"serve", "--shops", filepath.Join(w.dir, "shops"), "--addr", "127.0.0.1:0", "--store", w.store,
		"--allow-callbacks", "127.0.0.0/8", "--log-format", "json",
	})
	require.NoError(t, err)
	status, _, err := call(t.Context(), c.addr, http.MethodGet, "/readyz", nil, sign)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	took := time.Since(began)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready = append(w.ready, took)
	slices.Sort(w.ready)
	w.addrs = append(w.addrs, c.addr)
	close(w.changed)
	w.changed = make(chan struct{})
	return c
}

// serveAndKill lets a server work for a while after its first answer.
func (w *killWorld) serveAndKill(t *testing.T) {
	t.Helper()
	fresh := w.nextAnswer()
	c := w.serve(t)
	w.await(t, fresh, c)
	<-time.After(rand.N(400 * time.Millisecond))
	w.kill(t, c)
}

// kill ends a server in the middle of everything.
func (w *killWorld) kill(t *testing.T, c *child) {
	t.Helper()
	require.NoError(t, c.command.Process.Kill())
	require.ErrorContains(t, c.command.Wait(), "killed")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.addrs = slices.DeleteFunc(w.addrs, func(addr string) bool { return addr == c.addr })
}

// nextAnswer is closed when something is answered.
func (w *killWorld) nextAnswer() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fresh
}

func (w *killWorld) await(t *testing.T, fresh <-chan struct{}, servers ...*child) {
	t.Helper()
	select {
	case <-fresh:
	case <-time.After(killPatience):
		for _, c := range servers {
			t.Log(c.logged.String())
		}
		require.Fail(t, "nothing was answered")
	}
}
