package page_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// files is the folder of a section as a package would embed it.
func files() fstest.MapFS {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"words/zh.json": text(`{"tea.title": "茶 {1}", "tea.nav": "茶单", "tea.boss": "老板", "js.tea.hot": "烫</script>", "done.tea": "泡好了"}`),
		"words/en.json": text(`{"tea.title": "Tea {1}", "tea.nav": "Teas", "tea.boss": "Boss", "js.tea.hot": "hot", "done.tea": "It is made"}`),
		"list.html": text(`{{define "title"}}{{t "tea.title" .Data.Name}}{{end}}{{define "head"}}<script type="module" src="{{asset "tea/list.js"}}"></script>{{end}}` +
			`{{define "main"}}<h1>{{t "tea.title" .Data.Name}}</h1>{{template "rows" .}}{{template "time" .Data.At}}{{template "copy" .Data.Name}}{{end}}`),
		"parts/rows.html":   text(`{{define "rows"}}<a href="{{url "/desk/teas" "q" .Data.Name "none" ""}}">x</a>{{end}}`),
		"assets/list.js":    text(`import { call } from "/assets/page/api.js"; import "/assets/tea/leaf.js"; call;`),
		"assets/leaf.js":    text(`export const leaf = "a/assets/b";`),
		"assets/tea.css":    text(`a { background: url(/assets/tea/leaf.svg); }`),
		"assets/leaf.svg":   text(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"unrelated/file.go": text(`package x`),
	}
}

type tea struct {
	Name string
	At   time.Time
}

func newSite(t *testing.T, o page.Options) (*page.Site, *page.Pages) {
	t.Helper()
	site, err := page.New(o)
	require.NoError(t, err)
	teas, err := site.Open(page.Section{Name: "tea", Files: files(), Nav: []page.Link{
		{Word: "tea.boss", URL: "/desk/boss", Needs: desk.Admin, Order: 9}, {Word: "tea.nav", URL: "/desk/teas", Order: 1},
	}})
	require.NoError(t, err)
	return site, teas
}

func get(h http.Handler, at string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, at, nil)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func as(p desk.Person) func(*http.Request) {
	return func(r *http.Request) { *r = *r.WithContext(page.WithPerson(r.Context(), p)) }
}

const attack = `<script>alert(1)</script>"'&`

func teaSite(t *testing.T, o page.Options) *page.Site {
	t.Helper()
	site, teas := newSite(t, o)
	site.Handle("GET /desk/teas", func(w http.ResponseWriter, r *http.Request) {
		teas.Show(w, r, http.StatusOK, "list.html", tea{Name: attack, At: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)})
	})
	site.Handle("GET /desk/teas/{one}", func(w http.ResponseWriter, r *http.Request) {
		teas.ShowBare(w, r, http.StatusOK, "list.html", tea{Name: r.PathValue("one")})
	})
	site.Handle("GET /desk/rows", func(w http.ResponseWriter, r *http.Request) {
		teas.Part(w, r, http.StatusOK, "list.html", "rows", tea{Name: "a b"})
	})
	return site
}

func TestAPageIsWhole(t *testing.T) {
	t.Parallel()
	site := teaSite(t, page.Options{})
	w := get(site, "/desk/teas", header("Accept-Language", "en-GB,zh;q=0.3"), as(desk.Person{Name: attack, Roles: map[string]desk.Role{"a": desk.Agent}}))
	require.Equal(t, http.StatusOK, w.Code)
	body := w.Body.String()
	require.Contains(t, body, `<html lang="en" data-theme="auto"`)
	require.Contains(t, body, "<h1>Tea &lt;script&gt;")
	require.NotContains(t, body, "<script>alert", "nothing that is shown becomes a script")
	require.Contains(t, body, `<time datetime="2026-11-22T02:00:00Z" data-local>2026-11-22 10:00</time>`)
	require.Contains(t, body, `href="/desk/teas?q=%3Cscript`)
	require.Contains(t, body, `href="/desk/teas" aria-current="page">Teas</a>`)
	require.NotContains(t, body, "/desk/boss", "links are shown to those who may follow them")
	require.Contains(t, body, `action="/desk/logout"`)
	require.Contains(t, body, `id="alarms"`)
	require.NotRegexp(t, regexp.MustCompile(`(?i)<[^>]+\s(on[a-z]+|style)=`), body, "no inline script or style")
	require.NotRegexp(t, regexp.MustCompile(`<script[^>]*>[^<]`), body)
}

