package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/web"
)

var _ web.Desk = (*engine.Engine)(nil)

// A wiredDesk is a server on a real engine with a case and people who work on it.
type wiredDesk struct {
	*described
	h                   http.Handler
	admin, agent, rival string // tokens
	id                  string // of the case
}

func newWiredDesk(t *testing.T) *wiredDesk {
	t.Helper()
	s, e := wired(t)
	w := &wiredDesk{h: s.Handler(), described: describe(t, s.Handler())}
	give := func(name string, role desk.Role) string {
		_, token, err := e.Grant(t.Context(), "xiaoguo", name, role, "cli:root")
		require.NoError(t, err)
		return token
	}
	w.admin, w.agent, w.rival = give("老板", desk.Admin), give("小陈", desk.Agent), give("小王", desk.Agent)
	answer := call(t, w.h, http.MethodPost, "/v1/shops/xiaoguo/messages", `{"id":"m-1","conversation":"c","buyer":{"id":"b-1"},"kind":"text","text":"转人工"}`)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	var r bot.Response
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &r))
	require.NotNil(t, r.Handoff)
	w.id = r.Handoff.ID
	return w
}

// ask makes a call whose answer must have a status and be as described. The path is the description's, with what stands for its
// parameters after the shop.
func (w *wiredDesk) ask(token, method, path, body string, status int, values ...string) string {
	w.t.Helper()
	url := strings.Replace(path, "{shop}", "xiaoguo", 1)
	for _, v := range values {
		before, rest, _ := strings.Cut(url, "{")
		_, after, _ := strings.Cut(rest, "}")
		url = before + v + after
	}
	answer := ask(w.t, w.h, token, method, url, body)
	require.Equal(w.t, status, answer.Code, "%s %s: %s", method, url, answer.Body)
	path, _, _ = strings.Cut(path, "?")
	w.holds(path, method, answer)
	return answer.Body.String()
}

func TestTheDeskOfARealEngine(t *testing.T) {
	t.Parallel()
	w := newWiredDesk(t)
	const at = "/v1/shops/{shop}"
	const one = at + "/cases/{case}"
	listed := readPage(t, w.ask(w.agent, "GET", "/v1/cases", "", 200))
	require.Len(t, listed.Cases, 1)
	require.Equal(t, w.id, listed.Cases[0].ID)
	require.Contains(t, w.ask(w.agent, "GET", one, "", 200, w.id), "转人工")
	w.ask(w.agent, "GET", one, "", 404, "h-none")

	w.ask(w.agent, "PUT", at+"/presence", `{"online":true,"ceiling":5}`, 200)
	w.ask(w.agent, "PUT", at+"/presence", `{"online":true,"teams":["no such team"]}`, 400)
	require.Contains(t, w.ask(w.rival, "GET", at+"/presence", "", 200), `"here":true`)
	w.ask(w.agent, "GET", at+"/outlook", "", 200)

	w.ask(w.agent, "POST", one+"/claim", "", 200, w.id)
	w.ask(w.rival, "POST", one+"/claim", "", 409, w.id)
	for range 2 {
		w.ask(w.agent, "POST", one+"/reply", `{"text":"您好，我来看看","id":"k-1"}`, 200, w.id)
	}
	w.ask(w.agent, "POST", one+"/reply", `{"text":"别的","id":"k-1"}`, 409, w.id)
	replies := call(t, w.h, http.MethodGet, "/v1/shops/xiaoguo/conversations/c/replies", "").Body.String()
	require.Equal(t, 1, strings.Count(replies, "您好，我来看看"), "sent once")
	w.ask(w.rival, "POST", one+"/note", `{"text":"老客户"}`, 200, w.id)
	w.ask(w.rival, "POST", one+"/move", `{"to":"me"}`, 409, w.id)
	w.ask(w.admin, "POST", one+"/move", `{"team":"no such team"}`, 400, w.id)
	closed := w.ask(w.agent, "POST", one+"/close", `{"outcome":"已解决","cause":"courier"}`, 200, w.id)
	require.Contains(t, closed, `"state":"closed"`)
	w.ask(w.agent, "POST", one+"/reply", `{"text":"还在吗"}`, 409, w.id)

	audit := w.ask(w.admin, "GET", at+"/audit?limit=5", "", 200)
	for _, what := range []string{"claim", "reply", "note", "close"} {
		require.Contains(t, audit, `"what":"`+what+`"`)
	}
	require.NotContains(t, audit, "您好", "the audit has nobody's words")
	require.Contains(t, w.ask(w.admin, "GET", at+"/buyers/{buyer}/export", "", 200, "b-1"), `"kind":"case"`)
	w.ask(w.admin, "DELETE", at+"/buyers/{buyer}", "", 200, "b-1")
	w.ask(w.agent, "GET", one, "", 404, w.id)
}

