package account_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/store"
	"xiaoer/bot/web/account"
	"xiaoer/bot/web/page"
)

// cheap is what a password costs in tests.
func cheap() account.Cost { return account.Cost{Memory: 64, Rounds: 1, AtOnce: 4, Queue: 200} }

const (
	secret = "correct horse battery"
	other  = "another staple entirely"
	form   = "application/x-www-form-urlencoded"
	shopA  = "apples"
	shopB  = "berries"
)

// A house is the pages of accounts over a store in memory, with a page of its own that says who is looking.
type house struct {
	t        *testing.T
	kept     *store.Memory
	book     *account.Book
	accounts *account.Accounts
	handler  http.Handler
}

func newHouse(t *testing.T, change ...func(*account.Options)) *house {
	t.Helper()
	h := &house{t: t, kept: store.NewMemory(store.Limits{})}
	var err error
	h.book, err = account.NewBook(account.BookOptions{Store: h.kept, Cost: cheap()})
	require.NoError(t, err)
	site, err := page.New(page.Options{})
	require.NoError(t, err)
	o := account.Options{Book: h.book, Site: site, Shops: func() []string { return []string{shopA, shopB} }}
	for _, c := range change {
		c(&o)
	}
	h.accounts, err = account.New(o)
	require.NoError(t, err)
	site.Handle("/desk/{$}", func(w http.ResponseWriter, r *http.Request) {
		who, ok := h.accounts.Who(r)
		require.True(t, ok, "nobody gets here without a session")
		_, _ = w.Write([]byte("hello " + who.Name))
	})
	site.Handle("GET /chat/open", func(w http.ResponseWriter, r *http.Request) {
		who, _ := page.Who(r)
		_, _ = w.Write([]byte("open " + who.Name))
	})
	h.handler = h.accounts.Wrap(site)
	return h
}

// person makes an account.
func (h *house) person(name string, roles map[string]desk.Role) {
	h.t.Helper()
	require.NoError(h.t, h.book.Add(h.t.Context(), name, secret, roles, "cli:test"))
}

// A browser keeps cookies and says from where its requests come, as browsers do.
type browser struct {
	*house

	cookies map[string]string
	address string
}

func (h *house) browser() *browser {
	return &browser{house: h, cookies: map[string]string{}, address: "192.0.2.1:1234"}
}

// signed is a browser in which somebody has signed in.
func (h *house) signed(name string) *browser {
	h.t.Helper()
	b := h.browser()
	w := b.post("/desk/login", "name", name, "password", secret)
	require.Equal(h.t, http.StatusSeeOther, w.Code, w.Body.String())
	return b
}

func (b *browser) do(r *http.Request) *httptest.ResponseRecorder {
	b.t.Helper()
	r.RemoteAddr = b.address
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
	}
	return w
}

func (b *browser) get(at string, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodGet, at, nil)
	r.Header.Set("Accept-Language", "en")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

func (b *browser) post(at string, pairs ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, at, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", form)
	r.Header.Set("Accept-Language", "en")
	return b.do(r)
}

// in is whether the browser is signed in, and as whom.
func (b *browser) in() string {
	b.t.Helper()
	w := b.get("/desk/")
	if w.Code == http.StatusSeeOther {
		require.Equal(b.t, "/desk/login?next=%2Fdesk%2F", w.Header().Get("Location"))
		return ""
	}
	require.Equal(b.t, http.StatusOK, w.Code)
	return strings.TrimPrefix(w.Body.String(), "hello ")
}

// cookie is what an answer sets under a name.
func cookie(t *testing.T, w *httptest.ResponseRecorder, name string) *http.Cookie {
	t.Helper()
	all := w.Result().Cookies()
	at := slices.IndexFunc(all, func(c *http.Cookie) bool { return c.Name == name })
	require.GreaterOrEqual(t, at, 0, "%s among %v", name, all)
	return all[at]
}

// thief is another browser with the same cookies.
func (b *browser) thief() *browser {
	t := b.browser()
	maps.Copy(t.cookies, b.cookies)
	return t
}

// did lists the audit of a shop as "WHO WHAT ON DETAIL", latest first.
func (h *house) did(shop string) (out []string) {
	h.t.Helper()
	h.accounts.Close()
	list, err := h.kept.Audit(h.t.Context(), shop, "", 1000)
	require.NoError(h.t, err)
	for _, e := range list {
		out = append(out, strings.TrimSpace(strings.Join([]string{e.Who, e.What, e.On, e.Detail}, " ")))
	}
	return out
}

var linkPattern = regexp.MustCompile(`http[^<"]*(/desk/invitation/[a-z0-9]+)`)

// link is the path of the invitation that a page shows.
func link(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	require.Equal(t, http.StatusCreated, w.Code, w.Body.String())
	found := linkPattern.FindStringSubmatch(w.Body.String())
	require.Len(t, found, 2, w.Body.String())
	return found[1]
}

// pass lets time go by in a bubble, until everybody whose time has come is done.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func roles(pairs ...string) map[string]desk.Role {
	out := map[string]desk.Role{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = desk.Role(pairs[i+1])
	}
	return out
}
