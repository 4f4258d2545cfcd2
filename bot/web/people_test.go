package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

func TestPresence(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	const at = "/v1/shops/xiaoguo/presence"
	mine := asked(t, h, agentToken, "PUT", at, `{"online":true,"teams":["lead"],"ceiling":8}`, 200)
	require.JSONEq(t, `{"agent":"小陈","teams":["lead"],"ceiling":8,"online":true,"seen":"2026-11-22T10:00:00+08:00","load":2,"here":true}`, mine)
	asked(t, h, rivalToken, "PUT", at, `{"online":false}`, 200)
	asked(t, h, otherToken, "PUT", "/v1/shops/teahouse/presence", `{"online":true}`, 200)
	f.present["xiaoguo/小赵"] = desk.Presence{Agent: "小赵", Online: true, Seen: deskNow.Add(-time.Hour)}
	var got struct {
		Presence []struct {
			desk.Presence
			Here bool
		}
		Next *string
	}
	require.NoError(t, json.Unmarshal([]byte(asked(t, h, agentToken, "GET", at, "", 200)), &got))
	here := map[string]bool{}
	for _, p := range got.Presence {
		require.NotNil(t, p.Teams)
		here[p.Agent] = p.Here
	}
	require.Equal(t, map[string]bool{"小陈": true, "小王": false, "小赵": false}, here)
	require.Nil(t, got.Next)
	for body, field := range map[string]string{
		`{}`: "online", `{"online":"yes"}`: "online", `{"online":true,"ceiling":-1}`: "ceiling", `{"online":true,"ceiling":1.5}`: "ceiling",
		`{"online":true,"ceiling":10001}`: "ceiling", `{"online":true,"teams":"lead"}`: "teams", `{"online":true,"teams":[""]}`: "teams",
		`{"online":true,"agent":"小王"}`: "agent", `{"online":true,"teams":[` + strings.Repeat(`"a",`, 50) + `"a"]}`: "teams",
	} {
		p := requireProblem(t, ask(t, h, agentToken, "PUT", at, body), 400, "malformed")
		require.Equal(t, field, p.Field, body)
	}
}

// followed reads a list to its end, two entries a page.
func followed(t *testing.T, h http.Handler, token, url, list, param string) []map[string]any {
	t.Helper()
	var all []map[string]any
	next := ""
	for range 10 {
		var page map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(asked(t, h, token, "GET", url+"limit=2&"+param+"="+next, "", 200)), &page))
		require.Len(t, page, 2)
		var entries []map[string]any
		require.NoError(t, json.Unmarshal(page[list], &entries))
		require.LessOrEqual(t, len(entries), 2)
		all = append(all, entries...)
		if string(page["next"]) == "null" {
			return all
		}
		require.NoError(t, json.Unmarshal(page["next"], &next))
	}
	t.Fatal("the list has no end")
	return nil
}

func TestListsAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	f.entries, f.letters, f.grants = nil, nil, nil
	for i := range 5 {
		n := strconv.Itoa(5 - i)
		f.entries = append(f.entries, desk.Entry{ID: "e-" + n, Shop: "xiaoguo"})
		f.grants = append(f.grants, desk.Grant{ID: "g-" + n, Shop: "xiaoguo", Hash: "never shown"})
		f.pauses = append(f.pauses, desk.Pause{Rule: "r-" + n, Shop: "xiaoguo"})
		f.present["xiaoguo/p-"+n] = desk.Presence{Agent: "p-" + n}
		f.letters = append(f.letters, desk.Letter{ID: "l-" + strconv.Itoa(i+1), Shop: "xiaoguo", State: "dropped"})
	}
	for _, c := range []struct{ url, list, param, key, first, last string }{
		{"audit?", "entries", "before", "id", "e-5", "e-1"},
		{"tokens?", "tokens", "after", "id", "g-1", "g-5"},
		{"pauses?", "pauses", "after", "rule", "r-1", "r-5"},
		{"presence?", "presence", "after", "agent", "p-1", "p-5"},
		{"deliveries?state=dropped&", "deliveries", "after", "id", "l-1", "l-5"},
	} {
		all := followed(t, h, adminToken, "/v1/shops/xiaoguo/"+c.url, c.list, c.param)
		require.Len(t, all, 5, c.list)
		require.Equal(t, c.first, all[0][c.key])
		require.Equal(t, c.last, all[4][c.key])
		for _, bad := range []string{"limit=0", "limit=1000", "nonsense=1"} {
			asked(t, h, adminToken, "GET", "/v1/shops/xiaoguo/"+c.url+bad, "", 400)
		}
	}
	require.NotContains(t, asked(t, h, adminToken, "GET", "/v1/shops/xiaoguo/tokens", "", 200), "never shown")
	asked(t, h, adminToken, "GET", "/v1/shops/xiaoguo/deliveries?state=lost", "", 400)
	require.JSONEq(t, `{"deliveries":[],"next":null}`, asked(t, h, adminToken, "GET", "/v1/shops/xiaoguo/deliveries", "", 200), "dead ones unless said otherwise")
}

