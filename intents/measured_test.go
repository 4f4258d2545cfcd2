package intents_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents"
	"xiaoer/intents/eval"
)

// TestShortRequests holds what is understood of plain requests, and of sentences that look like
// one request and are another, above floors.
func TestShortRequests(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	for _, tt := range []struct {
		name                  string
		strict, topics, wrong float64
	}{
		{"short_zh", 0.98, 0.99, 0.01},
		{"short_more", 0.94, 0.98, 0.02},
		{"traps", 0.92, 0, 0.01},
		{"traps_more", 0.79, 0, 0.01},
		{"short_en", 0.98, 0.98, 0.01},
		{"chat_en", 0.94, 0, 0.01},
		{"topics", 0.96, 0.95, 0.01},
		{"calls", 0.90, 0, 0.02},
		{"traditional", 0.97, 0, 0.01},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file, err := os.Open("testdata/" + tt.name + ".jsonl")
			require.NoError(t, err)
			defer func() { _ = file.Close() }()
			set, err := eval.Load(tt.name+".jsonl", file)
			require.NoError(t, err)
			total := eval.Run(c, set.Test, eval.Options{}).Total
			t.Logf("%+v", total)
			require.GreaterOrEqual(t, share(total.Strict, total.Cases), tt.strict)
			if total.Topics > 0 {
				require.GreaterOrEqual(t, share(total.TopicRight, total.Topics), tt.topics)
			}
			require.LessOrEqual(t, share(total.Wrong, total.Answered), tt.wrong)
			if total.Traps > 0 {
				require.LessOrEqual(t, share(total.Trapped, total.Traps), 0.01)
			}
		})
	}
}

func share(part, whole int) float64 { return float64(part) / float64(whole) }
