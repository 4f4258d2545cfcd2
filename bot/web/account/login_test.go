package account_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/account"
	"xiaoer/bot/web/page"
)

func TestSigningIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("小陈", roles(shopA, "agent"))
	b := h.browser()
	require.Empty(t, b.in())
	w := b.post("/desk/login", "name", " 小陈 ", "password", secret, "next", "/desk/cases?shop=a")
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body.String())
	require.Equal(t, "/desk/cases?shop=a", w.Header().Get("Location"))
	session := cookie(t, w, "xiaoer_session")
	require.True(t, session.HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, session.SameSite)
	require.False(t, session.Secure)
	require.Equal(t, "小陈", b.in())
	require.Equal(t, http.StatusSeeOther, b.get("/desk/login").Code, "who is signed in need not do so again")
	require.Equal(t, []string{"小陈 login 小陈", "cli:test account 小陈 agent"}, h.did(shopA))

	found, err := h.book.Find(t.Context(), "小陈")
	require.NoError(t, err)
	require.NotContains(t, found.Password, secret)
	require.Contains(t, found.Password, "$argon2id$")
	raw, err := h.kept.Documents(t.Context(), desk.AllShops, "session", "", 10)
	require.NoError(t, err)
	require.Len(t, raw, 1)
	require.NotContains(t, raw[0].ID+string(raw[0].Body), b.cookies["xiaoer_session"], "what the browser holds is kept nowhere")
}

func TestWhoCannotSignInLearnsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	h.person("gone", roles(shopA, "agent"))
	require.NoError(t, h.book.Switch(t.Context(), "gone", true, "boss"))
	var first string
	for _, c := range []struct{ name, password string }{
		{"boss", "wrong password"},
		{"nobody", secret},
		{"gone", secret},
		{"", ""},
		{"boss", ""},
		{strings.Repeat("長", 300), secret},
		{"bo\u200dss", secret},
		{"boss", strings.Repeat("x", 5000)},
	} {
		b := h.browser()
		w := b.post("/desk/login", "name", c.name, "password", c.password)
		require.Equal(t, http.StatusUnauthorized, w.Code, c.name)
		body := strings.ReplaceAll(w.Body.String(), `value="`+string([]rune(c.name)[:min(200, len([]rune(c.name)))])+`"`, `value=""`)
		body = strings.ReplaceAll(body, " autofocus", "")
		if first == "" {
			first = body
		}
		require.Equal(t, first, body, "%q is answered like all others", c.name)
		require.Empty(t, b.cookies)
	}
}

func TestAFixedSessionIsWorthless(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	h.person("mallory", roles(shopA, "agent"))
	victim := h.browser()
	victim.cookies["xiaoer_session"] = "a-token-that-the-attacker-chose-and-knows-xx"
	require.Equal(t, http.StatusSeeOther, victim.post("/desk/login", "name", "boss", "password", secret).Code)
	require.NotEqual(t, "a-token-that-the-attacker-chose-and-knows-xx", victim.cookies["xiaoer_session"])
	require.Equal(t, "boss", victim.in())

	mallory := h.signed("mallory")
	planted := mallory.thief() // the victim's browser, with the attacker's own session
	require.Equal(t, http.StatusSeeOther, planted.post("/desk/login", "name", "boss", "password", secret).Code)
	require.Equal(t, "boss", planted.in())
	require.Empty(t, mallory.in(), "what the attacker holds is neither the victim's session nor one of its own any more")
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(h *house, b *browser)
	}{
		{"signed out", func(_ *house, b *browser) {
			require.Equal(b.t, http.StatusSeeOther, b.post("/desk/logout").Code)
		}},
		{"removed", func(h *house, _ *browser) { require.NoError(h.t, h.book.Remove(h.t.Context(), "boss", "cli:x")) }},
		{"removed and made anew", func(h *house, _ *browser) {
			require.NoError(h.t, h.book.Remove(h.t.Context(), "boss", "cli:x"))
			h.person("boss", roles("*", "admin"))
		}},
		{"switched off", func(h *house, _ *browser) { require.NoError(h.t, h.book.Switch(h.t.Context(), "boss", true, "cli:x")) }},
		{"switched off and on", func(h *house, _ *browser) {
			require.NoError(h.t, h.book.Switch(h.t.Context(), "boss", true, "cli:x"))
			require.NoError(h.t, h.book.Switch(h.t.Context(), "boss", false, "cli:x"))
		}},
		{"another password", func(h *house, _ *browser) {
			require.NoError(h.t, h.book.SetPassword(h.t.Context(), "boss", other, "cli:x"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.person("boss", roles("*", "admin"))
			b := h.signed("boss")
			thief := b.thief()
			require.Equal(t, "boss", thief.in())
			c.end(h, b)
			require.Empty(t, thief.in())
			require.Empty(t, b.in())
			r := httptest.NewRequest(http.MethodGet, "/v1/me", nil)
			for k, v := range thief.cookies {
				r.AddCookie(&http.Cookie{Name: k, Value: v})
			}
			_, _, ok, err := h.accounts.Signed(t.Context(), r)
			require.NoError(t, err)
			require.False(t, ok, "nor for the API")
		})
	}
}

func TestSessionsEndWithTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *account.Options) { o.Idle, o.Lifetime = time.Hour, 3*time.Hour })
		h.person("boss", roles("*", "admin"))
		idle, busy, absolute := h.signed("boss"), h.signed("boss"), 0
		for range 4 * 3 {
			pass(15 * time.Minute)
			if busy.in() == "boss" {
				absolute++
			}
		}
		require.Equal(t, 11, absolute, "a session that is used lasts as long as any may, and no longer")
		require.Empty(t, idle.in())

		again := h.signed("boss")
		pass(59 * time.Minute)
		require.Equal(t, "boss", again.in())
		pass(59 * time.Minute)
		require.Equal(t, "boss", again.in())
		pass(61 * time.Minute)
		require.Empty(t, again.in(), "one that is not used ends")
		require.NoError(t, h.kept.Sweep(t.Context(), time.Now().Add(time.Second)))
		kept, err := h.kept.Documents(t.Context(), desk.AllShops, "session", "", 10)
		require.NoError(t, err)
		require.Empty(t, kept, "and is forgotten")
	})
}

