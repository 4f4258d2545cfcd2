package account_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/browsertest"
)

// chromium opens a headless Chromium. Where there is none the test is skipped, but for CI, where there has to be one.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	ctx := browsertest.Open(t, 90*time.Second)
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("a script failed: %s", e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if strings.Contains(e.Entry.Text, "Content Security Policy") {
				t.Errorf("the policy was hurt: %s", e.Entry.Text)
			}
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
		if err := chromedp.FullScreenshot(&png, 100).Do(ctx); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "account-"+name+".png"), png, 0o600)
	})
}

func dark(on bool) chromedp.Action {
	value := "light"
	if on {
		value = "dark"
	}
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}})
}

// narrow fails when a page is wider than the window.
func narrow(t *testing.T, where string) chromedp.Action {
	t.Helper()
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var wide string
		err := chromedp.Evaluate(`document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("body *")]
			.filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll, .unseen, thead")).map(e => e.tagName + "." + e.className).join(" ")`, &wide).Do(ctx)
		require.Empty(t, wide, "%s scrolls down and never sideways", where)
		return errors.Join(err, browsertest.Usable(t, where).Do(ctx))
	})
}

func TestPeopleSignInAndLookAfterTheirAccounts(t *testing.T) {
	h := newHouse(t)
	h.person("老板", roles("*", "admin"))
	h.person("小陈", roles(shopA, "agent"))
	h.person(attack, roles(shopA, "editor"))
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	ctx := chromium(t)
	var link, text, focused, background, at, theme string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(1280, 900), dark(false),
		chromedp.Navigate(server.URL+"/desk/people?lang=zh"),
		chromedp.WaitVisible(`#password`),
		chromedp.Evaluate(`document.activeElement.id`, &focused),
		shoot("login"), browsertest.Usable(t, "log-in"),
		chromedp.SendKeys(`#name`, "老板"), chromedp.SendKeys(`#password`, "not the password\r"),
		chromedp.WaitVisible(`#wrong`),
		chromedp.Text(`#wrong`, &text),
		chromedp.SendKeys(`#password`, secret+"\r"),
		chromedp.WaitVisible(`#invite`),
		chromedp.Location(&at),
		chromedp.Navigate(server.URL+"/desk/people?shop="+shopA),
		chromedp.WaitVisible(`#invite`),
		shoot("people"), browsertest.Usable(t, "people"),
		chromedp.SendKeys(`#name`, "小王"), chromedp.SetValue(`#role`, "editor"), chromedp.Click(`form[action="/desk/people/invite"] button.primary`),
		chromedp.WaitVisible(`#link`),
		chromedp.WaitVisible(`button.copy`),
		chromedp.Text(`#link`, &link),
		shoot("invited"),
		dark(true), chromedp.EmulateViewport(320, 700, chromedp.EmulateMobile), shoot("people-phone-dark"), narrow(t, "people"),
		chromedp.Evaluate(`getComputedStyle(document.body).backgroundColor`, &background),
		chromedp.Navigate(server.URL+"/desk/me"), chromedp.WaitVisible(`#current`), shoot("own-phone-dark"), narrow(t, "own"),
		chromedp.Navigate(server.URL+"/desk/audit?shop="+shopA), chromedp.WaitVisible(`#who`), shoot("audit-phone-dark"), narrow(t, "audit"),
		chromedp.EmulateViewport(1280, 900), shoot("audit-dark"),
		chromedp.Navigate(server.URL+"/desk/me?theme=light"), chromedp.WaitVisible(`#current`), shoot("own"),
		chromedp.Evaluate(`getComputedStyle(document.body).backgroundColor`, &theme),
		chromedp.Click(`.leave button`), chromedp.WaitVisible(`#name`),
	))
	require.Equal(t, "name", focused)
	require.Equal(t, "姓名或密码不对。", text)
	require.Equal(t, server.URL+"/desk/people?lang=zh", at, "signing in leads where one wanted to go")
	require.Contains(t, link, server.URL+"/desk/invitation/")
	require.Equal(t, "rgb(22, 21, 19)", background)
	require.Equal(t, "rgb(246, 241, 231)", theme, "what is chosen wins over the system")

	var name, home string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Navigate(link+"?lang=en"),
		chromedp.WaitVisible(`#again`), shoot("invitation"), browsertest.Usable(t, "invitation"),
		chromedp.Value(`#name`, &name),
		chromedp.SendKeys(`#password`, other), chromedp.SendKeys(`#again`, other+"\r"),
		chromedp.WaitVisible(`//body[contains(.,"hello")]`, chromedp.BySearch),
		chromedp.Text(`body`, &home),
	))
	require.Equal(t, "小王", name)
	require.Equal(t, "hello 小王", strings.TrimSpace(home))
}

func TestSigningInByKeyboardAlone(t *testing.T) {
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	ctx := chromium(t)
	var main, gone string
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(1280, 900),
		chromedp.Navigate(server.URL+"/desk/me?lang=en"), chromedp.WaitVisible(`#password`),
		chromedp.KeyEvent("boss"), chromedp.KeyEvent("\t"), chromedp.KeyEvent(secret), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"),
		chromedp.WaitVisible(`#current`),
		chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"), // the skip link
		chromedp.Evaluate(`document.activeElement.id`, &main),
		chromedp.Focus(`details.look summary`), chromedp.KeyEvent("\r"),
		chromedp.Poll(`document.querySelector("details.look").open`, nil),
		chromedp.KeyEvent("\x1b"),
		chromedp.Poll(`!document.querySelector("details.look").open`, nil),
		chromedp.Evaluate(`document.activeElement.tagName`, &gone),
	))
	require.Equal(t, "main", main)
	require.Equal(t, "SUMMARY", gone, "the focus goes back to what opened the menu")
}
