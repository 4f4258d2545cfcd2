package account_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/store"
	"xiaoer/bot/web/account"
	"xiaoer/bot/web/page"
)

// houseForBench is a site on which one of a hundred people has signed in.
func houseForBench(b *testing.B) (*account.Accounts, http.Handler, *http.Cookie) {
	b.Helper()
	book, err := account.NewBook(account.BookOptions{Store: store.NewMemory(store.Limits{}), Cost: cheap()})
	require.NoError(b, err)
	for n := range 100 {
		name := "person " + string(rune('a'+n/10)) + string(rune('a'+n%10))
		require.NoError(b, book.Add(b.Context(), name, secret, map[string]desk.Role{shopA: desk.Admin}, "cli:test"))
	}
	site, err := page.New(page.Options{})
	require.NoError(b, err)
	accounts, err := account.New(account.Options{Book: book, Site: site, Shops: func() []string { return []string{shopA} }})
	require.NoError(b, err)
	h := accounts.Wrap(site)
	site.Handle("POST /chat/in", func(w http.ResponseWriter, r *http.Request) {
		require.NoError(b, accounts.SignIn(r, "person aa"))
		w.WriteHeader(http.StatusNoContent)
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/chat/in", nil))
	return accounts, h, w.Result().Cookies()[0]
}

// BenchmarkSession is what a session costs each call of the API.
func BenchmarkSession(b *testing.B) {
	accounts, _, cookie := houseForBench(b)
	r := httptest.NewRequest(http.MethodGet, "/v1/me", nil)
	r.AddCookie(cookie)
	for b.Loop() {
		_, _, ok, err := accounts.Signed(b.Context(), r)
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkPeople is the page of a hundred people.
func BenchmarkPeople(b *testing.B) {
	_, h, cookie := houseForBench(b)
	for b.Loop() {
		r := httptest.NewRequest(http.MethodGet, "/desk/people", nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