// A tab that is left open reads what has changed by itself, and listens on.
func TestAnOpenTabDoesNotKeepASession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *account.Options) { o.Idle = time.Hour })
		h.person("boss", roles("*", "admin"))
		b, used := h.signed("boss"), h.signed("boss")
		for range 3 {
			pass(15 * time.Minute)
			require.Equal(t, http.StatusOK, b.get("/desk/", "X-Fragment", "1").Code)
			require.Equal(t, http.StatusNotFound, b.get("/desk/live").Code, "it gets there")
			used.post("/desk/", "read", "1")
		}
		pass(16 * time.Minute)
		require.Equal(t, http.StatusUnauthorized, b.get("/desk/", "X-Fragment", "1").Code)
		require.Empty(t, b.in())
		require.Equal(t, "boss", used.in())
	})
}

// What is looked at often is not written often.
func TestUsingASessionWritesSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		b := h.signed("boss")
		version := func() int64 {
			kept, err := h.kept.Documents(t.Context(), desk.AllShops, "session", "", 10)
			require.NoError(t, err)
			require.Len(t, kept, 1)
			return kept[0].Version
		}
		before := version()
		for range 100 {
			require.Equal(t, "boss", b.in())
		}
		require.Equal(t, before, version())
		pass(2 * time.Minute)
		require.Equal(t, "boss", b.in())
		require.Equal(t, before+1, version())
	})
}

func TestOnlySoManySessionsOfOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	first := h.signed("boss")
	for range 20 {
		h.signed("boss")
	}
	require.Empty(t, first.in(), "the oldest gave way")
	kept, err := h.kept.Documents(t.Context(), desk.AllShops, "session", "", 100)
	require.NoError(t, err)
	require.Len(t, kept, 20)
}

func TestOtherSitesMayNotPost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	h.person("小陈", roles(shopA, "agent"))
	b := h.signed("boss")
	for _, header := range [][2]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
	} {
		for _, to := range []string{"/desk/people/remove", "/desk/logout", "/desk/login", "/desk/me/password", "/desk/", "/desk/people/invite"} {
			r := httptest.NewRequest(http.MethodPost, to, strings.NewReader("shop="+shopA+"&name=小陈&password="+secret))
			r.Header.Set("Content-Type", form)
			r.Header.Set(header[0], header[1])
			w := b.do(r)
			require.Equal(t, http.StatusForbidden, w.Code, "%v %s", header, to)
			require.Contains(t, w.Header().Get("Content-Security-Policy"), "script-src 'self'")
		}
		r := httptest.NewRequest(http.MethodPost, "/v1/x", nil)
		r.Header.Set(header[0], header[1])
		require.Error(t, h.accounts.Guard(r), "nor to the API")
	}
	require.Equal(t, "boss", b.in())
	_, err := h.book.Find(t.Context(), "小陈")
	require.NoError(t, err, "nothing was done")
	r := httptest.NewRequest(http.MethodPost, "/desk/logout", strings.NewReader(""))
	r.Header.Set("Content-Type", form)
	r.Header.Set("Origin", "http://example.com") // an older browser, from the same site
	require.Equal(t, http.StatusSeeOther, b.do(r).Code)
}

