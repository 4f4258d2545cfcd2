package workbench_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

var (
	rowID    = regexp.MustCompile(`data-case="([^"]+)"`)
	nextPage = regexp.MustCompile(`href="([^"]+)" rel="next"`)
)

// walk reads all pages of a queue and gives the ids of its cases in order.
func (w *world) walk(who, at string) (ids []string) {
	w.t.Helper()
	for range 100 {
		page := w.see(who, at)
		for _, m := range rowID.FindAllStringSubmatch(page, -1) {
			ids = append(ids, m[1])
		}
		next := nextPage.FindStringSubmatch(page)
		if next == nil {
			return ids
		}
		at = next[1]
	}
	w.t.Fatal("the pages have no end")
	return nil
}

func TestEveryOpenCaseIsCountedAndListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	var want []string
	for i := range 620 {
		want = append(want, w.hand("fruit", fmt.Sprintf("c-%d", i)))
	}
	require.Contains(t, w.see("chen", "/desk/cases"), "待接 620 ")
	require.Equal(t, want, w.walk("chen", "/desk/cases"), "by deadline, none twice and none left out")
	require.Contains(t, w.see("chen", "/desk/cases?page=2"), "第 101–200 个，共 620 个")
	require.Contains(t, w.see("chen", "/desk/cases?page=99"), "第 601–620 个", "the last page, where there are not so many")
	require.Contains(t, w.see("chen", "/desk/cases?page=-1&team=aftersales&priority=normal"), "第 1–100 个")
	require.NotContains(t, w.see("chen", "/desk/cases?team=lead"), "下一页")
	for _, id := range want[:600] {
		w.post("chen", at("fruit", id, "/act/claim"))
		w.post("chen", at("fruit", id, "/act/close"))
	}
	require.Contains(t, w.see("chen", "/desk/cases"), "待接 20 ", "what has gone is not remembered")
	require.Equal(t, want[600:], w.walk("chen", "/desk/cases"))
}

func TestWhatIsRememberedFollowsEveryChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	first, second := w.hand("fruit", "c-1"), w.hand("fruit", "c-2")
	require.Equal(t, []string{first, second}, w.walk("chen", "/desk/cases"))
	w.post("lead", at("fruit", first, "/act/move"), "team", "lead") // which has more time
	require.Equal(t, []string{second, first}, w.walk("chen", "/desk/cases"), "a case that has more time stands further down")
	w.post("chen", at("fruit", second, "/act/claim"))
	require.Equal(t, []string{second}, w.walk("chen", "/desk/cases?mine=1"))
	require.Empty(t, w.walk("wang", "/desk/cases?mine=1"))
	_, err := w.Store.Erase(t.Context(), "fruit", "b-c-1", desk.Entry{At: w.clock(), Shop: "fruit", Who: "老板", What: "erase"}) // as another process does
	require.NoError(t, err)
	w.pass(2 * time.Minute)
	require.Equal(t, []string{second}, w.walk("chen", "/desk/cases"), "what another process erases is forgotten soon")
}

func TestWhoComesLateReadsNothingAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	first := w.hand("fruit", "c-1")
	require.Equal(t, []string{first}, w.walk("chen", "/desk/cases"))
	before := w.read
	var second string
	w.late = func() {
		second = w.hand("fruit", "c-2")
		require.Equal(t, []string{first, second}, w.walk("wang", "/desk/cases"), "a colleague was quicker")
	}
	require.Equal(t, []string{first, second}, w.walk("chen", "/desk/cases"))
	require.Equal(t, before, w.read, "all that changed has been read already")
}

func TestCasesOfTheSameBuyerAreMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	buyer := func(id string) func(*bot.Message) { return func(m *bot.Message) { m.Buyer.ID = id } }
	w.say("fruit", "c-1", "转人工", buyer("b-1"))
	w.say("fruit", "c-2", "转人工", buyer("b-2"))
	require.NotContains(t, w.see("chen", "/desk/cases"), "同一买家")
	w.say("fruit", "c-3", "转人工", buyer("b-1"))
	w.say("tea", "c-4", "转人工", buyer("b-2"))
	rows := w.see("boss", "/desk/cases")
	require.Len(t, regexp.MustCompile("同一买家另有 1 个").FindAllString(rows, -1), 2, "in the same shop only")
}

func TestACaseThatMissedItsDeadlineStaysOverdue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	require.Contains(t, w.see("chen", "/desk/cases"), "超时 0")
	w.pass(4 * time.Minute)
	require.Contains(t, w.see("chen", "/desk/cases"), "超时 1")
	_, err := w.Tick(t.Context()) // it goes to the leads, who have ten minutes
	require.NoError(t, err)
	require.Equal(t, "lead", w.one("fruit", id).Team)
	page := w.see("chen", "/desk/cases")
	require.Contains(t, page, "超时 1", "another team's time makes it no less late")
	require.Contains(t, page, "已误时限")
	require.Contains(t, page, "还剩")
	w.post("chen", at("fruit", id, "/act/claim"))
	w.post("chen", at("fruit", id, "/reply"), "text", "您好", "key", "k", "seen", string(desk.PlaceOf(w.one("fruit", id).Transcript)))
	require.Contains(t, w.see("chen", "/desk/cases"), "超时 0", "until somebody answers")
}
