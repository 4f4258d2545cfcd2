package workbench_test

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

// by lets another buyer write.
func by(buyer string) func(*bot.Message) {
	return func(m *bot.Message) { m.Buyer.ID = buyer }
}

// about lets a message be about another order.
func about(no string) func(*bot.Message) {
	return func(m *bot.Message) {
		withOrder(m)
		m.Order.No, m.Images = no, nil
	}
}

func TestCasesOfOneMatterAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.say("fruit", "c-1", "苹果坏了", withOrder, by("b-1"))
	offered := w.say("fruit", "c-1", "3", by("b-1")).Handoff.ID
	offer := w.one("fruit", offered).Offers[0]
	w.post("chen", at("fruit", offered, "/act/note"), "text", "第一通电话没人接")
	id := w.say("fruit", "c-2", "转人工", withOrder, by("b-1")).Handoff.ID
	w.say("fruit", "c-2", "箱子也破了 <b>", by("b-1"))
	other := w.say("fruit", "c-3", "转人工", about("261118-999999999999999"), by("b-1")).Handoff.ID
	stranger := w.say("fruit", "c-4", "转人工", withOrder, by("b-2")).Handoff.ID
	foreign := w.say("tea", "c-1", "转人工", withOrder, by("b-1")).Handoff.ID

	page := w.see("chen", at("fruit", id))
	_, matter, _ := strings.Cut(page, "同一件事的其他个案")
	for _, want := range []string{
		`href="` + at("fruit", offered) + `"`, "#1 的对话", "苹果坏了", "并入 #2 并关闭",
		"261118-999999999999999", at("fruit", other), // other matters are a list
	} {
		require.Contains(t, matter, want)
	}
	require.Contains(t, page, `<a class="of" href="`+at("fruit", offered)+`">#1</a>`)
	require.Contains(t, page, "第一通电话没人接", "notes of all stand together")
	require.Equal(t, 1, strings.Count(w.see("lead", at("fruit", id)), "/act/approve"), "an offer that both cases know stands there once")
	require.Contains(t, page, `¥ 119.7`)
	glance := w.see("boss", at("fruit", id, "?part=file"))
	require.Contains(t, glance, "#1 的对话")
	require.NotContains(t, glance, at("fruit", stranger))
	require.NotContains(t, glance, at("tea", foreign))
	require.NotContains(t, matter, "箱子也破了", "its own conversation stands there once")
	require.NotContains(t, w.see("chen", at("fruit", other)), "#1 的对话")

	rw := w.post("lead", at("fruit", offered, "/act/approve"), "offer", offer.ID, "back", at("fruit", id))
	require.Equal(t, at("fruit", id)+"?done=approve", rw.Header().Get("Location"), "who acts on a sibling stays where they are")
	require.Contains(t, w.see("chen", at("fruit", id)), "主管 已批准")

	back := w.post("chen", at("fruit", id, "/merge"), "of", offered)
	require.Equal(t, at("fruit", id)+"?done=merge", back.Header().Get("Location"))
	w.post("chen", at("fruit", id, "/merge"), "of", offered) // once more: nothing changes
	merged := w.one("fruit", offered)
	require.Equal(t, desk.Closed, merged.State)
	require.Equal(t, "已并入 #2", merged.Outcome)
	notes := w.one("fruit", id).Notes
	require.Len(t, notes, 1)
	require.Equal(t, "#1 已并入本个案", notes[0].Text)
	page = w.see("chen", at("fruit", id))
	require.Contains(t, page, "已关闭：已并入 #2", "a sibling that was closed of late counts still")
	require.NotContains(t, page, "并入 #2 并关闭")
	w.pass(31 * 24 * time.Hour)
	require.NotContains(t, w.see("chen", at("fruit", id)), "#1 的对话")
}

