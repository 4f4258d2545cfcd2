package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// casePage is a page of cases as a caller reads it.
type casePage struct {
	Cases []desk.Case
	Next  *string
}

func readPage(t *testing.T, body string) casePage {
	t.Helper()
	var p casePage
	require.NoError(t, json.Unmarshal([]byte(body), &p))
	return p
}

func TestCasesArePaged(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	var numbers []int
	url := "/v1/shops/xiaoguo/cases?limit=2"
	for range 2 {
		p := readPage(t, asked(t, h, agentToken, "GET", url, "", 200))
		for _, c := range p.Cases {
			numbers = append(numbers, c.Number)
			require.Empty(t, c.Transcript)
		}
		if p.Next == nil {
			break
		}
		url = "/v1/shops/xiaoguo/cases?limit=2&after=" + *p.Next
	}
	require.Equal(t, []int{1, 2, 3}, numbers)
	require.Len(t, f.queries, 2)
	last := f.queries[1].After
	require.Equal(t, "xiaoguo", last.Shop)
	require.Equal(t, 2, last.Number)
	require.True(t, last.Deadline.Equal(f.sample("xiaoguo", 2).Deadline))
	require.False(t, f.queries[0].WithTexts)
	p := readPage(t, asked(t, h, agentToken, "GET", "/v1/cases?limit=3", "", 200))
	require.Nil(t, p.Next, "a page that is just full is the last")
}

func TestCasesOfAllShopsThatACallerMaySee(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token, query string
		shops        []string
	}{
		"of one shop":        {agentToken, "", []string{"xiaoguo"}},
		"of the other":       {otherToken, "", []string{"teahouse"}},
		"of all":             {allToken, "", []string{"teahouse", "xiaoguo"}},
		"of one among all":   {allToken, "?shop=xiaoguo", []string{"xiaoguo"}},
		"named twice":        {allToken, "?shop=xiaoguo&shop=teahouse&shop=xiaoguo", []string{"teahouse", "xiaoguo"}},
		"empty is not named": {agentToken, "?shop=", []string{"xiaoguo"}},
	} {
		h, f := newDesk(t, nil)
		asked(t, h, c.token, "GET", "/v1/cases"+c.query, "", 200)
		require.Equal(t, c.shops, f.queries[0].Shops, name)
	}
	h, f := newDesk(t, nil)
	for _, shop := range []string{"teahouse", "nowhere", "*"} {
		requireProblem(t, ask(t, h, agentToken, "GET", "/v1/cases?shop=xiaoguo&shop="+shop, ""), 404, "no-such-shop")
	}
	f.setPerson("xot_gone", person("谁", "nowhere", desk.Admin))
	require.JSONEq(t, `{"cases":[],"next":null}`, asked(t, h, "xot_gone", "GET", "/v1/cases", "", 200))
	require.Empty(t, f.queries, "who may see no shop asks for none")
}

func TestFiltersOfCases(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	query := "?team=lead&team=aftersales&stage=received&state=waiting&state=closed&agent=me&buyer=b%261&due_before=2026-11-22T12:00:00%2B08:00&limit=200"
	asked(t, h, agentToken, "GET", "/v1/shops/xiaoguo/cases"+query, "", 200)
	q := f.queries[0]
	require.True(t, q.Due.Equal(deskNow.Add(2*time.Hour)))
	q.Due = time.Time{}
	require.Equal(t, desk.Query{
		Shops: []string{"xiaoguo"}, Teams: []string{"lead", "aftersales"}, Stages: []string{"received"},
		States: []desk.State{desk.Waiting, desk.Closed}, Agent: "小陈", Buyer: "b&1", Limit: 201,
	}, q)
	asked(t, h, agentToken, "GET", "/v1/cases?agent=%E5%B0%8F%E7%8E%8B", "", 200)
	require.Equal(t, "小王", f.queries[1].Agent)
	require.Equal(t, 51, f.queries[1].Limit)
	for query, field := range map[string]string{
		"state=open": "state", "stage=done": "stage", "limit=0": "limit", "limit=201": "limit", "limit=x": "limit", "limit=-1": "limit",
		"due_before=tomorrow": "due_before", "after=!!": "after", "after=bm8": "after", "sate=waiting": "sate", "agent=a&agent=b": "agent",
		"buyer=" + strings.Repeat("b", 501): "buyer",
	} {
		p := requireProblem(t, ask(t, h, agentToken, "GET", "/v1/cases?"+query, ""), 400, "malformed")
		require.Equal(t, field, p.Field, query)
	}
	p := requireProblem(t, ask(t, h, agentToken, "GET", "/v1/shops/xiaoguo/cases?shop=teahouse", ""), 400, "malformed")
	require.Equal(t, "shop", p.Field)
	require.Len(t, f.queries, 2)
}

