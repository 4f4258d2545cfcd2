package browsertest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/browsertest"
)

const good = `<!doctype html><html lang="en"><title>Good</title><body style="background: #fff; color: #222"><main><h1>One</h1><h2>Two</h2>
<label>Name <input style="padding: 8px"></label><button style="padding: 8px">Send</button><a href="/">home</a><img alt="" src="data:,">
<p style="color: #999" aria-hidden="true">nobody reads it</p><p style="color: #999; font-size: 2rem; background: #111">large</p></main>`

func TestFaultsAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	ctx := browsertest.Open(t, 90*time.Second)
	for _, c := range []struct{ name, from, to, want string }{
		{"nothing", "", "", ""},
		{"no language", ` lang="en"`, ``, "language"},
		{"no title", `<title>Good</title>`, ``, "title"},
		{"no landmark", `<main>`, `<div>`, "0 main landmarks"},
		{"no heading", `<h1>One</h1>`, ``, "first heading"},
		{"a heading left out", `<h2>Two</h2>`, `<h3>Three</h3>`, "level 3 after one of level 1"},
		{"no label", `<label>Name <input style="padding: 8px"></label>`, `<input placeholder="Name" style="padding: 8px">`, "without a label"},
		{"a button without words", `>Send<`, `><img alt="" src="data:,"><`, "nothing says what it does"},
		{"a picture without words", `<img alt="" src="data:,">`, `<img src="data:,">`, "a picture without words"},
		{"an order of its own", `<a href="/"`, `<a tabindex="2" href="/"`, "order of the tab key"},
		{"an id twice", `<h1>One</h1>`, `<h1 id="a">One</h1><p id="a">x</p>`, "have the id a"},
		{"a name that is not there", `<a href="/"`, `<a aria-describedby="b" href="/"`, "names nothing"},
		{"two navigations", `<h1>`, `<nav>a</nav><nav aria-label="b">b</nav><h1>`, "navigations has no name"},
		{"pale", `color: #222`, `color: #777d`, "contrast 3."},
		{"pale on a layer", `<main>`, `<main style="background: rgb(0 0 0 / .5)">`, "contrast 3.9"},
		{"faded", `<label>`, `<label style="opacity: .5">`, "contrast 3."},
		{"too small", `style="padding: 8px"`, `style="font-size: 6px; padding: 0; height: 10px"`, "hard to hit"},
	} {
		require.Contains(t, good, c.from)
		found, err := faultsOf(ctx, t, strings.Replace(good, c.from, c.to, 1))
		require.NoError(t, err, c.name)
		if c.want == "" {
			require.Empty(t, found)
			continue
		}
		require.NotEmpty(t, found, c.name)
		require.Contains(t, strings.Join(found, "\n"), c.want, c.name)
	}
}

func faultsOf(ctx context.Context, t *testing.T, page string) ([]string, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()
	if err := chromedp.Run(ctx, chromedp.Navigate(server.URL)); err != nil {
		return nil, err
	}
	return browsertest.Faults(ctx)
}
