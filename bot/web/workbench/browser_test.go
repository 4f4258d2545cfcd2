package workbench_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/browsertest"
	"xiaoer/bot/web/workbench"
)

// needBrowser skips a test where there is no time for a browser, or none.
func needBrowser(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is not looked at in short tests")
	}
	browsertest.Need(t)
}

// person is a browser of its own in which somebody has signed in. Every script error and every breach of the policy fails the test.
func person(t *testing.T, url, who string) context.Context {
	t.Helper()
	ctx := browsertest.Open(t, 3*time.Minute)
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("%s: the page's script failed: %s", who, e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if e.Entry.Source == log.SourceSecurity {
				t.Errorf("%s: the policy was breached: %s", who, e.Entry.Text)
			}
		}
	})
	require.NoError(t, chromedp.Run(ctx, log.Enable(), chromedp.EmulateViewport(1440, 900), scheme("light"),
		chromedp.ActionFunc(func(ctx context.Context) error { return network.SetCookie("who", who).WithURL(url).Do(ctx) })))
	return ctx
}

func scheme(name string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}})
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

// until waits for something of the page to hold, also while the page changes to another.
func until(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("it never held: "+script))
		defer cancel()
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for {
			holds := false
			if err := chromedp.Evaluate("Boolean("+script+")", &holds).Do(ctx); err == nil && holds {
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

// press is one key as a keyboard sends it, so that a page can keep it from writing a letter.
func press(key string) chromedp.Action {
	text, code := key, int64(0)
	if key == kb.Enter {
		key, text, code = "Enter", "\r", 13
	}
	return chromedp.Tasks{
		input.DispatchKeyEvent(input.KeyDown).WithKey(key).WithText(text).WithUnmodifiedText(text).WithWindowsVirtualKeyCode(code),
		input.DispatchKeyEvent(input.KeyUp).WithKey(key).WithWindowsVirtualKeyCode(code),
	}
}

func shows(selector, text string) chromedp.Action {
	return until(`document.querySelector(` + quote(selector) + `)?.textContent.includes(` + quote(text) + `)`)
}

// click takes what is there at that moment, since parts of a page are read anew at any time.
func click(selector string) chromedp.Action {
	return chromedp.Evaluate("document.querySelector('"+selector+"').click()", nil)
}

// focus puts the keyboard where it is to go on.
func focus(selector string) chromedp.Action {
	return until(`(document.querySelector("` + selector + `")?.focus(), document.activeElement.matches("` + selector + `"))`)
}

func quote(s string) string { return `"` + s + `"` }

func do(ctx context.Context, t *testing.T, what string, actions ...chromedp.Action) {
	t.Helper()
	for i, a := range actions {
		err := chromedp.Run(ctx, a)
		for tries := 1; replaced(err) && tries < 10; tries++ {
			err = chromedp.Run(ctx, a)
		}
		if err != nil {
			_ = chromedp.Run(ctx, shoot("failed"))
			var body string
			_ = chromedp.Run(ctx, chromedp.Evaluate(`document.body.innerText.slice(0, 1500)`, &body))
			t.Fatalf("%s, step %d: %v\n%s", what, i+1, err, body)
		}
	}
}

// replaced is whether an element was taken out of the page after it was found and before anything was done with it: parts of a page are read anew
// at any time.
func replaced(err error) bool {
	var of *cdproto.Error
	return errors.As(err, &of) && strings.Contains(of.Message, "Could not find node")
}

// A front serves a world on one address, and can be stopped and started again.
type front struct {
	t      *testing.T
	addr   string
	with   http.Handler
	server *httptest.Server
}

func (f *front) start() {
	f.t.Helper()
	var listen net.ListenConfig
	ln, err := listen.Listen(f.t.Context(), "tcp", f.addr)
	require.NoError(f.t, err)
	f.addr = ln.Addr().String()
	f.server = httptest.NewUnstartedServer(f.with)
	_ = f.server.Listener.Close()
	f.server.Listener = ln
	f.server.Start()
}

func (f *front) stop() {
	f.server.CloseClientConnections()
	f.server.Close()
}

func serve(t *testing.T, w *world) *front {
	t.Helper()
	f := &front{t: t, addr: "127.0.0.1:0", with: w.http}
	f.start()
	t.Cleanup(func() { f.stop() })
	return f
}

func TestTwoAgentsWorkInTheirBrowsers(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	f := serve(t, w)
	url := "http://" + f.addr
	chen, wang := person(t, url, "chen"), person(t, url, "wang")
	for _, who := range []context.Context{chen, wang} {
		do(who, t, "the queue", chromedp.Navigate(url+"/desk/cases?lang=zh"), shows("#queue", "没有等待的个案"), until(`document.querySelector("#keys").hidden === false`))
	}
	w.say("fruit", "c-1", "我想退货", withOrder)
	id := w.hand("fruit", "c-1")
	for _, who := range []context.Context{chen, wang} {
		do(who, t, "a new case is seen at once", shows("#queue", "#1"), shows("#queue", "还剩"))
	}
	do(chen, t, "claimed by keyboard", shoot("queue"), press("j"), chromedp.KeyEvent(kb.Enter), shows("#talk", "还没有人接"),
		until(`document.querySelector("#keys").hidden === false`), shoot("case-free"), press("c"), shows("#talk", "我在处理"))
	do(wang, t, "a colleague sees it at once", shows("#queue", "小陈 处理中"))
	require.Equal(t, "小陈", w.one("fruit", id).Agent)
	do(chen, t, "answered by keyboard", press("r"), until(`document.activeElement.id === "text"`), chromedp.KeyEvent("您好，我来看看"),
		chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)), until(`[...document.querySelectorAll("#talk .line.agent .bubble")].some((b) => b.textContent === "您好，我来看看")`), until(`document.getElementById("text").value === ""`))
	w.say("fruit", "c-1", "<img src=x onerror=alert(1)> 我想退货")
	do(chen, t, "the buyer's line comes by itself", shows("#talk .lines", "<img src=x"), shows("#picks", "规则会这样答"))
	do(chen, t, "a quick reply", chromedp.Focus("#text"), press("/"), until(`document.activeElement.id === "find"`), chromedp.KeyEvent("天内可以"), shoot("quick"),
		press(kb.Enter), until(`document.getElementById("text").value === "签收 7 天内可以退。"`),
		chromedp.KeyEvent("加微信"), shows("#hits", "微信"), until(`document.getElementById("anyway").hidden === false`), shoot("forbidden"))
	do(chen, t, "a draft outlives a reload", until(`document.getElementById("draft-kept").textContent !== ""`), chromedp.Reload(),
		until(`document.getElementById("text").value === "签收 7 天内可以退。加微信"`), chromedp.SetValue("#text", "签收 7 天内可以退。"))
	f.stop()
	do(chen, t, "the line is lost", until(`document.querySelector("[data-live-state]").hidden === false`), shoot("lost"))
	w.say("fruit", "c-1", "还在吗")
	f.start()
	do(chen, t, "what came meanwhile is there", shows("#talk .lines", "还在吗"))
	do(chen, t, "sent", until(`document.querySelector("#answer [name=seen]").value === document.querySelector("#talk [data-place]").dataset.place`), chromedp.Focus("#text"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)),
		until(`document.getElementById("text").value === ""`))
	require.Equal(t, 1, count(w.one("fruit", id).Transcript, "签收 7 天内可以退。"))
	do(wang, t, "a colleague cannot answer over it", chromedp.Navigate(url+at("fruit", id)), shows("#talk", "小陈 处理中"), chromedp.SetValue("#text", "我来答"),
		chromedp.Click("#answer button.primary"), shows("#hits", "同事已经接手"), until(`document.getElementById("text").value === "我来答"`), shoot("claimed"))
	do(chen, t, "marked", chromedp.KeyEvent(kb.Escape), press("b"), shows("#notices", "已标记"))
	do(chen, t, "help", press("?"), until(`document.getElementById("help").open`), shoot("help"), chromedp.KeyEvent(kb.Escape), until(`!document.getElementById("help").open`))
	do(chen, t, "dark", scheme("dark"), shoot("case-dark"), scheme("light"), shoot("case"))
	phone(chen, t, "case")
	do(chen, t, "closed", chromedp.EmulateViewport(1440, 900), chromedp.Evaluate(`document.querySelector("details.more").open = true`, nil), shoot("acts"), chromedp.SetValue("#outcome", "已退款"),
		chromedp.SetValue("#cause", "courier"), chromedp.Click("form.closing button"), shows("#talk", "已关闭：已退款"))
	require.Equal(t, desk.Closed, w.one("fruit", id).State)
	do(chen, t, "the marks", chromedp.Navigate(url+"/desk/marks"), shows("main", "not_reply"), shoot("marks"))
}

