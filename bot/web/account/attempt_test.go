package account_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

// Who manages a shop hears of tries with the names of its people, and of nobody else's.
func TestWhoHearsOfFailedLogins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	h.person("小陈", roles(shopA, "agent"))
	h.person("merchant", roles(shopA, "admin", shopB, "admin"))
	b := h.browser()
	for _, name := range []string{" 小陈 ", "MERCHANT", "boss", "nobody", "a password in the wrong field"} {
		require.Equal(t, http.StatusUnauthorized, b.post("/desk/login", "name", name, "password", "wrong password").Code)
	}
	failed := func(shop string) (out []string) {
		for _, line := range h.did(shop) {
			if strings.Contains(line, "login failed") {
				out = append(out, line)
			}
		}
		return out
	}
	require.ElementsMatch(t, []string{"? login failed 小陈 from 192.0.2.1", "? login failed merchant from 192.0.2.1"}, failed(shopA))
	require.Equal(t, []string{"? login failed merchant from 192.0.2.1"}, failed(shopB))
	require.ElementsMatch(t, []string{"? login failed boss from 192.0.2.1", "? login failed  from 192.0.2.1", "? login failed  from 192.0.2.1"}, failed(desk.AllShops),
		"what nobody is called may be a password")
	merchant := h.signed("merchant")
	require.Contains(t, merchant.get("/desk/audit?what=login+failed&shop="+shopA).Body.String(), "小陈")
	require.Equal(t, http.StatusNotFound, merchant.get("/desk/audit?shop=*").Code)
	merchant.post("/desk/login", "name", "merchant", "password", "wrong password")
	require.Contains(t, failed(shopB), "? login failed merchant from 192.0.2.1 in a browser that is known")
}

// Whoever fills the audit with names that nobody has hides nothing by it.
func TestAFloodOfNamesHidesNoFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("小陈", roles(shopA, "agent"))
		for i := range 100 {
			b := h.browser()
			b.address = fmt.Sprintf("203.0.113.%d:1", i)
			b.post("/desk/login", "name", fmt.Sprint("name", i), "password", "wrong password")
		}
		require.Len(t, h.did(desk.AllShops), 60)
		h.browser().post("/desk/login", "name", "小陈", "password", "wrong password")
		require.Equal(t, "? login failed 小陈 from 192.0.2.1", h.did(shopA)[0])
	})
}

func TestLoginsAreThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		h.person("other", roles("*", "admin"))
		b := h.browser()
		for range 10 {
			require.Equal(t, http.StatusUnauthorized, b.post("/desk/login", "name", "BOSS", "password", "wrong").Code)
		}
		w := b.post("/desk/login", "name", "boss", "password", secret)
		require.Equal(t, http.StatusTooManyRequests, w.Code, "even the right password has to wait")
		wait, err := strconv.Atoi(w.Header().Get("Retry-After"))
		require.NoError(t, err)
		require.Positive(t, wait)
		require.Equal(t, http.StatusSeeOther, b.post("/desk/login", "name", "other", "password", secret).Code, "others at the address may")
		elsewhere := h.browser()
		elsewhere.address = "198.51.100.7:1"
		require.Equal(t, http.StatusSeeOther, elsewhere.post("/desk/login", "name", "boss", "password", secret).Code,
			"nobody is locked out from elsewhere by a stranger's tries")
		pass(time.Duration(wait) * time.Second)
		require.Equal(t, http.StatusSeeOther, b.post("/desk/login", "name", "boss", "password", secret).Code)
		require.Equal(t, http.StatusUnauthorized, b.post("/desk/login", "name", "boss", "password", "wrong").Code, "who was right begins anew")
	})
}

func TestAnAddressIsThrottledWhateverTheName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		codes := map[int]int{}
		b := h.browser()
		b.address = "[2001:db8::1]:99"
		for i := range 80 {
			b.address = fmt.Sprintf("[2001:db8::%x]:99", i+1) // one who has a /64
			codes[b.post("/desk/login", "name", fmt.Sprint("name", i), "password", "wrong").Code]++
		}
		require.Equal(t, map[int]int{http.StatusUnauthorized: 60, http.StatusTooManyRequests: 20}, codes)
		require.Equal(t, http.StatusTooManyRequests, b.post("/desk/login", "name", "boss", "password", secret).Code)
		spread := map[int]int{}
		for i := range 60 { // one name from everywhere
			b.address = fmt.Sprintf("203.0.113.%d:9", i)
			spread[b.post("/desk/login", "name", "boss", "password", "wrong").Code]++
		}
		require.Equal(t, map[int]int{http.StatusUnauthorized: 50, http.StatusTooManyRequests: 10}, spread)
	})
}
