package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

const (
	killsVariable = "XIAOER_KILLS" // how often the server is killed, for the long form
	killCallers   = 12
	killBuyers    = 3 // of whom several callers are one, each with a conversation of its own
	talkLength    = 7 // messages of a conversation
	killPatience  = 3 * time.Minute
	asksForHuman  = "转人工"

	killToken = "xot_killkillkillkillkillkillkillkillkillkill"

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
	kills := 3
	if long, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = long
	}
	w := newKillWorld(t)
	var callers sync.WaitGroup
	stop := make(chan struct{})
	for caller := range killCallers {
		callers.Go(func() { w.keepCalling(caller, stop) })
	}
	for range kills {
		w.serveAndKill(t)
	}
	last := w.serve(t)
	close(stop)
	callers.Wait()
	t.Logf("%d kills, %d messages answered in %d conversations, %d handoffs; ready after a kill: median %v, worst %v",
		kills, len(w.answers), len(w.said), w.handoffs(t), w.ready[len(w.ready)/2].Round(time.Millisecond), w.ready[len(w.ready)-1].Round(time.Millisecond))

	w.requireSameAnswers(t)
	w.requireOnce(t)
	w.requireDelivered(t)
	require.NoError(t, last.stop())
	w.requireTranscripts(t)
}

// A killWorld is all that the server is not: its files, its callers, and who is called back.
type killWorld struct {
	t        *testing.T
	dir      string
	receiver *receiver

	mu      sync.Mutex
	addr    string              // of the server that is up
	up      chan struct{}       // closed when another one is
	answers map[string]answered // by the message's id
	said    map[string][]string // what was sent to a conversation, in order
	fresh   chan struct{}       // closed at the next answer
	ready   []time.Duration     // sorted
}

type answered struct{ body, response string }

func newKillWorld(t *testing.T) *killWorld {
	t.Helper()
	w := &killWorld{
		t: t, dir: t.TempDir(), up: make(chan struct{}), fresh: make(chan struct{}),
		answers: map[string]answered{}, said: map[string][]string{}, receiver: &receiver{first: map[string][]string{}, seen: map[string]bool{}},
	}
	calls := httptest.NewServer(w.receiver)
	t.Cleanup(calls.Close)
	shop := filepath.Join(w.dir, "shops", "k")
	require.NoError(t, os.MkdirAll(shop, 0o755))
	writeFile(t, filepath.Join(shop, "shop.yaml"), killShop)
	writeFile(t, filepath.Join(shop, "rules.yaml"), killRules)
	writeFile(t, filepath.Join(shop, "connect.yaml"), "webhook: {secret: \"env:"+benchVariable+"\", rate: 0, callback: \""+calls.URL+"\"}\n")
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: w.file()})
	require.NoError(t, err)
	grant := desk.Grant{ID: "g", Shop: "k", Agent: "小陈", Role: desk.Agent, Hash: desk.Hash(killToken), At: time.Now()}
	require.NoError(t, s.Grant(t.Context(), grant, desk.Entry{ID: "e", Shop: "k", At: time.Now()}))
	require.NoError(t, s.Close())
	return w
}

func (w *killWorld) file() string { return filepath.Join(w.dir, "state.db") }

// serve starts a server on what the last one left behind.
func (w *killWorld) serve(t *testing.T) *child {
	t.Helper()
	began := time.Now()
	c, err := startChild(t.Context(), []string{
		"serve", "--shops", filepath.Join(w.dir, "shops"), "--addr", "127.0.0.1:0", "--store", "sqlite:" + w.file(),
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
	w.addr = c.addr
	close(w.up)
	w.up = make(chan struct{})
	return c
}

// serveAndKill lets a server work for a while after its first answer.
func (w *killWorld) serveAndKill(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	fresh := w.fresh
	w.mu.Unlock()
	c := w.serve(t)
	select {
	case <-fresh:
	case <-time.After(killPatience):
		require.Fail(t, "nothing was answered", c.logged.String())
	}
	<-time.After(rand.N(400 * time.Millisecond))
	require.NoError(t, c.command.Process.Kill())
	require.ErrorContains(t, c.command.Wait(), "killed")
}

// keepCalling is one caller: it sends a message until it is answered, however many servers that takes, and then the next.
func (w *killWorld) keepCalling(caller int, stop <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			if n%talkLength == 0 {
				return
			}
		default:
		}
		conversation := fmt.Sprintf("c-%d-%d", caller, n/talkLength)
		m := killMessage(caller, conversation, n%talkLength)
		if !w.tell(m) {
			return
		}
		if m.Text == asksForHuman && !w.replyTwice(m) {
			return
		}
	}
}

