package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"xiaoer/bot"
	"xiaoer/bot/web"
)

// A server turns calls into messages and answers into responses; what is said is the work of Handle.
func ExampleServer_Handler() {
	s, err := web.New(web.Options{
		Shop: func(string) (web.Shop, error) { return web.Shop{Unsigned: true}, nil },
		Handle: func(_ context.Context, shop string, m bot.Message) (bot.Response, error) {
			return bot.Response{Conversation: m.Conversation, Status: bot.StatusBot, Replies: []bot.Reply{{Kind: bot.KindText, Text: shop + ": " + m.Text}}}, nil
		},
		Trace:   func(context.Context, string, string) (any, error) { return nil, nil },
		Replies: func(context.Context, string, string, string) (any, error) { return nil, nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	call := func(body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/v1/shops/tea/messages", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	good := call(`{"id":"m-1","conversation":"c-1","buyer":{"id":"b-1"},"kind":"text","text":"在吗"}`)
	fmt.Println(good.Code, strings.Contains(good.Body.String(), "tea: 在吗"))
	bad := call(`{"id":"m-1"}`)
	fmt.Println(bad.Code, bad.Header().Get("Content-Type"))
	// Output:
	// 200 true
	// 400 application/problem+json
}
