package web_test

import (
	"context"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/web"
	"xiaoer/bot/web/browsertest"
)

// browser opens a headless Chromium. Where there is none the test is skipped, but for CI, where there has to be one.
func browser(t *testing.T) context.Context {
	t.Helper()
	return browsertest.Open(t, 2*time.Minute)
}

// page serves the demo and gives its address; every script error of the page fails the test.
func page(ctx context.Context, t *testing.T, demo *web.Demo) string {
	t.Helper()
	s, err := web.New(web.Options{
		Shop: shopOf, Handle: newFake(time.Now).Handle, Trace: newFake(time.Now).Trace, Replies: noReplies, Demo: demo,
	})
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(s.Handler())
	server.Listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server.Start()
	t.Cleanup(server.Close)
	chromedp.ListenTarget(ctx, func(ev any) {
		if e, ok := ev.(*runtime.EventExceptionThrown); ok {
			t.Errorf("the page's script failed: %s", e.ExceptionDetails.Error())
		}
	})
	return server.URL
}

// shoot writes a picture where XIAOER_SHOTS names a folder, so that a person can look at it.
func shoot(name string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		dir := os.Getenv("XIAOER_SHOTS")
		if dir == "" {
			return nil
		}
		var png []byte
		if err := chromedp.CaptureScreenshot(&png).Do(ctx); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	})
}

func dark(on bool) chromedp.Action {
	value := "light"
	if on {
		value = "dark"
	}
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}})
}

// noneCut waits until every button of the header is whole within the window.
var noneCut = chromedp.Poll(`[...document.querySelectorAll(".top button, .top a")].every((b) => b.getBoundingClientRect().right <= innerWidth + 1) &&
	document.documentElement.scrollWidth <= innerWidth && document.querySelector(".clock").scrollWidth <= document.querySelector(".clock").clientWidth + 1`, nil)

func TestANewcomerPlaysBuyerAndAgent(t *testing.T) {
	ctx := browser(t)
	url := page(ctx, t, demoOptions())
	var why, button, desk, lines, status, theme string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(1280, 800), dark(false),
		chromedp.Navigate(url+"/?lang=zh"),
		chromedp.WaitVisible(`#chips button`, chromedp.ByQuery),
		shoot("zh-wide-start"),
		chromedp.Click(`#chips button`, chromedp.ByQuery), // 我想退货
		chromedp.WaitVisible(`.line.bot .bubble`, chromedp.ByQuery),
		chromedp.WaitVisible(`.winner .place`, chromedp.ByQuery),
		chromedp.Text(`#why`, &why, chromedp.ByQuery),
		chromedp.Text(`.line.bot .whybutton`, &button, chromedp.ByQuery),
		shoot("zh-wide-why"),
		chromedp.Click(`[data-tray=photo]`, chromedp.ByQuery),
		chromedp.Click(`#tray button.photo`, chromedp.ByQuery),
		chromedp.WaitVisible(`.line.buyer img`, chromedp.ByQuery),
		chromedp.Click(`[data-tray=order]`, chromedp.ByQuery),
		chromedp.WaitVisible(`#tray .card`, chromedp.ByQuery),
		shoot("zh-wide-tray"),
		chromedp.Click(`#tray button`, chromedp.ByQuery),
		chromedp.WaitVisible(`.line.buyer .card`, chromedp.ByQuery),
		chromedp.WaitVisible(`.line.note`, chromedp.ByQuery), // a card alone is answered by silence
		chromedp.SendKeys(`#text`, "转人工\r", chromedp.ByQuery),
		chromedp.WaitVisible(`.case`, chromedp.ByQuery),
		chromedp.Text(`#cases`, &desk, chromedp.ByQuery),
		chromedp.Click(`[data-clock="5m"]`, chromedp.ByQuery),
		chromedp.WaitVisible(`//div[contains(@class,"bubble") and contains(.,"请稍等")]`, chromedp.BySearch),
		chromedp.Click(`[data-act=claim]`, chromedp.ByQuery),
		chromedp.WaitEnabled(`[data-act=release]`, chromedp.ByQuery),
		chromedp.SendKeys(`#say-text`, "您好，我是小陈\r", chromedp.ByQuery),
		chromedp.WaitVisible(`.line.agent .bubble`, chromedp.ByQuery),
		chromedp.Text(`#status`, &status, chromedp.ByQuery),
		shoot("zh-wide-agent"),
		dark(true), shoot("zh-wide-dark"),
		chromedp.Evaluate(`getComputedStyle(document.body).backgroundColor`, &theme),
		chromedp.EmulateViewport(320, 640, chromedp.EmulateMobile), noneCut, shoot("zh-320-dark"),
		chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile), noneCut, shoot("zh-360-dark"),
		chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile), shoot("zh-phone-dark"),
		dark(false), shoot("zh-phone-chat"),
		chromedp.Click(`[data-tab=why]`, chromedp.ByQuery), shoot("zh-phone-why"),
		chromedp.Click(`[data-tab=desk]`, chromedp.ByQuery), shoot("zh-phone-desk"),
		chromedp.Click(`[data-tab=chat]`, chromedp.ByQuery),
		chromedp.Text(`#lines`, &lines, chromedp.ByQuery),
	))
	require.Contains(t, why, "return.in_window")
	require.Contains(t, why, "rules.yaml:12")
	require.Contains(t, button, "return.in_window · rules.yaml:12", "file and line stand beside the answer")
	require.Contains(t, why, "not order.known")
	require.Contains(t, why, "order.delivered_days")
	require.Contains(t, desk, "#7")
	require.Contains(t, desk, "超过退货期")
	require.Contains(t, desk, "对话记录")
	require.Equal(t, "客服应答中", status)
	require.Contains(t, lines, "时钟走了 5 分钟")
	require.Equal(t, "rgb(22, 21, 19)", theme)

	var width, inner float64
	var name, after string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Evaluate(`document.documentElement.scrollWidth`, &width),
		chromedp.Evaluate(`window.innerWidth`, &inner),
		chromedp.Reload(), // the session survives
		chromedp.WaitVisible(`.line.agent .bubble`, chromedp.ByQuery),
		chromedp.EmulateViewport(1280, 800),
		chromedp.Navigate(url+"/?lang=en"),
		chromedp.WaitVisible(`.line.agent .bubble`, chromedp.ByQuery),
		chromedp.SetValue(`#shop`, "nook", chromedp.ByQuery),
		chromedp.Evaluate(`document.getElementById("shop").dispatchEvent(new Event("change"))`, nil),
		chromedp.WaitVisible(`//div[@id="chips"]/button[contains(.,"parcel")]`, chromedp.BySearch),
		chromedp.SendKeys(`#text`, `<img src=x onerror=alert(1)>`+"\r", chromedp.ByQuery),
		chromedp.WaitVisible(`.line.bot .bubble`, chromedp.ByQuery),
		shoot("en-wide"),
		chromedp.Text(`.line.buyer .bubble`, &after, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("#shop option:last-child").textContent`, &name),
	))
	require.LessOrEqual(t, width, inner, "a phone scrolls down and never sideways")
	require.Contains(t, after, "<img src=x", "what a buyer writes is text")
	require.Equal(t, `Nook <b>"&'`, strings.TrimSpace(name))
}

