package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			g, token, err := b.Grant(t.Context(), "s", "小陈", desk.Agent, "cli:root")
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(token, "xot_"))
			who, err := b.Person(t.Context(), token)
			require.NoError(t, err)
			require.Equal(t, "小陈", who.Name)
			require.Equal(t, desk.Agent, who.In("s"))
			require.Empty(t, who.In("other"))
			list, err := b.GrantsOf(t.Context(), "s")
			require.NoError(t, err)
			require.Len(t, list, 1)
			require.Empty(t, list[0].Hash)
			require.Equal(t, "cli:root", list[0].By)

			_, everywhere, err := b.Grant(t.Context(), desk.AllShops, "老板", desk.Admin, "cli:root")
			require.NoError(t, err)
			who, err = b.Person(t.Context(), everywhere)
			require.NoError(t, err)
			require.Equal(t, desk.Admin, who.In("other"))

			require.NoError(t, b.Revoke(t.Context(), "s", g.ID, "老板"))
			_, err = b.Person(t.Context(), token)
			require.ErrorIs(t, err, engine.ErrUnauthorised)
			require.Equal(t, "not_found", refusalOf(t, b.Revoke(t.Context(), "s", g.ID, "老板")))
			for _, wrong := range []string{"", "xot_", token + "x", strings.ToUpper(everywhere)} {
				_, err = b.Person(t.Context(), wrong)
				require.ErrorIs(t, err, engine.ErrUnauthorised, wrong)
			}
			audit, err := b.Audit(t.Context(), "s", "", 10)
			require.NoError(t, err)
			require.Equal(t, []string{"revoke", "grant"}, []string{audit[0].What, audit[1].What})
			require.Equal(t, "老板", audit[0].Who)
			require.NotContains(t, audit[1].Detail, token)
		})
	}
}

func TestTokensThatAreNotGiven(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, c := range []struct {
		shop, agent string
		role        desk.Role
		want        string
	}{
		{"s", "", desk.Agent, "malformed"},
		{"s", " 小陈", desk.Agent, "malformed"},
		{"s", "小\n陈", desk.Agent, "malformed"},
		{"s", strings.Repeat("陈", 101), desk.Agent, "malformed"},
		{"s", "小\xff陈", desk.Agent, "malformed"},
		{"s", "小陈", "owner", "malformed"},
		{"s", "小陈", "", "malformed"},
		{"nobody", "小陈", desk.Agent, "no_shop"},
	} {
		_, token, err := b.Grant(t.Context(), c.shop, c.agent, c.role, "cli:root")
		require.Equal(t, c.want, refusalOf(t, err), c.agent)
		require.Empty(t, token)
	}
}

func TestCasesGoToWhoIsAtTheDesk(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			attend := func(name string, online bool, ceiling int) {
				require.NoError(t, b.Attend(t.Context(), "s", desk.Presence{Agent: name, Online: online, Ceiling: ceiling}))
			}
			attend("甲", true, 1)
			attend("乙", true, 0)
			attend("丙", false, 0)
			got := map[string]int{}
			for _, conversation := range []string{"c-1", "c-2", "c-3", "c-4"} {
				c, _, err := b.Case(t.Context(), "s", b.hand(t, conversation))
				require.NoError(t, err)
				got[c.Assigned]++
			}
			require.Equal(t, map[string]int{"甲": 1, "乙": 3}, got, "the least loaded, up to a ceiling")
			list, err := b.Attending(t.Context(), "s")
			require.NoError(t, err)
			loads := map[string]int{}
			for _, p := range list {
				loads[p.Agent] = p.Load
			}
			require.Equal(t, map[string]int{"甲": 1, "乙": 3, "丙": 0}, loads)

			b.pass(desk.SeenFor + time.Second)
			c, _, err := b.Case(t.Context(), "s", b.hand(t, "c-5"))
			require.NoError(t, err)
			require.Empty(t, c.Assigned, "who says nothing for long is gone")
			require.Equal(t, "malformed", refusalOf(t, b.Attend(t.Context(), "s", desk.Presence{Agent: "甲", Teams: []string{"nobody"}})))
			require.Equal(t, "malformed", refusalOf(t, b.Attend(t.Context(), "s", desk.Presence{})))
			require.Equal(t, "malformed", refusalOf(t, b.Attend(t.Context(), "s", desk.Presence{Agent: "甲", Ceiling: -1})))
			require.Equal(t, "no_shop", refusalOf(t, b.Attend(t.Context(), "nobody", desk.Presence{Agent: "甲"})))
		})
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			pause := func(rule string, lasts time.Duration) {
				p := desk.Pause{Shop: "s", Rule: rule, By: "小王", Why: "价格错了"}
				if lasts > 0 {
					p.Until = b.clock().Add(lasts)
				}
				require.NoError(t, b.Pause(t.Context(), p))
			}
			n := 0
			ruleOf := func() string {
				n++
				id := string(rune('a' + n))
				r := b.say(t, message("c-"+id, "m-"+id, "有券吗"))
				return *r.Rule
			}
			require.Equal(t, "coupon.once", ruleOf())
			pause("coupon.once", time.Hour)
			require.Equal(t, "coupon.again", ruleOf(), "from the next turn on")
			list, err := b.Pauses(t.Context(), "s")
			require.NoError(t, err)
			require.Len(t, list, 1)
			b.pass(time.Hour + time.Second)
			require.Equal(t, "coupon.once", ruleOf(), "it ends by itself")
			list, err = b.Pauses(t.Context(), "s")
			require.NoError(t, err)
			require.Empty(t, list)

			pause(bot.PausedShop, 0)
			require.NotNil(t, b.say(t, message("c-x", "m-x", "有券吗")).Handoff, "everything is handed to a human")
			require.NoError(t, b.Unpause(t.Context(), "s", bot.PausedShop, "小王"))
			require.Equal(t, "coupon.once", ruleOf())
			require.Equal(t, "not_found", refusalOf(t, b.Unpause(t.Context(), "s", bot.PausedShop, "小王")))
			require.Equal(t, "malformed", refusalOf(t, b.Pause(t.Context(), desk.Pause{Shop: "s", Rule: "nothing", By: "小王"})))
			require.Equal(t, "malformed", refusalOf(t, b.Pause(t.Context(), desk.Pause{Shop: "s", Rule: "coupon.once", Until: noon, By: "小王"})))
			require.Equal(t, "no_shop", refusalOf(t, b.Pause(t.Context(), desk.Pause{Shop: "nobody", Rule: "*"})))
			audit, err := b.Audit(t.Context(), "s", "", 10)
			require.NoError(t, err)
			require.Len(t, audit, 3)
			require.Equal(t, "until 2026-11-21T13:00:00Z", audit[2].Detail)
		})
	}
}