func TestThePolicyAndTheHeaders(t *testing.T) {
	t.Parallel()
	h := get(teaSite(t, page.Options{}), "/desk/teas").Header()
	policy := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
		require.Contains(t, policy, part)
	}
	require.NotContains(t, policy, "unsafe")
	require.Equal(t, "DENY", h.Get("X-Frame-Options"))
	require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	require.Equal(t, "no-store", h.Get("Cache-Control"))
	require.Empty(t, h.Get("Strict-Transport-Security"))
	require.Contains(t, get(teaSite(t, page.Options{Secure: true}), "/desk/teas").Header().Get("Strict-Transport-Security"), "max-age")
	framed := get(teaSite(t, page.Options{FrameAncestors: "'self'; script-src *"}), "/desk/teas").Header()
	require.NotContains(t, framed.Get("Content-Security-Policy"), "; script-src *", "no setting begins another directive")
	require.Empty(t, framed.Get("X-Frame-Options"))
}

func TestLanguageAndTheme(t *testing.T) {
	t.Parallel()
	site := teaSite(t, page.Options{})
	for _, c := range []struct {
		name, url, accepted, cookie string
		lang, theme                 string
	}{
		{name: "nothing said", url: "/desk/teas", lang: "zh-CN", theme: "auto"},
		{name: "the browser's", url: "/desk/teas", accepted: "fr, en;q=0.8, zh;q=0.2", lang: "en", theme: "auto"},
		{name: "none that is spoken", url: "/desk/teas", accepted: "fr", lang: "zh-CN", theme: "auto"},
		{name: "nonsense", url: "/desk/teas", accepted: "en;q=x,,;;q=,zh", lang: "zh-CN", theme: "auto"},
		{name: "chosen now", url: "/desk/teas?lang=en&theme=dark", accepted: "zh", lang: "en", theme: "dark"},
		{name: "chosen before", url: "/desk/teas", cookie: "xiaoer_lang=en; xiaoer_theme=light", accepted: "zh", lang: "en", theme: "light"},
		{name: "no such words", url: "/desk/teas?lang=%22%3E&theme=x", cookie: "xiaoer_lang=xx; xiaoer_theme=yy", lang: "zh-CN", theme: "auto"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := get(site, c.url, header("Accept-Language", c.accepted), header("Cookie", c.cookie))
			require.Contains(t, w.Body.String(), `<html lang="`+c.lang+`" data-theme="`+c.theme+`"`)
		})
	}
	cookies := get(site, "/desk/teas?lang=en&theme=evil%0d%0a").Result().Cookies()
	require.Len(t, cookies, 1, "only words that are known are kept")
	require.Equal(t, "en", cookies[0].Value)
	require.False(t, cookies[0].Secure)
	secure := get(teaSite(t, page.Options{Secure: true}), "/desk/teas?theme=dark").Result().Cookies()
	require.True(t, secure[0].Secure)
}

func TestWhatWasDoneIsSaidInWordsThatAreKnown(t *testing.T) {
	t.Parallel()
	site := teaSite(t, page.Options{})
	require.Contains(t, get(site, "/desk/teas?done=tea&lang=en").Body.String(), `<p class="notice good">It is made</p>`)
	require.NotContains(t, get(site, "/desk/teas?done=your+account+is+locked").Body.String(), "locked")
}

