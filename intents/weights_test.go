package intents

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents/base"
)

// TestWeights makes the shipped weights anew from the sentences. XIAOER_UPDATE=1 writes them.
func TestWeights(t *testing.T) {
	examples, taxonomy, err := Load(base.Files)
	require.NoError(t, err)
	m, err := newMachine()
	require.NoError(t, err)
	if os.Getenv("XIAOER_UPDATE") != "" {
		packed, err := pack(learn(m, examples, shippedRecipe()), hashOf(examples), taxonomy)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("weights.bin", packed, 0o600))
		return
	}
	_, h, err := unpack(builtWeights)
	require.NoError(t, err)
	require.Equal(t, hashOf(examples), h.Hash, "the sentences changed: XIAOER_UPDATE=1 go test ./intents -run TestWeights")
	if testing.Short() {
		t.Skip("learning anew takes seconds")
	}
	packed, err := pack(learn(m, examples, shippedRecipe()), hashOf(examples), taxonomy)
	require.NoError(t, err)
	require.Equal(t, len(builtWeights), len(packed))
	require.True(t, string(packed) == string(builtWeights), "learning gave other weights")
}
