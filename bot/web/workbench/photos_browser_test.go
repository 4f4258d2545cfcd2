package workbench_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/chat"
	"xiaoer/bot/web/workbench"
)

// withChat lets buyers write in a chat of the shop's own, on the same site.
func (w *world) withChat(t *testing.T) {
	t.Helper()
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	_, err := chat.New(w.site, chat.Options{
		Shop: func(id string) (chat.Shop, bool) {
			return chat.Shop{Name: id, Locale: "zh-CN", Zone: time.UTC}, id == "fruit"
		},
		Conversations: w.Engine, Documents: w.Engine, Photos: w.photos, Stop: stop, Clock: w.clock,
	})
	require.NoError(t, err)
}

// files writes files to choose from.
func files(t *testing.T, named map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, body := range named {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), body, 0o600))
	}
	return dir
}

// carried makes a drawing and hands it to the page as the clipboard or a mouse does.
func carried(event string) chromedp.Action {
	return chromedp.Evaluate(`new Promise((done) => {
		const canvas = document.createElement("canvas");
		canvas.width = 40; canvas.height = 30;
		canvas.getContext("2d").fillRect(0, 0, 20, 15 + document.querySelectorAll("#thumbs li").length);
		canvas.toBlob((blob) => {
			const data = new DataTransfer();
			data.items.add(new File([blob], "截图.png", { type: "image/png" }));
			document.getElementById("text").dispatchEvent(`+event+`);
			done(true);
		}, "image/png");
	})`, nil, awaited)
}

const (
	paste = `new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })`
	drop  = `new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })`
)

// uploaded is whether so many photos are there to be sent.
func uploaded(n string) chromedp.Action {
	return until(`document.querySelectorAll("#thumbs input[name=photo]").length === ` + n + ` && document.querySelectorAll("#thumbs li").length === ` + n)
}

func TestPhotosReachTheBuyersPage(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	w.withChat(t)
	line := &badLine{Handler: w.http}
	w.http = line
	f := serve(t, w)
	url := "http://" + f.addr
	ready := until(`document.querySelector("#keys").hidden === false`)
	dir := files(t, map[string][]byte{"苹果.png": snapshot(t, 90), "假的.png": []byte("<svg onload=alert(1)>"), "图.svg": []byte("<svg/>")})
	buyer, chen := person(t, url, "nobody"), person(t, url, "chen")
	do(buyer, t, "the buyer asks", chromedp.EmulateViewport(390, 780), chromedp.Navigate(url+"/chat/fruit"), until(`document.querySelector("#lines[aria-busy=false]")`), chromedp.SendKeys("#text", "转人工\r"), shows("#lines", "转接"))
	do(chen, t, "an agent opens the case", chromedp.Navigate(url+"/desk/cases?lang=zh"), shows("#queue", "#1"), ready, press("j"), chromedp.KeyEvent(kb.Enter), shows("#talk", "还没有人接"), ready)
	do(chen, t, "photos come by three ways", chromedp.SendKeys("#text", "您看"), chromedp.SetUploadFiles("#photos", []string{filepath.Join(dir, "苹果.png")}), uploaded("1"),
		carried(paste), uploaded("2"), carried(drop), uploaded("3"), shoot("photos"))
	do(chen, t, "what is none is refused in words", chromedp.SetUploadFiles("#photos", []string{filepath.Join(dir, "假的.png")}), shows("#alarms", "只能发照片"), uploaded("3"),
		chromedp.SetUploadFiles("#photos", []string{filepath.Join(dir, "图.svg")}), shows("#alarms", "图.svg"), uploaded("3"))
	do(chen, t, "one is taken out by keyboard", focus("#thumbs li:last-child button"), press(kb.Enter), uploaded("2"))
	do(chen, t, "they outlive a reload", until(`document.getElementById("draft-kept").textContent !== ""`), chromedp.Reload(), ready, uploaded("2"),
		until(`[...document.querySelectorAll("#thumbs img")].every((img) => img.complete && img.naturalWidth > 0)`), until(`document.getElementById("text").value === "您看"`))
	send := chromedp.Evaluate(`document.querySelector("#answer").requestSubmit()`, nil)
	line.lose.Store(true)
	do(chen, t, "the answer is lost", send, shows("#alarms", "没有成功"), until(`document.querySelector("#answer button.primary").disabled === false`))
	line.lose.Store(false)
	do(chen, t, "sent again after a reload", chromedp.Reload(), ready, uploaded("2"), send, uploaded("0"), until(`document.getElementById("text").value === ""`),
		until(`document.querySelectorAll("#talk .line.agent .photo img").length === 2`), shoot("photos-sent"))
	cases, err := w.Cases(t.Context(), desk.Query{Shops: []string{"fruit"}, Limit: 2, WithTexts: true})
	require.NoError(t, err)
	require.Len(t, cases, 1)
	photos := 0
	for _, l := range cases[0].Transcript {
		photos += len(l.Images)
	}
	require.Equal(t, 2, photos, "they were sent once")
	do(buyer, t, "the buyer sees them", shows("#lines", "您看"), until(`[...document.querySelectorAll("#lines .line.agent .shot img")].filter((img) => img.complete && img.naturalWidth > 0).length === 2`), shoot("photos-buyer"))
	do(chen, t, "the agent sees that they have arrived", shows("#talk .line.agent", "买家的页面已取到"))
	phone(chen, t, "photos")
}

func TestCasesOfOneMatterInABrowser(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	f := serve(t, w)
	url := "http://" + f.addr
	first := w.say("fruit", "c-1", "转人工", withOrder, by("b-1")).Handoff.ID
	w.say("fruit", "c-1", "箱子破了，苹果也坏了两个", by("b-1"))
	w.post("wang", at("fruit", first, "/act/note"), "text", "打过电话，没人接")
	second := w.say("fruit", "c-2", "转人工", withOrder, by("b-1"), func(m *bot.Message) { m.Images = nil }).Handoff.ID
	w.say("fruit", "c-3", "转人工", about("261118-999999999999999"), by("b-1"))
	ready := until(`document.querySelector("#keys").hidden === false`)
	chen := person(t, url, "chen")
	do(chen, t, "both stand in one file", chromedp.Navigate(url+at("fruit", second)+"?lang=zh"), ready, shows("#file", "同一件事的其他个案"), shows("#file", "打过电话，没人接"), shows("#file", "这位买家的其他个案"))
	do(chen, t, "the other conversation opens by keyboard", focus("#d-talk-1 summary"), press(kb.Enter), until(`document.getElementById("d-talk-1").open`), shows("#d-talk-1 .lines", "箱子破了"), shoot("matter"))
	w.say("fruit", "c-1", "人呢", by("b-1"))
	do(chen, t, "and follows what happens", shows("#d-talk-1 .lines", "人呢"), until(`document.getElementById("d-talk-1").open`))
	do(chen, t, "merged by keyboard", focus("#merge-1"), press(kb.Enter), shows("#notices", "已并入"), shows("#matter-1", "已并入 #2"), shows("#file", "#1 已并入本个案"), until(`!document.getElementById("merge-1")`))
	require.Equal(t, desk.Closed, w.one("fruit", first).State)
	phone(chen, t, "matter")
	do(chen, t, "in English", chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url+at("fruit", second)+"?lang=en"), ready, shows("#file", "Other cases of the same matter"), shows("#talk", "human"), shoot("matter-en"))
}

// awaited lets a script's promise be waited for.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