func TestWhatIsNoMatterIsNotMerged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	one := w.say("fruit", "c-1", "转人工", withOrder, by("b-1")).Handoff.ID
	other := w.say("fruit", "c-2", "转人工", about("261118-999999999999999"), by("b-1")).Handoff.ID
	stranger := w.say("fruit", "c-3", "转人工", withOrder, by("b-2")).Handoff.ID
	nobody := w.say("fruit", "c-5", "转人工", withOrder, by("")).Handoff.ID
	foreign := w.say("tea", "c-1", "转人工", withOrder, by("b-1")).Handoff.ID
	for name, of := range map[string]string{
		"itself": one, "another order": other, "another buyer": stranger, "a buyer without a name": nobody, "another shop": foreign, "none": "", "a path": "../../tea/" + foreign,
	} {
		rw := w.ask("boss", http.MethodPost, at("fruit", one, "/merge"), formOf("of", of))
		require.Equal(t, http.StatusNotFound, rw.Code, name)
	}
	require.Equal(t, http.StatusNotFound, w.ask("boss", http.MethodPost, at("fruit", nobody, "/merge"), formOf("of", stranger)).Code, "buyers without a name are not one")
	require.Equal(t, http.StatusNotFound, w.ask("other", http.MethodPost, at("tea", foreign, "/merge"), formOf("of", one)).Code, "another shop's case is not there")
	for _, id := range []string{one, other, stranger, nobody} {
		require.Equal(t, desk.Waiting, w.one("fruit", id).State)
	}
	require.Equal(t, desk.Waiting, w.one("tea", foreign).State)
	require.NotContains(t, w.see("chen", at("fruit", nobody)), "其他个案")
}

func TestWhatColleaguesHaveIsMergedByEditorsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	one := w.say("fruit", "c-1", "转人工", withOrder, by("b-1")).Handoff.ID
	two := w.say("fruit", "c-2", "转人工", withOrder, by("b-1")).Handoff.ID
	w.post("wang", at("fruit", one, "/act/claim"))
	require.NotContains(t, w.see("chen", at("fruit", two)), "并入 #2")
	rw := w.ask("chen", http.MethodPost, at("fruit", two, "/merge"), formOf("of", one), "X-Fragment", "1")
	require.Equal(t, http.StatusConflict, rw.Code)
	require.Contains(t, rw.Body.String(), `"claimed"`)
	require.Empty(t, w.one("fruit", two).Notes, "nothing is said of what was not done")
	require.Contains(t, w.see("lead", at("fruit", two)), "并入 #2")
	w.post("lead", at("fruit", two, "/merge"), "of", one)
	require.Equal(t, desk.Closed, w.one("fruit", one).State)
	w.post("lead", at("fruit", two, "/act/close"), "outcome", "好了")
	three := w.say("fruit", "c-3", "转人工", withOrder, by("b-1")).Handoff.ID
	require.Equal(t, http.StatusConflict, w.ask("lead", http.MethodPost, at("fruit", two, "/merge"), formOf("of", three)).Code, "nothing is merged into what is over")
}

func TestABuyersManyCasesAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	var id string
	for i := range 45 {
		id = w.say("fruit", "c-"+time.Duration(i).String(), "转人工", withOrder, by("b-1")).Handoff.ID
	}
	page := w.see("chen", at("fruit", id))
	require.Equal(t, 8, strings.Count(page, `<li id="matter-`))
	require.Equal(t, 30, strings.Count(page, `<span class="badge warn">同一件事</span>`), "the rest is listed, within bounds")
	require.Contains(t, page, `id="matter-44"`, "the latest are those that are shown")
	require.NotContains(t, page, `id="matter-1"`)
}

// BenchmarkTheCasePage is a case with 50 lines and eight others of its matter, beside a queue of 500.
func BenchmarkTheCasePage(b *testing.B) {
	w := newWorld(b, workbench.Limits{})
	for i := range 500 {
		w.hand("fruit", "q-"+strconv.Itoa(i))
	}
	var id string
	for i := range 9 {
		conversation := "c-" + strconv.Itoa(i)
		id = w.say("fruit", conversation, "转人工", withOrder, by("b-1")).Handoff.ID
		for range 48 {
			w.say("fruit", conversation, "什么时候能好", by("b-1"))
		}
	}
	for _, part := range []string{"", "?part=talk", "?part=file"} {
		b.Run(cmp.Or(part, "page"), func(b *testing.B) {
			for b.Loop() {
				w.see("chen", at("fruit", id, part))
			}
		})
	}
}
