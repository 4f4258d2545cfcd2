package shoptest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/shoptest"
)

func body(t *testing.T, id, conversation, text, at string) string {
	t.Helper()
	m := map[string]any{
		"id": id, "conversation": conversation, "buyer": map[string]any{"id": "b1"}, "kind": "text", "text": text, "sent_at": at,
		"order": map[string]any{"no": "261118-123456789012345", "stage": "delivered", "delivered_at": "2026-11-18T10:00:00+08:00"},
	}
	out, err := json.Marshal(m)
	require.NoError(t, err)
	return string(out)
}

func TestReplay(t *testing.T) {
	r, _, _ := loaded(t, "tests: []")
	before := subject(r)
	other, _, _ := loaded(t, "tests: []")
	other.Shop.Book.Policy = nil // return_days is unknown now, so the rule does not fit
	after := subject(other)
	log := strings.Join([]string{
		body(t, "m1", "c1", "我想退货", "2026-11-21T10:00:00+08:00"),
		"not a body",
		"",
		body(t, "m1", "c1", "我想退货", "2026-11-21T10:00:00+08:00"),
		body(t, "m2", "c2", "转人工", "2026-11-21T10:01:00+08:00"),
		strings.Repeat("x", 2<<20),
		body(t, "m3", "c3", "我想退货", "2026-11-30T10:01:00+08:00"),
	}, "\n")
	var progress []int
	got, err := shoptest.Replay(t.Context(), strings.NewReader(log), before, after, func(n int) { progress = append(progress, n) })
	require.NoError(t, err)
	require.Equal(t, 3, got.Messages)
	require.Equal(t, 3, got.Skipped, "a line that is no body, one that is too long, and a message that came twice")
	require.Equal(t, 2, got.Changed)
	require.Equal(t, "m1", got.Changes[0].Message.ID)
	require.Equal(t, []string{"return.in_window"}, got.Changes[0].Before.Rules)
	require.NotEqual(t, []string{"return.in_window"}, got.Changes[0].After.Rules)
	require.Equal(t, []string{"return.too_late"}, got.Changes[1].Before.Rules, "sent_at is the clock")
	require.Equal(t, bot.StatusBot, got.Changes[1].Before.Status)
	require.NotEmpty(t, progress)

	same, err := shoptest.Replay(t.Context(), strings.NewReader(log), before, before, nil)
	require.NoError(t, err)
	out, err := json.Marshal(same)
	require.NoError(t, err)
	require.JSONEq(t, `{"messages":3,"changed":0,"changes":[]}`, string(out))
}

func TestReplayTellsOfABrokenLog(t *testing.T) {
	r, _, _ := loaded(t, "tests: []")
	broken := errors.New("disk")
	_, err := shoptest.Replay(t.Context(), iotest.ErrReader(broken), subject(r), subject(r), nil)
	require.ErrorIs(t, err, broken)
}
