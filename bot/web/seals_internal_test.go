package web

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// signedHeaders are those of a call, as the library signs it.
func signedHeaders(tb require.TestingT, secret, id string, at time.Time, body []byte) http.Header {
	webhook, err := standardwebhooks.NewWebhookRaw(keyOf(secret))
	require.NoError(tb, err)
	signature, err := webhook.Sign(id, at, body)
	require.NoError(tb, err)
	h := http.Header{}
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("Webhook-Signature", signature)
	return h
}

// TestSealsTakeWhatTheLibraryTakes holds the quick check to the library's answer, whatever was done to a call on its way.
func TestSealsTakeWhatTheLibraryTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s seals
		taken, refused := 0, 0
		r := rand.New(rand.NewPCG(1, 2))
		for range 3000 {
			secret := []string{nobody, "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=", "no base64", ""}[r.IntN(4)]
			id := []string{"m-1", "", "长", strings.Repeat("x", 400)}[r.IntN(4)]
			body := []byte([]string{"", "{}", strings.Repeat("正文", 500)}[r.IntN(3)])
			off := []time.Duration{0, 0, 0, stale, stale + time.Second, -stale, -stale - time.Second}[r.IntN(7)]
			h := signedHeaders(t, secret, id, time.Now().Add(-off), body)
			change(r.IntN(13), h)
			if r.IntN(5) == 0 {
				body = append(body, ' ')
			}
			webhook, err := standardwebhooks.NewWebhookRaw(keyOf(secret))
			require.NoError(t, err)
			want := webhook.Verify(body, h)
			if secret == "" { // the library would take it
				want = standardwebhooks.ErrNoMatchingSignature
			}
			got := s.verify([]string{secret}, body, h)
			require.Equal(t, want == nil, got == nil, "%v, %v", want, got)
			if got == nil {
				taken++
			} else {
				refused++
			}
			require.False(t, want != nil && s.of(secret).made(body, h, time.Now()) && secret != "")
		}
		require.Positive(t, taken)
		require.Positive(t, refused)
	})
}

// change does to the headers what callers do.
func change(how int, h http.Header) {
	signature, at := h.Get("Webhook-Signature"), h.Get("Webhook-Timestamp")
	switch how {
	case 0:
		h.Set("Webhook-Signature", "v1,AAAA "+signature)
	case 1:
		h.Set("Webhook-Signature", signature+" v1,AAAA")
	case 2:
		h.Set("Webhook-Signature", "v2"+strings.TrimPrefix(signature, "v1"))
	case 3:
		h.Set("Webhook-Signature", signature+",more")
	case 4:
		h.Set("Webhook-Timestamp", "+0"+at)
	case 5:
		h.Set("Webhook-Timestamp", at+"0")
	case 6:
		h.Set("Webhook-Timestamp", "soon")
	case 7:
		h.Set("Webhook-Signature", signature[:len(signature)-2]+"A=")
	case 8:
		h.Del("Webhook-Signature")
	}
}

func TestSealsAreBounded(t *testing.T) {
	var s seals
	for i := range mostSeals + 5 {
		_ = s.of(strconv.Itoa(i))
		require.LessOrEqual(t, len(s.made), mostSeals)
	}
}

func BenchmarkVerify(b *testing.B) {
	var s seals
	body := []byte(strings.Repeat("正", 200))
	h := signedHeaders(b, nobody, "m-19b0f3e-12-345", time.Now(), body)
	webhook, err := standardwebhooks.NewWebhookRaw(keyOf(nobody))
	require.NoError(b, err)
	for name, check := range map[string]func() error{
		"seals":   func() error { return s.verify([]string{nobody}, body, h) },
		"library": func() error { return webhook.Verify(body, h) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := check(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
