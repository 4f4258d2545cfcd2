package browsertest

import (
	"context"
	_ "embed"
	"testing"

	"github.com/chromedp/chromedp"
)

//go:embed faults.js
var faults string

// Faults lists what keeps people from using the page that is open who do not see it, see it badly, or have no mouse: fields without labels, headings
// and landmarks out of order, text that is hard to read, what is too small to hit. It is no substitute for trying a page out.
func Faults(ctx context.Context) (found []string, err error) {
	err = chromedp.Run(ctx, chromedp.Evaluate(faults, &found))
	return found, err
}

// Usable fails a test where the page that is open has faults.
func Usable(t *testing.T, where string) chromedp.Action {
	t.Helper()
	return chromedp.ActionFunc(func(ctx context.Context) error {
		found, err := Faults(ctx)
		for _, one := range found {
			t.Errorf("%s: %s", where, one)
		}
		return err
	})
}
