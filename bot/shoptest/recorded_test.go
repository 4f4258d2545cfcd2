package shoptest_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/shoptest"
)

// recorded is one line of a log.
func recorded(t *testing.T, id, conversation, buyer, text, at string, more map[string]any) string {
	t.Helper()
	m := map[string]any{"id": id, "conversation": conversation, "buyer": map[string]any{"id": buyer}, "kind": "text", "text": text}
	if at != "" {
		m["sent_at"] = at
	}
	maps.Copy(m, more)
	out, err := json.Marshal(m)
	require.NoError(t, err)
	return string(out)
}

// answersTo replays a log against a shop whose every rule is off, so that each answer of the full shop is a change.
func answersTo(t *testing.T, log ...string) []shoptest.Change {
	t.Helper()
	before, _, _ := loadedAs(t, fullShop, fullRules, "tests: []")
	after, _, _ := loadedAs(t, fullShop, "rules: []\notherwise: {clarify: 0, handoff: {team: lead, reason: 别的}}\n", "tests: []")
	got, err := shoptest.Replay(t.Context(), strings.NewReader(strings.Join(log, "\n")), subject(before), subject(after), nil)
	require.NoError(t, err)
	return got.Changes
}

func TestReplayKeepsConversationsApart(t *testing.T) {
	const at = "2026-11-21T10:00:00+08:00"
	got := answersTo(t,
		recorded(t, "m1", "c1", "b1", "收到的坏了", at, nil),
		recorded(t, "m2", "c2", "b2", "3个", at, nil),
		recorded(t, "m3", "c1", "b1", "3个", at, nil),
	)
	require.Len(t, got, 2, "in another conversation nothing is open, so a number is silence in both versions")
	require.Equal(t, []string{"m1", "m3"}, []string{got[0].Message.ID, got[1].Message.ID})
	require.Equal(t, "bad", *got[0].Before.Ask)
	require.Equal(t, "6", got[1].Before.Offers[0].Amount)
}

func TestReplayRemembersWhatBelongsToABuyer(t *testing.T) {
	const at = "2026-11-21T10:00:00+08:00"
	card := map[string]any{"order": map[string]any{"no": "88", "stage": "shipped"}}
	got := answersTo(t,
		recorded(t, "m1", "c1", "b1", "怎么还没到", at, card),
		recorded(t, "m2", "c2", "b1", "怎么还没到", at, card),
		recorded(t, "m3", "c3", "b3", "怎么还没到", at, card),
	)
	require.Equal(t, []string{"delay.late"}, got[0].Before.Rules)
	require.Equal(t, []string{"guard.promise"}, got[1].Before.Rules, "the promise is the buyer's, in whatever conversation")
	require.Equal(t, []string{"delay.late"}, got[2].Before.Rules, "another buyer has none")
	require.Equal(t, 1, got[1].Before.Handoff.Number, "the first case of the log is number 1")
}

func TestReplayRunsTheClock(t *testing.T) {
	got := answersTo(t,
		recorded(t, "m1", "c1", "b1", "我想退货", "2026-11-21T10:00:00+08:00", nil),
		recorded(t, "m2", "c1", "b1", "我想退货", "2026-11-21T10:01:00+08:00", nil),
		recorded(t, "m3", "c2", "b2", "我想退货", "", nil),
		recorded(t, "m4", "c1", "b1", "我想退货", "2026-11-23T10:01:00+08:00", nil),
	)
	require.Equal(t, []string{"return.any"}, got[0].Before.Rules)
	require.Equal(t, []string{"guard.repeat"}, got[1].Before.Rules, "the same line twice hands over")
	require.Equal(t, "m3", got[2].Message.ID, "a message without a time comes when the one before came")
	require.Equal(t, bot.StatusWaiting, got[1].Before.Status)
	for _, c := range got {
		require.NotEqual(t, "m4", c.Message.ID, "a human is awaited in both versions, so both are silent")
	}
}

func TestReplayLooksAtWhatPeopleNotice(t *testing.T) {
	line := recorded(t, "m1", "c1", "b1", "我想退货", "2026-11-21T10:00:00+08:00", nil)
	before, _, _ := loadedAs(t, fullShop, fullRules, "tests: []")
	for name, c := range map[string]struct {
		from, to string
		changed  int
	}{
		"the same":        {"在订单页面申请退货。", "在订单页面申请退货。", 0},
		"another text":    {"在订单页面申请退货。", "请申请退货。", 1},
		"a tag":           {"tag: [退货, 常见]", "tag: [退货]", 1},
		"a rule's name":   {"id: return.any", "id: return.all", 1},
		"another rule":    {"id: invoice.any", "id: invoice.all", 0},
		"it hands over":   {"reply: 在订单页面申请退货。, tag", "handoff: {team: lead, reason: 退}, tag", 1},
		"a comment":       {"rules:\n", "# 注释\nrules:\n", 0},
		"it asks a slot":  {"reply: 在订单页面申请退货。, tag", "collect: [bad], reply: 在订单页面申请退货。, tag", 1},
		"it makes offers": {"reply: 在订单页面申请退货。, tag", "offer: {coupon: 1, cap: {amount: 2}}, reply: 在订单页面申请退货。, tag", 1},
	} {
		require.Contains(t, fullRules, c.from, name)
		after, _, _ := loadedAs(t, fullShop, strings.Replace(fullRules, c.from, c.to, 1), "tests: []")
		got, err := shoptest.Replay(t.Context(), strings.NewReader(line), subject(before), subject(after), nil)
		require.NoError(t, err)
		require.Equal(t, c.changed, got.Changed, name)
		require.Len(t, got.Changes, c.changed, name)
		require.Equal(t, 1, got.Messages, name)
	}
}

func TestReplayStops(t *testing.T) {
	r, _, _ := loaded(t, "tests: []")
	ctx, cancel := context.WithCancel(t.Context())
	line := recorded(t, "m1", "c1", "b1", "我想退货", "", nil) + "\n" + recorded(t, "m2", "c1", "b1", "我想退货", "", nil)
	got, err := shoptest.Replay(ctx, strings.NewReader(line), subject(r), subject(r), func(int) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, got.Messages)
}