func TestLiveUpdatesOfARealEngine(t *testing.T) {
	t.Parallel()
	w := newWiredDesk(t)
	server := httptest.NewServer(w.h)
	defer server.Close()
	l := listen(t, server.Client(), server.URL, w.agent, "?after=0", "")
	defer l.hangUp()
	seen := func(part string) {
		t.Helper()
		for {
			h, err := l.next()
			require.NoError(t, err)
			if strings.Contains(h.data, part) {
				return
			}
		}
	}
	seen(`"id":"` + w.id + `"`)
	asked(t, w.h, w.rival, "POST", "/v1/shops/xiaoguo/cases/"+w.id+"/claim", "", 200)
	seen(`"agent":"小王"`)
	asked(t, w.h, w.rival, "POST", "/v1/shops/xiaoguo/cases/"+w.id+"/close", `{}`, 200)
	seen(`"state":"closed"`)
}

func TestSwitchesAndTokensOfARealEngine(t *testing.T) {
	t.Parallel()
	w := newWiredDesk(t)
	const at = "/v1/shops/{shop}"
	w.ask(w.admin, "PUT", at+"/pauses/{rule}", `{"why":"试一下","for":"1h"}`, 200, "*")
	w.ask(w.admin, "PUT", at+"/pauses/{rule}", `{"why":"试一下"}`, 400, "no.such.rule")
	require.Contains(t, w.ask(w.agent, "GET", at+"/pauses", "", 200), "试一下")
	w.ask(w.admin, "DELETE", at+"/pauses/{rule}", "", 204, "*")
	w.ask(w.admin, "DELETE", at+"/pauses/{rule}", "", 404, "*")

	var made struct{ ID, Token string }
	require.NoError(t, json.Unmarshal([]byte(w.ask(w.admin, "POST", at+"/tokens", `{"agent":"小赵","role":"editor"}`, 201)), &made))
	require.JSONEq(t, `{"name":"小赵","roles":{"xiaoguo":"editor"}}`, w.ask(made.Token, "GET", "/v1/me", "", 200))
	require.NotContains(t, w.ask(w.admin, "GET", at+"/tokens", "", 200), made.Token)
	w.ask(w.admin, "DELETE", at+"/tokens/{token}", "", 204, made.ID)
	w.ask(made.Token, "GET", "/v1/me", "", 401)
	w.ask(w.admin, "DELETE", at+"/tokens/{token}", "", 404, made.ID)
	w.ask(w.admin, "GET", at+"/deliveries", "", 200)
	w.ask(w.admin, "POST", at+"/deliveries/{delivery}/resend", "", 404, "none")
}

// BenchmarkLive is one act on a case and its way to fifty agents who listen.
func BenchmarkLive(b *testing.B) {
	s, e := wired(b)
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	listeners := make([]*listener, 50)
	for i := range listeners {
		_, token, err := e.Grant(b.Context(), "xiaoguo", "agent-"+strconv.Itoa(i), desk.Editor, "cli:root")
		require.NoError(b, err)
		listeners[i] = listen(b, server.Client(), server.URL, token, "", "")
		defer listeners[i].hangUp()
	}
	ids := make([]string, 500)
	for i := range ids {
		r, err := e.Handle(b.Context(), "xiaoguo", bot.Message{
			ID: "m-" + strconv.Itoa(i), Conversation: "c-" + strconv.Itoa(i), Buyer: bot.Buyer{ID: "b"}, Kind: bot.KindText, Text: "转人工",
		})
		require.NoError(b, err)
		ids[i] = r.Handoff.ID
	}
	until := func(text string) {
		var all sync.WaitGroup
		for _, l := range listeners {
			all.Go(func() {
				for {
					if h, err := l.next(); err != nil || strings.Contains(h.data, text) {
						return
					}
				}
			})
		}
		all.Wait()
	}
	until(ids[len(ids)-1])
	for i := 0; b.Loop(); i++ {
		id := ids[i%len(ids)]
		_, err := e.ActOn(b.Context(), "xiaoguo", id, desk.Act{Who: "agent-1", Role: desk.Editor, Kind: bot.EventNote, Text: "老客户"})
		require.NoError(b, err)
		until(`"id":"` + id + `"`)
	}
}
