package account_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/account"
	"xiaoer/bot/web/page"
)

const knownName = "xiaoer_known"

// tries is how many wrong passwords in a row are looked at before the browser is told to wait.
func (b *browser) tries(name string) (n int) {
	b.t.Helper()
	for ; n < 1000; n++ {
		w := b.post("/desk/login", "name", name, "password", "wrong password")
		if w.Code == http.StatusTooManyRequests {
			return n
		}
		require.Equal(b.t, http.StatusUnauthorized, w.Code)
	}
	return n
}

// locked keeps strangers out of a name: from everywhere, and from the address that all browsers of a house have.
func (h *house) locked(name string) {
	h.t.Helper()
	near := h.browser()
	for i := range 80 {
		near.post("/desk/login", "name", fmt.Sprint("name", i), "password", "wrong password")
	}
	require.Zero(h.t, near.tries(name), "nobody at this address may try")
	for i := range 60 {
		far := h.browser()
		far.address = fmt.Sprintf("203.0.113.%d:1", i)
		far.post("/desk/login", "name", name, "password", "wrong password")
	}
	far := h.browser()
	far.address = "203.0.113.200:1"
	require.Zero(h.t, far.tries(name), "nor anybody anywhere with this name")
}

func TestStrangersKeepNobodyOutWhoIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("小陈", roles(shopA, "agent"))
		h.person("boss", roles("*", "admin"))
		b, fresh := h.signed("小陈"), h.browser()
		b.post("/desk/logout")
		h.locked("小陈")
		require.Equal(t, http.StatusTooManyRequests, fresh.post("/desk/login", "name", "小陈", "password", secret).Code)
		require.Equal(t, http.StatusTooManyRequests, b.post("/desk/login", "name", "boss", "password", secret).Code,
			"where one was known the other is a stranger")
		require.Equal(t, http.StatusUnauthorized, b.post("/desk/login", "name", "小陈", "password", "wrong password").Code)
		require.Equal(t, http.StatusSeeOther, b.post("/desk/login", "name", " 小陈 ", "password", secret).Code)
		require.Equal(t, "小陈", b.in())
		require.Equal(t, http.StatusTooManyRequests, fresh.post("/desk/login", "name", "小陈", "password", secret).Code,
			"who is let in that way opens the door for nobody else")
		require.Equal(t, 10, b.thief().tries("小陈"), "who was right begins anew")
	})
}

func TestAStolenMarkGivesFewTriesWithOneName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		h.person("小陈", roles(shopA, "agent"))
		thief := h.signed("小陈").thief()
		delete(thief.cookies, "xiaoer_session")
		h.locked("boss")
		h.locked("小陈")
		require.Zero(t, thief.tries("boss"), "a mark is good for one account")
		require.Equal(t, 10, thief.tries("小陈"))
		require.Zero(t, h.browser().tries("小陈"))
		pass(10 * time.Minute)
		h.locked("小陈")
		require.Equal(t, 1, thief.tries("小陈"), "one more in ten minutes")
	})
}

// The one whose mark was stolen is a stranger at worst.
func TestAThiefOfAMarkKeepsNobodyOutEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		b := h.signed("boss")
		thief := b.thief()
		thief.address = "198.51.100.9:1"
		require.Equal(t, 20, thief.tries("boss"), "ten with the mark, and ten as anybody there")
		require.Equal(t, http.StatusSeeOther, b.post("/desk/login", "name", "boss", "password", secret).Code)
	})
}

func TestSeveralPeopleAreKnownInOneBrowser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		b := h.browser()
		for i := range 6 {
			name := fmt.Sprint("person", i)
			h.person(name, roles(shopA, "agent"))
			for range 2 {
				require.Equal(t, http.StatusSeeOther, b.post("/desk/login", "name", name, "password", secret).Code)
			}
		}
		require.Equal(t, 4, strings.Count(b.cookies[knownName], "~"), "five of them, each once")
		require.NotContains(t, b.cookies[knownName], "person")
		require.Less(t, len(b.cookies[knownName]), 500)
		h.locked("person0")
		h.locked("person1")
		require.Zero(t, b.tries("person0"), "the first had to give way")
		require.Equal(t, 10, b.tries("person1"))
	})
}

func TestMarksThatAreWorthNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, elsewhere := newHouse(t), newHouse(t)
		for _, one := range []*house{h, elsewhere} {
			one.person("boss", roles("*", "admin"))
		}
		good, foreign := h.signed("boss").cookies[knownName], elsewhere.signed("boss").cookies[knownName]
		h.locked("boss")
		parts := strings.Split(good, ".")
		later := parts[0] + ".zzzzzz." + parts[2]
		for name, value := range map[string]string{
			"none": "", "of another server": foreign, "no mark": "boss", "dots": "...", "moved on": later, "another number": "AAAAAAAAAAAAAAAA." + parts[1] + "." + parts[2],
			"cut": good[:len(good)-1], "longer": good + "A", "behind too many": strings.Repeat("x~", 5) + good, "too long": good + "~" + strings.Repeat("x", 1<<10),
			"no number": strings.Repeat("9", 40) + "." + strings.Repeat("9", 40) + ".x",
		} {
			b := h.browser()
			b.cookies[knownName] = value
			require.Zero(t, b.tries("boss"), name)
		}
		b := h.browser()
		b.cookies["__Host-"+knownName] = good
		require.Zero(t, b.tries("boss"), "the name of the cookie that is for https only is looked at by https only")
		b.cookies = map[string]string{knownName: "x~" + good}
		require.Equal(t, 10, b.tries("boss"))
		pass(90 * 24 * time.Hour)
		h.locked("boss")
		b.cookies = map[string]string{knownName: good}
		require.Zero(t, b.tries("boss"), "after its time")
	})
}

func TestTheMarkIsForThisSiteOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	b := h.browser()
	c := cookie(t, b.post("/desk/login", "name", "boss", "password", secret), knownName)
	require.True(t, c.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, c.SameSite)
	require.Equal(t, 90*24*3600, c.MaxAge)
	require.Equal(t, "/", c.Path)
	require.NotContains(t, b.cookies, "__Host-"+knownName)
	require.Empty(t, h.browser().post("/desk/login", "name", "boss", "password", "wrong password").Result().Cookies(), "who was wrong is not marked")
}

// Processes that share a store, and one that is started anew, know each other's browsers.
func TestMarksOutliveAProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		mark := h.signed("boss").cookies[knownName]
		book, err := account.NewBook(account.BookOptions{Store: h.kept, Cost: cheap()})
		require.NoError(t, err)
		site, err := page.New(page.Options{})
		require.NoError(t, err)
		next := &house{t: t, kept: h.kept, book: book}
		next.accounts, err = account.New(account.Options{Book: book, Site: site, Shops: func() []string { return []string{shopA} }})
		require.NoError(t, err)
		next.handler = next.accounts.Wrap(site)
		next.locked("boss")
		b := next.browser()
		b.cookies[knownName] = mark
		require.Equal(t, 10, b.tries("boss"))
		kept, err := h.kept.Documents(t.Context(), desk.AllShops, "secret", "", 10)
		require.NoError(t, err)
		require.Len(t, kept, 1)
		require.Len(t, kept[0].Body, 32)
	})
}