// killMessage is the nth message of a conversation. The buyers and the orders are those of several conversations.
func killMessage(caller int, conversation string, n int) bot.Message {
	buyer := strconv.Itoa(caller % killBuyers)
	m := bot.Message{
		ID: conversation + "-" + strconv.Itoa(n), Conversation: conversation, Buyer: bot.Buyer{ID: "b-" + buyer}, Kind: bot.KindText,
		Text: []string{"你好", "我想退货", "有优惠券吗", "能给张优惠券吗", asksForHuman, "好的", "那就这样"}[n],
	}
	if n == 2 || n == 3 {
		_, number, _ := strings.Cut(strings.TrimPrefix(conversation, "c-"), "-")
		order := fmt.Sprintf("26%02d21-%015s", 1+caller%killBuyers, number)
		m.Order = &bot.Order{No: order, Stage: "delivered", Amount: "39.90"}
	}
	return m
}

// tell sends a message until it is answered; false when the test is over.
func (w *killWorld) tell(m bot.Message) bool {
	body, err := json.Marshal(m)
	if err != nil {
		return false
	}
	response, ok := w.insist(m.ID, "/v1/shops/k/messages", body, sign)
	w.mu.Lock()
	defer w.mu.Unlock()
	if ok {
		w.answers[m.ID] = answered{string(body), response}
		w.said[m.Conversation] = append(w.said[m.Conversation], m.Text)
		close(w.fresh)
		w.fresh = make(chan struct{})
	}
	return ok
}

// agentsReplies are what the agent writes in each conversation.
func agentsReplies() []string {
	return []string{"我是客服，马上为您查", "查到了，今天就为您处理"}
}

// caseOf is the id of the case that a conversation was handed over with: by the buyer's wish, or before.
func (w *killWorld) caseOf(conversation string) (id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for n := range talkLength {
		var r bot.Response
		err := json.Unmarshal([]byte(w.answers[conversation+"-"+strconv.Itoa(n)].response), &r)
		if err == nil && r.Handoff != nil {
			id = r.Handoff.ID
		}
	}
	return id
}

// replyTwice lets the agent answer the case of a conversation, with a key for each reply, until both were taken.
func (w *killWorld) replyTwice(m bot.Message) bool {
	id := w.caseOf(m.Conversation)
	if id == "" {
		w.t.Errorf("%s was not handed over", m.Conversation)
		return false
	}
	for n, text := range agentsReplies() {
		body, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			return false
		}
		key := fmt.Sprintf("%s-%d", m.ID, n)
		as := func(r *http.Request, _ []byte) error {
			r.Header.Set("Authorization", "Bearer "+killToken)
			r.Header.Set("Idempotency-Key", key)
			return nil
		}
		if _, ok := w.insist(key, "/v1/shops/k/cases/"+id+"/reply", body, as); !ok {
			return false
		}
	}
	return true
}

// insist sends the same until a server takes it; false when the test is over.
func (w *killWorld) insist(what, path string, body []byte, as signer) (response string, ok bool) {
	for {
		w.mu.Lock()
		up, addr := w.up, w.addr
		w.mu.Unlock()
		status, response, err := call(w.t.Context(), addr, http.MethodPost, path, body, as)
		pause := killPatience
		switch {
		case err == nil && status == http.StatusOK:
			return response, true
		case err == nil && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests:
			w.t.Errorf("%s: status %d: %s", what, status, response)
			return "", false
		case err == nil: // nothing was accepted; it may be sent again
			pause = 50 * time.Millisecond
		}
		select {
		case <-up: // another server
		case <-w.t.Context().Done():
			return "", false
		case <-time.After(pause):
			if err != nil {
				w.t.Errorf("%s: no server answers: %v", what, err)
				return "", false
			}
		}
	}
}

// A signer makes a call that of somebody.
type signer func(r *http.Request, body []byte) error

// sign makes it the shop's.
func sign(r *http.Request, body []byte) error {
	hook, err := standardwebhooks.NewWebhook(benchSecret)
	if err != nil {
		return err
	}
	now := time.Now()
	signature, err := hook.Sign("k", now, body)
	r.Header.Set("webhook-id", "k")
	r.Header.Set("webhook-signature", signature)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	return err
}

// call makes one call.
func call(ctx context.Context, addr, method, path string, body []byte, as signer) (status int, answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+addr+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("content-type", "application/json")
	if err := as(r, body); err != nil {
		return 0, "", err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	return res.StatusCode, string(read), err
}

// requireSameAnswers sends everything again: nothing acknowledged may be lost, and the same again has no second effect.
func (w *killWorld) requireSameAnswers(t *testing.T) {
	t.Helper()
	for id, a := range w.answers {
		status, again, err := call(t.Context(), w.addr, http.MethodPost, "/v1/shops/k/messages", []byte(a.body), sign)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, id)
		require.Equal(t, a.response, again, id)
	}
}

