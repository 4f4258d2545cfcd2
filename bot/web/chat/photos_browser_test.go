package chat_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestPhotosChosenTogetherAreOneMessage(t *testing.T) {
	ctx := chromium(t)
	s := newStage(t)
	broken := filepath.Join(t.TempDir(), "broken.jpg")
	require.NoError(t, os.WriteFile(broken, []byte("no picture"), 0o600))
	var atEnd bool
	var lines int
	var fate string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(360, 500), chromedp.Navigate(s.url()+"/chat/xiaoguo"), chromedp.WaitVisible(`#photo`, chromedp.ByQuery),
		choose(photoFile(t), photoFile(t), photoFile(t), photoFile(t)),
		chromedp.Click(`#chosen li:last-child button`, chromedp.ByQuery), until(`document.querySelectorAll("#chosen img").length === 3`),
		shoot("zh-chosen"), write("烂了三个"),
		until(`[...document.querySelectorAll(".line.buyer:not(.pending) .shot img")].filter((img) => img.naturalWidth > 0).length === 3`),
		chromedp.WaitVisible(`.line.bot`, chromedp.ByQuery), chromedp.WaitNotVisible(`#chosen`, chromedp.ByQuery), shoot("zh-together"),
	))
	require.NoError(t, chromedp.Run(ctx, chromedp.Evaluate(`document.querySelectorAll(".line.buyer").length`, &lines), chromedp.Reload(),
		until(`[...document.querySelectorAll(".shot img")].filter((img) => img.naturalWidth > 0).length === 3`),
		chromedp.Evaluate(`(() => { const l = document.getElementById("lines"); return l.scrollHeight - l.scrollTop - l.clientHeight < 2; })()`, &atEnd),
		choose(broken), until(`document.querySelector("#chosen .bubble")`), chromedp.Click(`#say .primary`, chromedp.ByQuery),
		chromedp.Text(`.line.pending .fate:has(button)`, &fate, chromedp.ByQuery), shoot("zh-no-photo"),
	))
	require.Equal(t, 1, lines, "the bot was asked once")
	require.Contains(t, fate, "这不是照片")
	require.NotContains(t, fate, "重新发送", "it would be refused again")
	require.True(t, atEnd, "the last line stays in view when photos load")
}
