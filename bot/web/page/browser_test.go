package page_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/browsertest"
	"xiaoer/bot/web/page"
)

// chromium opens a headless Chromium. Where there is none the test is skipped, but for CI, where there has to be one.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	ctx := browsertest.Open(t, 90*time.Second)
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("a script failed: %s", e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if strings.Contains(e.Entry.Text, "Content Security Policy") {
				t.Errorf("the policy was hurt: %s", e.Entry.Text)
			}
		}
	})
	return ctx
}

// A counter is a server whose count goes up, told by events and by a part of a page.
type counter struct {
	count, dropped, calls atomic.Int64
	after                 atomic.Pointer[string] // where the last listener wanted to go on
	in                    atomic.Bool            // the session holds
	drop                  chan struct{}
}

const counting = `
import { listen } from "/assets/page/live.js";
import { call, freshKey } from "/assets/page/api.js";
import { refresh } from "/assets/page/fragment.js";
import { say } from "/assets/page/words.js";
const part = document.getElementById("part");
window.seen = [];
window.said = {};
listen("/desk/events", { count: async (data, id) => { window.seen.push([data.n, id]); await refresh(part); } }, { onstate: (s) => {
  window.state = s;
  window.said[s] = document.querySelector("[data-live-state]").textContent;
} });
document.getElementById("go").addEventListener("click", async () => {
  const ok = await call("POST", "/desk/call", { n: 1 }, { key: freshKey() }).catch((f) => f);
  window.called = ok.kind ?? ok.got;
});
document.getElementById("bad").addEventListener("click", () => call("POST", "/desk/refused", {}).catch((f) => { window.refused = f.kind; }));
document.getElementById("hot").textContent = say("tea.hot");
`

func (c *counter) site(t *testing.T) http.Handler {
	t.Helper()
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	site, err := page.New(page.Options{})
	require.NoError(t, err)
	pages, err := site.Open(page.Section{Name: "count", Files: fstest.MapFS{
		"words/zh.json": text(`{"js.tea.hot": "烫"}`), "words/en.json": text(`{"js.tea.hot": "hot <b>"}`),
		"assets/count.js": text(counting),
		"count.html": text(`{{define "title"}}Count{{end}}{{define "head"}}<script type="module" src="{{asset "count/count.js"}}"></script>{{end}}` +
			`{{define "part"}}<p>count {{.Data}}</p><input id="inner">{{end}}` +
			`{{define "main"}}<p class="live" data-live-state hidden></p><div id="part" data-fragment="/desk/part">{{template "part" .}}</div>` +
			`<button id="go">go</button><button id="bad">bad</button><span id="hot"></span>{{end}}`),
	}})
	require.NoError(t, err)
	site.Handle("GET /desk/count", func(w http.ResponseWriter, r *http.Request) { pages.Show(w, r, 200, "count.html", c.count.Load()) })
	site.Handle("GET /desk/part", func(w http.ResponseWriter, r *http.Request) {
		pages.Part(w, r, 200, "count.html", "part", fmt.Sprint(c.count.Load(), "<img src=x onerror=alert(1)>"))
	})
	site.Handle("GET /desk/events", c.events)
	site.Handle("POST /desk/call", func(w http.ResponseWriter, r *http.Request) {
		if c.calls.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"got":%q}`, "key of "+fmt.Sprint(len(r.Header.Get("Idempotency-Key"))))
	})
	site.Handle("POST /desk/refused", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"type":"urn:xiaoer:problem:claimed","title":"no","detail":"<b>another</b> has it"}`)
	})
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.HandleFunc("/v1/me", func(w http.ResponseWriter, _ *http.Request) {
		if !c.in.Load() {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	return mux
}

// events sends one event, and then none until the line is dropped.
func (c *counter) events(w http.ResponseWriter, r *http.Request) {
	if !c.in.Load() {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	after := r.URL.Query().Get("after")
	c.after.Store(&after)
	n := c.count.Add(1)
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "id: %d\nevent: count\ndata: {\"n\":%d}\n\n", n, n)
	_ = http.NewResponseController(w).Flush()
	select {
	case <-c.drop:
		c.dropped.Add(1)
	case <-r.Context().Done():
	}
}

func TestTheModules(t *testing.T) {
	c := &counter{drop: make(chan struct{})}
	c.in.Store(true)
	server := httptest.NewServer(c.site(t))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	ctx := chromium(t)
	var hot, alarm, part, called, refused, live, focused, inner string
	var alarms int
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Navigate(server.URL+"/desk/count?lang=en"),
		chromedp.Poll(`window.state === "live" && document.getElementById("part").textContent.includes("count 1<img")`, nil),
		chromedp.Text(`#hot`, &hot, chromedp.ByQuery),
		chromedp.Text(`#part p`, &part, chromedp.ByQuery),
		chromedp.Click(`#go`, chromedp.ByQuery),
		chromedp.Poll(`window.called`, &called),
		chromedp.Evaluate(`document.querySelectorAll("#alarms p").length`, &alarms),
		chromedp.Click(`#bad`, chromedp.ByQuery),
		chromedp.WaitVisible(`#alarms .notice.bad`, chromedp.ByQuery),
		chromedp.Poll(`window.refused`, &refused),
		chromedp.Text(`#alarms p`, &alarm, chromedp.ByQuery),
		chromedp.Focus(`#inner`, chromedp.ByQuery),
	))
	require.Equal(t, "hot <b>", hot, "words are text")
	require.Equal(t, "count 1<img src=x onerror=alert(1)>", part)
	require.Equal(t, "key of 32", called, "what has one effect under its key is tried again")
	require.Zero(t, alarms, "and what went well in the end was no error")
	require.Equal(t, "claimed", refused)
	require.Contains(t, alarm, "<b>another</b> has it")

	c.drop <- struct{}{}
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Poll(`window.said.lost`, &live), // it may be over when the test looks
		chromedp.Poll(`window.state === "live" && document.getElementById("part").textContent.includes("count 2")`, nil),
		chromedp.Evaluate(`document.activeElement.id`, &focused),
		chromedp.Evaluate(`JSON.stringify(window.seen)`, &inner),
	))
	require.Equal(t, "The connection is lost; connecting again…", live)
	require.Equal(t, "1", *c.after.Load(), "it goes on where it was")
	require.Equal(t, "inner", focused, "the focus stays where the reader was")
	require.Equal(t, `[[1,"1"],[2,"2"]]`, inner)

	c.in.Store(false)
	c.drop <- struct{}{}
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Poll(`window.state === "signedout"`, nil),
		chromedp.Text(`[data-live-state]`, &live, chromedp.ByQuery),
	))
	require.Contains(t, live, "signed out")
	require.Equal(t, int64(2), c.dropped.Load())
}
