package workbench_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

// texts are all that an agent may want to carry over to the platform, and whether a button beside it copies it.
const texts = `[...document.querySelectorAll("#talk .bubble, #file .mono, #file .summary")].filter((el) => {
	const here = el.closest(".line, dd, .summary, li") ?? el.parentElement, words = el.matches(".summary") ? el.firstChild.textContent : el.textContent;
	return ![...here.querySelectorAll("button.copy[data-copy]")].some((b) => b.dataset.copy.trim() === words.trim() && b.checkVisibility());
}).map((el) => el.outerHTML)`

// An agent has the desk as a narrow panel beside the platform's own workbench, and answers there.
func TestASidePanelBesideAPlatformsWorkbench(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	f := serve(t, w)
	url := "http://" + f.addr
	w.say("fruit", "c-1", "我想退货", withOrder)
	id := w.hand("fruit", "c-1")
	panel := person(t, url, "chen")
	do(panel, t, "the queue", chromedp.EmulateViewport(400, 780), chromedp.Navigate(url+"/desk/cases?lang=zh"), until(`document.querySelector("[data-live-state=live]")`),
		click(".case-row > a"), shows("#talk", "还没有人接"), until(`document.querySelector("[data-live-state=live]")`), until(`document.querySelector("#talk .copy")?.hidden === false`))
	for _, width := range []int64{400, 360, 320} {
		var out []string
		var wide bool
		do(panel, t, "narrow", chromedp.EmulateViewport(width, 780), chromedp.Evaluate(texts, &out), chromedp.Evaluate(`document.documentElement.scrollWidth > innerWidth`, &wide),
			shoot(fmt.Sprintf("panel-%d", width)))
		require.Empty(t, out, "every text has a button that copies it")
		require.False(t, wide, "a panel of %d scrolls down and never sideways", width)
	}
	do(panel, t, "copied", chromedp.Click("#file .mono + .copy", chromedp.ByQuery), shows("#notices", "已复制"))

	w.say("fruit", "c-1", "亲，这边给您查一下", func(m *bot.Message) { m.Kind = bot.KindAgent })
	do(panel, t, "who answers on the platform has the case", shows("#talk .holder", "有人在平台上处理"), shows("#talk .lines", "亲，这边给您查一下"), shoot("panel-claimed"))
	require.Equal(t, desk.Taken, w.one("fruit", id).State)
	said := len(w.one("fruit", id).Transcript)
	w.say("fruit", "c-1", "好的，谢谢")
	do(panel, t, "and the bot is silent", shows("#talk .lines", "好的，谢谢"))
	require.Len(t, w.one("fruit", id).Transcript, said+1)
	do(panel, t, "the queue says so, too", chromedp.Navigate(url+"/desk/cases"), shows(".case-row", "有人在平台上处理"), shows("#counts", "待接 0"))
}