func TestErrorsArePages(t *testing.T) {
	t.Parallel()
	site, teas := newSite(t, page.Options{})
	site.Handle("GET /desk/panic", func(http.ResponseWriter, *http.Request) { panic("tea is spilt") })
	site.Handle("GET /desk/broken", func(w http.ResponseWriter, r *http.Request) { teas.Show(w, r, http.StatusOK, "list.html", 7) })
	site.Handle("GET /desk/none", func(w http.ResponseWriter, r *http.Request) { teas.Show(w, r, http.StatusOK, "other.html", nil) })
	site.Handle("GET /desk/busy", func(w http.ResponseWriter, r *http.Request) { site.Error(w, r, refusal("busy")) })
	site.Handle("GET /desk/stale", func(w http.ResponseWriter, r *http.Request) { site.Error(w, r, refusal("stale")) })
	site.Handle("GET /desk/secret", func(w http.ResponseWriter, r *http.Request) { site.Error(w, r, fs.ErrClosed) })
	site.Handle("GET /desk/wrong", func(w http.ResponseWriter, r *http.Request) {
		site.Fail(w, r, &page.Problem{Status: http.StatusBadRequest, Detail: attack})
	})
	site.Handle("POST /desk/post", func(http.ResponseWriter, *http.Request) {})
	for _, c := range []struct {
		url    string
		status int
		has    string
	}{
		{"/desk/nothing", 404, "There is no such page"},
		{"/desk/post", 405, "not opened in this way"},
		{"/desk/panic", 500, "Something went wrong"},
		{"/desk/broken", 500, "Something went wrong"},
		{"/desk/none", 500, "Something went wrong"},
		{"/desk/secret", 500, "Something went wrong"},
		{"/desk/busy", 503, "Too busy"},
		{"/desk/stale", 409, "changed it meanwhile"},
		{"/desk/wrong", 400, "&lt;script&gt;alert(1)"},
	} {
		w := get(site, c.url, header("Accept-Language", "en"))
		require.Equal(t, c.status, w.Code, c.url)
		require.Contains(t, w.Body.String(), c.has, c.url)
		require.Contains(t, w.Header().Get("Content-Type"), "text/html", c.url)
		require.NotContains(t, w.Body.String(), "spilt", "nothing of the inside is shown")
	}
	require.Equal(t, "POST", get(site, "/desk/post").Header().Get("Allow"))
	require.Equal(t, "1", get(site, "/desk/busy").Header().Get("Retry-After"))
}

type refusal string

func (r refusal) Error() string   { return string(r) }
func (r refusal) Refusal() string { return string(r) }

func TestAssets(t *testing.T) {
	t.Parallel()
	site := teaSite(t, page.Options{})
	hashed := site.Asset("tea/list.js")
	require.Regexp(t, `^/assets/tea/list\.[0-9a-f]{12}\.js$`, hashed)
	w := get(site, hashed)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "text/javascript; charset=utf-8", w.Header().Get("Content-Type"))
	require.Contains(t, w.Header().Get("Cache-Control"), "immutable")
	require.Contains(t, w.Body.String(), `"`+site.Asset("page/api.js")+`"`, "modules import each other by hashed addresses")
	require.Contains(t, get(site, site.Asset("tea/tea.css")).Body.String(), "url("+site.Asset("tea/leaf.svg")+")")
	require.Contains(t, get(site, site.Asset("tea/leaf.js")).Body.String(), `"a/assets/b"`)

	plain := get(site, "/assets/tea/list.js")
	require.Equal(t, http.StatusOK, plain.Code)
	require.Equal(t, "no-cache", plain.Header().Get("Cache-Control"))
	require.Equal(t, http.StatusNotModified, get(site, "/assets/tea/list.js", header("If-None-Match", plain.Header().Get("ETag"))).Code)
	old := strings.Replace(hashed, hashed[len("/assets/tea/list."):len(hashed)-3], "0123456789ab", 1)
	require.Equal(t, "no-cache", get(site, old).Header().Get("Cache-Control"), "an old address is not kept with new contents")

	words := get(site, site.Asset("tea/words-zh.js")).Body.String()
	require.Contains(t, words, `export default {"tea.hot":"烫\u003c/script\u003e"}`)
	for _, bad := range []string{"/assets/", "/assets/tea/", "/assets/../page.go", "/assets/tea/..%2f..%2fpage.go", "/assets/unrelated/file.go", "/assets/words/zh.json", "/assets/tea/list.html"} {
		require.Equal(t, http.StatusNotFound, get(site, bad).Code, bad)
	}
	r := httptest.NewRequest(http.MethodPost, hashed, nil)
	posted := httptest.NewRecorder()
	site.ServeHTTP(posted, r)
	require.Equal(t, http.StatusMethodNotAllowed, posted.Code)
	require.Equal(t, []string{"page", "tea"}, site.Sections())
}

func TestBrokenSectionsAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, text, says string
	}{
		{"words of one language only", "words/en.json", `{"tea.title": "x"}`, "done.tea"},
		{"no JSON", "words/zh.json", `{`, "words/zh.json"},
		{"a template that ends too early", "list.html", `{{if`, "template"},
		{"a function that is not there", "list.html", `{{define "main"}}{{exec "x"}}{{end}}`, "exec"},
		{"an asset that is not there", "assets/list.js", `import "/assets/tea/none.js";`, "tea/none.js"},
		{"a circle", "assets/leaf.js", `import "/assets/tea/list.js";`, "circle"},
		{"a type that is not served", "assets/x.exe", `x`, "x.exe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site, err := page.New(page.Options{})
			require.NoError(t, err)
			broken := files()
			broken[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			_, err = site.Open(page.Section{Name: "tea", Files: broken})
			require.ErrorContains(t, err, c.says)
		})
	}
	site, _ := newSite(t, page.Options{})
	_, err := site.Open(page.Section{Name: "tea", Files: files()})
	require.ErrorContains(t, err, "already")
	_, err = site.Open(page.Section{Name: "../x", Files: files()})
	require.ErrorContains(t, err, "noun")
	_, err = site.Open(page.Section{Name: "other", Files: files(), Nav: []page.Link{{Word: "nobody.says"}}})
	require.ErrorContains(t, err, "nobody.says")
}

func TestForms(t *testing.T) {
	t.Parallel()
	const kind = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, kind, body string
		status           int // 0: it is read
	}{
		{"a form", kind, "name=%E5%B0%8F%E9%99%88&role=agent", 0},
		{"with a charset", kind + "; charset=utf-8", "name=x", 0},
		{"JSON", "application/json", `{"name":"x"}`, 415},
		{"text, as other sites may post it", "text/plain", "name=x", 415},
		{"files", "multipart/form-data; boundary=x", "--x--", 415},
		{"nothing said", "", "name=x", 415},
		{"a giant", kind, "name=" + strings.Repeat("x", 64<<10), 413},
		{"very many fields", kind, strings.Repeat("a=&", 5000), 400},
		{"no UTF-8", kind, "name=%ff", 400},
		{"a zero byte", kind, "name=a%00b", 400},
		{"no form", kind, "a=%zz", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.kind)
			values, err := page.Form(httptest.NewRecorder(), r)
			if c.status == 0 {
				require.NoError(t, err)
				require.NotEmpty(t, values.Get("name"))
				return
			}
			var p *page.Problem
			require.ErrorAs(t, err, &p)
			require.Equal(t, c.status, p.Status)
		})
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/desk/cases?shop=a&x=%2F": "/desk/cases?shop=a&x=%2F", "/desk/#top": "/desk/#top", "/": "/",
		"": "/no", "desk": "/no", "//evil.example": "/no", "///evil.example": "/no", `/\evil.example`: "/no", `\\evil.example`: "/no",
		"https://evil.example": "/no", "javascript:alert(1)": "/no", "/\tevil": "/no", "/%2f%2fevil.example": "/no", "/%5cevil.example": "/no",
		"http:evil": "/no", "/a\r\nSet-Cookie: x": "/no", "/" + strings.Repeat("a", 3000): "/no",
	} {
		require.Equal(t, want, page.Local(to, "/no"), "%q", to)
	}
}

func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/desk/?a=b", "//x", "/\\x", "/%2f/x", "https://x", "/x#y", "/;x", "/ x", "/\u2028"} {
		f.Add(s)
	}
	base, err := url.Parse("https://shop.example/desk/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, to string) {
		local := page.Local(to, "/no")
		u, err := base.Parse(local)
		require.NoError(t, err)
		require.Equal(t, "https://shop.example", u.Scheme+"://"+u.Host, "%q stays on this site", to)
		require.NotContains(t, local, `\`)
		require.True(t, strings.HasPrefix(local, "/") && !strings.HasPrefix(local, "//"), "%q", local)
	})
}

func TestTheLayoutSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	site, err := page.New(page.Options{})
	require.NoError(t, err)
	for lang, word := range map[string]string{"zh": "没有这个页面", "en": "There is no such page"} {
		body := get(site, "/desk/?lang="+lang).Body.String()
		require.Contains(t, body, word)
		require.NotRegexp(t, regexp.MustCompile(`>(layout|problem|lang|theme)\.[a-z0-9.]+<`), body, "every word has its text")
	}
}
