package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web"
)

// described is the API's description as a set of JSON schemas.
type described struct {
	t        *testing.T
	doc      map[string]any
	compiler *jsonschema.Compiler
}

func describe(t *testing.T, h http.Handler) *described {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, c.AddResource("openapi.json", parsed))
	return &described{t: t, doc: parsed.(map[string]any), compiler: c}
}

// holds checks an answer against what is said of this operation, status and content type.
func (d *described) holds(path, method string, w *httptest.ResponseRecorder) {
	d.t.Helper()
	content, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	at := []string{"paths", path, strings.ToLower(method), "responses", jsonNumber(w.Code)}
	if w.Code == http.StatusNoContent {
		require.NotEmpty(d.t, d.pointer(at...))
		require.Empty(d.t, w.Body.String())
		return
	}
	pointer := d.pointer(append(at, "content", content, "schema")...)
	require.NotEmpty(d.t, pointer, "%s %s answered %d as %s, which is not described", method, path, w.Code, content)
	schema, err := d.compiler.Compile("openapi.json#" + pointer)
	require.NoError(d.t, err)
	if content != "application/json" && content != "application/problem+json" {
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	require.NoError(d.t, err)
	require.NoError(d.t, schema.Validate(value), w.Body.String())
}

// pointer is the way to a place in the document, through its references; "" where there is none.
func (d *described) pointer(names ...string) string {
	here, pointer := any(d.doc), ""
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	for _, name := range names {
		object, _ := here.(map[string]any)
		next, ok := object[name]
		if !ok {
			return ""
		}
		here, pointer = next, pointer+"/"+escape.Replace(name)
		if object, ok := here.(map[string]any); ok && object["$ref"] != nil {
			to := strings.Split(strings.TrimPrefix(object["$ref"].(string), "#/"), "/")
			pointer = d.pointer(to...)
			here = d.doc
			for _, step := range to {
				here = here.(map[string]any)[step]
			}
		}
	}
	return pointer
}

func jsonNumber(n int) string {
	raw, _ := json.Marshal(n)
	return string(raw)
}

func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	now := time.Now()
	full := fullResponse(now)
	mode := ""
	s := newServer(t, func(o *web.Options) {
		o.Handle = func(context.Context, string, bot.Message) (bot.Response, error) {
			if mode != "" {
				return bot.Response{}, refusal(mode)
			}
			return full, nil
		}
		o.Trace = func(_ context.Context, _, id string) (any, error) {
			if id == "none" {
				return nil, refusal("not_found")
			}
			return fullTrace(now), nil
		}
		o.Replies = func(context.Context, string, string, string) (any, error) {
			return []map[string]any{{
				"id": "r-1", "conversation": "c", "status": "agent", "replies": full.Replies, "handoff": full.Handoff, "at": now, "offers": full.Offers,
			}}, nil
		}
	})
	d := describe(t, s.Handler())
	messages, traces, replies := "/v1/shops/{shop}/messages", "/v1/shops/{shop}/traces/{trace_id}", "/v1/shops/{shop}/conversations/{id}/replies"
	signed := sign(t, secret, now, "")
	for _, c := range []struct {
		path, method, url, body, mode string
		headers                       map[string]string
		status                        int
	}{
		{path: messages, method: "POST", url: "/v1/shops/open/messages", body: hello, status: 200},
		{path: messages, method: "POST", url: "/v1/shops/open/messages", body: "{", status: 400},
		{path: messages, method: "POST", url: "/v1/shops/xiaoguo/messages", body: hello, status: 401},
		{path: messages, method: "POST", url: "/v1/shops/nobody/messages", body: hello, status: 404},
		{path: messages, method: "POST", url: "/v1/shops/open/messages", body: hello, mode: "conflict", status: 409},
		{path: messages, method: "POST", url: "/v1/shops/open/messages", body: strings.Repeat(" ", 1<<20+1), status: 413},
		{path: messages, method: "POST", url: "/v1/shops/open/messages", body: hello, headers: map[string]string{"Content-Encoding": "br"}, status: 415},
		{path: messages, method: "POST", url: "/v1/shops/open/messages", body: hello, mode: "busy", status: 503},
		{path: traces, method: "GET", url: "/v1/shops/xiaoguo/traces/t", headers: signed, status: 200},
		{path: traces, method: "GET", url: "/v1/shops/xiaoguo/traces/none", headers: signed, status: 404},
		{path: traces, method: "GET", url: "/v1/shops/xiaoguo/traces/t", status: 401},
		{path: replies, method: "GET", url: "/v1/shops/xiaoguo/conversations/c/replies", headers: signed, status: 200},
		{path: replies, method: "GET", url: "/v1/shops/broken/conversations/c/replies", headers: signed, status: 503},
		{path: "/healthz", method: "GET", url: "/healthz", status: 200},
		{path: "/readyz", method: "GET", url: "/readyz", status: 200},
		{path: "/metrics", method: "GET", url: "/metrics", status: 200},
		{path: "/openapi.json", method: "GET", url: "/openapi.json", status: 200},
	} {
		mode = c.mode
		req := httptest.NewRequest(c.method, c.url, strings.NewReader(c.body))
		for k, v := range c.headers {
			req.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, req)
		require.Equal(t, c.status, w.Code, "%s %s: %s", c.method, c.url, w.Body)
		d.holds(c.path, c.method, w)
	}
	message, err := d.compiler.Compile("openapi.json#/components/schemas/Message")
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(hello))
	require.NoError(t, err)
	require.NoError(t, message.Validate(value))
}

