package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// soon bounds every wait of these tests; nothing waits that long unless it is broken.
const soon = time.Minute

// A transcript keeps what a command writes while it runs.
type transcript struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{} // closed at the next write
}

func newTranscript() *transcript { return &transcript{wrote: make(chan struct{})} }

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.wrote)
	w.wrote = make(chan struct{})
	return w.text.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// until waits for a text that matches, and gives its groups.
func (w *transcript) until(t *testing.T, pattern string) []string {
	t.Helper()
	sought := regexp.MustCompile(pattern)
	late := time.After(soon)
	for {
		w.mu.Lock()
		text, more := w.text.String(), w.wrote
		w.mu.Unlock()
		if found := sought.FindStringSubmatch(text); found != nil {
			return found
		}
		select {
		case <-more:
		case <-late:
			require.Failf(t, "it was not written in time", "%s\n%s", pattern, text)
		}
	}
}

// A running command, with a way to stop it.
type running struct {
	t         *testing.T
	out, errs *transcript
	url       string
	interrupt context.CancelFunc
	ended     chan int
}

// start runs a command that serves until it is interrupted. It is stopped at the end of the test at the latest.
func start(t *testing.T, env map[string]string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, out: newTranscript(), errs: newTranscript(), interrupt: cancel, ended: make(chan int, 1)}
	a := &app{
		ctx: ctx, in: strings.NewReader(""), out: r.out, err: r.errs, now: time.Now,
		env: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
	}
	go func() {
		r.ended <- run(a, args)
		close(r.ended)
	}()
	t.Cleanup(func() {
		cancel()
		<-r.ended
	})
	return r
}

// stop interrupts the command and waits for its exit code.
func (r *running) stop() int {
	r.t.Helper()
	r.interrupt()
	select {
	case code := <-r.ended:
		return code
	case <-time.After(soon):
		require.Fail(r.t, "the command does not end", r.errs.String())
		return -1
	}
}

// get asks for a page.
func (r *running) get(path string) (status int, body string) {
	r.t.Helper()
	return r.call(http.MethodGet, path, "", nil)
}

// call makes one request.
func (r *running) call(method, path, body string, headers map[string]string) (status int, answer string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	require.NoError(r.t, err)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(r.t, err)
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	return response.StatusCode, string(read)
}

// send posts a message to a shop; with a secret it is signed.
func (r *running) send(shop, body, secret string) (status int, answer map[string]any) {
	r.t.Helper()
	headers := map[string]string{"content-type": "application/json"}
	if secret != "" {
		hook, err := standardwebhooks.NewWebhook(secret)
		require.NoError(r.t, err)
		now := time.Now()
		signature, err := hook.Sign("call-1", now, []byte(body))
		require.NoError(r.t, err)
		headers["webhook-id"], headers["webhook-signature"] = "call-1", signature
		headers["webhook-timestamp"] = strconv.FormatInt(now.Unix(), 10)
	}
	status, text := r.call(http.MethodPost, "/v1/shops/"+shop+"/messages", body, headers)
	require.NoError(r.t, json.Unmarshal([]byte(text), &answer), text)
	return status, answer
}

// firstReply is the text of an answer's first reply, "" without one.
func firstReply(answer map[string]any) string {
	replies, _ := answer["replies"].([]any)
	if len(replies) == 0 {
		return ""
	}
	first, _ := replies[0].(map[string]any)
	text, _ := first["text"].(string)
	return text
}
