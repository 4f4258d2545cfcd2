package chat_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/store"
	"xiaoer/bot/web/browsertest"
	"xiaoer/bot/web/chat"
)

// chromium opens a headless Chromium. Where there is none the test is skipped, but for CI, where there has to be one.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("it drives a browser")
	}
	ctx := browsertest.Open(t, 3*time.Minute, "site-per-process")
	chromedp.ListenTarget(ctx, func(ev any) {
		if e, ok := ev.(*runtime.EventExceptionThrown); ok {
			t.Errorf("the page's script failed: %s", e.ExceptionDetails.Error())
		}
	})
	return ctx
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

// A stage is a server that can be stopped and started again under the same address, on what it has kept.
type stage struct {
	t     *testing.T
	kept  *store.Memory
	clock *clock
	addr  string

	mu     sync.Mutex
	server *httptest.Server
	stop   chan struct{}
	world  *world
	lose   func(r *http.Request) bool // whose answers are lost on the way back
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, kept: store.NewMemory(store.Limits{}), clock: &clock{now: noonToday()}, addr: "127.0.0.1:0"}
	s.start()
	t.Cleanup(s.end)
	return s
}

// noonToday is noon in Shanghai on the day that the browser has there: the shop is open, and no midnight comes while the test lasts.
func noonToday() time.Time {
	at := time.FixedZone("Shanghai", 8*60*60)
	year, month, day := time.Now().In(at).Date()
	return time.Date(year, month, day, 12, 0, 0, 0, at)
}

func (s *stage) start() {
	s.t.Helper()
	stop := make(chan struct{})
	w := newWorldOn(s.t, s.kept, s.clock, func(o *chat.Options) { o.Stop = stop })
	var listen net.ListenConfig
	var ln net.Listener
	require.Eventually(s.t, func() (ok bool) {
		var err error
		ln, err = listen.Listen(s.t.Context(), "tcp", s.addr)
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		lose := s.lose
		s.mu.Unlock()
		if lose != nil && lose(r) {
			w.handler.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		w.handler.ServeHTTP(to, r)
	}))
	_ = server.Listener.Close() // it has one of its own
	server.Listener = ln
	server.Start()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addr, s.server, s.stop, s.world = ln.Addr().String(), server, stop, w
}

func (s *stage) end() {
	s.mu.Lock()
	server, stop := s.server, s.stop
	s.server = nil
	s.mu.Unlock()
	if server != nil {
		close(stop)
		server.CloseClientConnections()
		server.Close()
	}
}

func (s *stage) url() string { return "http://" + s.addr }

// only is the one conversation that there is.
func (s *stage) act(conversation string, ev bot.Event) {
	s.t.Helper()
	s.clock.pass(time.Second)
	s.world.act(conversation, ev)
}

// said reads what the page shows, a line each.
func said(ctx context.Context, t *testing.T) []string {
	t.Helper()
	var all []string
	require.NoError(t, chromedp.Run(ctx, chromedp.Evaluate(`[...document.querySelectorAll("#lines .line")].map((l) =>
		[...l.classList].filter((c) => c !== "line").join(" ") + ": " + [...l.querySelectorAll(".bubble")].map((b) => b.textContent).join("|"))`, &all)))
	return all
}

// see waits until the page shows a text in a line.
func see(text string) chromedp.Action {
	return until(fmt.Sprintf(`[...document.querySelectorAll("#lines .line:not(.pending)")].some((l) => l.textContent.includes(%q))`, text))
}

// until waits for something to be so, as long as the browser is there.
func until(js string) chromedp.Action { return chromedp.Poll(js, nil, chromedp.WithPollingTimeout(0)) }

func write(text string) chromedp.Action {
	return chromedp.SendKeys(`#text`, text+"\r", chromedp.ByQuery)
}

// choose puts photos beside the words that are not sent yet, as a message with them.
func choose(files ...string) chromedp.Action {
	return chromedp.Tasks{
		chromedp.SetUploadFiles(`#file`, files, chromedp.ByQuery), until(fmt.Sprintf(`document.querySelectorAll("#chosen li").length === %d`, len(files))),
	}
}

// visitorOf is the name of the conversation of the page.
func visitorOf(ctx context.Context, t *testing.T) string {
	t.Helper()
	var key string
	require.NoError(t, chromedp.Run(ctx, chromedp.Evaluate(`Object.keys(localStorage).find((k) => k.endsWith(":last")).split(":")[2]`, &key)))
	return bot.ChatID(key)
}

func photoFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), `"><img src=x onerror=alert(1)>.jpg`)
	require.NoError(t, os.WriteFile(name, photoOf(t, 3000, 2000), 0o600))
	return name
}

func TestABuyerInTheBrowser(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	var standing, choice string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(420, 720), dark(false),
		chromedp.Navigate(s.url()+"/chat/xiaoguo"),
		chromedp.WaitVisible(`#photo`, chromedp.ByQuery),
		write("我想退货 <img src=x onerror=alert(1)>"),
		see("请问退货原因是？"),
		chromedp.WaitVisible(`#choices button`, chromedp.ByQuery), shoot("zh-choices"),
		chromedp.Reload(),
		chromedp.WaitVisible(`#choices button`, chromedp.ByQuery), // they survive a reload
		chromedp.Text(`#choices button:last-child`, &choice, chromedp.ByQuery),
		chromedp.Click(`#choices button:last-child`, chromedp.ByQuery),
		see("原因是质量问题"),
		choose(photoFile(t)), chromedp.Click(`#say .primary`, chromedp.ByQuery),
		chromedp.WaitVisible(`.line.buyer:not(.pending) .shot img`, chromedp.ByQuery),
		until(`document.querySelector(".shot img").naturalWidth`),
		write("转人工"), see("已为您转接客服"),
	))
	require.Equal(t, "质量问题", choice)
	c := visitorOf(ctx, t)
	s.act(c, bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
	s.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好，照片看到了 <b>x</b>"})
	require.NoError(t, chromedp.Run(ctx, see("照片看到了 <b>x</b>"), chromedp.Text(`#standing`, &standing, chromedp.ByQuery), shoot("zh-agent"),
		dark(true), shoot("zh-agent-dark"), chromedp.EmulateViewport(320, 568), shoot("zh-320-dark"), dark(false)))
	require.Equal(t, "客服 小陈 为您服务", standing)

	s.end() // the server is started again while the buyer writes
	require.NoError(t, chromedp.Run(ctx, write("在重启时写的"), chromedp.WaitVisible(`.line.pending`, chromedp.ByQuery),
		chromedp.WaitVisible(`#connection`, chromedp.ByQuery), shoot("zh-lost")))
	s.start()
	require.NoError(t, chromedp.Run(ctx, see("在重启时写的"), chromedp.WaitNotPresent(`.line.pending`, chromedp.ByQuery)))
	s.end() // and once more, and the page is opened anew only when it is there again
	require.NoError(t, chromedp.Run(ctx, write("又重启"), chromedp.WaitVisible(`.line.pending`, chromedp.ByQuery), chromedp.Navigate("about:blank")))
	s.start()
	require.NoError(t, chromedp.Run(ctx, chromedp.Navigate(s.url()+"/chat/xiaoguo"), see("又重启"), chromedp.WaitNotPresent(`.line.pending`, chromedp.ByQuery)))
	s.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "收到了"})
	require.NoError(t, chromedp.Run(ctx, see("收到了")))
	s.act(c, bot.Event{Kind: bot.EventResolve, Agent: "小陈"})
	require.NoError(t, chromedp.Run(ctx,
		chromedp.WaitVisible(`#rating`, chromedp.ByQuery), chromedp.EmulateViewport(420, 720), shoot("zh-rating"),
		chromedp.Click(`.stars label:nth-child(4)`, chromedp.ByQuery), shoot("zh-rating-four"),
		chromedp.Click(`#rating button`, chromedp.ByQuery),
		chromedp.WaitVisible(`#thanks`, chromedp.ByQuery),
		chromedp.Reload(), chromedp.WaitVisible(`#thanks`, chromedp.ByQuery),
	))
	require.Equal(t, []string{
		"buyer: 我想退货 <img src=x onerror=alert(1)>", "bot: 请问退货原因是？", "buyer: 质量问题", "bot: 好的，原因是质量问题，已登记。",
	}, said(ctx, t)[:4])
	all := said(ctx, t)
	require.Equal(t, []string{"agent: 您好，照片看到了 <b>x</b>", "buyer: 在重启时写的", "buyer: 又重启", "agent: 收到了", "bot: 请给这次服务打个分"}, all[len(all)-5:], "nothing lost, doubled or out of order")
}

