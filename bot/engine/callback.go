package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"xiaoer/bot"
)

// Why the bot's own words are not sent any more.
var (
	errTakenOver  = errors.New("a human has taken over")
	errOverBudget = errors.New("the channel takes no more messages until the buyer writes again")
)

// attempt looks once more whether the reply may be sent, and sends it.
func (e *Engine) attempt(ctx context.Context, t trip) error {
	if t.err != nil {
		return t.err
	}
	if err := e.maySend(ctx, t); err != nil {
		t.permit.unused()
		return err
	}
	status, err := e.post(ctx, t.to, t.Delivery)
	var never *hopeless
	switch {
	case errors.As(err, &never):
		t.permit.unused()
		return never
	case err != nil:
		t.permit.failed()
		return err
	case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		t.permit.failed()
	default:
		t.permit.answered() // a refusal is about this reply or this shop, and others may go to the same place
	}
	switch {
	case status >= 200 && status <= 299:
		return nil
	case status >= 300 && status <= 399:
		return fmt.Errorf("call back: status %d; redirects are not followed", status)
	}
	return fmt.Errorf("call back: status %d", status)
}

// maySend looks again, at the moment of sending, whether a human has taken over and whether the channel would let it through. What an
// agent wrote is not dropped in silence: it becomes a dead letter.
func (e *Engine) maySend(ctx context.Context, t trip) error {
	if t.FromAgent && (t.shop.Book.Budget.Messages <= 0 || len(t.Replies) == 0) {
		return nil
	}
	now, err := e.Conversation(ctx, t.Key.Shop, t.Key.Conversation)
	switch {
	case err != nil:
		return err
	case !t.FromAgent && now.Status == bot.StatusAgent:
		return errTakenOver
	case !overBudget(t.shop.Book.Budget, t.Late, now.Clock.Buyer, now.Sent, e.Clock()):
		return nil
	case t.FromAgent:
		return &hopeless{errOverBudget.Error()}
	}
	return errOverBudget
}

// overBudget tells whether a channel would refuse a late reply: it lets so many messages through after the last one of the
// buyer, for so long. What the buyer wrote since the reply was said gives the whole budget again, of which some may have been sent.
func overBudget(b bot.Budget, l Late, buyer time.Time, sent int, now time.Time) bool {
	if b.Messages <= 0 {
		return false
	}
	last, nth := l.Buyer, l.Nth
	if buyer.After(last) {
		last, nth = buyer, sent+len(l.Replies)
	}
	return last.IsZero() || nth > b.Messages || b.Within > 0 && !now.Before(last.Add(b.Within))
}

// countSent adds a late reply that the buyer wrote after to what they have been sent since: it takes of the new budget, and those after
// it are to see that. One that was said since is counted already.
func (e *Engine) countSent(ctx context.Context, t trip) {
	if t.shop.Book.Budget.Messages <= 0 {
		return
	}
	err := ErrStale
	for range mostTries {
		if err = e.countSentOnce(ctx, t); !errors.Is(err, ErrStale) {
			break
		}
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		e.Logger.Error("count a late reply", "shop", t.Key.Shop, "conversation", t.Key.Conversation, "err", err)
	}
}

func (e *Engine) countSentOnce(ctx context.Context, t trip) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.StoreTimeout)
	defer cancel()
	loaded, err := e.Store.Load(ctx, Ask{Key: t.Key, Now: e.Clock()})
	switch {
	case err != nil:
		return err
	case loaded.Version == 0:
		return ErrNotFound
	case !loaded.Conversation.Clock.Buyer.After(t.Buyer):
		return nil
	}
	after := loaded.Conversation
	after.Sent += len(t.Replies)
	c := Commit{
		Key: t.Key, Version: loaded.Version, Standing: loaded.Standing, Conversation: after, Buyer: after.Buyer.ID, At: e.Clock().Round(0),
		RecordVersion: loaded.RecordVersion, Waiting: waitingTeam(after),
		Recorded: &Recorded{ // without events: nobody said anything, and the chain of traces goes on
			ID: e.IDs(), Key: t.Key, At: e.Clock().Round(0), Before: loaded.Conversation, BeforeJSON: loaded.JSON,
			Book: t.shop.Book.Hash, Classifier: t.shop.ClassifierHash,
		},
	}
	if at, ok := after.Due(); ok {
		c.Due = soonest(loaded.Standing.Due, at, c.At)
	}
	if c.JSON, err = c.ConversationJSON(); err != nil {
		return err
	}
	return e.Store.Commit(ctx, c)
}

// drainPatience is how long the rest of an answer is read, so that its connection can be used again.
const drainPatience = time.Second

// post sends a signed late reply. Its id is the idempotency key of the receiver.
func (e *Engine) post(ctx context.Context, to Callback, d Delivery) (status int, err error) {
	body, err := json.Marshal(d.told())
	if err != nil {
		return 0, fmt.Errorf("write a late reply: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callbackPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return 0, &hopeless{"the callback is no URL; mend it in connect.yaml"}
	}
	now := e.Clock()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "xiaoer")
	req.Header.Set(standardwebhooks.HeaderWebhookID, d.ID)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	if to.Secret != "" {
		signature, err := sign(to.Secret, d.ID, now, body)
		if err != nil {
			return 0, fmt.Errorf("sign a late reply: %w", err)
		}
		req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	}
	res, err := e.Client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("call back: %w", withoutAddress(err))
	}
	defer func() { _ = res.Body.Close() }() // nothing depends on what was not read
	enough := time.AfterFunc(drainPatience, cancel)
	defer enough.Stop()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	return res.StatusCode, nil
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
