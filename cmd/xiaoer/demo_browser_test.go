package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/browsertest"
)

// openBrowser opens a headless Chromium. Where there is none the test is skipped, but for CI, where there has to be one.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is not looked at in short tests")
	}
	ctx := browsertest.Open(t, 3*time.Minute)
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("a script failed: %s", e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if e.Entry.Source == log.SourceSecurity {
				t.Errorf("the policy was breached: %s", e.Entry.Text)
			}
		}
	})
	require.NoError(t, chromedp.Run(ctx, log.Enable()))
	return ctx
}

// A frame is one of the frames of a page, by its place.
type frame int

func (f frame) document() string {
	return fmt.Sprintf("document.querySelectorAll('iframe')[%d].contentDocument", f)
}

// shows waits until an element of the frame has a text.
func (f frame) shows(selector, text string) chromedp.Action {
	return f.until(fmt.Sprintf("d.querySelector(%q)?.textContent.includes(%q)", selector, text))
}

func (f frame) until(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("it never held: "+script))
		defer cancel()
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for {
			holds := false
			if err := chromedp.Evaluate("((d) => Boolean("+script+"))("+f.document()+")", &holds).Do(ctx); err == nil && holds {
				return nil
			}
			select {
			case <-look.C:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	})
}

// click presses a button of the frame.
func (f frame) click(selector string) chromedp.Action {
	return chromedp.Tasks{f.until(fmt.Sprintf("d.querySelector(%q)", selector)), chromedp.Evaluate(fmt.Sprintf("%s.querySelector(%q).click()", f.document(), selector), nil)}
}

// writes fills in a field and sends its form.
func (f frame) writes(selector, text string) chromedp.Action {
	return chromedp.Evaluate(fmt.Sprintf("((e) => { e.value = %q; e.dispatchEvent(new Event('input', {bubbles: true})); e.form.requestSubmit(); })(%s.querySelector(%q))", text, f.document(), selector), nil)
}

// A newcomer plays buyer and agent on one page, signed in without having done anything for it.
func TestANewcomerPlaysBothSides(t *testing.T) {
	ctx := openBrowser(t)
	r := demonstrate(t, "127.0.0.1:0")
	const buyer, agent = frame(0), frame(1)
	require.NoError(t, chromedp.Run(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(r.url+"/desk/demo?lang=zh"),
		buyer.until(`d.querySelector("#lines")?.getAttribute("aria-busy") === "false" || d.querySelector("#pick:not([hidden])")`), agent.shows("#queue", "没有等待的个案"),
		agent.until(`d.querySelector("#keys")?.hidden === false && getComputedStyle(d.querySelector(".top")).display === "none"`), // the page has one navigation
		buyer.until(`d.querySelector("#close").hidden`), // nobody is there to open it again
		buyer.writes("#text", "我想退货"), buyer.until(`d.querySelectorAll("#lines .bot").length > 0`),
		buyer.writes("#text", "转人工"), agent.shows("#queue", "#1"), agent.click("#queue .case-row a"), agent.click(`form[action$="/act/claim"] button`),
		agent.shows("#talk", "我在处理"), agent.until(`d.querySelector("#keys")?.hidden === false`), agent.writes("#text", "您好，我是小陈"),
		buyer.shows("#lines", "您好，我是小陈"), buyer.writes("#text", "谢谢，没事了"), agent.shows("#talk .lines", "谢谢，没事了"),
		chromedp.ActionFunc(func(ctx context.Context) error {
			dir := os.Getenv("XIAOER_SHOTS")
			if dir == "" {
				return nil
			}
			var png []byte
			if err := chromedp.CaptureScreenshot(&png).Do(ctx); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "demo.png"), png, 0o600)
		}),
	))
}

func TestTheDemosDeskLetsEverybodyIn(t *testing.T) {
	t.Parallel()
	r := demonstrate(t, "127.0.0.1:0")
	status, body := r.get("/desk/cases")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, `action="/desk/login"`, "who keeps no cookies is not sent round for ever")
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/desk/cases?mine=1", nil)
	require.NoError(t, err)
	answer, err := (&http.Client{Jar: jar}).Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "/desk/cases?mine=1", answer.Request.URL.RequestURI(), "they come to where they wanted to go")
	raw, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Contains(t, string(raw), "小陈")
	require.Equal(t, "frame-ancestors 'self'", answer.Header.Get("Content-Security-Policy")[strings.Index(answer.Header.Get("Content-Security-Policy"), "frame-ancestors"):])
}