func TestACaseWhole(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	var got struct {
		desk.Case
		Deliveries []desk.Delivered
	}
	require.NoError(t, json.Unmarshal([]byte(asked(t, h, agentToken, "GET", "/v1/shops/xiaoguo/cases/h-1", "", 200)), &got))
	require.Equal(t, "坏了三个", got.Transcript[0].Text)
	require.Equal(t, []desk.Delivered{{ID: "l-1", State: "dead"}}, got.Deliveries)
	f.cases[1].Deadline, f.cases[1].Waiting, f.cases[1].Slots = time.Time{}, time.Time{}, nil
	answered := asked(t, h, agentToken, "GET", "/v1/shops/xiaoguo/cases/h-2", "", 200)
	for _, part := range []string{`"deadline":null`, `"waiting":null`, `"slots":{}`} {
		require.Contains(t, answered, part)
	}
	missing := ask(t, h, agentToken, "GET", "/v1/shops/xiaoguo/cases/h-99", "")
	requireProblem(t, missing, 404, "not-found")
	others := ask(t, h, agentToken, "GET", "/v1/shops/xiaoguo/cases/h-4", "")
	require.Equal(t, missing.Body.String(), others.Body.String(), "another shop's case looks as one that never was")
	require.Equal(t, missing.Header(), others.Header())
}

func TestActs(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct {
		body string
		want desk.Act
	}{
		"claim":   {`{"from":"小王"}`, desk.Act{Kind: bot.EventClaim, From: "小王"}},
		"reply":   {`{"text":" 您好\n"}`, desk.Act{Kind: bot.EventAgent, Text: " 您好\n"}},
		"reply?x": {`{"images":["https://img.example/a.jpg"]}`, desk.Act{Kind: bot.EventAgent, Images: []string{"https://img.example/a.jpg"}}},
		"note":    {`{"text":"老客户"}`, desk.Act{Kind: bot.EventNote, Text: "老客户"}},
		"stage":   {`{"stage":"resolving"}`, desk.Act{Kind: bot.EventStage, Stage: "resolving"}},
		"move":    {`{"team":"lead","to":"小林"}`, desk.Act{Kind: bot.EventMove, Team: "lead", To: "小林"}},
		"release": {`{}`, desk.Act{Kind: bot.EventRelease}},
		"close":   {`{"outcome":"已退款","cause":"courier","cost":"3.5"}`, desk.Act{Kind: bot.EventResolve, Outcome: "已退款", Cause: "courier", Cost: "3.5"}},
		"offer":   {`{"offer":"o-1","decision":"approve","quiet":true}`, desk.Act{Kind: bot.EventApprove, What: "o-1", Quiet: true}},
		"offer?x": {`{"offer":"o-1","decision":"refuse"}`, desk.Act{Kind: bot.EventRefuse, What: "o-1"}},
		"kept":    {`{"what":"送达"}`, desk.Act{Kind: bot.EventKept, What: "送达"}},
	} {
		h, f := newDesk(t, nil)
		body := asked(t, h, editorToken, "POST", "/v1/shops/xiaoguo/cases/h-1/"+path, c.body, 200)
		c.want.Who, c.want.Role = "小林", desk.Editor
		require.Equal(t, []desk.Act{c.want}, f.acts, path)
		var now desk.Case
		require.NoError(t, json.Unmarshal([]byte(body), &now))
		require.Equal(t, string(c.want.Kind), now.History[len(now.History)-1].What, "the answer is the case as it is then")
	}
	h, f := newDesk(t, nil)
	asked(t, h, editorToken, "POST", "/v1/shops/xiaoguo/cases/h-1/move", `{"to":"me"}`, 200)
	require.Equal(t, "小林", f.acts[0].To)
	asked(t, h, allToken, "POST", "/v1/shops/teahouse/cases/h-4/claim", `null`, 400)
	asked(t, h, allToken, "POST", "/v1/shops/teahouse/cases/h-4/claim", ` `, 200)
	require.Equal(t, "小方", f.acts[1].Who)
}

