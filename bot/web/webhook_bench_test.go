package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// usual is a message that names an order, as every other does.
const usual = `{"id":"m-19b0f3e-12-345-2","conversation":"c-19b0f3e-12-345","buyer":{"id":"b-19b0f3e-12-345","name":"小李"},"kind":"text","text":"怎么还没到",` +
	`"order":{"no":"261118-100000000000002","stage":"shipped","amount":"59.90","paid_at":"2026-11-19T04:06:08Z","shipped_at":"2026-11-20T04:06:08Z",` +
	`"logistics":{"state":"transit","carrier":"顺丰","tracking_no":"SF1000000000002","place":"武汉转运中心"},` +
	`"items":[{"id":"apple5","title":"烟台红富士 5 斤装","quantity":1,"price":"39.90"}]}}`

// BenchmarkPost is what a signed message costs in the server beside net/http and what answers it.
func BenchmarkPost(b *testing.B) {
	s, _ := answering(b)
	headers := sign(b, secret, time.Now(), usual)
	h := s.Handler()
	b.ReportAllocs()
	for b.Loop() {
		req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/v1/shops/xiaoguo/messages", strings.NewReader(usual))
		for name, value := range headers {
			req.Header.Set(name, value)
		}
		got := httptest.NewRecorder()
		h.ServeHTTP(got, req)
		if got.Code != http.StatusOK {
			b.Fatal(got.Body)
		}
	}
}
