package chat_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// photoOf is a JPEG of a size; what is in it nobody looks at here.
func photoOf(tb testing.TB, w, h int) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h)), nil))
	return b.Bytes()
}

func TestPhotosAreTheirBuyersOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b, other := w.guest(), w.guest()
	raw := append(photoOf(t, 60, 40), "GPS 31.2304N"...)
	told := b.good(b.do("PUT", "/photos/photo-0001", raw))
	require.Equal(t, told, b.good(b.do("PUT", "/photos/photo-0001", raw)), "sent again, it is kept once")
	url := told["url"].(string)
	got := b.state(b.do("POST", "/messages", map[string]any{"id": "message-1", "photos": []string{"photo-0001"}}))
	require.Equal(t, []string{"buyer: " + url}, got.texts()[:1], "no words stand for it")

	path := strings.TrimPrefix(url, "/chat/xiaoguo")
	shown := b.do("GET", path, nil)
	require.Equal(t, http.StatusOK, shown.Code)
	require.Equal(t, "image/jpeg", shown.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", shown.Header().Get("X-Content-Type-Options"))
	require.Equal(t, "default-src 'none'; sandbox", shown.Header().Get("Content-Security-Policy"))
	require.Equal(t, "same-origin", shown.Header().Get("Cross-Origin-Resource-Policy"))
	require.NotContains(t, shown.Body.String(), "GPS")

	other.refused(other.do("GET", path, nil), http.StatusNotFound, "no-photo")
	stranger := w.browser()
	stranger.refused(stranger.do("GET", path, nil), http.StatusNotFound, "no-photo")
	for _, wrong := range []string{"/photos/..%2f..%2fsession", "/photos/photo-0001", "/photos/" + strings.Repeat("a", 26), "/photos/%00"} {
		require.Equal(t, http.StatusNotFound, b.do("GET", wrong, nil).Code, wrong)
	}
	other.refused(other.do("POST", "/messages", map[string]any{"id": "message-1", "photos": []string{"photo-0001"}}), http.StatusBadRequest, "no-photo")

	as := func(roles map[string]desk.Role) int {
		inner := w.handler
		w.handler = http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
			inner.ServeHTTP(to, r.WithContext(page.WithPerson(r.Context(), desk.Person{Name: "小陈", Roles: roles})))
		})
		defer func() { w.handler = inner }()
		return stranger.do("GET", path, nil).Code
	}
	require.Equal(t, http.StatusOK, as(map[string]desk.Role{"xiaoguo": desk.Agent}))
	require.Equal(t, http.StatusNotFound, as(map[string]desk.Role{"elsewhere": desk.Admin}), "another shop's people see nothing")
	w.clock.pass(181 * 24 * time.Hour)
	b.refused(b.do("GET", path, nil), http.StatusNotFound, "no-photo")
}

func TestAPhotoThatNoMessageNamesIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	named := strings.TrimPrefix(b.good(b.do("PUT", "/photos/photo-0001", photoOf(t, 6, 4)))["url"].(string), "/chat/xiaoguo")
	alone := strings.TrimPrefix(b.good(b.do("PUT", "/photos/photo-0002", photoOf(t, 6, 4)))["url"].(string), "/chat/xiaoguo")
	for range 2 { // sent again, it changes nothing
		b.state(b.do("POST", "/messages", map[string]any{"id": "message-1", "photos": []string{"photo-0001"}}))
	}
	w.clock.pass(time.Hour)
	require.Equal(t, http.StatusOK, b.do("GET", named, nil).Code)
	b.refused(b.do("GET", alone, nil), http.StatusNotFound, "no-photo")
	w.clock.pass(178 * 24 * time.Hour)
	require.Equal(t, http.StatusOK, b.do("GET", named, nil).Code)
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	b.refused(b.do("PUT", "/photos/short", []byte("x")), http.StatusBadRequest, "malformed")
	b.refused(b.do("PUT", "/photos/photo-0001", []byte("<svg>")), http.StatusUnsupportedMediaType, "photo-kind")
	b.refused(b.do("PUT", "/photos/photo-0001", make([]byte, 8<<20+1)), http.StatusRequestEntityTooLarge, "photo-large")
	for range 10 {
		if got := b.do("PUT", "/photos/photo-0001", []byte("<svg>")); got.Code == http.StatusTooManyRequests {
			require.NotEmpty(t, got.Header().Get("Retry-After"))
			return
		}
	}
	t.Fatal("a buyer may not send photos without end")
}

func TestPhotosAndWordsAreOneMessage(t *testing.T) {
	t.Parallel()
	b := newWorld(t, nil).guest()
	b.good(b.do("PUT", "/photos/photo-0001", photoOf(t, 60, 40)))
	b.good(b.do("PUT", "/photos/photo-0002", photoOf(t, 40, 60)))
	got := b.state(b.do("POST", "/messages", map[string]any{"id": "message-1", "text": "我想退货", "photos": []string{"photo-0001", "photo-0002"}}))
	require.Len(t, got.Lines, 2, "one message, one answer")
	require.Equal(t, "我想退货", got.Lines[0].Text)
	require.Len(t, got.Lines[0].Images, 2)
	for _, both := range []string{"text", "photos"} {
		body := map[string]any{"id": "message-2", "order": "1", "text": "", "photos": []string{}}
		body[both] = map[string]any{"text": "x", "photos": []string{"photo-0001"}}[both]
		require.Equal(t, http.StatusBadRequest, b.do("POST", "/messages", body).Code, "an order goes alone")
	}
}
