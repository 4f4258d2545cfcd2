package figures_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/browsertest"
	"xiaoer/bot/web/page"
)

// browser opens a headless Chromium. Where there is none the test is skipped, but for CI, where there has to be one. What a page's script
// or the content security policy objects to fails the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	ctx := browsertest.Open(t, 2*time.Minute)
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page's script failed: %s", e.ExceptionDetails.Error())
		case *cdplog.EventEntryAdded:
			if e.Entry.Source == cdplog.SourceSecurity {
				t.Errorf("the policy was broken: %s", e.Entry.Text)
			}
		}
	})
	return ctx
}

// serve gives the address of the pages, looked at by an editor.
func serve(t *testing.T, s *source) string {
	t.Helper()
	pages := handler(t, s)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pages.ServeHTTP(w, r.WithContext(page.WithPerson(r.Context(), desk.Person{Name: "小陈", Roles: editor()})))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/desk/figures"
}

// shoot writes a picture of the whole page where XIAOER_SHOTS names a folder, so that a person can look at it.
func shoot(name string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		dir := os.Getenv("XIAOER_SHOTS")
		if dir == "" {
			return nil
		}
		var png []byte
		if err := chromedp.FullScreenshot(&png, 100).Do(ctx); err != nil {
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

// sideways is by how much the page is wider than the window.
const sideways = `document.documentElement.scrollWidth - window.innerWidth`

// faint lists the series whose colour does not stand out from the panel by 1.6 to 1, or that are not told apart from the one before by lightness.
const faint = `(() => {
  const light = (c) => { const v = c.match(/\d+/g).slice(0, 3).map((x) => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; });
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const fill = (s) => getComputedStyle(document.querySelector(".keys ." + s)).fill, panel = getComputedStyle(document.querySelector(".panel")).backgroundColor;
  const bad = ["s1", "s2", "s3", "s4"].filter((s) => ratio(fill(s), panel) < 1.6);
  for (const [a, b] of [["s1", "s2"], ["s2", "s3"], ["s3", "s4"]]) if (ratio(fill(a), fill(b)) < 1.5) bad.push(a + b + ratio(fill(a), fill(b)).toFixed(2));
  return bad.join(" ");
})()`

func TestFiguresInEveryTheme(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	ctx := browser(t)
	at := serve(t, busy())
	var bars, over int
	var inLight, inDark, title string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(1280, 900), dark(false),
		chromedp.Navigate(at+"?shop=a&days=30&lang=zh"),
		chromedp.WaitVisible(`.chart`, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelectorAll(".chart rect").length`, &bars),
		chromedp.Evaluate(faint, &inLight), shoot("figures-zh-light"), browsertest.Usable(t, "light"),
		dark(true), chromedp.Evaluate(faint, &inDark), shoot("figures-zh-dark"), browsertest.Usable(t, "dark"),
		dark(false), chromedp.Navigate(at+"?shop=a&days=90&lang=en"), chromedp.WaitVisible(`.chart`, chromedp.ByQuery), shoot("figures-en-90"),
		chromedp.Navigate(at+"?shop=a&days=1&lang=en"), chromedp.WaitVisible(`.chart`, chromedp.ByQuery), shoot("figures-en-1"),
		chromedp.Evaluate(`document.querySelector(".chart title").textContent`, &title),
		chromedp.Evaluate(sideways, &over),
	))
	require.Greater(t, bars, 150)
	require.Empty(t, inLight, "colours in the light theme")
	require.Empty(t, inDark, "colours in the dark theme")
	require.Equal(t, "Messages by hour", title)
	require.LessOrEqual(t, over, 0)
}

func TestFiguresOnAPhoneAndByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	ctx := browser(t)
	at := serve(t, busy())
	var over, overQuestions int
	var size float64
	var open bool
	var draft, href string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(320, 700, chromedp.EmulateMobile), dark(true),
		chromedp.Navigate(at+"?shop=a&days=7&lang=zh"),
		chromedp.WaitVisible(`.chart`, chromedp.ByQuery),
		chromedp.Evaluate(sideways, &over),
		chromedp.Evaluate(`document.querySelector(".chart text").getBoundingClientRect().height`, &size), shoot("figures-phone"),
		chromedp.Focus(`.charts summary`, chromedp.ByQuery), chromedp.KeyEvent("\r"),
		chromedp.Evaluate(`document.querySelector(".charts details").open`, &open), shoot("figures-phone-table"),
		chromedp.Navigate(at+"/questions?shop=a&days=7&lang=zh"),
		chromedp.WaitVisible(`.groups`, chromedp.ByQuery),
		chromedp.Focus(`.groups summary`, chromedp.ByQuery), chromedp.KeyEvent("\r"),
		chromedp.WaitVisible(`.groups pre`, chromedp.ByQuery),
		chromedp.Text(`.groups details`, &draft, chromedp.ByQuery),
		chromedp.Evaluate(sideways, &overQuestions), shoot("questions-phone"), browsertest.Usable(t, "questions"),
		chromedp.EmulateViewport(1280, 900), dark(false), shoot("questions-wide"),
		chromedp.Evaluate(`document.querySelector("a[download]").href`, &href),
	))
	require.LessOrEqual(t, over, 0, "a phone scrolls down and never sideways")
	require.LessOrEqual(t, overQuestions, 0)
	require.Greater(t, size, 8.0, "the words in a chart can be read")
	require.True(t, open, "a table opens by keyboard")
	require.Contains(t, draft, "rules.yaml")
	require.True(t, strings.HasSuffix(href, "/desk/figures/csv/questions?days=7&shop=a"), href)
}