func TestPhotosLinksAndWhatWasSaidLongAgo(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	var empty, link, alt string
	var tabs int
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(360, 640), dark(false),
		chromedp.Navigate(s.url()+"/chat/xiaoguo"),
		chromedp.WaitVisible(`#empty`, chromedp.ByQuery), shoot("zh-empty"),
		chromedp.Text(`#empty`, &empty, chromedp.ByQuery),
		write("转人工"), see("已为您转接客服"),
		chromedp.WaitNotVisible(`#empty`, chromedp.ByQuery),
	))
	require.Contains(t, empty, "周一至周日 09:00–21:00")
	c := visitorOf(ctx, t)
	address := s.world.take("guest-" + strings.TrimPrefix(c, bot.ChatID("")))
	s.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "看https://shop.example/how。好吗", Images: []string{address}})
	shown := until(`document.querySelector(".line.agent .shot img")?.naturalWidth > 0`)
	require.Eventually(t, func() bool { read, all := s.world.arrived(c); return read == all && all > 0 }, time.Minute, 10*time.Millisecond, "the desk sees that it was read")
	require.NoError(t, chromedp.Run(ctx, shown, shoot("zh-agents-photo"), // live, and after a reload
		chromedp.Reload(), shown,
		chromedp.AttributeValue(`.line.agent .shot img`, "alt", &alt, nil, chromedp.ByQuery),
		chromedp.Click(`.line.agent .shot`, chromedp.ByQuery), chromedp.WaitVisible(`#large img`, chromedp.ByQuery), shoot("zh-agents-photo-large"),
		chromedp.KeyEvent("\x1b"), chromedp.WaitNotVisible(`#large`, chromedp.ByQuery),
		chromedp.Evaluate(`(() => { const a = document.querySelector(".line.agent .bubble a"); return [a.href, a.textContent, a.target, a.rel].join(" "); })()`, &link),
	))
	require.Equal(t, "照片，来自客服 小陈，点开看大图", alt)
	require.Equal(t, "https://shop.example/how https://shop.example/how _blank noopener noreferrer nofollow", link)

	for n := range 160 {
		s.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: fmt.Sprintf("第%d", n)})
		if n%10 == 9 {
			require.NoError(t, chromedp.Run(ctx, see(fmt.Sprintf("第%d", n))))
		}
	}
	first := `document.querySelector("#lines .line .bubble").textContent`
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Reload(), see("第159"), until(first+` === "第110"`), // the last fifty
		chromedp.WaitVisible(`#earlier`, chromedp.ByQuery), shoot("zh-earlier"),
		chromedp.Evaluate(`document.getElementById("earlier").click()`, nil), until(first+` !== "第110"`),
		until(`(document.getElementById("lines").scrollTop = 0, document.getElementById("earlier").hidden)`), // by scrolling, as far as it takes
		shoot("zh-all"), chromedp.Evaluate(`document.querySelectorAll("#lines .day").length`, &tabs),
	))
	require.Equal(t, 1, tabs, "one day")
	all := said(ctx, t)
	require.Len(t, all, 2+1+160)
	for n := range 160 {
		require.Equal(t, fmt.Sprintf("agent: 第%d", n), all[n+3])
	}
}

func TestChoicesShowInAnotherTab(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	open := chromedp.Tasks{chromedp.Navigate(s.url() + "/chat/xiaoguo"), chromedp.WaitVisible(`#photo`, chromedp.ByQuery)}
	require.NoError(t, chromedp.Run(ctx, open))
	other, cancel := chromedp.NewContext(ctx)
	defer cancel()
	require.NoError(t, chromedp.Run(other, open))
	require.NoError(t, chromedp.Run(ctx, page.BringToFront(), write("我想退货"), chromedp.WaitVisible(`#choices button`, chromedp.ByQuery)))
	require.NoError(t, chromedp.Run(other, page.BringToFront(), chromedp.WaitVisible(`#choices button`, chromedp.ByQuery),
		chromedp.Reload(), chromedp.WaitVisible(`#choices button`, chromedp.ByQuery),
		chromedp.Click(`#choices button:last-child`, chromedp.ByQuery), see("原因是质量问题")))
	require.NoError(t, chromedp.Run(ctx, page.BringToFront(), see("原因是质量问题"), chromedp.WaitNotVisible(`#choices`, chromedp.ByQuery)))
}

