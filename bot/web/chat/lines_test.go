package chat_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/web/chat"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"没有链接 example.com", nil},
		{"看https://shop.example/p?id=1&x=2#a。谢谢", []string{"https://shop.example/p?id=1&x=2#a"}},
		{"HTTP://A.example, and (http://b.example/x_(y)) too.", []string{"HTTP://A.example", "http://b.example/x_(y))"}},
		{"(https://a.example)", []string{"https://a.example"}},
		{"https://a.example https://a.example", []string{"https://a.example", "https://a.example"}},
		{"javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd ftp://a.example", nil},
		{"xhttps://a.example", nil},
		{"https://", nil},
		{"https:///etc", nil},
		{"https://alipay.example@evil.example/", nil},
		{"https://[::1", nil},
		{`https://a.example/"onmouseover="alert(1)`, []string{`https://a.example/`}},
		{"https://a.example/<script>", []string{"https://a.example/"}},
		{"https://例子.example/", nil},
		{"javascript:'https://a.example'", []string{"https://a.example"}},
	} {
		require.Equal(t, c.want, chat.Links(c.text), c.text)
	}
	require.Len(t, chat.Links(strings.Repeat("https://a.example ", 1000)), 20)
}

func FuzzLinks(f *testing.F) {
	for _, seed := range []string{"看https://a.example。", "https://x@y", "http://[", "https://a.example/%zz", "(https://a.example/)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := chat.Links(text)
		for _, link := range found {
			u, err := url.Parse(link)
			require.NoError(t, err)
			require.Contains(t, []string{"http", "https"}, u.Scheme)
			require.NotEmpty(t, u.Hostname())
			require.NotContains(t, link, `"`)
			require.Contains(t, text, link)
		}
		whole, linked := chat.Joined(text, found)
		require.Equal(t, text, whole, "no letter is lost")
		require.Equal(t, found, linked)
	})
}

// take sends a picture as an agent's page does, and gives its address.
func (w *world) take(buyer string) string {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/anywhere", bytes.NewReader(photoOf(w.t, 60, 40)))
	path, err := w.photos.Take(httptest.NewRecorder(), r, "小陈", "xiaoguo", buyer, "a key")
	require.NoError(w.t, err)
	require.NoError(w.t, w.photos.Send(w.t.Context(), "xiaoguo", buyer, path))
	return w.photos.Address(r, path)
}

func TestAnAgentsPhotosAndLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	b.say("message-1", "转人工 https://buyer.example", "")
	c := w.conversation(b)
	address := w.take("guest-" + strings.TrimPrefix(c, bot.ChatID("")))
	require.True(t, strings.HasPrefix(address, "https://chat.example/photos/xiaoguo/"))
	w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "看 https://shop.example/how", Images: []string{
		address, "javascript:alert(1)", "http://plain.example/x.png", "/photos/another/" + strings.Repeat("a", 32), "https://u@h.example/x", "https://img.example/x.png",
	}})
	now := b.lines("")
	said := now.Lines[len(now.Lines)-1]
	path := strings.TrimPrefix(address, "https://chat.example")
	require.Equal(t, []string{path, "https://img.example/x.png"}, said.Images, "by the way on which the buyer has reached the server")
	require.Equal(t, []string{"https://shop.example/how"}, said.Links)
	require.Empty(t, now.Lines[0].Links, "what a buyer writes is no link")

	plain := b.do("GET", "", nil)
	require.Contains(t, plain.Body.String(), `<img class="photo" src="`+path+`"`)
	require.Contains(t, plain.Body.String(), `<a href="https://shop.example/how" target="_blank" rel="noopener noreferrer nofollow">`)
	require.NotContains(t, plain.Body.String(), `href="https://buyer.example`)
	require.Contains(t, plain.Header().Get("Content-Security-Policy"), "img-src 'self' https:")
	shown := httptest.NewRecorder()
	w.handler.ServeHTTP(shown, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	require.Equal(t, http.StatusOK, shown.Code)
	require.Equal(t, "image/jpeg", shown.Header().Get("Content-Type"))
}

func TestHoursInWords(t *testing.T) {
	t.Parallel()
	day, evening, night := bot.Span{From: 540, To: 1080}, bot.Span{From: 1140, To: 1440}, bot.Span{From: 1200, To: 1560}
	week := map[time.Weekday][]bot.Span{}
	for d := time.Monday; d <= time.Friday; d++ {
		week[d] = []bot.Span{day, evening}
	}
	week[time.Sunday] = []bot.Span{night}
	h := bot.Hours{Week: week}
	require.Equal(t, "周一至周五 09:00–18:00、19:00–24:00，周日 20:00–02:00", chat.Hours("zh", h))
	require.Equal(t, "Mon–Fri 09:00–18:00, 19:00–24:00; Sun 20:00–02:00", chat.Hours("en", h))
	require.Empty(t, chat.Hours("zh", bot.Hours{}))
}

func TestAnEmptyChatSaysWhereOneIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	page := b.do("GET", "", nil).Body.String()
	require.Contains(t, page, "这里是「小果 &lt;b&gt;水果&lt;/b&gt;店」的客服")
	require.Contains(t, page, "人工客服时间：周一至周日 09:00–21:00")
	require.Contains(t, b.do("GET", "?lang=en", nil).Body.String(), "Agents are here: Mon–Sun 09:00–21:00")
	b.say("message-1", "我想退货", "")
	require.Equal(t, 1, strings.Count(b.do("GET", "", nil).Body.String(), "这里是「"), "hidden, for a page that runs scripts")
}
