package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
	"xiaoer/bot/store"
)

func TestMemoryKeepsAsLongAsItIsTold(t *testing.T) {
	t.Parallel()
	m := store.NewMemory(store.Limits{Keep: engine.Retention{Texts: 48 * time.Hour, Answers: 2 * time.Hour, Delivered: time.Hour}})
	c := commit(1, "x")
	c.At = noon
	c.Recorded.At = noon
	c.Late = &engine.Late{ID: "l", Key: c.Key, At: noon, Deliver: true}
	require.NoError(t, m.Commit(t.Context(), c))
	require.NoError(t, m.Settle(t.Context(), engine.Settlement{Key: c.Key, ID: "l", State: engine.Delivered, At: noon}))
	kept := func() (out [4]bool) {
		got, err := m.Load(t.Context(), engine.Ask{Key: c.Key, Message: "m1"})
		require.NoError(t, err)
		late, err := m.Deliveries(t.Context(), c.Key)
		require.NoError(t, err)
		_, err = m.Trace(t.Context(), "s", "t1")
		return [4]bool{len(late) > 0, got.Answered != nil, err == nil, got.Version > 0}
	}
	for _, step := range []struct {
		after time.Duration
		want  [4]bool
	}{
		{time.Hour, [4]bool{true, true, true, true}},
		{time.Hour + time.Minute, [4]bool{false, true, true, true}},
		{2*time.Hour + 2*time.Minute, [4]bool{false, false, true, true}},
		{49 * time.Hour, [4]bool{}},
	} {
		require.NoError(t, m.Sweep(t.Context(), noon.Add(step.after)))
		require.Equal(t, step.want, kept(), step.after)
	}
}
