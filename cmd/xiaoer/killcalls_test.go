package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"xiaoer/bot"
)

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
		if n%talkLength == 0 && !w.leave(caller, n/talkLength) {
			return
		}
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

// leave begins a conversation for which no human will come: a timer says the holding line.
func (w *killWorld) leave(caller, n int) bool {
	name := fmt.Sprintf("w-%d-%d", caller, n)
	m := bot.Message{ID: name, Conversation: name, Buyer: bot.Buyer{ID: "b-" + name}, Kind: bot.KindText, Text: asksForHuman}
	body, err := json.Marshal(m)
	if err != nil {
		return false
	}
	response, ok := w.insist(m.ID, "/v1/shops/k/messages", body, sign)
	w.mu.Lock()
	defer w.mu.Unlock()
	if ok {
		w.answers[m.ID] = answered{string(body), response}
		w.left[name] = true
	}
	return ok
}

// as is an agent's call, with a key of its own where it has one.
func as(token, key string) signer {
	return func(r *http.Request, _ []byte) error {
		r.Header.Set("Authorization", "Bearer "+token)
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		return nil
	}
}

// replyTwice lets the agent who has won the case of a conversation answer it, with a key for each reply, until both were taken.
func (w *killWorld) replyTwice(m bot.Message) bool {
	id := w.caseOf(m.Conversation)
	if id == "" {
		w.t.Errorf("%s was not handed over", m.Conversation)
		return false
	}
	token, ok := w.claim(id)
	for n, text := range agentsReplies() {
		body, err := json.Marshal(map[string]string{"text": text})
		if err != nil || !ok {
			return false
		}
		key := fmt.Sprintf("%s-%d", m.ID, n)
		_, ok = w.insist(key, "/v1/shops/k/cases/"+id+"/reply", body, as(token, key))
	}
	return ok
}

// claim sends two agents for one case at once, and gives the token of the one who got it.
func (w *killWorld) claim(id string) (token string, ok bool) {
	var both sync.WaitGroup
	tokens, won := []string{killToken, otherKillToken}, make([]bool, 2)
	failed := make([]bool, 2)
	for i := range tokens {
		both.Go(func() {
			status, _, ok := w.insistOn("claim", "/v1/shops/k/cases/"+id+"/claim", nil, as(tokens[i], ""), http.StatusConflict)
			won[i], failed[i] = ok && status == http.StatusOK, !ok
		})
	}
	both.Wait()
	if failed[0] || failed[1] {
		return "", false
	}
	if won[0] == won[1] {
		w.t.Errorf("the case %s: claimed %v", id, won)
		return "", false
	}
	w.mu.Lock()
	w.claimed++
	w.mu.Unlock()
	return tokens[slices.Index(won, true)], true
}

// insist sends the same until a server takes it; false when the test is over.
func (w *killWorld) insist(what, path string, body []byte, by signer) (response string, ok bool) {
	_, response, ok = w.insistOn(what, path, body, by, http.StatusOK)
	return response, ok
}

// insistOn sends the same to any server until one takes it, or answers with another status that will do.
func (w *killWorld) insistOn(what, path string, body []byte, by signer, alsoGood int) (status int, response string, ok bool) {
	for since := time.Now(); ; {
		addr, changed := w.anyServer()
		status, response, err := call(w.t.Context(), addr, http.MethodPost, path, body, by)
		switch {
		case err == nil && (status == http.StatusOK || status == alsoGood):
			return status, response, true
		case err == nil && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests:
			w.t.Errorf("%s: status %d: %s", what, status, response)
			return status, "", false
		case time.Since(since) > killPatience:
			w.t.Errorf("%s: no server answers: %d, %v", what, status, err)
			return status, "", false
		}
		select {
		case <-changed: // another server
		case <-w.t.Context().Done():
			return status, "", false
		case <-time.After(50 * time.Millisecond): // nothing was accepted, or nobody knows: it may be sent again
		}
	}
}

// anyServer is the address of one of those that are up.
func (w *killWorld) anyServer() (addr string, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.addrs) == 0 {
		return "127.0.0.1:1", w.changed // where nobody is
	}
	return w.addrs[rand.N(len(w.addrs))], w.changed
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
func call(ctx context.Context, addr, method, path string, body []byte, by signer) (status int, answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+addr+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("content-type", "application/json")
	if err := by(r, body); err != nil {
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
