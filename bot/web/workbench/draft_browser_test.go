package workbench_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/workbench"
)

// A line between browser and desk whose answers to replies are lost, or wait.
type badLine struct {
	http.Handler
	lose atomic.Bool
	held atomic.Pointer[chan struct{}]
}

func (b *badLine) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/reply") {
		b.Handler.ServeHTTP(rw, r)
		return
	}
	if b.lose.Load() {
		b.Handler.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
	if held := b.held.Load(); held != nil {
		<-*held
	}
	b.Handler.ServeHTTP(rw, r)
}

const drafts = `Object.keys(localStorage).filter((at) => at.startsWith("xiaoer-draft:")).length`

func TestADraftIsNeitherDoubledNorLost(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	line := &badLine{Handler: w.http}
	w.http = line
	f := serve(t, w)
	url := "http://" + f.addr
	id := w.hand("fruit", "c-1")
	ready := until(`document.querySelector("#keys").hidden === false`)
	send := chromedp.Evaluate(`document.querySelector("#answer").requestSubmit()`, nil)
	chen := person(t, url, "chen")

	line.lose.Store(true)
	do(chen, t, "the answer is lost", chromedp.Navigate(url+at("fruit", id)+"?lang=zh"), ready, chromedp.SendKeys("#text", "您好，我来看看"),
		send, shows("#alarms", "没有成功"), until(`document.querySelector("#answer button.primary").disabled === false`))
	line.lose.Store(false)
	do(chen, t, "sent again after a reload", chromedp.Reload(), ready, until(`document.getElementById("text").value === "您好，我来看看"`),
		send, until(`document.getElementById("text").value === ""`), until(drafts+` === 0`))
	require.Equal(t, 1, count(w.one("fruit", id).Transcript, "您好，我来看看"))

	held := make(chan struct{})
	line.held.Store(&held)
	do(chen, t, "written while the words before are sent", chromedp.SendKeys("#text", "第一句"), send, chromedp.SendKeys("#text", "第二句"))
	close(held)
	line.held.Store(nil)
	do(chen, t, "what was written stays", until(`document.getElementById("text").value === "第二句"`))
	require.Equal(t, 1, count(w.one("fruit", id).Transcript, "第一句"))
	do(chen, t, "it is there when the case is opened by another way", until(drafts+` === 1`), chromedp.Navigate(url+at("fruit", id)+"?mine=1"), ready, until(`document.getElementById("text").value === "第二句"`))
	do(chen, t, "who leaves leaves nothing", chromedp.Click("form.leave button"), until(`location.pathname === "/desk/logout"`), until(drafts+` === 0`))
}