func TestTheChatByKeyboardAloneOnASmallPhone(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	var focused, label string
	var wide bool
	press := func(keys ...string) chromedp.Tasks {
		var all chromedp.Tasks
		for _, key := range keys {
			all = append(all, chromedp.KeyEvent(key))
		}
		return all
	}
	focus := chromedp.Evaluate(`document.activeElement.id || document.activeElement.textContent`, &focused)
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(320, 568), dark(false),
		chromedp.Navigate(s.url()+"/chat/xiaoguo?lang=en"),
		chromedp.WaitVisible(`#photo`, chromedp.ByQuery),
		press("\t", "\t"), focus, // the lines, then the field
		press("我想退货", "\r"), see("请问退货原因是？"),
		chromedp.WaitVisible(`#choices button`, chromedp.ByQuery),
		chromedp.KeyEvent("\t", chromedp.KeyModifiers(input.ModifierShift)), // back to the last choice
		chromedp.Evaluate(`document.activeElement.textContent`, &label),
		shoot("en-320-choices"), browsertest.Usable(t, "chat"), dark(true), browsertest.Usable(t, "chat at night"),
		press("\r"), see("原因是质量问题"),
	))
	require.Equal(t, "text", focused)
	require.Equal(t, "质量问题", label)
	require.NoError(t, chromedp.Run(ctx, focus, chromedp.Evaluate(`document.documentElement.scrollWidth > innerWidth`, &wide)))
	require.Equal(t, "text", focused, "the focus is not lost with what was chosen")
	require.False(t, wide, "a phone scrolls down and never sideways")
	var role, live, busy string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.AttributeValue(`#lines`, "role", &role, nil), chromedp.AttributeValue(`#lines`, "aria-live", &live, nil), chromedp.AttributeValue(`#lines`, "aria-busy", &busy, nil)))
	require.Equal(t, []string{"log", "polite", "false"}, []string{role, live, busy})
}

func TestNoLineIsLostOrDoubledWhenAnswersAreLost(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	var mu sync.Mutex
	lost := 0
	s.mu.Lock()
	s.lose = func(r *http.Request) bool { // the first answers to each of two messages never arrive
		mu.Lock()
		defer mu.Unlock()
		if !strings.HasSuffix(r.URL.Path, "/messages") || lost >= 3 {
			return false
		}
		lost++
		return true
	}
	s.mu.Unlock()
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(420, 720),
		chromedp.Navigate(s.url()+"/chat/xiaoguo?lang=en"),
		chromedp.WaitVisible(`#photo`, chromedp.ByQuery),
		write("我想退货"), write("质量问题"), write("转人工"),
		see("已为您转接客服"), chromedp.WaitNotPresent(`.line.pending`, chromedp.ByQuery), shoot("en-lost-answers"),
	))
	want := []string{"buyer: 我想退货", "bot: 请问退货原因是？", "buyer: 质量问题", "bot: 好的，原因是质量问题，已登记。", "buyer: 转人工", "bot: 已为您转接客服"}
	require.Equal(t, want, said(ctx, t))
	require.NoError(t, chromedp.Run(ctx, chromedp.Reload(), see("已为您转接客服")))
	require.Equal(t, want, said(ctx, t))
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, 3, lost)
}

func TestAPhotoThatDoesNotGetThroughHoldsNoWordsBack(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	losePhotos := func(lose bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lose = func(r *http.Request) bool { return lose && r.Method == http.MethodPut }
	}
	losePhotos(true)
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(420, 720),
		chromedp.Navigate(s.url()+"/chat/xiaoguo?lang=en"),
		chromedp.WaitVisible(`#photo`, chromedp.ByQuery),
		choose(photoFile(t)), chromedp.Click(`#say .primary`, chromedp.ByQuery),
		chromedp.WaitVisible(`.line.pending`, chromedp.ByQuery),
		write("我想退货"), see("请问退货原因是？"),
		chromedp.WaitVisible(`.line.pending .fate button`, chromedp.ByQuery), shoot("en-photo-failed"),
	))
	losePhotos(false)
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Click(`.line.pending .fate button`, chromedp.ByQuery), // send again
		chromedp.WaitVisible(`.line.buyer:not(.pending) .shot img`, chromedp.ByQuery),
		chromedp.WaitNotPresent(`.line.pending`, chromedp.ByQuery),
	))
}

