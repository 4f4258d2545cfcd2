package desk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

func TestAccountID(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"Anna": "anna", " anna ": "anna", "ＡＮＮＡ": "anna", "小陈": "小陈", "ﬁne": "fine", "": "", "É": "é", "E\u0301": "é", "İ": "i", "\u00a0x": "x",
	} {
		require.Equal(t, id, desk.AccountID(name), "%q", name)
	}
}

func TestNameProblem(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"小陈", "Anna-Maria O'Hara", "老板 2", "<b>", "agents", strings.Repeat("長", 100)} {
		require.Empty(t, desk.NameProblem(good), "%q", good)
	}
	for _, bad := range []string{
		"", " x", "x ", "a\nb", "a\x00b", "\xff", "a\u202eb", "a\u200bb", "bot", "ＢＯＴ", "Agent", "me", "buyer", "*", "cli:root", "CLI:root", strings.Repeat("長", 101),
	} {
		require.NotEmpty(t, desk.NameProblem(bad), "%q", bad)
	}
}

func FuzzAccountID(f *testing.F) {
	for _, s := range []string{"Anna", "İ", "ﬃ", "\u03f4", "\u1e9e", "ΑΣ", "\u2126", "\ufdfa", "\xff", "\u00a0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 1000 {
			return
		}
		id := desk.AccountID(name)
		require.Equal(t, id, desk.AccountID(id), "%q", name)
		if desk.NameProblem(name) == "" {
			require.NotEmpty(t, id)
		}
	})
}

func TestAnAccountIsAPerson(t *testing.T) {
	t.Parallel()
	a := desk.Account{Name: "小陈", Roles: map[string]desk.Role{"b": desk.Agent, "a": desk.Admin}}
	require.Equal(t, []string{"a", "b"}, a.Shops())
	require.Equal(t, desk.Admin, a.Person().In("a"))
	require.Equal(t, "小陈", a.Person().Name)
	require.Empty(t, a.Person().In("c"))
}
