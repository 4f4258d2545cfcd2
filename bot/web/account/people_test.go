package account_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/account"
)

// aTown has an admin of each shop, one of both, one of all, and people.
func aTown(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.person("root", roles("*", "admin"))
	h.person("anna", roles(shopA, "admin"))
	h.person("bert", roles(shopB, "admin"))
	h.person("merchant", roles(shopA, "admin", shopB, "admin"))
	h.person("小陈", roles(shopA, "agent"))
	h.person("小王", roles(shopA, "agent", shopB, "editor"))
	h.person("小李", roles(shopB, "agent"))
	h.person("ed", roles(shopA, "editor"))
	return h
}

func TestWhoSeesWhom(t *testing.T) {
	t.Parallel()
	h := aTown(t)
	for _, c := range []struct {
		who, at  string
		status   int
		sees     []string
		unseen   []string
		mayWhole []string // whose whole account may be managed
	}{
		{"anna", "/desk/people", 200, []string{"anna", "小陈", "小王", "ed", "merchant", "root"}, []string{"小李", "bert", shopB}, []string{"小陈", "ed"}},
		{"anna", "/desk/people?shop=" + shopB, 404, nil, []string{"小李", "bert"}, nil},
		{"anna", "/desk/people?shop=*", 404, nil, []string{"bert"}, nil},
		{"anna", "/desk/people?shop=none", 404, nil, []string{"bert"}, nil},
		{"bert", "/desk/people", 200, []string{"bert", "小李", "小王", "merchant", "root"}, []string{"小陈", "anna", shopA}, []string{"小李"}},
		{"merchant", "/desk/people?shop=" + shopB, 200, []string{"bert", "小李", "小王", shopA}, []string{"小陈", "anna"}, []string{"bert", "小李", "小王"}},
		{"root", "/desk/people?shop=*", 200, []string{"root"}, []string{"小陈", "anna"}, nil},
		{"root", "/desk/people?shop=" + shopA, 200, []string{"anna", "小陈", "小王", "merchant"}, []string{"小李"}, []string{"anna", "小陈", "小王", "ed", "merchant"}},
		{"ed", "/desk/people", 403, nil, []string{"小陈"}, nil},
		{"小陈", "/desk/people?shop=" + shopA, 403, nil, []string{"anna"}, nil},
		{"小陈", "/desk/audit", 403, nil, []string{"anna"}, nil},
		{"anna", "/desk/audit?shop=" + shopB, 404, nil, []string{"bert"}, nil},
	} {
		w := h.signed(c.who).get(c.at)
		require.Equal(t, c.status, w.Code, "%s %s", c.who, c.at)
		body := w.Body.String()
		for _, name := range c.sees {
			require.Contains(t, body, name, "%s %s", c.who, c.at)
		}
		for _, name := range c.unseen {
			require.NotContains(t, body, name, "%s %s", c.who, c.at)
		}
		for _, name := range []string{"anna", "bert", "小陈", "小王", "小李", "ed", "merchant", "root"} {
			has := strings.Contains(body, "Remove the account of "+name+"?")
			require.Equal(t, slices.Contains(c.mayWhole, name), has, "%s %s %s", c.who, c.at, name)
		}
		require.NotContains(t, body, "argon2")
	}
}