// phone looks at a page as wide as a side panel: it scrolls down and never sideways.
func phone(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	for _, width := range []int64{360, 320} {
		var wide, inner float64
		var which string
		do(ctx, t, "phone", chromedp.EmulateViewport(width, 780), chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide), chromedp.Evaluate(`window.innerWidth`, &inner),
			chromedp.Evaluate(`[...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > innerWidth).map((el) => el.tagName + "." + el.className + "#" + el.id).join(" ")`, &which))
		require.LessOrEqual(t, wide, inner, name+": "+which)
	}
	do(ctx, t, "phone", chromedp.EmulateViewport(360, 780), shoot(name+"-phone"))
}

func TestDisputeLeadAndEnglishInABrowser(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	f := serve(t, w)
	url := "http://" + f.addr
	id := w.say("fruit", "c-1", "我要投诉你们").Handoff.ID
	for _, c := range []string{"c-2", "c-3", "c-4"} {
		w.hand("fruit", c)
	}
	w.say("fruit", "c-5", "苹果坏了", withOrder)
	offer := w.say("fruit", "c-5", "3").Handoff.ID
	require.NoError(t, w.Attend(t.Context(), "fruit", desk.Presence{Agent: "小王", Online: true, Ceiling: 5}))
	w.pass(150 * time.Second)
	lead := person(t, url, "lead")
	do(lead, t, "a stage", chromedp.Navigate(url+at("fruit", id)+"?lang=zh"), until(`document.querySelector("#keys").hidden === false`), press("c"), shows("#talk", "我在处理"),
		chromedp.Evaluate(`document.querySelector("details.more").open = true`, nil), chromedp.SetValue("#stage", "investigating"),
		click(`form[action$="/act/stage"] button`), shows("#notices", "阶段已更改"), shows("#file", "核实中"), shoot("dispute"))
	do(lead, t, "released", click(`form[action$="/act/release"] button`), shows("#talk", "已关闭"))
	do(lead, t, "an offer", chromedp.Navigate(url+at("fruit", offer)), shows("#file", "待批准"), until(`document.querySelector("#keys").hidden === false`),
		focus("button[id^=approve]"), shoot("offer-waits"), press(kb.Enter), shows("#file", "主管 已批准"), shoot("offer"))
	require.Equal(t, bot.OfferApproved, w.one("fruit", offer).Offers[0].Verdict)
	do(lead, t, "the lead's view", chromedp.Navigate(url+"/desk/lead"), shows("main", "小王"), shoot("lead"),
		chromedp.SetValue("#plan", "早班 小王 8-15"), chromedp.SetValue("#shift", "三号仓今天缺货"), chromedp.Click(`form[action$="/roster"] button`), shows("main", "主管 写于"),
		scheme("dark"), shoot("lead-dark"))
	phone(lead, t, "lead")
	do(lead, t, "english", scheme("light"), chromedp.EmulateViewport(1440, 900), chromedp.Navigate(url+"/desk/cases?lang=en&priority=normal"), shows("#queue", "Claim"), shoot("queue-en"))
	phone(lead, t, "queue-en")
}
