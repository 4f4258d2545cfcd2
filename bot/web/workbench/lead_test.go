package workbench_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

func TestTheQueueIsNarrowedByItsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	human := w.hand("fruit", "c-1")
	angry := w.say("fruit", "c-2", "我要投诉你们").Handoff.ID
	tea := w.hand("tea", "c-1")
	w.post("chen", at("fruit", human, "/act/claim"))
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", []string{human, angry, tea}},
		{"?shop=tea", []string{tea}},
		{"?priority=high", []string{angry}},
		{"?intent=complaint", []string{angry}},
		{"?team=nobody", nil},
		{"?stage=negotiating", nil},
		{"?shop=fruit&team=aftersales", []string{human, angry}},
		{"?mine=1", nil},
	} {
		page := w.see("boss", "/desk/cases"+c.query)
		for _, id := range []string{human, angry, tea} {
			require.Equal(t, slices.Contains(c.want, id), strings.Contains(page, `id="case-`+id+`"`), "%s %s", c.query, id)
		}
	}
	require.Contains(t, w.see("chen", "/desk/cases?mine=1"), human)
	require.Contains(t, w.see("boss", at("fruit", angry)+"?priority=high"), `href="`+at("fruit", angry)+`?priority=high"`, "a case keeps the filter that it was opened with")
}

func TestTheQueueIsInTheOrderOfDeadlines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	late := w.hand("fruit", "c-1")
	w.pass(4 * time.Minute)
	soon := w.hand("tea", "c-1")
	page := w.see("boss", "/desk/cases")
	require.Less(t, strings.Index(page, late), strings.Index(page, soon))
	require.Contains(t, page, "已超时")
	require.Contains(t, page, "超时 1")
	part := w.see("boss", "/desk/cases?part=queue")
	require.NotContains(t, part, "<html", "the part alone")
	require.Contains(t, part, late)
}

func TestTheLeadSeesTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.post("wang", "/desk/presence", "shop", "fruit", "online", "1", "ceiling", "2")
	w.post("chen", "/desk/presence", "shop", "fruit", "online", "1")
	seats, err := w.Attending(t.Context(), "fruit")
	require.NoError(t, err)
	require.Len(t, seats, 2)
	id := w.hand("fruit", "c-1")
	w.pass(13 * time.Hour) // eleven at night
	night := w.hand("fruit", "c-2")
	page := w.see("lead", "/desk/lead")
	require.Contains(t, page, "小王")
	_, after, _ := strings.Cut(page, "夜里来的")
	require.Contains(t, after, night)
	require.NotContains(t, after, id, "what came by day is not the night's")
	require.Contains(t, page, "已超时")
	w.post("wang", "/desk/presence", "shop", "fruit", "online", "0")
	require.Contains(t, w.see("wang", "/desk/cases"), "离开")
	for _, wrong := range [][]string{{"shop", "fruit", "online", "1", "ceiling", "-1"}, {"shop", "fruit", "online", "1", "ceiling", "many"}} {
		require.Equal(t, http.StatusBadRequest, w.ask("wang", http.MethodPost, "/desk/presence", formOf(wrong...)).Code)
	}
}

func TestTheRosterIsNotWrittenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.post("lead", "/desk/lead/fruit/roster", "plan", "早班 小王", "note", "", "version", "0")
	w.post("chen", "/desk/lead/fruit/roster", "plan", "我不上班", "note", "三号仓缺货", "version", "1")
	page := w.see("wang", "/desk/lead")
	require.Contains(t, page, "三号仓缺货")
	require.Contains(t, page, "早班 小王", "an agent leaves a note, and the plan as it is")
	require.Contains(t, page, "小陈 写于")
	rw := w.ask("lead", http.MethodPost, "/desk/lead/fruit/roster", formOf("plan", "晚班", "note", "没看到三号仓", "version", "1"))
	require.Equal(t, http.StatusConflict, rw.Code)
	for _, want := range []string{"没看到三号仓</textarea>", "晚班</textarea>", "<pre tabindex=\"0\">早班 小王</pre>", "三号仓缺货</pre>", `name="version" value="2"`} {
		require.Contains(t, rw.Body.String(), want, "what was written is not lost, and what the colleague wrote is seen")
	}
	w.post("lead", "/desk/lead/fruit/roster", "plan", "早班 小王，晚班", "note", "三号仓缺货", "version", "2")
	rw = w.ask("chen", http.MethodPost, "/desk/lead/fruit/roster", formOf("plan", "我不上班", "note", "我的话", "version", "2"))
	require.Equal(t, http.StatusConflict, rw.Code)
	require.Contains(t, rw.Body.String(), "早班 小王，晚班</textarea>", "an agent's form has the plan as it is")
	require.Contains(t, rw.Body.String(), "我的话</textarea>")
	require.Equal(t, http.StatusRequestEntityTooLarge, w.ask("lead", http.MethodPost, "/desk/lead/fruit/roster", formOf("note", strings.Repeat("长", 4001), "version", "3")).Code)
}

func TestCasesThatAreNotListedAreSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.hand("fruit", "c-1")
	require.NotContains(t, w.see("chen", "/desk/cases"), "超过 20000")
	w.many = true
	w.pass(2 * time.Minute) // until all are read anew
	for _, at := range []string{"/desk/cases", "/desk/cases?part=queue", "/desk/lead", "/desk/lead?part=lead"} {
		require.Contains(t, w.see("chen", at), "超过 20000 个", at)
	}
	require.Contains(t, w.see("chen", "/desk/cases"), "待接 20000 ")
}

func TestAPersonWithoutAShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	require.Contains(t, w.see("none", "/desk/lead"), "您还没有店铺")
	require.Contains(t, w.see("none", "/desk/marks"), "还没有标记")
	require.Equal(t, http.StatusSeeOther, w.ask("none", http.MethodGet, "/desk/", nil).Code)
	require.Equal(t, desk.Role(""), people()["none"].In("fruit"))
}

func TestALeadReassignsSeveralAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	const move = "/desk/lead/fruit/move"
	var ids []string
	for _, c := range []string{"c-1", "c-2", "c-3"} {
		ids = append(ids, w.hand("fruit", c))
	}
	w.post("wang", "/desk/presence", "shop", "fruit", "online", "1")
	form := formOf("to", "小王", "key", "k-1")
	form["case"] = []string{ids[0], ids[1], ids[0]}
	rw := w.ask("lead", http.MethodPost, move, form)
	require.Equal(t, http.StatusSeeOther, rw.Code)
	require.Equal(t, "/desk/lead?shop=fruit&done=move", rw.Header().Get("Location"))
	before := w.one("fruit", ids[0])
	require.Equal(t, "小王", before.Assigned)
	require.Equal(t, "小王", w.one("fruit", ids[1]).Assigned)
	require.Equal(t, http.StatusSeeOther, w.ask("lead", http.MethodPost, move, form).Code)
	require.Equal(t, before.History, w.one("fruit", ids[0]).History, "the same form again has no second effect")
	require.Contains(t, w.see("lead", "/desk/lead"), `<a href="/desk/cases?agent=%E5%B0%8F%E7%8E%8B&amp;shop=fruit">小王</a>`)
	require.Equal(t, ids[:2], w.walk("lead", "/desk/cases?agent=小王"))

	w.post("chen", at("fruit", ids[1], "/act/claim"))
	w.post("chen", at("fruit", ids[1], "/act/close"))
	form = formOf("team", "lead", "key", "k-2")
	form["case"] = []string{ids[1], ids[2], "no-such-case"}
	rw = w.ask("lead", http.MethodPost, move, form)
	require.Equal(t, http.StatusConflict, rw.Code)
	require.Contains(t, rw.Body.String(), "改派了 1 个")
	require.Contains(t, rw.Body.String(), "<li>#2 这个个案已经关闭</li><li>已经不在了</li>")
	require.Equal(t, "lead", w.one("fruit", ids[2]).Team)
	for _, wrong := range []struct {
		name string
		form url.Values
		want string
	}{
		{"no case", formOf("to", "小王"), "还没有选中个案"},
		{"no place", formOf("case", ids[0]), "还没有选择团队或客服"},
		{"nobody of that name", formOf("case", ids[0], "to", "没有这个人"), "<li>#1 提交的内容有误</li>"},
	} {
		rw := w.ask("lead", http.MethodPost, move, wrong.form)
		require.Equal(t, http.StatusConflict, rw.Code, wrong.name)
		require.Contains(t, rw.Body.String(), wrong.want, wrong.name)
	}
	w.post("wang", at("fruit", ids[0], "/act/claim"))
	require.Equal(t, http.StatusConflict, w.ask("chen", http.MethodPost, move, formOf("case", ids[0], "to", "小陈")).Code, "an agent takes nothing from another")
	require.Equal(t, "小王", w.one("fruit", ids[0]).Agent)
	require.Equal(t, http.StatusNotFound, w.ask("other", http.MethodPost, move, formOf("case", ids[0], "to", "小王")).Code)
	many := formOf("to", "小王")
	for i := range 99 {
		many.Add("case", strconv.Itoa(i))
	}
	require.Equal(t, http.StatusConflict, w.ask("lead", http.MethodPost, move, many).Code, "as many as the lists have at most")
}

func TestTheNightIsListedAsItWasPromised(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.pass(13 * time.Hour) // eleven at night in Shanghai
	first := w.say("fruit", "c-1", "我要投诉你们").Handoff
	second := w.hand("fruit", "c-2")
	page := w.see("lead", "/desk/lead")
	_, night, _ := strings.Cut(page, "夜里来的")
	require.Less(t, strings.Index(night, first.ID), strings.Index(night, second))
	require.Contains(t, night, "答应 <time datetime=\"2026-11-22T00:0", "when the shop opens")
	require.Contains(t, night, "+08:00 Asia/Shanghai\">11-22 08:0")
}