func TestAnAdminOfOneShopHasNoSayInAnother(t *testing.T) {
	t.Parallel()
	h := aTown(t)
	anna := h.signed("anna")
	for _, c := range []struct {
		name   string
		to     string
		pairs  []string
		status int
	}{
		{"a role in a shop that is not hers", "role", []string{"shop", shopB, "name", "小李", "role", "admin"}, 404},
		{"in all shops", "role", []string{"shop", "*", "name", "anna", "role", "admin"}, 404},
		{"of somebody of another shop", "role", []string{"shop", shopA, "name", "小李", "role", "admin"}, 404},
		{"of nobody", "role", []string{"shop", shopA, "name", "nobody", "role", "admin"}, 404},
		{"of herself", "role", []string{"shop", shopA, "name", "ANNA", "role", "agent"}, 422},
		{"of one above all shops", "role", []string{"shop", shopA, "name", "root", "role", "none"}, 403},
		{"a role that does not exist", "role", []string{"shop", shopA, "name", "小陈", "role", "king"}, 422},
		{"switching off somebody of two shops", "switch", []string{"shop", shopA, "name", "小王", "to", "off"}, 403},
		{"removing somebody of two shops", "remove", []string{"shop", shopA, "name", "小王"}, 403},
		{"the password of somebody of two shops", "reset", []string{"shop", shopA, "name", "小王"}, 403},
		{"the password of the merchant", "reset", []string{"shop", shopA, "name", "merchant"}, 403},
		{"the password of the first admin", "reset", []string{"shop", shopA, "name", "root"}, 403},
		{"removing herself", "remove", []string{"shop", shopA, "name", "anna"}, 422},
		{"inviting to another shop", "invite", []string{"shop", shopB, "name", "eve", "role", "admin"}, 404},
		{"inviting to all shops", "invite", []string{"shop", "*", "name", "eve", "role", "admin"}, 404},
	} {
		w := anna.post("/desk/people/"+c.to, c.pairs...)
		require.Equal(t, c.status, w.Code, "%s: %s", c.name, w.Body)
	}
	for _, who := range []string{"ed", "小陈"} {
		b := h.signed(who)
		for _, to := range []string{"role", "switch", "remove", "reset", "invite", "withdraw"} {
			w := b.post("/desk/people/"+to, "shop", shopA, "name", "小陈", "role", "admin", "to", "off")
			require.Equal(t, http.StatusForbidden, w.Code, "%s %s", who, to)
		}
	}
	for name, want := range map[string]map[string]desk.Role{
		"小李": roles(shopB, "agent"), "小王": roles(shopA, "agent", shopB, "editor"), "anna": roles(shopA, "admin"), "小陈": roles(shopA, "agent"), "root": roles("*", "admin"),
	} {
		found, err := h.book.Find(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, want, found.Roles)
		require.False(t, found.Off)
	}
}

func TestManagingPeople(t *testing.T) {
	t.Parallel()
	h := aTown(t)
	anna, chen, wang := h.signed("anna"), h.signed("小陈"), h.signed("小王")
	require.Equal(t, http.StatusForbidden, chen.get("/desk/people").Code)
	w := anna.post("/desk/people/role", "shop", shopA, "name", "小陈", "role", "admin")
	require.Equal(t, "/desk/people?done=role&shop="+shopA, w.Header().Get("Location"))
	require.Equal(t, http.StatusOK, chen.get("/desk/people").Code, "a role holds at once, in sessions that are open")
	require.Equal(t, "小陈", chen.in())

	require.Equal(t, http.StatusSeeOther, anna.post("/desk/people/role", "shop", shopA, "name", "小王", "role", "none").Code)
	found, err := h.book.Find(t.Context(), "小王")
	require.NoError(t, err)
	require.Equal(t, roles(shopB, "editor"), found.Roles, "what somebody is elsewhere stays")
	require.NotContains(t, anna.get("/desk/people").Body.String(), "小王")
	require.Equal(t, "小王", wang.in())

	require.Equal(t, http.StatusSeeOther, anna.post("/desk/people/switch", "shop", shopA, "name", "小陈", "to", "off").Code)
	require.Empty(t, chen.in())
	require.Contains(t, anna.get("/desk/people").Body.String(), "switched off")
	require.Equal(t, http.StatusSeeOther, anna.post("/desk/people/switch", "shop", shopA, "name", "小陈", "to", "on").Code)
	chen = h.signed("小陈")
	require.Equal(t, http.StatusSeeOther, anna.post("/desk/people/remove", "shop", shopA, "name", "小陈").Code)
	require.Empty(t, chen.in())
	require.Equal(t, http.StatusUnauthorized, h.browser().post("/desk/login", "name", "小陈", "password", secret).Code)

	did := h.did(shopA)
	require.Equal(t, []string{
		"anna account gone 小陈", "小陈 login 小陈", "anna switch on 小陈", "anna switch off 小陈", "anna role 小王 none", "anna role 小陈 admin",
	}, did[:6])
	for _, line := range h.did(shopB) {
		require.NotContains(t, line, "anna", "nothing of it is told in the other shop")
		require.NotContains(t, line, shopA)
	}
}

