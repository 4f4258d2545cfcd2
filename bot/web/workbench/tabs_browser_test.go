package workbench_test

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/workbench"
)

// A gauge counts the live streams that are open now, and those that there ever were.
type gauge struct{ now, ever atomic.Int64 }

func (g *gauge) of(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/desk/live" {
			g.now.Add(1)
			g.ever.Add(1)
			defer g.now.Add(-1)
		}
		h.ServeHTTP(rw, r)
	})
}

// tab opens the queue in one more tab of a browser.
func tab(browser context.Context, t *testing.T, url string) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	do(ctx, t, "one more tab", chromedp.Navigate(url+"/desk/cases?lang=zh"), until(`document.querySelector("[data-live-state=live]")`))
	return ctx
}

func TestAllTabsOfABrowserShareOneStream(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	var streams gauge
	w.http = streams.of(w.http)
	f := serve(t, w)
	url := "http://" + f.addr
	browser := person(t, url, "chen")
	var tabs []context.Context
	for range 8 { // over HTTP/1.1 no browser has more than six connections to a host
		tabs = append(tabs, tab(browser, t, url))
	}
	require.Equal(t, int64(1), streams.now.Load())
	began := time.Now()
	w.hand("fruit", "c-1")
	for i, one := range tabs {
		do(one, t, "a change is seen in each", shows("#queue", "#1"))
		t.Logf("tab %d after %v", i+1, time.Since(began))
	}
	for len(tabs) > 1 { // whichever tab it was that began, the others go on
		require.NoError(t, chromedp.Cancel(tabs[0]))
		tabs = slices.Delete(tabs, 0, 1)
		if len(tabs)%3 == 1 {
			r := w.say("fruit", "c-"+string(rune('a'+len(tabs))), "转人工")
			for _, one := range tabs {
				do(one, t, "others hear of it", shows("#queue", "#"+string(rune('0'+r.Handoff.Number))))
			}
		}
	}
	require.Equal(t, int64(1), streams.now.Load())
	require.Equal(t, int64(1), streams.ever.Load(), "none was opened anew")
	f.stop()
	do(tabs[0], t, "lost", until(`document.querySelector("[data-live-state=lost]")`))
	r := w.say("fruit", "c-z", "转人工")
	f.start()
	do(tabs[0], t, "and what came meanwhile is there", shows("#queue", "#"+string(rune('0'+r.Handoff.Number))), until(`document.querySelector("[data-live-state=live]")`))
}

func TestTabsOfSomebodyElseDoNotListen(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{Recheck: 50 * time.Millisecond})
	var streams gauge
	w.http = streams.of(w.http)
	f := serve(t, w)
	url := "http://" + f.addr
	chen := person(t, url, "chen")
	old := tab(chen, t, url)
	do(old, t, "another signs in", chromedp.ActionFunc(func(ctx context.Context) error { return network.SetCookie("who", "other").WithURL(url).Do(ctx) }))
	f.server.CloseClientConnections()
	do(old, t, "and the page of the first says so", until(`document.querySelector("[data-live-state=signedout]")`))
	other := tab(chen, t, url)
	w.hand("fruit", "c-1")
	id := w.hand("tea", "c-2")
	do(other, t, "the other's page lives", until(`document.querySelector("[data-case='`+id+`']")`))
	var rows int
	do(old, t, "and the first's hears nothing", chromedp.Evaluate(`document.querySelectorAll(".case-row").length`, &rows))
	require.Zero(t, rows)
	require.Eventually(t, func() bool { return streams.now.Load() == 1 }, time.Minute, 10*time.Millisecond, "the server has noticed that the first's has gone")
}

func TestATabListensByItselfWhereNoneAreShared(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	var streams gauge
	w.http = streams.of(w.http)
	f := serve(t, w)
	url := "http://" + f.addr
	for i, script := range []string{`delete window.SharedWorker`, `window.SharedWorker = class { constructor() { throw new Error("not here"); } }`} {
		browser := person(t, url, "chen")
		do(browser, t, "a browser that shares nothing", chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := cdp.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
			return err
		}), chromedp.Navigate(url+"/desk/cases"), until(`document.querySelector("[data-live-state=live]")`))
		id := w.hand("fruit", "c-"+string(rune('1'+i)))
		do(browser, t, "hears all the same", until(`document.querySelector("[data-case='`+id+`']")`))
		require.Equal(t, int64(i+1), streams.now.Load())
	}
}
