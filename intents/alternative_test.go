package intents_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents"
)

// TestAlternatives pins that of two ways out the refused one is not taken, and that what the shop refuses is not taken back.
func TestAlternatives(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	for _, tt := range []struct {
		text, first string
		negated     []string
	}{
		{"不换货，我要退货", "return", []string{"exchange"}},
		{"我要退货，不换货", "return", []string{"exchange"}},
		{"不退款，换货就行", "exchange", []string{"refund"}},
		{"商家不给退货，我要换货", "exchange", nil},
		{"你们不换货，那我要退货", "return", nil},
		{"不退货", "", []string{"return"}},
	} {
		got := c.Read(tt.text)
		if tt.first == "" {
			require.Empty(t, got.Intents, tt.text)
		} else {
			require.Equal(t, tt.first, got.Intents[0].Intent, tt.text)
		}
		require.ElementsMatch(t, tt.negated, got.Negated, tt.text)
	}
}
