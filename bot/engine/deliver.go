package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"xiaoer/bot"
)

// How late replies are delivered.
const (
	deliveryBatch    = 512
	deliveriesAShop  = 8 // at once; each of another conversation
	deliveryPoll     = time.Second
	firstBackoff     = time.Second
	longestBackoff   = time.Hour
	mostAttempts     = 40 // about a day and a half
	callbackPatience = 10 * time.Second
)

// defaultClient follows no redirects: a callback is one address.
func defaultClient() *http.Client {
	return &http.Client{
		Timeout:       callbackPatience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// LateReply is a late reply as a shop reads it.
type LateReply struct {
	ID           string               `json:"id"`
	Conversation string               `json:"conversation"`
	Status       bot.Status           `json:"status"`
	Replies      []bot.Reply          `json:"replies"`
	Handoff      *bot.HandoffResponse `json:"handoff"`
	At           time.Time            `json:"at"`
}

func (l Late) told() LateReply {
	return LateReply{l.ID, l.Key.Conversation, l.Status, l.Replies, l.Handoff, l.At}
}

// mostReplies is how many late replies are read at once.
const mostReplies = 200

// Replies lists the late replies of a conversation, those after the given id only, oldest first.
func (e *Engine) Replies(ctx context.Context, shopID, conversation, after string) ([]LateReply, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	kept, err := e.Store.Replies(ctx, Key{shopID, conversation}, after, mostReplies)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrNoCase
	}
	if err != nil {
		return nil, storeRefusal("list replies", err)
	}
	out := make([]LateReply, 0, len(kept))
	for _, l := range kept {
		out = append(out, l.told())
	}
	return out, nil
}

// runDeliveries sends what is in the outbox until ctx ends.
func (e *Engine) runDeliveries(ctx context.Context) {
	busy := newBusy()
	for {
		e.startDeliveries(ctx, busy)
		sleep := time.NewTimer(deliveryPoll)
		select {
		case <-ctx.Done():
			sleep.Stop()
			return
		case <-e.outboxChanged:
		case <-sleep.C:
		}
		sleep.Stop()
	}
}

func (e *Engine) startDeliveries(ctx context.Context, busy *busy) {
	pending, err := e.Store.Pending(ctx, Query{Now: e.Clock(), Limit: deliveryBatch, PerShop: deliveriesAShop})
	if err != nil {
		e.Logger.Error("list deliveries", "err", err)
		return
	}
	shops := map[string][]Delivery{}
	for _, d := range pending {
		shops[d.Key.Shop] = append(shops[d.Key.Shop], d)
	}
	for shop, deliveries := range shops {
		if !busy.start(shop, e.Clock()) {
			continue
		}
		e.background.Go(func() {
			var sent sync.WaitGroup
			for _, d := range deliveries {
				sent.Go(func() { e.deliver(ctx, d) })
			}
			sent.Wait()
			busy.end(shop)
			wake(e.outboxChanged)
		})
	}
}

// deliver makes one attempt and records how it ended.
func (e *Engine) deliver(ctx context.Context, d Delivery) {
	began := e.Clock()
	s := Settlement{Key: d.Key, ID: d.ID, Attempts: d.Attempts + 1}
	err := e.attempt(ctx, d)
	s.At = e.Clock()
	switch {
	case err == nil:
		s.State = Delivered
	case errors.Is(err, errTakenOver):
		s.State = Dropped
	case ctx.Err() != nil:
		return // the program stops; the next one tries
	case s.Attempts >= mostAttempts:
		s.State, s.Error = DeadLetter, err.Error()
	default:
		s.State, s.Error, s.Next = TryLater, err.Error(), s.At.Add(backoff(s.Attempts))
	}
	e.Observe("delivery", string(s.State), s.At.Sub(began))
	if s.Error != "" {
		e.Logger.Warn("deliver a late reply", "shop", d.Key.Shop, "conversation", d.Key.Conversation, "attempt", s.Attempts, "err", err)
	}
	if err := e.Store.Settle(ctx, s); err != nil && ctx.Err() == nil {
		e.Logger.Error("record a delivery", "shop", d.Key.Shop, "err", err)
	}
}

// backoff doubles from a second to an hour, and is spread by half so that shops do not all come back at once.
func backoff(attempts int) time.Duration {
	d := longestBackoff
	if attempts < 13 {
		d = min(firstBackoff<<(attempts-1), longestBackoff)
	}
	return d/2 + rand.N(d/2+1) //nolint:gosec // spreading needs no secrecy
}

// errTakenOver keeps the bot's own words back when a human has the conversation at the moment of sending.
var errTakenOver = errors.New("a human has taken over")

// attempt looks once more whether the reply may be sent, and sends it.
func (e *Engine) attempt(ctx context.Context, d Delivery) error {
	shop, err := e.Shops(d.Key.Shop)
	if err != nil {
		return err
	}
	if shop.Callback.URL == "" {
		return errors.New("the shop has no callback any more")
	}
	if !d.FromAgent {
		now, err := e.Conversation(ctx, d.Key.Shop, d.Key.Conversation)
		if err != nil {
			return err
		}
		if now.Status == bot.StatusAgent {
			return errTakenOver
		}
	}
	return e.post(ctx, shop.Callback, d)
}

// post sends a signed late reply. Its id is the idempotency key of the receiver.
func (e *Engine) post(ctx context.Context, to Callback, d Delivery) error {
	body, err := json.Marshal(d.told())
	if err != nil {
		return fmt.Errorf("write a late reply: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callbackPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call back: %w", err)
	}
	now := e.Clock()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "xiaoer")
	req.Header.Set(standardwebhooks.HeaderWebhookID, d.ID)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	if to.Secret != "" {
		signature, err := sign(to.Secret, d.ID, now, body)
		if err != nil {
			return fmt.Errorf("sign a late reply: %w", err)
		}
		req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	}
	res, err := e.Client.Do(req)
	if err != nil {
		return fmt.Errorf("call back: %w", withoutAddress(err))
	}
	defer func() { _ = res.Body.Close() }()       // nothing depends on what was not read
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection can be used again
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("call back: status %d", res.StatusCode)
	}
	return nil
}

// sign makes a Standard Webhooks signature; a secret that is no base64 is taken as it is, as the webhook does.
func sign(secret, id string, at time.Time, body []byte) (string, error) {
	secret = strings.TrimSpace(secret)
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		signer, err = standardwebhooks.NewWebhookRaw([]byte(strings.TrimPrefix(secret, "whsec_")))
	}
	if err != nil {
		return "", err
	}
	return signer.Sign(id, at, body)
}

// withoutAddress keeps a callback's address, which may carry a token, out of logs and of what is stored.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