const attack = `<img src=x onerror=alert(1)>`

func TestHostileNamesAreText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("root", roles("*", "admin"))
	h.person(attack, roles("*", "admin", `"><script>`, "agent"))
	for _, who := range []string{"root", attack} {
		b := h.signed(who)
		for _, at := range []string{"/desk/people", "/desk/audit", "/desk/me", "/desk/people?shop=" + "%22%3E%3Cscript%3E", "/desk/audit?who=%3Cscript%3Ealert(1)&what=%22%3E%3Cb%3E", "/desk/nothing?lang=%22%3E"} {
			body := b.get(at, "User-Agent", attack).Body.String()
			require.NotContains(t, body, "<img src=x", at)
			require.NotContains(t, body, "<script>", at)
			require.NotContains(t, body, "<b>", at)
		}
	}
	b := h.browser()
	r := b.post("/desk/login", "name", attack, "password", "wrong")
	require.NotContains(t, r.Body.String(), "<img src=x")
	require.Contains(t, h.signed("root").get("/desk/people").Body.String(), "&lt;img src=x onerror")
}

func TestTheAudit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("root", roles("*", "admin"))
	b := h.signed("root")
	for n := range 120 {
		who := "小陈"
		if n%2 == 1 {
			who = "Eve"
		}
		id, err := h.kept.Audit(t.Context(), shopA, "", 1)
		require.NoError(t, err)
		require.LessOrEqual(t, len(id), 1)
		require.NoError(t, h.kept.Note(t.Context(), desk.Entry{
			ID: "e-" + string(rune('0'+n/100)) + string(rune('0'+n/10%10)) + string(rune('0'+n%10)), Shop: shopA, Who: who, What: "claim", On: "case-" + string(rune('a'+n%26)),
		}))
	}
	rows := func(body string) int { return strings.Count(body, `<td data-label="Who">`) }
	first := b.get("/desk/audit?shop=" + shopA).Body.String()
	require.Equal(t, 50, rows(first))
	require.Contains(t, first, `rel="next"`)
	require.Contains(t, first, "before=e-070")
	require.Contains(t, first, "<td data-label=\"What\">claimed</td>")
	last := b.get("/desk/audit?shop=" + shopA + "&before=e-020").Body.String()
	require.Equal(t, 20, rows(last))
	require.NotContains(t, last, `rel="next"`)
	eve := b.get("/desk/audit?shop=" + shopA + "&who=EV&what=claim").Body.String()
	require.Equal(t, 50, rows(eve))
	require.NotContains(t, eve, "小陈")
	require.Contains(t, eve, "who=EV", "the next page looks for the same")
	require.Contains(t, b.get("/desk/audit?shop="+shopA+"&what=erase").Body.String(), "Nothing here.")
}

func TestShopsHaveTheirNamesAndTheirClock(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	h := newHouse(t, func(o *account.Options) {
		o.About = func(shop string) (string, *time.Location) {
			return map[string]string{shopA: "苹果铺", shopB: "莓果铺"}[shop], map[string]*time.Location{shopA: shanghai, shopB: time.UTC}[shop]
		}
	})
	h.person("root", roles("*", "admin"))
	h.person("merchant", roles(shopA, "admin"))
	b := h.signed("root")
	for _, c := range []struct{ at, zone string }{
		{"/desk/audit?shop=" + shopA, "Asia/Shanghai"}, {"/desk/people?shop=" + shopA, "Asia/Shanghai"}, {"/desk/people?shop=" + shopB, "UTC"}, {"/desk/people?shop=*", "UTC"}, {"/desk/me", "UTC"},
	} {
		body := b.get(c.at).Body.String()
		require.Contains(t, body, "("+c.zone+")", c.at)
		if c.at != "/desk/me" {
			require.Regexp(t, `>苹果铺</a>`, body, c.at)
		}
	}
	body := h.signed("merchant").get("/desk/me").Body.String()
	require.Contains(t, body, "(Asia/Shanghai)")
	require.Contains(t, body, "<dt>苹果铺</dt>")
	require.Contains(t, h.signed("merchant").get("/desk/people?lang=zh").Body.String(), "买家会看到这个名字")
}