func TestActsThatAreMalformed(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	long := strings.Repeat("啊", 2001)
	for _, c := range []struct{ path, body, field string }{
		{"reply", ``, "text"},
		{"reply", `{}`, "text"},
		{"reply", `{"text":" \n"}`, "text"},
		{"reply", `{"text":null}`, "text"},
		{"reply", `{"text":["a"]}`, "text"},
		{"reply", `{"text":"` + long + `"}`, "text"},
		{"reply", `{"text":"好","images":"a"}`, "images"},
		{"reply", `{"Text":"好"}`, "Text"},
		{"reply", `{"text":"好","text":"不"}`, "text"},
		{"reply", `{"text":"好","id":7}`, "id"},
		{"reply", `{"text":"好","id":"` + strings.Repeat("x", 201) + `"}`, "id"},
		{"reply", `{"text":"好","id":"a\u0000b"}`, "id"},
		{"reply", `[{"text":"好"}]`, ""},
		{"reply", `{"text":"好"}{}`, ""},
		{"reply", `{"text":"好"`, ""},
		{"reply", "{\"text\":\"\xff\"}", ""},
		{"reply", `{"` + strings.Repeat("x", 300) + `":1}`, strings.Repeat("x", 100)},
		{"claim", `{"who":"小王"}`, "who"},
		{"note", `{}`, "text"},
		{"stage", `{}`, "stage"},
		{"stage", `{"stage":"done"}`, "stage"},
		{"move", `{}`, "team"},
		{"move", `{"team":" lead"}`, "team"},
		{"move", `{"to":"小\u0007王"}`, "to"},
		{"move", `{"to":"` + long + `"}`, "to"},
		{"move", `{"team":"nobody"}`, "team"},
		{"close", `{"cause":"weather"}`, "cause"},
		{"close", `{"outcome":"` + long + `"}`, "outcome"},
		{"release", `{"outcome":"` + long + `"}`, "outcome"},
		{"close", `{"cost":12}`, "cost"},
		{"close", `{"cost":"` + strings.Repeat("1", 101) + `"}`, "cost"},
		{"offer", `{"decision":"approve"}`, "offer"},
		{"offer", `{"offer":"o-1"}`, "decision"},
		{"offer", `{"offer":"o-1","decision":"resolve"}`, "decision"},
		{"offer", `{"offer":"o-1","decision":"approve","quiet":"yes"}`, "quiet"},
		{"kept", `{}`, "what"},
	} {
		p := requireProblem(t, ask(t, h, editorToken, "POST", "/v1/shops/xiaoguo/cases/h-1/"+c.path, c.body), 400, "malformed")
		require.Equal(t, c.field, p.Field, "%s %s", c.path, c.body)
	}
	require.Empty(t, f.acts)
	large := ask(t, h, agentToken, "POST", "/v1/shops/xiaoguo/cases/h-1/reply", `{"text":"好"`+strings.Repeat(" ", 64<<10)+`}`)
	p := requireProblem(t, large, 413, "too-large")
	require.Contains(t, p.Detail, "64 KiB")
}

func TestTheSameActAgainHasNoSecondEffect(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	reply := func(header, body string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodPost, "/v1/shops/xiaoguo/cases/h-1/reply", strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+agentToken)
		if header != "" {
			req.Header.Set("Idempotency-Key", header)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w
	}
	first := reply("k-1", `{"text":"您好"}`)
	require.Equal(t, 200, first.Code)
	require.Equal(t, first.Body.String(), reply("k-1", `{"text":"您好"}`).Body.String())
	require.Equal(t, first.Body.String(), reply("", `{"text":"您好","id":"k-1"}`).Body.String())
	require.Equal(t, first.Body.String(), reply("k-1", `{"id":"k-1","text":"您好"}`).Body.String())
	require.Len(t, f.acts, 1)
	p := requireProblem(t, reply("k-1", `{"text":"再见"}`), 409, "conflict")
	require.Equal(t, "id", p.Field)
	p = requireProblem(t, reply("k-1", `{"text":"您好","id":"k-2"}`), 400, "malformed")
	require.Equal(t, "id", p.Field)
	p = requireProblem(t, reply(strings.Repeat("k", 201), `{"text":"您好"}`), 400, "malformed")
	require.Equal(t, "Idempotency-Key", p.Field)
}

func TestActsThatAreRefused(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	at := "/v1/shops/xiaoguo/cases/h-1/"
	asked(t, h, rivalToken, "POST", at+"claim", "", 200)
	requireProblem(t, ask(t, h, agentToken, "POST", at+"claim", ""), 409, "claimed")
	requireProblem(t, ask(t, h, agentToken, "POST", at+"move", `{"to":"me"}`), 403, "forbidden")
	requireProblem(t, ask(t, h, agentToken, "POST", at+"reply", `{"text":"第六条"}`), 409, "budget")
	asked(t, h, rivalToken, "POST", at+"close", `{"cause":"us"}`, 200)
	requireProblem(t, ask(t, h, rivalToken, "POST", at+"reply", `{"text":"还在吗"}`), 409, "closed")
	requireProblem(t, ask(t, h, agentToken, "POST", "/v1/shops/xiaoguo/cases/h-4/claim", ""), 404, "not-found")
	f.failWith("ActOn", refusal("busy"))
	w := ask(t, h, agentToken, "POST", at+"claim", "")
	requireProblem(t, w, 503, "busy")
	require.Equal(t, "1", w.Header().Get("Retry-After"))
	f.failWith("ActOn", refusal("unclaimed"))
	w = ask(t, h, agentToken, "POST", at+"offer", `{"offer":"o","decision":"approve"}`)
	requireProblem(t, w, 403, "forbidden")
	require.Contains(t, w.Body.String(), "claim it first")
	f.failWith("ActOn", refusal("unsure"))
	w = ask(t, h, agentToken, "POST", at+"claim", "")
	requireProblem(t, w, 503, "unsure")
	require.NotContains(t, w.Body.String(), "nothing was accepted")
	require.Contains(t, w.Body.String(), "Idempotency-Key")
}
