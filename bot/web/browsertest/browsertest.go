// Package browsertest gives tests a headless Chromium. It knows none of the pages that they look at.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Open opens a browser that is there for so long at most and closed when the test ends. Flags are Chromium's own. Where there is no
// Chromium the test is skipped, but for CI, where there has to be one.
func Open(t *testing.T, patience time.Duration, flags ...string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(Need(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(patience))
	for _, flag := range append([]string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync"}, flags...) {
		options = append(options, chromedp.Flag(flag, true))
	}
	// The context of a test ends before its clean-up begins, and the browser is to be closed in order.
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has left its folder
		cancel()
	})
	return ctx
}

// Need finds Chromium, for tests that have much to prepare before they open it.
func Need(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium: install Debian's package chromium")
	}
	t.Skip("no Chromium on this machine (Debian's package chromium): the pages are not looked at")
	return ""
}
