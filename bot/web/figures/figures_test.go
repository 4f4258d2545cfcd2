package figures_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	sums "xiaoer/bot/figures"
	"xiaoer/bot/web/figures"
	"xiaoer/bot/web/page"
)

// noon is a Saturday in Shanghai.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))

// hostile is a name as a shop's file might have it.
const hostile = `=cmd|'/c x'!A1"><script>alert(1)</script>`

// A source gives days that were made up.
type source struct {
	days      map[string]sums.Day
	questions []sums.Question
	behind    int
	err       error
	asked     []sums.Span
}

func (s *source) FiguresOf(shop string) (sums.Shop, error) {
	return sums.Shop{
		ID: shop, Name: "小果" + strings.TrimPrefix(shop, "a") + hostile, Zone: noon.Location(), Titles: map[string]string{"return": "退货", "evil": hostile},
		Rules: []string{"return.ok", hostile, "never.used"},
	}, s.err
}

func (s *source) Days(_ context.Context, _ string, span sums.Span) (sums.Counted, error) {
	s.asked = append(s.asked, span)
	c := sums.Counted{At: noon, Behind: s.behind}
	for _, date := range span.Dates() {
		if d, ok := s.days[date]; ok {
			c.Days = append(c.Days, d)
		}
	}
	return c, s.err
}

func (s *source) Questions(_ context.Context, _ string, places []sums.Place) ([]sums.Question, error) {
	if len(places) == 0 {
		return nil, s.err
	}
	return s.questions, s.err
}

// busy is a source with something of everything on each of the last 200 days.
func busy() *source {
	s := &source{days: map[string]sums.Day{}}
	for i, date := range sums.LastDays(noon, noon.Location(), 200).Dates() {
		d := sums.NewDay(date, noon.Location())
		d.Messages, d.Answered, d.Handed, d.Missed, d.NoRule, d.Tasks = 100+i%40, 70, 10, 6, 3, 2
		d.Hours = map[int]int{9: 40, 14: 60 + i%40}
		d.Visits = map[string]sums.Visits{date: {Alone: 30 + i%9, Human: 11}, sums.Shift(date, -1): {Alone: -1}}
		d.Intents = map[string]int{"return": 20 + i%10, "evil": 8, "wrong_order.address": 5 + i%3, "logistics": 15}
		d.Rules = map[string]int{"return.ok": 20, hostile: 7, "otherwise": 6, "guard.human": 4}
		d.Calls = map[string]int{"guard.human": 4, "otherwise": 6, hostile: 1}
		d.Closed = map[string]int{"goods": 3, "": 1, hostile: 1}
		d.Replies = sums.Replies{FirstInTime: 9, FirstLate: 1, NextInTime: 20, NextLate: 3}
		d.Made, d.Kept, d.Broken = 5, 4, 1
		twelve, _ := sums.ParseMoney("12.5")
		d.Offers = map[string]sums.Paid{"refund": {Count: 2, Sum: twelve, Waiting: 1}, hostile: {Count: 1, Refused: 1}}
		d.Costs = map[string]sums.Paid{"warehouse": {Count: 2, Sum: twelve}, "": {Count: 1, Sum: 7}, hostile: {Count: 1}}
		d.Stars = [5]int{1, 0, 0, 2, 6}
		d.Asked = &sums.Sample{All: 9, IDs: []string{"t-" + date}}
		s.days[date] = d
	}
	for i, text := range []string{"能刻字吗", "可以刻字吗", hostile, "有没有礼盒", "+86 怎么打"} {
		s.questions = append(s.questions, sums.Question{ID: fmt.Sprint(i), Text: text, Weight: 2})
	}
	return s
}

func handler(tb testing.TB, s *source) http.Handler {
	tb.Helper()
	site, err := page.New(page.Options{})
	require.NoError(tb, err)
	require.NoError(tb, figures.Open(site, figures.Options{Source: s, Shops: func() []string { return []string{"b", "a"} }, Now: func() time.Time { return noon }}))
	return site
}

// get asks for a page as a person with these roles.
func get(tb testing.TB, h http.Handler, path string, roles map[string]desk.Role) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, path, nil)
	if roles != nil {
		r = r.WithContext(page.WithPerson(r.Context(), desk.Person{Name: "小陈", Roles: roles}))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// has and hasNot do without writing whole pages into the log.
func has(t *testing.T, body, want string) {
	t.Helper()
	require.True(t, strings.Contains(body, want), "the page lacks %q", want) //nolint:testifylint // a page is long
}

func hasNot(t *testing.T, body, unwanted string) {
	t.Helper()
	require.False(t, strings.Contains(body, unwanted), "the page has %q", unwanted) //nolint:testifylint // a page is long
}

func editor() map[string]desk.Role { return map[string]desk.Role{"a": desk.Editor} }

func TestFiguresOfEveryStretchAreShown(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh", "en"} {
		for _, days := range []string{"1", "7", "30", "90"} {
			t.Run(lang+days, func(t *testing.T) {
				t.Parallel()
				s := busy()
				w := get(t, handler(t, s), "/desk/figures?shop=a&lang="+lang+"&days="+days, editor())
				require.Equal(t, http.StatusOK, w.Code, w.Body)
				require.Len(t, s.asked, 1)
				require.Equal(t, "2026-11-23", s.asked[0].Until, "the days after say who came back")
				check(t, w.Body.String())
			})
		}
	}
}