func (w *killWorld) responses(t *testing.T) (out []bot.Response) {
	t.Helper()
	for id, a := range w.answers {
		var r bot.Response
		require.NoError(t, json.Unmarshal([]byte(a.response), &r), id)
		out = append(out, r)
	}
	return out
}

func (w *killWorld) handoffs(t *testing.T) (n int) {
	t.Helper()
	for _, r := range w.responses(t) {
		if r.Handoff != nil {
			n++
		}
	}
	return n
}

// requireOnce: no number of a handoff is given twice, and no order gets a second coupon, though several conversations asked
// for it side by side.
func (w *killWorld) requireOnce(t *testing.T) {
	t.Helper()
	numbers := map[int]string{}
	coupons := map[string]string{}
	asked := map[string]bool{}
	for id, a := range w.answers {
		var r bot.Response
		require.NoError(t, json.Unmarshal([]byte(a.response), &r))
		if r.Handoff != nil {
			require.NotContains(t, numbers, r.Handoff.Number, "%s and %s", id, numbers[r.Handoff.Number])
			numbers[r.Handoff.Number] = id
		}
		var m bot.Message
		require.NoError(t, json.Unmarshal([]byte(a.body), &m))
		if m.Order != nil {
			asked[m.Order.No] = true
		}
		if len(r.Offers) > 0 {
			require.NotContains(t, coupons, m.Order.No, "%s and %s", id, coupons[m.Order.No])
			coupons[m.Order.No] = id
		}
	}
	require.Len(t, coupons, len(asked), "each order got its coupon")
	require.Len(t, numbers, len(w.said), "each conversation was handed over, once")
}

// requireDelivered waits until all late replies that there are have arrived, and compares their order.
func (w *killWorld) requireDelivered(t *testing.T) {
	t.Helper()
	late := 0
	for conversation := range w.said {
		status, body, err := call(t.Context(), w.addr, http.MethodGet, "/v1/shops/k/conversations/"+conversation+"/replies", nil, sign)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		var list struct{ Replies []engine.LateReply }
		require.NoError(t, json.Unmarshal([]byte(body), &list))
		var want []string
		for _, r := range list.Replies {
			want = append(want, r.ID)
		}
		late += len(want)
		got := w.receiver.await(t, conversation, want)
		require.Equal(t, want, got[:len(want)], "the order in which they were said")
	}
	require.GreaterOrEqual(t, late, len(w.said)*len(agentsReplies()))
	t.Logf("%d late replies, %d calls back, %d of them answered with an error", late, w.receiver.calls, w.receiver.refused)
}

// requireTranscripts looks into the store: each conversation holds what was said to it, once and in order, and none is stuck.
func (w *killWorld) requireTranscripts(t *testing.T) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: w.file()})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for conversation, want := range w.said {
		require.Len(t, want, talkLength, conversation)
		got, err := s.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "k", Conversation: conversation}, Now: time.Now()})
		require.NoError(t, err)
		lines := map[string][]string{}
		for _, line := range got.Conversation.Transcript {
			lines[line.From] = append(lines[line.From], line.Text)
		}
		require.Equal(t, want, lines["buyer"], conversation)
		require.Equal(t, agentsReplies(), lines["agent"], conversation)
		require.Equal(t, bot.StatusAgent, got.Conversation.Status, conversation)
		require.Nil(t, got.Conversation.Pending)
	}
}

// A receiver is who is called back. It is down now and then, and now and then it takes a reply and says that it did not.
type receiver struct {
	mu      sync.Mutex
	first   map[string][]string // ids by conversation, in the order of their first arrival
	seen    map[string]bool
	calls   int
	refused int
	arrived chan struct{} // closed at the next arrival, nil when nobody waits
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var l engine.LateReply
	err := json.NewDecoder(req.Body).Decode(&l)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	chance := rand.IntN(10)
	if err != nil || chance == 0 {
		r.refused++
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	if !r.seen[l.ID] {
		r.seen[l.ID] = true
		r.first[l.Conversation] = append(r.first[l.Conversation], l.ID)
	}
	if r.arrived != nil {
		close(r.arrived)
		r.arrived = nil
	}
	if chance == 1 {
		r.refused++
		http.Error(w, "taken, but down", http.StatusInternalServerError)
	}
}

// await waits until all of these have arrived.
func (r *receiver) await(t *testing.T, conversation string, want []string) []string {
	t.Helper()
	late := time.After(killPatience)
	for {
		r.mu.Lock()
		got := slices.Clone(r.first[conversation])
		if r.arrived == nil {
			r.arrived = make(chan struct{})
		}
		arrived := r.arrived
		r.mu.Unlock()
		if len(got) >= len(want) {
			return got
		}
		select {
		case <-arrived:
		case <-late:
			require.Fail(t, "late replies did not arrive", "%s: %v of %v", conversation, got, want)
		}
	}
}
