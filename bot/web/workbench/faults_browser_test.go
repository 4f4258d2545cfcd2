package workbench_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/browsertest"
	"xiaoer/bot/web/workbench"
)

// Every page in both themes, as wide as a screen and as narrow as a phone.
func TestEverybodyCanUseThePages(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	f := serve(t, w)
	url := "http://" + f.addr
	w.say("fruit", "c-1", "我想退货", withOrder)
	id := w.say("fruit", "c-1", "我要投诉你们").Handoff.ID
	w.post("lead", at("fruit", id, "/act/claim"))
	w.post("lead", at("fruit", id, "/act/note"), "text", "先看照片")
	closed := w.hand("fruit", "c-2")
	w.post("lead", at("fruit", closed, "/act/claim"))
	w.post("lead", at("fruit", closed, "/act/close"), "outcome", "已解决")
	w.say("fruit", "c-5", "苹果坏了", withOrder)
	offer := w.say("fruit", "c-5", "3").Handoff.ID
	require.NoError(t, w.Attend(t.Context(), "fruit", desk.Presence{Agent: "小王", Online: true, Ceiling: 5}))
	lead := person(t, url, "lead")
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 360} {
			do(lead, t, "the look", scheme(theme), chromedp.EmulateViewport(width, 800))
			for _, page := range []string{"/desk/cases", "/desk/lead", at("fruit", id), at("fruit", closed), at("fruit", offer), "/desk/marks", "/desk/nothing", at("fruit", id) + "/why/nothing"} {
				do(lead, t, page, chromedp.Navigate(url+page), chromedp.Evaluate(`for (const d of document.querySelectorAll("details:not(.look)")) d.open = true`, nil),
					browsertest.Usable(t, fmt.Sprint(page, " ", theme, " ", width)))
			}
		}
	}
}
