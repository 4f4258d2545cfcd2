package bot_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

func keysOf(t *testing.T, v any) map[string]any {
	t.Helper()
	body, err := json.Marshal(v)
	require.NoError(t, err)
	var out map[string]any
	require.NoError(t, json.Unmarshal(body, &out))
	return out
}

func TestResponseHasEveryKey(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	got := keysOf(t, k.says("嗯嗯", nod()).Response("t-1"))
	require.Equal(t, map[string]any{
		"conversation": "c-1", "status": "bot", "intents": []any{}, "rule": nil, "rules": []any{}, "replies": []any{}, "ask": nil,
		"tags": []any{}, "offers": []any{}, "handoff": nil, "trace_id": "t-1",
	}, got)
	got = keysOf(t, k.says("退", is("return", "wrong_order.address")).Response("t-2"))
	require.Equal(t, "a", got["rule"])
	require.Equal(t, []any{"a", "guard.no_rule"}, got["rules"])
	require.Equal(t, []any{
		map[string]any{"name": "return", "topic": "", "score": 0.9}, map[string]any{"name": "wrong_order", "topic": "address", "score": 0.9},
	}, got["intents"])
	require.Equal(t, map[string]any{"kind": "text", "text": "甲"}, got["replies"].([]any)[0])
	h := got["handoff"].(map[string]any)
	for _, key := range []string{"id", "number", "team", "priority", "reason", "slots", "order", "summary", "deadline"} {
		require.Contains(t, h, key)
	}
	require.Len(t, h, 9)
}

func TestResponseShowsPhotosOfSlotsAsAList(t *testing.T) {
	k := begin(t, shop(t, head+"rules: [{id: a, intent: quality, collect: [photos], handoff: {team: lead}}]\n"))
	k.says("坏了", is("quality"))
	got := k.sends(image("a", "b"), none())
	require.Equal(t, []string{"a", "b"}, got.Response("").Handoff.Slots["photos"])
}

func TestExplain(t *testing.T) {
	k := begin(t, shop(t, head+"rules:\n  - {id: far, intent: return, when: order.delivered_days > 7, reply: 乙}\n  - {id: a, intent: return, reply: 甲}\n"))
	got := keysOf(t, k.says("退", is("return")).Explain())
	for _, key := range []string{"intents", "negated", "entities", "mood", "risk", "decisions", "replies", "ask", "handoff", "status"} {
		require.Contains(t, got, key)
	}
	require.Len(t, got, 10)
	require.Equal(t, []any{map[string]any{
		"intent": "return", "rule": "a", "file": "rules.yaml", "line": 4.0,
		"considered": []any{
			map[string]any{"rule": "far", "fits": false, "because": "order.delivered_days > 7", "values": map[string]any{"order.delivered_days": "unknown"}},
			map[string]any{"rule": "a", "fits": true, "because": "", "values": map[string]any{}},
		},
	}}, got["decisions"])
	require.Equal(t, []any{map[string]any{"name": "return", "topic": "", "score": 0.9, "evidence": []any{}}}, got["intents"])
}

func TestRecordApplyLeavesTheOldOne(t *testing.T) {
	old := bot.Record{Promises: []bot.PromiseMade{{ID: "p", State: "open"}}, Offers: make([]bot.OfferMade, 0, 4)}
	next := old.Apply([]bot.Action{
		{Kind: bot.ActPromise, Promise: &bot.PromiseMade{ID: "p", State: "kept"}},
		{Kind: bot.ActPromise, Promise: &bot.PromiseMade{ID: "q", State: "open"}},
		{Kind: bot.ActOffer, Offer: &bot.OfferMade{ID: "o"}},
	})
	require.Equal(t, "open", old.Promises[0].State)
	require.Equal(t, []bot.PromiseMade{{ID: "p", State: "kept"}, {ID: "q", State: "open"}}, next.Promises)
	require.Len(t, next.Offers, 1)
	require.Empty(t, old.Offers[:1][0].ID)
}
