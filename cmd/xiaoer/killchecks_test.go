package main

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// requireSameAnswers sends everything again: nothing acknowledged may be lost, and the same again has no second effect.
func (w *killWorld) requireSameAnswers(t *testing.T) {
	t.Helper()
	for id, a := range w.answers {
		status, again, err := call(t.Context(), w.one(), http.MethodPost, "/v1/shops/k/messages", []byte(a.body), sign)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, id)
		require.Equal(t, a.response, again, id)
	}
}

// one is the address of a server.
func (w *killWorld) one() string {
	addr, _ := w.anyServer()
	return addr
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
	require.Len(t, numbers, len(w.said)+len(w.left), "each conversation was handed over, once")
}

// requireDelivered waits until all late replies that there are have arrived, and compares their order.
func (w *killWorld) requireDelivered(t *testing.T) {
	t.Helper()
	for conversation := range w.left {
		w.receiver.await(t, conversation, func(got []string) bool { return len(got) > 0 }) // the timer has fired
	}
	late := 0
	for conversation := range mergedKeys(w.said, w.left) {
		status, body, err := call(t.Context(), w.one(), http.MethodGet, "/v1/shops/k/conversations/"+conversation+"/replies", nil, sign)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		var list struct{ Replies []engine.LateReply }
		require.NoError(t, json.Unmarshal([]byte(body), &list))
		var want []string
		for _, r := range list.Replies {
			want = append(want, r.ID)
		}
		late += len(want)
		if w.left[conversation] {
			require.Len(t, want, 1, "one holding line")
		}
		// What was taken with an answer of trouble may have been dropped since, because a human took over: it is not to be read any more.
		known := func(got []string) []string {
			return slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(want, id) })
		}
		got := w.receiver.await(t, conversation, func(got []string) bool { return len(known(got)) >= len(want) })
		require.Equal(t, want, known(got), "the order in which they were said")
	}
	require.GreaterOrEqual(t, late, len(w.said)*len(agentsReplies()))
	_, calls, refused := w.receiver.counts() // a reply that was taken with an answer of trouble may be on its way again
	t.Logf("%d late replies, %d calls back, %d of them answered with an error", late, calls, refused)
}

func mergedKeys(said map[string][]string, left map[string]bool) map[string]bool {
	out := maps.Clone(left)
	for name := range said {
		out[name] = true
	}
	return out
}

// requireTranscripts looks into the store: each conversation holds what was said to it, once and in order, and none is stuck.
func (w *killWorld) requireTranscripts(t *testing.T) {
	t.Helper()
	s, err := openServers(t.Context(), w.store)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for conversation := range w.left {
		got, err := s.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "k", Conversation: conversation}, Now: time.Now()})
		require.NoError(t, err)
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status, conversation)
	}
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
		w.requireSettled(t, s, conversation)
	}
}

// requireSettled: what has arrived is known to have, unless the answer was one of trouble: then it is tried again, or dropped meanwhile.
func (w *killWorld) requireSettled(t *testing.T, s engine.Store, conversation string) {
	t.Helper()
	list, err := s.Deliveries(t.Context(), engine.Key{Shop: "k", Conversation: conversation})
	require.NoError(t, err)
	states := map[string]string{}
	for _, d := range list {
		states[d.ID] = d.State
	}
	for _, id := range w.receiver.of(conversation) {
		require.Contains(t, []string{string(engine.Delivered), string(engine.Dropped), "pending"}, states[id], "%s of %s", id, conversation)
	}
}

// A receiver is who is called back. It is down now and then, and now and then it takes a reply and says that it did not.
type receiver struct {
	mu      sync.Mutex
	first   map[string][]string // ids by conversation, in the order of their first arrival
	seen    map[string]bool
	calls   int
	refused int
	calm    bool          // it takes its time, and there is never any trouble
	arrived chan struct{} // closed at the next arrival, nil when nobody waits
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var l engine.LateReply
	err := json.NewDecoder(req.Body).Decode(&l)
	chance := rand.IntN(10)
	if r.calm {
		chance = 9
		<-time.After(300 * time.Millisecond) // for which others could take it too
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
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

// counts are how many replies have arrived, in how many calls, and how many of those were answered with an error.
func (r *receiver) counts() (replies, calls, refused int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen), r.calls, r.refused
}

// of is what has arrived of a conversation.
func (r *receiver) of(conversation string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.first[conversation])
}

// await waits until enough of a conversation has arrived.
func (r *receiver) await(t *testing.T, conversation string, enough func(got []string) bool) []string {
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
		if enough(slices.Clone(got)) {
			return got
		}
		select {
		case <-arrived:
		case <-late:
			require.Fail(t, "late replies did not arrive", "%s: only %v", conversation, got)
		}
	}
}
