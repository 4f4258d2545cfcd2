package chat_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/chat"
)

func TestAPageThatIsNotListedIsToldOnce(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := newWorld(t, func(o *chat.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	b := w.browser()
	require.Contains(t, b.do("GET", ".js", nil).Body.String(), `"origins":["https://shop.example"]`, "the script says it in the console")
	for _, from := range []string{"https://shop.example/cart", "http://example.com/a-page-of-the-chat's-own-host", "", "%", "javascript:alert(1)", "file:///x"} {
		b.do("GET", ".js", nil, "Referer", from)
	}
	require.Empty(t, log.String(), "these are listed, the chat's own, or none")
	for range 3 {
		b.do("GET", ".js", nil, "Referer", "https://user:secret@www.shop.example/orders?phone=13800138000")
	}
	require.Equal(t, 1, strings.Count(log.String(), "level=WARN"))
	require.Contains(t, log.String(), "origin=https://www.shop.example\n")
	require.NotContains(t, log.String(), "13800138000")
	require.NotContains(t, log.String(), "secret")
	for n := range 300 {
		b.do("GET", ".js", nil, "Referer", fmt.Sprintf("https://%d.example/", n))
	}
	require.Equal(t, 100, strings.Count(log.String(), "level=WARN"), "whoever makes origins up does not fill the log")

	w.change(func(s *chat.Shop) { s.Origins = nil })
	require.Contains(t, b.do("GET", ".js", nil).Body.String(), `"origins":[]`)
}