// check looks whether a page is sound: it has no script, every drawing has a name, every id is there once, and nothing from a
// shop's files became markup.
func check(t *testing.T, body string) {
	t.Helper()
	ids := map[string]int{}
	for _, found := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		ids[found[1]]++
	}
	for id, n := range ids {
		require.Equal(t, 1, n, id)
	}
	drawings := regexp.MustCompile(`<svg class[^>]*>`).FindAllString(body, -1)
	require.Greater(t, len(drawings), 4)
	for _, drawing := range drawings {
		named := regexp.MustCompile(`role="img" aria-labelledby="(\S+) (\S+)"`).FindStringSubmatch(drawing)
		require.Len(t, named, 3, drawing)
		require.Equal(t, 1, ids[named[1]])
		require.Equal(t, 1, ids[named[2]])
	}
	for _, bar := range regexp.MustCompile(`<rect[^>]*>`).FindAllString(body, -1) {
		require.NotRegexp(t, `"-|NaN|Inf`, bar)
	}
	require.NotRegexp(t, `<[^>]*\s(style|on[a-z]+)=`, regexp.MustCompile(`"[^"]*"`).ReplaceAllString(body, `""`), "the policy forbids it")
	require.Equal(t, strings.Count(body, "<script"), strings.Count(body, `<script type="module" src="/assets/`))
	hasNot(t, body, "<script>alert")
	hasNot(t, body, "ZgotmplZ")
}

func TestTotals(t *testing.T) {
	t.Parallel()
	body := get(t, handler(t, busy()), "/desk/figures?shop=a&days=7&lang=en", editor()).Body.String()
	for _, want := range []string{
		"2026-11-15 – 2026-11-21", "first replies in time", "90%", "¥87.5", "4.3", "return.ok", "never.used", "As of 2026-11-21 12:00 (Asia/Shanghai)",
		"Asked for a human (guard.human)", "退货 (return)", "None named", "235 of 312 visits", "Cost of closed cases", "<th scope=\"row\">warehouse", "Refused",
	} {
		has(t, strings.ToLower(body), strings.ToLower(want))
	}
}

func TestAgentsSeeTotalsOnly(t *testing.T) {
	t.Parallel()
	h := handler(t, busy())
	agent := map[string]desk.Role{"a": desk.Agent}
	w := get(t, h, "/desk/figures", agent)
	require.Equal(t, http.StatusOK, w.Code)
	has(t, w.Body.String(), "买家消息")
	hasNot(t, w.Body.String(), "return.ok")
	hasNot(t, w.Body.String(), "<svg class=\"chart\"")
	for _, path := range []string{"/desk/figures/questions?shop=a", "/desk/figures/csv/days?shop=a", "/desk/figures/csv/questions?shop=a"} {
		require.Equal(t, http.StatusForbidden, get(t, h, path, agent).Code, path)
	}
}

func TestOtherShopsStayUnseen(t *testing.T) {
	t.Parallel()
	h := handler(t, busy())
	for _, path := range []string{"/desk/figures", "/desk/figures/questions", "/desk/figures/csv/days"} {
		require.Equal(t, http.StatusNotFound, get(t, h, path+"?shop=b", editor()).Code)
		require.Equal(t, http.StatusNotFound, get(t, h, path+"?shop=nobody", editor()).Code)
		require.Equal(t, http.StatusForbidden, get(t, h, path+"?shop=a", nil).Code)
		require.Equal(t, http.StatusForbidden, get(t, h, path, map[string]desk.Role{"c": desk.Admin}).Code)
	}
	mixed := map[string]desk.Role{"a": desk.Agent, "b": desk.Editor}
	hasNot(t, get(t, h, "/desk/figures?shop=a", mixed).Body.String(), "return.ok") // a role counts in its own shop
	has(t, get(t, h, "/desk/figures?shop=b", mixed).Body.String(), "return.ok")
	has(t, get(t, h, "/desk/figures", map[string]desk.Role{"*": desk.Editor}).Body.String(), "return.ok")
}

func TestOddStretches(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]sums.Span{
		"days=30":                   {From: "2026-09-23", Until: "2026-11-23"},
		"days=3":                    {From: "2026-11-08", Until: "2026-11-23"},
		"days=99999999":             {From: "2026-11-08", Until: "2026-11-23"},
		"days=1&until=2026-11-10":   {From: "2026-11-09", Until: "2026-11-12"},
		"until=2031-01-01":          {From: "2026-11-08", Until: "2026-11-23"},
		"until=0001-01-01":          {From: "2026-11-08", Until: "2026-11-23"},
		"until=2026-02-31":          {From: "2026-11-08", Until: "2026-11-23"},
		"until=%3Cscript%3E&days=1": {From: "2026-11-20", Until: "2026-11-23"},
	} {
		s := busy()
		require.Equal(t, http.StatusOK, get(t, handler(t, s), "/desk/figures?shop=a&"+query, editor()).Code)
		require.Equal(t, []sums.Span{want}, s.asked, query)
	}
}