func TestBehindHTTPS(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *account.Options) { o.PublicURL = "https://desk.example/" })
	h.person("boss", roles("*", "admin"))
	b := h.browser()
	r := httptest.NewRequest(http.MethodPost, "/desk/login", strings.NewReader("name=boss&password="+secret))
	r.Header.Set("Content-Type", form)
	r.Header.Set("Origin", "https://desk.example") // the proxy calls this server by another name
	w := b.do(r)
	require.Equal(t, http.StatusSeeOther, w.Code)
	for _, name := range []string{"__Host-xiaoer_session", "__Host-xiaoer_known"} {
		c := cookie(t, w, name)
		require.True(t, c.Secure && c.HttpOnly && c.Path == "/" && c.Domain == "", name)
	}
	require.Contains(t, b.post("/desk/people/invite", "shop", shopA, "name", "x", "role", "agent").Body.String(), "https://desk.example/desk/invitation/")
	weak := b.thief()
	weak.cookies["xiaoer_session"] = weak.cookies["__Host-xiaoer_session"]
	delete(weak.cookies, "__Host-xiaoer_session")
	require.Empty(t, weak.in(), "a cookie that a neighbour could plant is not looked at")
	for _, bad := range []string{"desk.example", "ftp://desk.example", "https://", "https://desk.example/path", "https://a@desk.example", "https://desk.example?x"} {
		o := h.accounts.Options
		o.PublicURL = bad
		_, err := account.New(o)
		require.ErrorContains(t, err, "public address", bad)
	}
}

// Without --public-url a proxy on this machine may say that the browser came by https; nobody else may.
func TestBehindAProxyThatSaysSo(t *testing.T) {
	t.Parallel()
	for remote, name := range map[string]string{"127.0.0.1:1": "__Host-xiaoer_session", "192.0.2.1:1": "xiaoer_session"} {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		b := h.browser()
		b.address = remote
		r := httptest.NewRequest(http.MethodPost, "/desk/login", strings.NewReader("name=boss&password="+secret))
		r.Header.Set("Content-Type", form)
		r.Header.Set("X-Forwarded-Proto", "https")
		w := b.do(r)
		require.Equal(t, http.StatusSeeOther, w.Code)
		cookie(t, w, name)
	}
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/%2f%2fevil.example", "\t//evil.example"} {
		b := h.browser()
		require.Equal(t, "/desk/", b.post("/desk/login", "name", "boss", "password", secret, "next", next).Header().Get("Location"), next)
		w := b.get("/desk/login?" + "next=" + strings.NewReplacer("%", "%25", "\t", "%09", `\`, "%5c").Replace(next))
		require.Equal(t, "/desk/", w.Header().Get("Location"), next)
	}
}

func TestWhoHasNotSignedIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser()
	require.Equal(t, "/desk/login?next=%2Fdesk%2Fpeople%3Fshop%3Da", b.get("/desk/people?shop=a").Header().Get("Location"))
	require.Equal(t, http.StatusUnauthorized, b.post("/desk/people/remove", "name", "x").Code)
	require.Equal(t, http.StatusUnauthorized, b.get("/desk/", "X-Fragment", "1").Code, "a part of a page is no place to sign in")
	require.Equal(t, "open ", b.get("/chat/open").Body.String())
	require.Equal(t, http.StatusOK, b.get("/assets/page/base.css").Code)
	for _, cookie := range []string{"", "x", strings.Repeat("x", 4000), "../../etc/passwd", "%00"} {
		b.cookies["xiaoer_session"] = cookie
		require.Empty(t, b.in())
	}
	h.person("boss", roles("*", "admin"))
	require.Equal(t, "open boss", h.signed("boss").get("/chat/open").Body.String(), "other pages may know, too")
}

func TestFormsThatNoBrowserSends(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	b := h.signed("boss")
	for _, to := range []string{
		"/desk/login", "/desk/logout", "/desk/me/password", "/desk/me/sessions", "/desk/me/language", "/desk/people/invite", "/desk/people/withdraw",
		"/desk/people/role", "/desk/people/switch", "/desk/people/reset", "/desk/people/remove",
	} {
		for _, c := range []struct {
			kind, body string
			status     int
		}{
			{"application/json", `{"name":"boss"}`, http.StatusUnsupportedMediaType},
			{"text/plain", "name=boss", http.StatusUnsupportedMediaType},
			{"multipart/form-data; boundary=x", "--x--", http.StatusUnsupportedMediaType},
			{form, "name=" + strings.Repeat("x", 1<<20), http.StatusRequestEntityTooLarge},
			{form, strings.Repeat("a=b&", 10_000), http.StatusBadRequest},
			{form, "name=%zz", http.StatusBadRequest},
			{form, "name=%ff%fe", http.StatusBadRequest},
		} {
			r := httptest.NewRequest(http.MethodPost, to, strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.kind)
			require.Equal(t, c.status, b.do(r).Code, "%s %s %.20s", to, c.kind, c.body)
		}
		require.Equal(t, "boss", b.in(), to)
	}
}

func TestWhatIsForEverybodyCarriesNoSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	b := h.signed("boss")
	h.handler = h.accounts.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, known := page.Who(r)
		require.Equal(t, r.URL.Path == "/chat/apples" || r.URL.Path == "/chat/apples/photos/x.js", known, r.URL.Path)
	}))
	for _, at := range []string{"/assets/page/base.css", "/chat/apples.js"} {
		w := b.get(at)
		require.Empty(t, w.Result().Cookies(), at)
		require.Empty(t, w.Header().Get("Vary"), at)
	}
	for _, at := range []string{"/chat/apples", "/chat/apples/photos/x.js"} {
		require.NotEmpty(t, b.get(at).Header().Get("Vary"), at)
	}
}