func TestTheDemoWorksByKeyboardAlone(t *testing.T) {
	ctx := browser(t)
	url := page(ctx, t, demoOptions())
	var focused, kept string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(1280, 800),
		chromedp.Navigate(url+"/?lang=en"),
		chromedp.WaitVisible(`#chips button`, chromedp.ByQuery),
		chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"), // the skip link
		chromedp.Evaluate(`document.activeElement.id`, &focused),
	))
	require.Equal(t, "text", focused)
	require.NoError(t, chromedp.Run(ctx,
		chromedp.KeyEvent("hello\r"),
		chromedp.WaitVisible(`.line.bot .whybutton`, chromedp.ByQuery),
		chromedp.Focus(`[data-tray=order]`, chromedp.ByQuery),
		chromedp.KeyEvent("\r"),
		chromedp.WaitVisible(`#tray .card`, chromedp.ByQuery),
		chromedp.KeyEvent("\x1b"),
		chromedp.WaitNotVisible(`#tray`, chromedp.ByQuery),
		chromedp.Evaluate(`document.activeElement.dataset.tray`, &focused),
		chromedp.Focus(`[data-tray=photo]`, chromedp.ByQuery),
		chromedp.KeyEvent("\r"),
		chromedp.Focus(`#tray button.photo`, chromedp.ByQuery),
		chromedp.KeyEvent("\r"),
		chromedp.WaitVisible(`.line.buyer img`, chromedp.ByQuery),
		chromedp.Evaluate(`document.activeElement.dataset.tray`, &kept),
		chromedp.Focus(`.line.bot .whybutton`, chromedp.ByQuery),
		chromedp.KeyEvent("\r"),
		chromedp.Poll(`document.querySelector(".line.bot .whybutton").getAttribute("aria-pressed") === "true"`, nil),
	))
	require.Equal(t, "order", focused, "the focus goes back to what opened the tray")
	require.Equal(t, "photo", kept, "the focus is not lost with what was sent")
}
