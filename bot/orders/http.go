package orders

import (
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

	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"xiaoer/bot"
)

const (
	defaultTimeout = 2 * time.Second
	maxBody        = 1 << 20
	maxOrders      = 200 // of one answer
)

// HTTPOptions describe a shop's order interface.
type HTTPOptions struct {
	URL     string        // asked as URL?no=…&buyer=…; http or https
	Secret  string        // "whsec_…": each call is then signed per Standard Webhooks, with an empty body
	Timeout time.Duration // of one call, from dialling to the last byte; 2 s when 0
	Fresh   time.Duration // how long an answer is used again; 15 s when 0, never when negative

	Now       func() time.Time  // time.Now when nil
	Transport http.RoundTripper // a transport of its own when nil
	// Failed is told why the source was down. The error names neither buyer nor order. It may be nil.
	Failed func(error)
}

// HTTP is a source that asks a shop's own interface. It answers found with the buyer's orders, not_found for 404 and
// for an empty answer, not_yours for 403, and down for everything else: a time-out, a redirect, an answer above 1 MiB,
// or one that is no order.
type HTTP struct {
	o      HTTPOptions
	base   *url.URL
	signer *standardwebhooks.Webhook
	client *http.Client
	cache  *cache
}

// NewHTTP checks the options and makes the source; it does not call the interface yet.
func NewHTTP(o HTTPOptions) (*HTTP, error) {
	base, err := url.Parse(o.URL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, errors.New("the order source's url has to begin with http:// or https://")
	}
	h := &HTTP{o: o, base: base}
	if o.Secret != "" {
		if h.signer, err = standardwebhooks.NewWebhook(o.Secret); err != nil {
			return nil, errors.New("the order source's secret has to be whsec_ and base64")
		}
	}
	if h.o.Timeout <= 0 {
		h.o.Timeout = defaultTimeout
	}
	if h.o.Now == nil {
		h.o.Now = time.Now
	}
	h.client = newClient(o.Transport)
	h.cache = newCache(o.Fresh, h.o.Now)
	return h, nil
}

func newClient(t http.RoundTripper) *http.Client {
	if t == nil {
		t = &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
		}
	}
	// A redirect could lead anywhere, with the signature; the answer is then the redirect itself, which is no order.
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// Lookup is the Source. Equal look-ups at the same time are one call.
func (h *HTTP) Lookup(ctx context.Context, l bot.Lookup) bot.LookupResult {
	return h.cache.get(ctx, l, func() bot.LookupResult {
		// The call is shared, so one caller that goes away does not end it for the others.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.o.Timeout)
		defer cancel()
		result, err := h.ask(ctx, l)
		if err != nil {
			h.failed(err)
			return down()
		}
		return result
	})
}

func (h *HTTP) failed(err error) {
	if h.o.Failed != nil {
		h.o.Failed(err)
	}
}

func (h *HTTP) ask(ctx context.Context, l bot.Lookup) (bot.LookupResult, error) {
	res, err := h.send(ctx, l)
	if err != nil {
		return down(), err
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusNoContent:
		return bot.LookupResult{State: bot.NotFound}, nil
	case http.StatusForbidden:
		return bot.LookupResult{State: bot.NotYours}, nil
	default:
		return down(), fmt.Errorf("order source answered with status %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return down(), fmt.Errorf("read order source's answer: %w", plain(err))
	}
	if len(body) > maxBody {
		return down(), errors.New("order source's answer is larger than 1 MiB")
	}
	found, err := decodeAnswer(body)
	if err != nil {
		return down(), err
	}
	return own(l, found, true, h.o.Now()), nil
}

func (h *HTTP) send(ctx context.Context, l bot.Lookup) (*http.Response, error) {
	u := *h.base
	q := u.Query()
	if l.No != "" {
		q.Set("no", l.No)
	}
	q.Set("buyer", l.Buyer)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errors.New("order source's url cannot be called")
	}
	req.Header.Set("Accept", "application/json")
	if err := h.sign(req); err != nil {
		return nil, err
	}
	res, err := h.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call order source: %w", plain(err))
	}
	return res, nil
}

func (h *HTTP) sign(req *http.Request) error {
	if h.signer == nil {
		return nil
	}
	id, at := "msg_"+uuid.NewString(), h.o.Now()
	signature, err := h.signer.Sign(id, at, nil)
	if err != nil {
		return errors.New("order source's call could not be signed")
	}
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}

// plain takes the address off an error of net/http, because its query names the buyer.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// decodeAnswer reads an order, a list of orders, {"order": …} or {"orders": […]}. Null and {} are no order.
func decodeAnswer(body []byte) ([]bot.Order, error) {
	list, err := unwrap(body)
	if err != nil || len(list) > maxOrders {
		return nil, errors.New("order source's answer is no order and no list of at most 200 orders")
	}
	found := make([]bot.Order, 0, len(list))
	for _, raw := range list {
		o, err := bot.DecodeOrder(raw)
		if err != nil {
			return nil, fmt.Errorf("order source's answer: %w", fieldOnly(err))
		}
		found = append(found, o)
	}
	return found, nil
}

func unwrap(body []byte) ([]json.RawMessage, error) {
	trimmed := strings.TrimSpace(string(body))
	switch {
	case trimmed == "null", trimmed == "{}", trimmed == "":
		return nil, nil
	case strings.HasPrefix(trimmed, "["):
		var list []json.RawMessage
		err := json.Unmarshal(body, &list)
		return list, err
	}
	var in struct {
		Order  json.RawMessage `json:"order"`
		Orders json.RawMessage `json:"orders"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	switch {
	case in.Orders != nil:
		return unwrap(in.Orders)
	case in.Order != nil:
		return unwrap(in.Order)
	default:
		return []json.RawMessage{json.RawMessage(trimmed)}, nil
	}
}