func TestTokensAreGivenAndTaken(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	const at = "/v1/shops/xiaoguo/tokens"
	body := asked(t, h, adminToken, "POST", at, `{"agent":"小赵","role":"admin"}`, 201)
	require.Contains(t, body, `"token":"xot_fresh"`)
	require.NotContains(t, body, "never shown")
	require.Equal(t, "老板", f.grants[1].By)
	for body, field := range map[string]string{
		`{}`: "agent", `{"agent":"小赵"}`: "role", `{"agent":"小赵","role":"owner"}`: "role", `{"agent":"","role":"agent"}`: "agent",
		`{"agent":"me","role":"agent"}`: "agent", `{"agent":"Bot","role":"agent"}`: "agent", `{"agent":"cli:root","role":"agent"}`: "agent",
		`{"agent":"a\nb","role":"agent"}`: "agent", `{"agent":"` + strings.Repeat("x", 101) + `","role":"agent"}`: "agent",
		`{"agent":"小赵","role":"agent","shop":"*"}`: "shop",
	} {
		p := requireProblem(t, ask(t, h, adminToken, "POST", at, body), 400, "malformed")
		require.Equal(t, field, p.Field, body)
	}
	require.Len(t, f.grants, 2)
	asked(t, h, adminToken, "DELETE", at+"/g-1", "", 204)
	requireProblem(t, ask(t, h, adminToken, "DELETE", at+"/g-1", ""), 404, "not-found")
	requireProblem(t, ask(t, h, otherToken, "DELETE", "/v1/shops/teahouse/tokens/g-2", ""), 404, "not-found")
}

func TestPauses(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	const at = "/v1/shops/xiaoguo/pauses/"
	require.JSONEq(t, `{"shop":"xiaoguo","rule":"fresh.claim","by":"小林","at":"2026-11-22T10:00:00+08:00","until":"2026-11-24T10:00:00+08:00","why":"算错了"}`,
		asked(t, h, editorToken, "PUT", at+"fresh.claim", `{"why":"算错了","for":"48h"}`, 200))
	asked(t, h, editorToken, "PUT", at+"a%2Fb", `{"why":"x","until":"2026-11-22T03:00:00Z"}`, 200)
	require.Equal(t, "a/b", f.pauses[1].Rule)
	require.True(t, f.pauses[1].Until.Equal(deskNow.Add(time.Hour)))
	require.NotContains(t, asked(t, h, editorToken, "PUT", at+"*", `{"why":"全停"}`, 200), "until")
	require.Equal(t, "*", f.pauses[2].Rule)
	for body, field := range map[string]string{
		`{}`: "why", `{"why":" "}`: "why", `{"why":"x","for":"2 days"}`: "for", `{"why":"x","for":"-1h"}`: "for", `{"why":"x","for":""}`: "for",
		`{"why":"x","for":"10000h"}`: "for", `{"why":"x","until":"2026-11-22T10:00:00+08:00"}`: "until", `{"why":"x","until":"soon"}`: "until",
		`{"why":"x","until":"9999-01-01T00:00:00Z"}`: "until", `{"why":"x","for":"1h","until":"2026-11-22T12:00:00+08:00"}`: "for", `{"why":"x","by":"小王"}`: "by",
	} {
		p := requireProblem(t, ask(t, h, editorToken, "PUT", at+"r", body), 400, "malformed")
		require.Equal(t, field, p.Field, body)
	}
	require.Len(t, f.pauses, 3)
	asked(t, h, editorToken, "DELETE", at+"*", "", 204)
	requireProblem(t, ask(t, h, editorToken, "DELETE", at+"*", ""), 404, "not-found")
	requireProblem(t, ask(t, h, otherToken, "DELETE", "/v1/shops/teahouse/pauses/a%2Fb", ""), 404, "not-found")
}

func TestABuyersDataIsExportedAndErased(t *testing.T) {
	t.Parallel()
	h, f := newDesk(t, nil)
	const at = "/v1/shops/xiaoguo/buyers/"
	w := ask(t, h, adminToken, "GET", at+"b-1/export", "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "application/x-ndjson", w.Header().Get("Content-Type"))
	require.Equal(t, `{"kind":"turn","data":{"text":"你好"}}
{"kind":"turn","data":{"no":"261111-123456789012345"}}
{"kind":"end","data":{"pieces":2}}
`, w.Body.String())
	require.Equal(t, "{\"kind\":\"end\",\"data\":{\"pieces\":0}}\n", asked(t, h, adminToken, "GET", at+"b-2/export", "", 200))
	require.JSONEq(t, `{"erased":2}`, asked(t, h, adminToken, "DELETE", at+"b-1", "", 200))

	f.failWith("Export", refusal("busy"))
	requireProblem(t, ask(t, h, adminToken, "GET", at+"b-2/export", ""), 503, "busy")
	w = httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, at+"b-1/export", nil)
	req.Header.Set("Authorization", "Bearer "+adminToken)
	require.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { h.ServeHTTP(w, req) }, "it breaks off where the caller can see it")
	require.NotContains(t, w.Body.String(), `"end"`)
}
