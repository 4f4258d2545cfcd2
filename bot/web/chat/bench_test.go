package chat_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"xiaoer/bot/web/chat"
)

// BenchmarkMessage is a message of a buyer with its answer, classifier and all, on the memory store.
func BenchmarkMessage(b *testing.B) {
	w := newWorld(b, func(o *chat.Options) { o.Limits = chat.Limits{Messages: chat.Pace{Every: 1, Burst: 1 << 30}} })
	w.change(func(s *chat.Shop) { s.Rate = 0 })
	guest := w.guest()
	n := 0
	for b.Loop() {
		n++
		body := fmt.Sprintf(`{"id":"message-%d","text":"有优惠券吗","after":"0"}`, n)
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/chat/xiaoguo/messages", bytes.NewReader([]byte(body)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", guest.cookie)
		r.RemoteAddr = fmt.Sprintf("203.0.%d.%d:9", n>>8&255, n&255) // no address comes too often
		to := httptest.NewRecorder()
		if w.handler.ServeHTTP(to, r); to.Code != http.StatusOK {
			b.Fatal(to.Body.String())
		}
	}
}
