package workbench_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

func TestALeadReassignsInTheBrowser(t *testing.T) {
	needBrowser(t)
	w := newWorld(t, workbench.Limits{})
	f := serve(t, w)
	url := "http://" + f.addr
	first, second := w.hand("fruit", "c-1"), w.hand("fruit", "c-2")
	require.NoError(t, w.Attend(t.Context(), "fruit", desk.Presence{Agent: "小王", Online: true, Ceiling: 5}))
	lead := person(t, url, "lead")
	box := func(id string) string { return `document.querySelector("input[value='` + id + `']")` }
	do(lead, t, "chosen", chromedp.Navigate(url+"/desk/lead?lang=zh"), until(`document.querySelector("[data-live-state=live]")`),
		chromedp.Evaluate(box(first)+`.click(); `+box(second)+`.click()`, nil))
	third := w.hand("fruit", "c-3")
	do(lead, t, "what was chosen stays so when a case comes", until(box(third)), until(box(first)+`.checked && `+box(second)+`.checked && !`+box(third)+`.checked`), shoot("lead-chosen"),
		chromedp.SetValue(`#reassign [name=to]`, "小王"), chromedp.Click(`#reassign button`), shows("#notices", "已转交"))
	for _, id := range []string{first, second} {
		require.Equal(t, "小王", w.one("fruit", id).Assigned)
	}
}