// parameter is the name of a part of a path, in the router's way and in the document's.
var parameter = regexp.MustCompile(`:[a-z]+|\{[a-z_]+\}`)

func TestEveryEndpointIsDescribed(t *testing.T) {
	t.Parallel()
	h, _ := newDesk(t, nil)
	var described []string
	for path, operations := range describe(t, h).doc["paths"].(map[string]any) {
		for method := range operations.(map[string]any) {
			described = append(described, strings.ToUpper(method)+" "+parameter.ReplaceAllString(path, "{}"))
		}
	}
	var there []string
	for _, r := range routes(t, h) {
		there = append(there, parameter.ReplaceAllString(r, "{}"))
	}
	require.ElementsMatch(t, there, described)
}

// fullResponse has every field set.
func fullResponse(now time.Time) bot.Response {
	rule, ask := "return.too_late", "reason"
	order := sampleOrders(now)[0]
	return bot.Response{
		Conversation: "c", Status: bot.StatusWaiting, Intents: []bot.IntentScore{{Name: "return", Score: 0.97}}, Rule: &rule, Rules: []string{rule},
		Replies: []bot.Reply{{Kind: bot.KindText, Text: "好的", Choices: []string{"一", "二"}}, {Kind: bot.KindImage, Image: "a.jpg"}},
		Ask:     &ask, Tags: []string{"vip"}, TraceID: "t",
		Offers: []bot.OfferMade{{ID: "o", Rule: rule, Kind: "refund", Amount: "3.50", OrderNo: order.No, At: now, Approval: true, Verdict: bot.OfferApproved, By: "小林"}},
		Handoff: &bot.HandoffResponse{
			ID: "h", Number: 3, Team: "aftersales", Priority: "high", Reason: "超过退货期",
			Slots: map[string]any{"reason": "质量问题", "photos": []string{"a.jpg"}}, Order: order, Summary: "…", Deadline: &now,
		},
	}
}

func fullTrace(now time.Time) map[string]any {
	trace := sampleTrace("t", now)
	maps.Copy(trace, map[string]any{
		"conversation": "c", "message": "m", "book": "b", "classifier": "c", "book_changed": false,
		"replies": []any{}, "ask": nil, "handoff": nil, "status": "bot",
	})
	return trace
}

func TestTheWordsOfActsAreThoseOfTheDesk(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(describe(t, newServer(t, nil).Handler()).doc)
	require.NoError(t, err)
	for _, words := range [][]string{bot.Stages(), desk.Causes()} {
		enum, err := json.Marshal(words)
		require.NoError(t, err)
		require.Contains(t, string(raw), `"enum":`+string(enum))
	}
}
