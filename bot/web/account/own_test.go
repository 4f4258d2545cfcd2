package account_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestOnesOwnPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	b, elsewhere := h.signed("boss"), h.signed("boss")
	for _, c := range []struct {
		name, current, password, again string
		says                           string
	}{
		{"the wrong old one", "wrong", other, other, "current password is not right"},
		{"not the same twice", secret, other, other + "x", "not the same"},
		{"too short", secret, "short", "short", "at least 10"},
		{"the old one", secret, secret, secret, "is the old one"},
		{"the name", secret, "theboss12345", "theboss12345", "must not hold the name"},
		{"too common", secret, "1234567890", "1234567890", "easy to guess"},
		{"too long", secret, strings.Repeat("長い合言葉", 60), strings.Repeat("長い合言葉", 60), "too long"},
	} {
		w := b.post("/desk/me/password", "current", c.current, "password", c.password, "again", c.again)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, c.name)
		require.Contains(t, w.Body.String(), c.says, c.name)
		require.NotContains(t, w.Body.String(), c.password, "what was typed is not shown again")
	}
	before := b.cookies["xiaoer_session"]
	w := b.post("/desk/me/password", "current", secret, "password", other, "again", other)
	require.Equal(t, "/desk/me?done=password", w.Header().Get("Location"))
	require.NotEqual(t, before, b.cookies["xiaoer_session"])
	require.Equal(t, "boss", b.in(), "this browser goes on")
	require.Empty(t, elsewhere.in(), "all others end")
	stolen := b.thief()
	stolen.cookies["xiaoer_session"] = before
	require.Empty(t, stolen.in())
	require.Equal(t, http.StatusUnauthorized, h.browser().post("/desk/login", "name", "boss", "password", secret).Code)
	require.Equal(t, http.StatusSeeOther, h.browser().post("/desk/login", "name", "boss", "password", other).Code)
}

// Whoever finds an open browser cannot guess the password there without end.
func TestGuessingTheCurrentPasswordIsThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("boss", roles("*", "admin"))
		b := h.signed("boss")
		codes := map[int]int{}
		for range 22 {
			codes[b.post("/desk/me/password", "current", "wrong", "password", other, "again", other).Code]++
		}
		require.Equal(t, map[int]int{http.StatusUnprocessableEntity: 20, http.StatusTooManyRequests: 2}, codes, "ten where one is known, ten as anybody")
	})
}

func TestOnesOwnSessions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	h.person("eve", roles(shopA, "agent"))
	b, second, third, eve := h.signed("boss"), h.signed("boss"), h.signed("boss"), h.signed("eve")
	body := b.get("/desk/me").Body.String()
	ids := regexp.MustCompile(`name="session" value="([0-9a-f]{18})"`).FindAllStringSubmatch(body, -1)
	require.Len(t, ids, 2, "all but this one can be ended")
	require.Contains(t, body, "192.0.2.1")
	require.Contains(t, body, "this one")
	for _, c := range b.cookies {
		require.NotContains(t, body, c)
	}
	require.Equal(t, http.StatusSeeOther, eve.post("/desk/me/sessions", "session", ids[0][1]).Code)
	require.Equal(t, "boss", third.in(), "nobody ends another's")
	require.Equal(t, http.StatusSeeOther, b.post("/desk/me/sessions", "session", ids[0][1]).Code)
	require.Empty(t, third.in(), "the latest stands first")
	require.Equal(t, "boss", second.in())
	require.Equal(t, http.StatusSeeOther, b.post("/desk/me/sessions", "session", "others").Code)
	require.Empty(t, second.in())
	require.Equal(t, "boss", b.in())
	require.Equal(t, "eve", eve.in())
}

func TestOnesOwnLanguage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("boss", roles("*", "admin"))
	b := h.signed("boss")
	require.Equal(t, http.StatusSeeOther, b.post("/desk/me/language", "lang", "zh").Code)
	require.Contains(t, b.get("/desk/me").Body.String(), "我的账号")
	require.Contains(t, h.signed("boss").get("/desk/me").Body.String(), "我的账号", "in the next browser, too")
	require.Equal(t, http.StatusBadRequest, b.post("/desk/me/language", "lang", "fr").Code)
}