// frameOf looks into the frame of the chat in a page of another site: for the browser it is a page of its own.
func frameOf(ctx context.Context, t *testing.T, url string) context.Context {
	t.Helper()
	var found target.ID
	require.Eventually(t, func() bool {
		all, err := chromedp.Targets(ctx)
		require.NoError(t, err)
		for _, one := range all {
			if one.Type == "iframe" && strings.HasPrefix(one.URL, url) {
				found = one.TargetID
			}
		}
		return found != ""
	}, time.Minute, 20*time.Millisecond)
	in, cancel := chromedp.NewContext(ctx, chromedp.WithTargetID(found))
	t.Cleanup(cancel)
	return in
}

func TestTheChatInAPageOfAnotherSite(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src "+s.url()+"; frame-src "+s.url())
		identity := ""
		if r.URL.Path == "/known" {
			raw := buyerB1()
			raw["exp"] = s.clock.Now().Add(time.Minute).Unix()
			identity = fmt.Sprintf(` data-identity="%s"`, signed(t, raw, secret))
		}
		_, _ = fmt.Fprintf(w, `<!doctype html><title>shop</title><h1>A shop</h1><script src="%s/chat/xiaoguo.js" async%s></script>`, s.url(), identity)
	}))
	defer site.Close()
	elsewhere := strings.Replace(site.URL, "127.0.0.1", "localhost", 1) // another site than the chat's
	s.world.change(func(c *chat.Shop) { c.Origins = []string{elsewhere} })
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(1000, 720), dark(false),
		chromedp.Navigate(elsewhere+"/"),
		until(`document.querySelector("xiaoer-chat") !== null`),
		shoot("embed-closed"),
		chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"), // by keyboard: the button opens it, and the focus is in the frame
	))
	inFrame := frameOf(ctx, t, s.url())
	require.NoError(t, chromedp.Run(inFrame, chromedp.WaitVisible(`#photo`, chromedp.ByQuery), chromedp.WaitVisible(`#close`, chromedp.ByQuery), write("我想退货"), see("请问退货原因是？")))
	require.NoError(t, chromedp.Run(ctx, shoot("embed-open"), chromedp.EmulateViewport(360, 640), shoot("embed-phone"), chromedp.EmulateViewport(1000, 720)))
	c := visitorOf(inFrame, t)
	s.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	var hidden bool
	require.NoError(t, chromedp.Run(inFrame, see("您好"), chromedp.Evaluate(`document.getElementById("pick").hidden`, &hidden)))
	require.True(t, hidden, "a guest has no orders")
	s.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "看" + site.URL + "/news"})
	require.NoError(t, chromedp.Run(inFrame, see("/news"), chromedp.Click(`.line.agent a`, chromedp.ByQuery)))
	require.Eventually(t, func() bool { // in a page of its own, out of the frame
		all, err := chromedp.Targets(ctx)
		require.NoError(t, err)
		return slices.ContainsFunc(all, func(one *target.Info) bool { return one.Type == "page" && one.URL == site.URL+"/news" })
	}, time.Minute, 20*time.Millisecond)
	require.NoError(t, chromedp.Run(ctx, page.BringToFront()))
	require.NoError(t, chromedp.Run(ctx, chromedp.Reload(), until(`document.querySelector("xiaoer-chat") !== null`)))
	require.NoError(t, chromedp.Run(frameOf(ctx, t, s.url()), see("您好")), "where cookies are not taken the page keeps the session")

	require.NoError(t, chromedp.Run(ctx, chromedp.Navigate(elsewhere+"/known"), until(`document.querySelector("xiaoer-chat") !== null`)))
	inFrame = frameOf(ctx, t, s.url())
	var orders, address string
	require.NoError(t, chromedp.Run(inFrame,
		chromedp.WaitVisible(`#pick`, chromedp.ByQuery),
		chromedp.Evaluate(`location.href`, &address),
		chromedp.Click(`#pick`, chromedp.ByQuery), chromedp.WaitVisible(`.order`, chromedp.ByQuery),
		chromedp.Text(`#tray`, &orders, chromedp.ByQuery),
	))
	require.NoError(t, chromedp.Run(ctx, shoot("embed-orders")))
	require.NoError(t, chromedp.Run(inFrame, chromedp.Click(`.order`, chromedp.ByQuery), see(orderA)))
	require.Contains(t, orders, "苹果 <script>alert(1)</script>")
	require.NotContains(t, address, "identity", "who the buyer is does not stay in the address")
	require.Equal(t, []string{"buyer: 订单 " + orderA}, said(inFrame, t), "another buyer than the guest")
}
