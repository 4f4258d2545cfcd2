package web_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/web"
)

// figures are all that cmd gives to the metrics.
func figures() web.Figures {
	read := func() float64 { return 3 }
	return web.Figures{
		OutboxDepth: read, OutboxAge: read, DeadLetters: read, DeadlinesMissed: read, Reloads: read, ReloadsFailed: read, Turns: read,
		Deliveries: read, DeadDestinations: read, CasesOpen: read, DeskStreams: read, ChatStreams: read, ChatThrottled: read, PhotosRefused: read, Shops: read, ShopsBroken: read,
	}
}

// A family is one metric as /metrics shows it.
type family struct {
	name, kind, help string
	labels           []string
}

// families reads what a server shows of its own; those of Go and of the process are documented elsewhere.
func families(text string) []family {
	var out []family
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "# HELP xiaoer_"):
			name, help, _ := strings.Cut(strings.TrimPrefix(line, "# HELP "), " ")
			out = append(out, family{name: name, help: help})
		case strings.HasPrefix(line, "# TYPE xiaoer_"):
			out[len(out)-1].kind = line[strings.LastIndex(line, " ")+1:]
		case strings.HasPrefix(line, "xiaoer_"):
			_, labels, _ := strings.Cut(line, "{")
			for pair := range strings.SplitSeq(labels, `",`) {
				label, _, found := strings.Cut(pair, `="`)
				if last := &out[len(out)-1]; found && label != "le" && !slices.Contains(last.labels, label) {
					last.labels = append(last.labels, label)
				}
			}
		}
	}
	return out
}

// TestMetricsAreDocumented holds metrics.md against what is shown. XIAOER_UPDATE=1 writes it.
func TestMetricsAreDocumented(t *testing.T) {
	h, _ := newDesk(t, func(o *web.Options) {
		o.Metrics = web.NewMetrics()
		require.NoError(t, o.Metrics.Show(figures()))
		o.Metrics.Observe("turn", "ok", time.Millisecond)
	})
	scenario{url: "/v1/shops/open/messages", body: hello, status: 200}.run(t, h)
	var table strings.Builder
	table.WriteString("| metric | kind | labels | what it says |\n|---|---|---|---|\n")
	for _, f := range families(asked(t, h, "", "GET", "/metrics", "", 200)) {
		require.NotEmpty(t, f.help)
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", f.name, f.kind, strings.Join(f.labels, ", "), f.help)
	}
	if os.Getenv("XIAOER_UPDATE") != "" {
		raw, err := os.ReadFile("metrics.md")
		require.NoError(t, err)
		head, _, _ := strings.Cut(string(raw), "| metric |")
		require.NoError(t, os.WriteFile("metrics.md", []byte(head+table.String()), 0o600))
	}
	raw, err := os.ReadFile("metrics.md")
	require.NoError(t, err)
	require.Contains(t, string(raw), table.String(), "run it with XIAOER_UPDATE=1 if the metrics are as they should be")
}

func TestFiguresThatAreNotGivenAreLeftOut(t *testing.T) {
	t.Parallel()
	m := web.NewMetrics()
	require.NoError(t, m.Show(web.Figures{OutboxAge: func() float64 { return 1.5 }}))
	h := newServer(t, func(o *web.Options) { o.Metrics = m }).Handler()
	text := asked(t, h, "", "GET", "/metrics", "", 200)
	require.Contains(t, text, "xiaoer_outbox_age_seconds 1.5\n")
	require.NotContains(t, text, "xiaoer_outbox_depth")
	require.Error(t, m.Show(web.Figures{OutboxAge: func() float64 { return 1 }}), "a figure is given once")
}

func TestMessagesAreCountedByOutcome(t *testing.T) {
	t.Parallel()
	ask := "reason"
	answers := map[string]bot.Response{
		"answered": {Replies: []bot.Reply{{Kind: bot.KindText, Text: "好的"}}},
		"asked":    {Replies: []bot.Reply{{Kind: bot.KindText, Text: "请问退货原因是？"}}, Ask: &ask},
		"handoff":  {Handoff: &bot.HandoffResponse{ID: "h"}},
		"silent":   {},
	}
	want := ""
	h := newServer(t, func(o *web.Options) {
		o.Handle = func(context.Context, string, bot.Message) (bot.Response, error) {
			if r, ok := answers[want]; ok {
				return r, nil
			}
			return bot.Response{}, refusal(want)
		}
	}).Handler()
	outcomes := []string{"answered", "asked", "handoff", "silent", "conflict", "busy"}
	for i, outcome := range outcomes {
		want = outcome
		for range i + 1 {
			asked(t, h, "", "POST", "/v1/shops/open/messages", hello, []int{200, 200, 200, 200, 409, 503}[i])
		}
	}
	asked(t, h, "", "POST", "/v1/shops/open/messages", "{", 400)
	asked(t, h, "", "POST", "/v1/shops/xiaoguo/messages", hello, 401)
	text := asked(t, h, "", "GET", "/metrics", "", 200)
	for i, outcome := range outcomes {
		require.Contains(t, text, fmt.Sprintf("xiaoer_messages_total{outcome=%q} %d\n", outcome, i+1))
	}
	require.Contains(t, text, `xiaoer_messages_total{outcome="malformed"} 1`)
	require.Contains(t, text, `xiaoer_messages_total{outcome="unauthorized"} 1`)
}

func TestHistogramsReachFromMicrosecondsToSeconds(t *testing.T) {
	t.Parallel()
	m := web.NewMetrics()
	m.Observe("turn", "ok", 60*time.Microsecond)
	m.Observe("turn", "ok", 9*time.Second)
	h := newServer(t, func(o *web.Options) { o.Metrics = m }).Handler()
	text := asked(t, h, "", "GET", "/metrics", "", 200)
	for le, n := range map[string]int{"5e-05": 0, "0.0001": 1, "5": 1, "10": 2, "+Inf": 2} {
		require.Contains(t, text, fmt.Sprintf("xiaoer_work_seconds_bucket{outcome=\"ok\",what=\"turn\",le=%q} %d\n", le, n))
	}
}

// A streaming page tells of things as they happen.
type streaming struct{ pagesFake }

func (streaming) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/chat/open/live" {
		w.Header().Set("Content-Type", "text/event-stream")
	}
	w.WriteHeader(http.StatusOK)
}

func TestStreamsDoNotDrownTheOthersTimes(t *testing.T) {
	t.Parallel()
	h := newServer(t, func(o *web.Options) { o.Pages = streaming{} }).Handler()
	for range 3 {
		asked(t, h, "", "GET", "/chat/open/live", "", 200)
	}
	asked(t, h, "", "GET", "/chat/open", "", 200)
	text := asked(t, h, "", "GET", "/metrics", "", 200)
	require.Contains(t, text, `xiaoer_http_requests_total{method="GET",route="/chat/*",status="200"} 4`)
	require.Contains(t, text, `xiaoer_http_request_seconds_count{route="/chat/*"} 1`)
}
