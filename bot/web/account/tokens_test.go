package account_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/account"
)

// grant gives tokens, each as "ID SHOP AGENT ROLE BY".
func (h *house) grant(all ...string) {
	h.t.Helper()
	for _, one := range all {
		w := strings.Fields(one)
		g := desk.Grant{ID: w[0], Shop: w[1], Agent: w[2], Role: desk.Role(w[3]), By: w[4], Hash: w[0]}
		require.NoError(h.t, h.kept.Grant(h.t.Context(), g, desk.Entry{ID: w[0], Shop: w[1]}))
	}
}

// tokens are the ids of those that hold.
func (h *house) tokens() (out []string) {
	h.t.Helper()
	for _, shop := range []string{"*", shopA, shopB} {
		all, err := h.kept.GrantsOf(h.t.Context(), shop)
		require.NoError(h.t, err)
		for _, g := range all {
			out = append(out, g.ID)
		}
	}
	slices.Sort(out)
	return out
}

func TestTokensEndWithTheAccount(t *testing.T) {
	t.Parallel()
	all := []string{
		"1 apples ANNA admin cli:root", "2 apples puppet admin anna", "3 apples 小陈 agent cli:root", "4 berries anna agent bert", "5 * root admin cli:root",
		"6 berries puppet agent root", "7 apples anna agent cli:root",
	}
	for _, c := range []struct {
		name string
		do   func(*house) error
		left string
	}{
		{"removed", func(h *house) error { return h.book.Remove(h.t.Context(), "anna", "x") }, "3456"},
		{"switched off", func(h *house) error { return h.book.Switch(h.t.Context(), "anna", true, "x") }, "3456"},
		{"switched on", func(h *house) error { return h.book.Switch(h.t.Context(), "anna", false, "x") }, "1234567"},
		{"no role left", func(h *house) error { return h.book.SetRole(h.t.Context(), "anna", shopA, "", "x") }, "3456"},
		{"a smaller role", func(h *house) error { return h.book.SetRole(h.t.Context(), "anna", shopA, desk.Editor, "x") }, "34567"},
		{"the same role", func(h *house) error { return h.book.SetRole(h.t.Context(), "anna", shopA, desk.Admin, "x") }, "1234567"},
		{"who managed every shop", func(h *house) error { return h.book.Remove(h.t.Context(), "root", "x") }, "12347"},
		{"less in every shop", func(h *house) error { return h.book.SetRole(h.t.Context(), "root", "*", desk.Agent, "x") }, "12347"},
	} {
		h := aTown(t)
		h.grant(all...)
		require.NoError(t, c.do(h), c.name)
		require.Equal(t, c.left, strings.Join(h.tokens(), ""), c.name)
	}
}

// Shops in which nobody has a role of their own are known from elsewhere.
func TestTokensOfShopsWithoutPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	book, err := account.NewBook(account.BookOptions{Store: h.kept, Cost: cheap(), Shops: func() []string { return []string{shopB} }})
	require.NoError(t, err)
	h.person("root", roles("*", "admin"))
	h.grant("1 berries puppet admin root")
	require.NoError(t, book.Remove(t.Context(), "root", "x"))
	require.Empty(t, h.tokens())
	require.Contains(t, h.did(shopB), "x revoke 1 admin for puppet")
}

func TestAdminsSeeAndTakeBackTheTokensOfTheirShops(t *testing.T) {
	t.Parallel()
	h := aTown(t)
	h.grant("1 apples robot agent cli:root", "2 berries secretive agent bert")
	anna := h.signed("anna")
	page := anna.get("/desk/people").Body.String()
	require.Contains(t, page, "robot")
	require.NotContains(t, page, "secretive")
	require.Equal(t, http.StatusNotFound, anna.post("/desk/people/revoke", "shop", shopB, "id", "2").Code)
	require.Equal(t, http.StatusForbidden, h.signed("ed").post("/desk/people/revoke", "shop", shopA, "id", "1").Code)
	require.Equal(t, http.StatusSeeOther, anna.post("/desk/people/revoke", "shop", shopA, "id", "2").Code, "there is none of this id here")
	require.Equal(t, []string{"1", "2"}, h.tokens())
	require.Equal(t, http.StatusSeeOther, anna.post("/desk/people/revoke", "shop", shopA, "id", "1").Code)
	require.Equal(t, []string{"2"}, h.tokens())
	require.NotContains(t, anna.get("/desk/people").Body.String(), "robot")
}
