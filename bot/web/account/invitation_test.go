package account_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

func TestAnInvitationMakesAnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("anna", roles(shopA, "admin"))
	anna := h.signed("anna")
	at := link(t, anna.post("/desk/people/invite", "shop", shopA, "name", "小王", "role", "editor"))
	require.NotContains(t, anna.get("/desk/people").Body.String(), at, "the link is shown once")
	require.Contains(t, anna.get("/desk/people").Body.String(), "小王")
	kept, err := h.kept.Documents(t.Context(), desk.AllShops, "invitation", "", 10)
	require.NoError(t, err)
	require.NotContains(t, at, kept[0].ID)

	b := h.browser()
	w := b.get(at)
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), "anna invites you")
	require.Contains(t, w.Body.String(), "editor")
	require.Equal(t, http.StatusUnprocessableEntity, b.post(at, "password", "short", "again", "short").Code)
	require.Equal(t, http.StatusUnprocessableEntity, b.post(at, "password", secret, "again", other).Code)
	w = b.post(at, "password", secret, "again", secret)
	require.Equal(t, http.StatusSeeOther, w.Code, "a password that will not do uses nothing up: %s", w.Body)
	require.Equal(t, "小王", b.in())
	found, err := h.book.Find(t.Context(), "小王")
	require.NoError(t, err)
	require.Equal(t, roles(shopA, "editor"), found.Roles)
	require.Equal(t, "anna", found.By)
	require.Equal(t, http.StatusNotFound, h.browser().get(at).Code, "it works once")
	require.Equal(t, http.StatusNotFound, h.browser().post(at, "password", other, "again", other).Code)
	require.Equal(t, []string{"小王 login 小王", "anna account 小王 editor", "anna invite 小王 editor"}, h.did(shopA)[:3])
}

func TestOfManyWhoTakeAnInvitationOneSucceeds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("anna", roles(shopA, "admin"))
	at := link(t, h.signed("anna").post("/desk/people/invite", "shop", shopA, "name", "小王", "role", "agent"))
	var all sync.WaitGroup
	codes := make([]int, 8)
	for i := range codes {
		all.Go(func() { codes[i] = h.browser().post(at, "password", secret, "again", secret).Code })
	}
	all.Wait()
	in := 0
	for _, c := range codes {
		if c == http.StatusSeeOther {
			in++
		}
	}
	require.Equal(t, 1, in, "%v", codes)
}

func TestInvitationsThatAreWorthless(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(h *house, anna *browser)
	}{
		{"too old", func(*house, *browser) { pass(73 * time.Hour) }},
		{"withdrawn", func(h *house, anna *browser) {
			kept, err := h.kept.Documents(h.t.Context(), desk.AllShops, "invitation", "", 10)
			require.NoError(h.t, err)
			require.Equal(h.t, http.StatusSeeOther, anna.post("/desk/people/withdraw", "shop", shopA, "id", kept[0].ID).Code)
			require.Equal(h.t, "anna withdraw 小王", h.did(shopA)[0])
		}},
		{"its maker is gone", func(h *house, _ *browser) { require.NoError(h.t, h.book.Remove(h.t.Context(), "anna", "cli:x")) }},
		{"its maker is switched off", func(h *house, _ *browser) { require.NoError(h.t, h.book.Switch(h.t.Context(), "anna", true, "cli:x")) }},
		{"its maker is no admin any more", func(h *house, _ *browser) {
			require.NoError(h.t, h.book.SetRole(h.t.Context(), "anna", shopA, desk.Editor, "cli:x"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.person("anna", roles(shopA, "admin"))
				anna := h.signed("anna")
				at := link(t, anna.post("/desk/people/invite", "shop", shopA, "name", "小王", "role", "agent"))
				require.Equal(t, http.StatusOK, h.browser().get(at).Code)
				c.do(h, anna)
				w := h.browser().post(at, "password", secret, "again", secret)
				require.Equal(t, http.StatusNotFound, w.Code)
				require.Contains(t, w.Body.String(), "used up, withdrawn or too old")
				_, err := h.book.Find(t.Context(), "小王")
				require.ErrorIs(t, err, desk.ErrNotFound)
			})
		})
	}
	h := newHouse(t)
	for _, token := range []string{"x", "..%2f..", "0123456789012345678901234567890123456789"} {
		require.Equal(t, http.StatusNotFound, h.browser().get("/desk/invitation/"+token).Code)
		require.Equal(t, http.StatusNotFound, h.browser().post("/desk/invitation/"+token, "password", secret).Code)
	}
}

func TestANameThatIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("anna", roles(shopA, "admin"))
	h.person("Eve", roles(shopB, "agent"))
	anna := h.signed("anna")
	at := link(t, anna.post("/desk/people/invite", "shop", shopA, "name", "ＥＶＥ", "role", "agent")) // looks the same
	w := h.browser().post(at, "password", secret, "again", secret)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	require.Contains(t, w.Body.String(), "Somebody has this name")
	found, err := h.book.Find(t.Context(), "eve")
	require.NoError(t, err)
	require.Equal(t, roles(shopB, "agent"), found.Roles, "nobody takes another's account by its name")

	eve := h.signed("eve")
	require.Contains(t, eve.get(at).Body.String(), "Accept with my account (Eve)")
	require.Equal(t, http.StatusSeeOther, eve.post(at, "as", "me").Code)
	found, err = h.book.Find(t.Context(), "eve")
	require.NoError(t, err)
	require.Equal(t, roles(shopA, "agent", shopB, "agent"), found.Roles)
	require.Equal(t, "Eve join Eve invited by anna", h.did(shopA)[1])
	for _, name := range []string{"", " x", "bot", "cli:root", "a\x01b", "a\nb", "me"} {
		require.Equal(t, http.StatusUnprocessableEntity, anna.post("/desk/people/invite", "shop", shopA, "name", name, "role", "agent").Code, "%q", name)
	}
	require.Equal(t, http.StatusUnprocessableEntity, anna.post("/desk/people/invite", "shop", shopA, "name", "x", "role", "king").Code)
}

func TestAForgottenPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("anna", roles(shopA, "admin"))
	h.person("小陈", roles(shopA, "agent"))
	anna, chen := h.signed("anna"), h.signed("小陈")
	at := link(t, anna.post("/desk/people/reset", "shop", shopA, "name", "小陈"))
	late := link(t, anna.post("/desk/people/reset", "shop", shopA, "name", "小陈"))
	require.Equal(t, "小陈", chen.in(), "the link alone changes nothing")
	require.NotContains(t, anna.get(at).Body.String(), "Accept with my account", "a reset is nobody else's")
	require.Equal(t, http.StatusUnprocessableEntity, anna.post(at, "as", "me").Code)
	b := h.browser()
	require.Equal(t, http.StatusSeeOther, b.post(at, "password", other, "again", other).Code)
	require.Equal(t, "小陈", b.in())
	require.Empty(t, chen.in(), "whoever else was signed in is not any more")
	require.Equal(t, http.StatusNotFound, b.get(at).Code)
	require.NoError(t, h.book.SetRole(t.Context(), "小陈", shopB, desk.Agent, "cli:x"))
	require.Equal(t, http.StatusNotFound, b.get(late).Code, "who now works in another shop too is no longer hers to reset")
}
