package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
)

func TestRetentionDefaultsAreThoseOfTheDesign(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	require.Equal(t, engine.Retention{Texts: 180 * day, Answers: 7 * day, Delivered: 3 * day, Audit: 730 * day, Presence: 30 * day}, engine.Retention{}.WithDefaults())
	require.Equal(t, day, engine.Retention{Delivered: day}.WithDefaults().Delivered, "what is given stays")
}

func TestRetentionRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		keep engine.Retention
		want string
	}{
		{"defaults", engine.Retention{}, ""},
		{"short but sensible", engine.Retention{Texts: 24 * time.Hour, Answers: 24 * time.Hour, Delivered: time.Minute}, ""},
		{"negative", engine.Retention{Delivered: -time.Second}, "negative"},
		{"answers too short", engine.Retention{Answers: time.Minute}, "1h0m0s at least"},
		{"answers longer than turns", engine.Retention{Texts: 24 * time.Hour}, "as long as answers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := test.keep.Validate()
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}