func TestAShopWithoutATurn(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/desk/figures?days=1", "/desk/figures?days=90", "/desk/figures/questions", "/desk/figures/csv/intents"} {
		w := get(t, handler(t, &source{}), path, editor())
		require.Equal(t, http.StatusOK, w.Code, path)
		hasNot(t, w.Body.String(), "NaN")
	}
}

func TestWhatIsNotSummedYetIsSaid(t *testing.T) {
	t.Parallel()
	s := busy()
	s.behind = 12
	has(t, get(t, handler(t, s), "/desk/figures", editor()).Body.String(), "还有 12 天的消息没有汇总完")
}

func TestFilesForSpreadsheets(t *testing.T) {
	t.Parallel()
	h := handler(t, busy())
	for _, name := range []string{
		"days", "hours", "intents", "topics", "calls", "causes", "replies", "promises", "offers", "stars", "rules", "unused", "questions",
	} {
		w := get(t, h, "/desk/figures/csv/"+name+"?shop=a&days=30&lang=en", editor())
		require.Equal(t, http.StatusOK, w.Code, name)
		require.Equal(t, "text/csv; charset=utf-8", w.Header().Get("Content-Type"))
		require.Equal(t, `attachment; filename="a-`+name+`-2026-10-23-2026-11-21.csv"`, w.Header().Get("Content-Disposition"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		lines := read(t, w.Body)
		require.GreaterOrEqual(t, len(lines), 2, name)
		for _, line := range lines {
			for _, cell := range line {
				require.NotContains(t, "=+-@\t\r", (cell + " ")[:1], "%q in %s is a formula", cell, name)
			}
		}
	}
	require.Equal(t, http.StatusNotFound, get(t, h, "/desk/figures/csv/none?shop=a", editor()).Code)
	rules := read(t, get(t, h, "/desk/figures/csv/rules?shop=a&days=7", editor()).Body)
	require.True(t, slices.ContainsFunc(rules, func(line []string) bool { return line[0] == "'"+hostile && line[1] == "49" }), "%v", rules)
	days := read(t, get(t, h, "/desk/figures/csv/days?shop=a&days=7", editor()).Body)
	require.Len(t, days, 8)
	require.Equal(t, "2026-11-21", days[1][0])
	require.Equal(t, []string{"31", "11", "0"}, days[1][6:9])
	require.Equal(t, []string{"12.50", "12.5007"}, days[1][16:18])
}

func read(t *testing.T, body io.Reader) [][]string {
	t.Helper()
	raw, err := io.ReadAll(body)
	require.NoError(t, err)
	text, ok := strings.CutPrefix(string(raw), "\ufeff")
	require.True(t, ok, "spreadsheets take it for UTF-8 by its first character")
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return lines
}

func TestQuestionsNobodyAnswered(t *testing.T) {
	t.Parallel()
	body := get(t, handler(t, busy()), "/desk/figures/questions?shop=a&days=7", editor()).Body.String()
	for _, want := range []string{"能刻字吗", "可以刻字吗", "约 4 次", "id: draft.own_", "buyer: &#34;可以刻字吗&#34;", "intents.yaml", "63"} {
		has(t, body, want)
	}
	hasNot(t, body, "<script>alert")
}

func TestErrorsArePages(t *testing.T) {
	t.Parallel()
	s := busy()
	s.err = errors.New("the disk is gone")
	for _, path := range []string{"/desk/figures", "/desk/figures/questions", "/desk/figures/csv/days"} {
		w := get(t, handler(t, s), path, editor())
		require.Equal(t, http.StatusInternalServerError, w.Code)
		hasNot(t, w.Body.String(), "disk")
	}
	require.Error(t, figures.Open(nil, figures.Options{}))
}

func BenchmarkPage(b *testing.B) {
	h := handler(b, busy())
	for b.Loop() {
		require.Equal(b, http.StatusOK, get(b, h, "/desk/figures?shop=a&days=90", editor()).Code)
	}
}

func TestShopsAreChosenByTheirNames(t *testing.T) {
	t.Parallel()
	body := get(t, handler(t, busy()), "/desk/figures?shop=a", map[string]desk.Role{"a": desk.Editor, "b": desk.Agent}).Body.String()
	require.Contains(t, body, `<option value="a" selected>小果=`)
	require.Contains(t, body, `<option value="b">小果b=`)
	require.Contains(t, body, "12.50", "money has two decimals")
	require.NotRegexp(t, `\b12\.5\b`, body)
}
