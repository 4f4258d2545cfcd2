package chat_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/chat"
)

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	b := newWorld(t, nil).guest()
	said := map[string]any{"id": "message-1", "text": "我想退货"}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example"},
		{"Origin", "https://shop.example"}, // the shop's own pages post by the frame only
		{"Origin", "null"},
	} {
		for _, call := range [][2]string{{"POST", "/messages"}, {"POST", "/session"}, {"POST", "/rating"}, {"PUT", "/photos/photo-0001"}} {
			b.refused(b.do(call[0], call[1], said, headers...), http.StatusForbidden, "elsewhere")
		}
		require.Equal(t, http.StatusForbidden, b.do("POST", "", nil, headers...).Code)
	}
	b.refused(b.do("POST", "/messages", said, "Content-Type", "text/plain"), http.StatusUnsupportedMediaType, "malformed")
	require.Empty(t, b.lines("").Lines)
	b.state(b.do("POST", "/messages", said, "Sec-Fetch-Site", "same-origin"))
}

func TestMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newWorld(t, nil).guest()
	for name, body := range map[string]any{
		"no id":             map[string]any{"text": "x"},
		"an id of another":  map[string]any{"id": "a:b:cdefgh", "text": "x"},
		"a long id":         map[string]any{"id": strings.Repeat("a", 65), "text": "x"},
		"no words":          map[string]any{"id": "message-1", "text": " \n "},
		"two kinds":         map[string]any{"id": "message-1", "text": "x", "order": "1"},
		"too many words":    map[string]any{"id": "message-1", "text": strings.Repeat("啊", 2001)},
		"too many photos":   map[string]any{"id": "message-1", "photos": strings.Split(strings.Repeat("photo-001,", 10), ",")[:10]},
		"a path":            map[string]any{"id": "message-1", "photos": []string{"../../../etc"}},
		"another type":      []int{1},
		"a place too large": map[string]any{"id": "message-1", "text": "x", "after": strings.Repeat("a", 100)},
	} {
		w := b.do("POST", "/messages", body)
		require.Equal(t, http.StatusBadRequest, w.Code, "%s: %s", name, w.Body)
	}
	b.refused(b.do("POST", "/messages", map[string]any{"id": "message-1", "text": strings.Repeat("x", 70_000)}), http.StatusRequestEntityTooLarge, "too-large")
	for _, query := range []string{"ids=" + strings.Repeat("message-1,", 9), "ids=%3Cscript%3E", "after=" + strings.Repeat("a", 50)} {
		require.Equal(t, http.StatusBadRequest, b.do("GET", "/lines?"+query, nil).Code, query)
	}
	require.Empty(t, b.lines("").Lines)
}

func TestWhatCannotBeSeenIsTakenOut(t *testing.T) {
	t.Parallel()
	b := newWorld(t, nil).guest()
	got := b.say("message-1", "转\x00人\u202e工\r\n谢谢\u2066", "")
	require.Equal(t, "buyer: 转人工\n谢谢", got.texts()[0])
}

func TestBuyersAddressesAndShopsHaveTheirPace(t *testing.T) {
	t.Parallel()
	var counts chat.Counts
	w := newWorld(t, func(o *chat.Options) {
		o.Limits = chat.Limits{Messages: chat.Pace{Every: 1e15, Burst: 3}, Address: 2, Sessions: chat.Pace{Every: 1e15, Burst: 4}}
		o.Counts = &counts
	})
	send := func(b *browser, n int) *httptest.ResponseRecorder {
		return b.do("POST", "/messages", map[string]any{"id": fmt.Sprintf("message-%d", n), "text": "我想退货"})
	}
	one, two, three := w.guest(), w.guest(), w.guest()
	for n := range 3 {
		require.Equal(t, http.StatusOK, send(one, n).Code)
	}
	one.refused(send(one, 3), http.StatusTooManyRequests, "too-many")
	require.NotEmpty(t, send(one, 3).Header().Get("Retry-After"))
	for n := range 3 {
		require.Equal(t, http.StatusOK, send(two, n).Code)
	}
	three.refused(send(three, 0), http.StatusTooManyRequests, "too-many") // the address is used up
	three.from = "[2001:db8::1]:1000"
	require.Equal(t, http.StatusOK, send(three, 0).Code)
	w.change(func(s *chat.Shop) { s.Rate = 0.0001 })
	require.Equal(t, http.StatusOK, send(three, 1).Code)
	three.refused(send(three, 2), http.StatusTooManyRequests, "too-many") // the shop is used up
	require.Equal(t, int64(4), counts.Throttled.Load())

	fourth := w.browser()
	fourth.begin(map[string]any{})
	fourth.refused(w.browser().do("POST", "/session", map[string]any{}), http.StatusTooManyRequests, "too-many")
	behind := w.browser()
	behind.from = "127.0.0.1:9" // a proxy on this machine says whom it speaks for …
	require.Equal(t, http.StatusOK, behind.do("POST", "/session", map[string]any{}, "X-Forwarded-For", "192.0.2.1, 203.0.113.5").Code)
	behind.cookie = ""
	behind.refused(behind.do("POST", "/session", map[string]any{}, "X-Forwarded-For", "203.0.113.5, 192.0.2.1"), http.StatusTooManyRequests, "too-many")
	liar := w.browser() // … others are believed nothing
	liar.refused(liar.do("POST", "/session", map[string]any{}, "X-Forwarded-For", "203.0.113.77"), http.StatusTooManyRequests, "too-many")
}

func TestGuestsWhoAreMadeUpAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *chat.Options) { o.Limits = chat.Limits{Sessions: chat.Pace{Every: 1e15, Burst: 3}} })
	honest := w.guest()
	for n := range 6 {
		liar := w.browser()
		liar.cookie = fmt.Sprintf("xiaoer_chat=g%032d", n)
		got := liar.do("POST", "/messages", map[string]any{"id": "message-1", "text": "转人工"})
		if n < 2 { // one that the server has forgotten looks the same
			require.Equal(t, http.StatusOK, got.Code, got.Body.String())
			continue
		}
		liar.refused(got, http.StatusTooManyRequests, "too-many")
		for _, call := range [][2]string{{"GET", "/lines"}, {"PUT", "/photos/photo-0001"}, {"POST", "/session"}} {
			liar.refused(liar.do(call[0], call[1], map[string]any{}), http.StatusTooManyRequests, "too-many")
		}
		form := liar.do("POST", "", []byte("id=message-1&text=x"), "Content-Type", "application/x-www-form-urlencoded")
		require.Equal(t, http.StatusTooManyRequests, form.Code)
	}
	for range 5 {
		honest.begin(map[string]any{}) // who has a session may open as many pages as they like
	}
	honest.say("message-1", "转人工", "")
	waiting, err := w.Cases(t.Context(), desk.Query{Shops: []string{"xiaoguo"}, Limit: 10})
	require.NoError(t, err)
	require.Len(t, waiting, 3)
}

func TestThePageAndItsFrame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	got := b.do("GET", "?lang=en", nil)
	require.Equal(t, http.StatusOK, got.Code)
	policy := got.Header().Get("Content-Security-Policy")
	require.Contains(t, policy, "frame-ancestors 'self' https://shop.example")
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, policy, "script-src 'self' ")
	require.Empty(t, got.Header().Get("X-Frame-Options"))
	require.Empty(t, b.cookie, "who only looks is not counted")
	body := got.Body.String()
	require.Contains(t, body, `lang="en"`)
	require.NotContains(t, body, "<b>水果</b>", "the shop's name is text")
	require.Contains(t, b.do("GET", "", nil, "Accept-Language", "en").Body.String(), `lang="zh-CN"`, "the shop's language goes before the browser's")
	w.change(func(s *chat.Shop) { s.Locale = "fr"; s.Origins = nil })
	got = b.do("GET", "", nil, "Accept-Language", "en")
	require.Contains(t, got.Body.String(), `lang="en"`)
	require.Contains(t, got.Header().Get("Content-Security-Policy"), "frame-ancestors 'self'")

	script := b.do("GET", ".js", nil)
	require.Equal(t, "text/javascript; charset=utf-8", script.Header().Get("Content-Type"))
	require.Equal(t, "cross-origin", script.Header().Get("Cross-Origin-Resource-Policy"))
	require.Contains(t, script.Body.String(), `"shop":"xiaoguo"`)
	require.NotContains(t, script.Body.String(), `"CHAT"`)
	require.NotContains(t, script.Body.String(), "<b>")
}

func TestCookiesOfTheChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	cookieOf := func(headers ...string) *http.Cookie {
		b := w.browser()
		b.from = "127.0.0.1:9"
		return b.do("POST", "/session", map[string]any{}, headers...).Result().Cookies()[0]
	}
	plain := cookieOf()
	require.Equal(t, "/chat/xiaoguo", plain.Path)
	require.True(t, plain.HttpOnly)
	require.False(t, plain.Secure)
	require.Equal(t, http.SameSiteLaxMode, plain.SameSite)
	secure := cookieOf("X-Forwarded-Proto", "https")
	require.True(t, secure.Secure)
	require.True(t, secure.Partitioned)
	require.Equal(t, http.SameSiteNoneMode, secure.SameSite)
	b := w.browser()
	told := b.do("POST", "/session", map[string]any{"identity": signed(t, buyerB1(), secret)})
	require.Zero(t, told.Result().Cookies()[0].MaxAge, "who was signed in is forgotten with the browser")
}

func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	body := b.do("GET", "", nil).Body.String()
	_, rest, found := strings.Cut(body, `name="id" value="`)
	require.True(t, found)
	id, _, _ := strings.Cut(rest, `"`)
	form := func(fields string) *httptest.ResponseRecorder {
		return b.do("POST", "", []byte(fields), "Content-Type", "application/x-www-form-urlencoded")
	}
	for range 2 { // the button pressed twice
		sent := form("id=" + id + "&text=%E6%88%91%E6%83%B3%E9%80%80%E8%B4%A7%3Cscript%3E")
		require.Equal(t, http.StatusSeeOther, sent.Code, sent.Body.String())
		require.Equal(t, "/chat/xiaoguo", sent.Header().Get("Location"))
	}
	body = b.do("GET", "", nil).Body.String()
	require.Equal(t, 1, strings.Count(body, "我想退货&lt;script&gt;"))
	require.Contains(t, body, "请问退货原因是？")
	require.Equal(t, http.StatusBadRequest, form("id=x&text=y").Code)
	require.Len(t, b.lines("").Lines, 2)
}
