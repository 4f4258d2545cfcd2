package workbench_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

// hostile is what nobody should ever be called.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>' onmouseover='alert(3)`

func TestHostileTextsAreOnlyText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.say("fruit", hostile, "我想退货 "+hostile, func(m *bot.Message) {
		m.Buyer.Name = hostile
		m.Images = []string{"https://x.example/" + hostile, "data:text/html," + hostile}
		m.Order = &bot.Order{
			No: hostile, Stage: "delivered", Amount: "1", Remark: new(hostile), Items: []bot.Item{{ID: hostile, Title: hostile, SKU: hostile}},
			Logistics: &bot.Logistics{Carrier: hostile, TrackingNo: hostile, Place: hostile, State: "signed"},
		}
		m.Product = &bot.Product{ID: "p", Title: hostile}
	})
	id := w.hand("fruit", hostile)
	w.post("chen", at("fruit", id, "/act/claim"))
	w.post("chen", at("fruit", id, "/act/note"), "text", hostile)
	w.post("chen", at("fruit", id, "/reply"), "text", hostile, "key", hostile)
	first := w.say("fruit", "c-2", "我想退货 "+hostile)
	second := w.hand("fruit", "c-2")
	w.post("chen", at("fruit", second, "/mark"), "line", "2", "trace", first.TraceID)
	for _, page := range []string{
		at("fruit", id), at("fruit", id, "?part=talk"), at("fruit", id, "?part=file"), at("fruit", id, "?part=help"), "/desk/cases?team=" + url.QueryEscape(hostile) + "&case=" + url.QueryEscape(hostile),
		"/desk/lead", "/desk/marks", at("fruit", second, "/why/", first.TraceID), at("fruit", id, "?quick=", url.QueryEscape(hostile)),
	} {
		requireHarmless(t, page, w.see("boss", page))
	}
}

// requireHarmless looks at a page as a browser does: no script but the page's own, no handler, no address that runs.
func requireHarmless(t *testing.T, name, text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	require.NoError(t, err)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			require.Falsef(t, strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc", "%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
			if a.Key == "href" || a.Key == "src" || a.Key == "action" {
				ok := strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "https://x.example/") || strings.HasPrefix(a.Val, "#") || strings.HasPrefix(a.Val, "?")
				require.Truef(t, ok, "%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "script" {
			require.Nil(t, n.FirstChild, "%s has a script of its own", name)
		}
	}
}

func TestOtherSitesCannotAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		for _, path := range []string{"/act/claim", "/reply", "/act/close", "/mark", "/act/approve", "/merge", "/photo?key=k", "/check"} {
			rw := w.ask("chen", http.MethodPost, at("fruit", id, path), formOf("text", "坏话"), header[0], header[1])
			require.Equalf(t, http.StatusForbidden, rw.Code, "%s from %s", path, header[1])
		}
	}
	require.Equal(t, desk.Waiting, w.one("fruit", id).State)
	rw := w.ask("chen", http.MethodPost, at("fruit", id, "/act/claim"), formOf(), "Sec-Fetch-Site", "same-origin")
	require.Equal(t, http.StatusSeeOther, rw.Code)
}

func TestAnotherShopsCasesAreNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	own := w.hand("tea", "c-1")
	pages := []string{at("fruit", id), at("fruit", id, "?part=talk"), at("tea", id), at("fruit", id, "/why/x"), "/desk/lead?shop=fruit", "/desk/marks?shop=fruit", "/desk/lead?shop=nowhere"}
	for _, page := range pages {
		require.Equal(t, http.StatusNotFound, w.ask("other", http.MethodGet, page, nil).Code, page)
	}
	for _, path := range []string{
		at("fruit", id, "/act/claim"), at("tea", id, "/act/claim"), at("fruit", id, "/reply"), at("fruit", id, "/check"), at("fruit", id, "/act/approve"), at("fruit", id, "/merge"), at("fruit", id, "/photo?key=k"), at("fruit", id, "/mark"),
		"/desk/lead/fruit/roster", "/desk/lead/fruit/move", "/desk/marks/fruit/x/drop", "/desk/presence",
	} {
		rw := w.ask("other", http.MethodPost, path, formOf("text", "坏话", "shop", "fruit", "offer", "o", "of", id, "line", "1"))
		require.Equal(t, http.StatusNotFound, rw.Code, path)
	}
	list := w.see("other", "/desk/cases?shop=fruit")
	require.NotContains(t, list, id)
	require.Contains(t, w.see("other", "/desk/cases"), own)
	require.Contains(t, w.see("boss", "/desk/cases"), id, "who has every shop sees every shop")
	require.Contains(t, w.see("none", "/desk/cases"), "没有等待的个案", "a role in a shop that is gone is none")
	require.Equal(t, desk.Waiting, w.one("fruit", id).State)
}

func TestRolesOfTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	first := w.say("fruit", "c-1", "我想退货")
	id := w.hand("fruit", "c-1")
	w.post("chen", at("fruit", id, "/act/claim"))
	require.Equal(t, http.StatusConflict, w.ask("wang", http.MethodPost, at("fruit", id, "/act/claim"), formOf()).Code, "an agent does not take what a colleague has")
	w.post("chen", at("fruit", id, "/mark"), "line", "2", "trace", first.TraceID)
	drop := "/desk/marks/fruit/" + first.TraceID + "/drop"
	require.Equal(t, http.StatusForbidden, w.ask("chen", http.MethodPost, drop, formOf()).Code)
	w.post("lead", drop)
	require.Equal(t, http.StatusConflict, w.ask("lead", http.MethodPost, at("fruit", id, "/act/claim"), formOf()).Code, "nor does an editor who saw that nobody has it")
	require.Contains(t, w.see("lead", at("fruit", id)), `name="from" value="小陈"`)
	w.post("lead", at("fruit", id, "/act/claim"), "from", "小陈")
	require.Equal(t, "主管", w.one("fruit", id).Agent, "an editor does who knows whose it is")
}

func TestWhoHasNotSignedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	rw := w.ask("", http.MethodGet, at("fruit", id)+"?lang=en", nil)
	require.Equal(t, http.StatusSeeOther, rw.Code)
	require.Equal(t, "/desk/login?next="+url.QueryEscape(at("fruit", id)+"?lang=en"), rw.Header().Get("Location"))
	require.Equal(t, http.StatusUnauthorized, w.ask("", http.MethodPost, at("fruit", id, "/act/claim"), formOf()).Code)
	require.Equal(t, http.StatusUnauthorized, w.ask("", http.MethodGet, "/desk/cases?part=queue", nil, "X-Fragment", "1").Code)
	require.Equal(t, http.StatusUnauthorized, w.ask("", http.MethodGet, "/desk/live", nil, "X-Fragment", "1").Code)
}

func TestFormsThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	for _, c := range []struct {
		name, path string
		form       url.Values
		want       int
	}{
		{"an act that there is not", "/act/erase", formOf(), http.StatusBadRequest},
		{"no words", "/reply", formOf("text", "  \r\n "), http.StatusBadRequest},
		{"too many words", "/reply", formOf("text", strings.Repeat("长", 2001)), http.StatusBadRequest},
		{"a key without an end", "/reply", formOf("text", "好", "key", strings.Repeat("k", 501)), http.StatusBadRequest},
		{"a form without an end", "/reply", formOf("text", strings.Repeat("长", 100_000)), http.StatusRequestEntityTooLarge},
		{"no money", "/act/close", formOf("cost", "12,50"), http.StatusBadRequest},
		{"a negative cost", "/act/close", formOf("cost", "-1"), http.StatusBadRequest},
		{"a cause that there is not", "/act/close", formOf("cause", "weather"), http.StatusBadRequest},
		{"to nowhere", "/act/move", formOf(), http.StatusBadRequest},
		{"to nobody", "/act/move", formOf("to", "没有这个人"), http.StatusBadRequest},
		{"an empty note", "/act/note", formOf("text", ""), http.StatusBadRequest},
		{"a line that is none", "/mark", formOf("line", "99", "trace", "x"), http.StatusConflict},
		{"a line that is no number", "/mark", formOf("line", "x"), http.StatusBadRequest},
	} {
		rw := w.ask("chen", http.MethodPost, at("fruit", id, c.path), c.form)
		require.Equal(t, c.want, rw.Code, c.name+": "+rw.Body.String()[:min(300, rw.Body.Len())])
	}
	require.Equal(t, http.StatusNotFound, w.ask("chen", http.MethodPost, at("fruit", "h-none", "/act/claim"), formOf()).Code)
	require.Equal(t, http.StatusNotFound, w.ask("chen", http.MethodGet, at("fruit", "h-none"), nil).Code)
	require.Equal(t, http.StatusUnsupportedMediaType, w.ask("chen", http.MethodPost, at("fruit", id, "/reply"), formOf("text", "好"), "Content-Type", "application/json").Code)
	require.Equal(t, desk.Waiting, w.one("fruit", id).State, "nothing was done")
}

func TestNoWordIsMissing(t *testing.T) {
	t.Parallel()
	words := map[string]map[string]string{}
	for _, lang := range []string{"zh", "en"} {
		raw, err := fs.ReadFile(os.DirFS("files/words"), lang+".json")
		require.NoError(t, err)
		var one map[string]string
		require.NoError(t, json.Unmarshal(raw, &one))
		words[lang] = one
	}
	for _, prefix := range []struct {
		of   string
		keys []string
	}{
		{"cause.", desk.Causes()},
		{"stage.", bot.Stages()},
		{"state.", []string{"waiting", "agent", "task", "closed"}},
		{"risk.", []string{"none", "review", "platform", "regulator", "media", "legal", "health", "safety"}},
		{"mood.", []string{"calm", "upset", "angry"}},
		{"delivery.", []string{"pending", "queued", "unsent", "delivered", "dropped", "dead", "unread", "read"}},
		{"order.stage.", wordsOf(t, "order.stage")},
		{"order.parcel.", wordsOf(t, "logistics.state")},
		{"order.aftersales.type.", wordsOf(t, "aftersales.type")},
		{"order.aftersales.state.", wordsOf(t, "aftersales.state")},
		{"offer.kind.", []string{"coupon", "refund", "difference", "resend"}},
		{"refused.", []string{"claimed", "closed", "conflict", "news", "budget", "forbidden", "unclaimed", "not_found", "no_shop", "malformed", "busy", "unsure", "broken", "photo-kind", "photo-large", "photo-many", "no-photo", "too-many", "broken-off"}},
	} {
		for _, key := range prefix.keys {
			for lang := range words {
				require.NotEmpty(t, words[lang][prefix.of+key], lang+" "+prefix.of+key)
			}
		}
	}
}

// wordsOf lists the words that a fact may have.
func wordsOf(t *testing.T, fact string) []string {
	t.Helper()
	for _, f := range bot.Facts() {
		if f.Name == fact && len(f.Type.Values) > 0 {
			return f.Type.Values
		}
	}
	require.Fail(t, "no such fact", fact)
	return nil
}
