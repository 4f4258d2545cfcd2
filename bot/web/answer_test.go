package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/web"
)

// answering is a server that answers each message alike.
func answering(tb testing.TB) (*web.Server, bot.Response) {
	tb.Helper()
	answer := bot.Response{
		Conversation: "c", Status: bot.StatusBot, Replies: []bot.Reply{{Kind: bot.KindText, Text: "<7> 天内 & 免费"}}, TraceID: "t",
		Intents: []bot.IntentScore{{Name: "return", Score: 0.9712}},
	}
	return newServer(tb, func(o *web.Options) {
		o.Handle = func(context.Context, string, bot.Message) (bot.Response, error) { return answer, nil }
	}), answer
}

func TestAnAnswerIsWrittenAsAlways(t *testing.T) {
	s, answer := answering(t)
	var plain, pretty bytes.Buffer
	require.NoError(t, json.NewEncoder(&plain).Encode(answer))
	indented := json.NewEncoder(&pretty)
	indented.SetIndent("", "  ")
	require.NoError(t, indented.Encode(answer))
	for query, want := range map[string]string{"": plain.String(), "?pretty": pretty.String(), "?x=1": plain.String()} {
		body := `{"id":"m","conversation":"c","buyer":{"id":"b"},"kind":"text","text":"hi"}`
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/shops/open/messages"+query, strings.NewReader(body))
		got := httptest.NewRecorder()
		s.Handler().ServeHTTP(got, req)
		require.Equal(t, http.StatusOK, got.Code)
		require.Equal(t, "application/json", got.Header().Get("Content-Type"))
		require.Equal(t, want, got.Body.String(), query)
	}
}
