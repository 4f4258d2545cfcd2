package intents

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents/base"
	"xiaoer/intents/linear"
	"xiaoer/intents/text"
)

// TestDangerWeights makes the shipped weights of danger anew from the sentences. XIAOER_UPDATE=1 writes them.
func TestDangerWeights(t *testing.T) {
	examples, _, err := Load(base.Risk)
	require.NoError(t, err)
	hash := hashOfDangers(examples)
	_, h, err := unpack(builtDangers)
	if os.Getenv("XIAOER_UPDATE") == "" {
		require.NoError(t, err)
		require.Equal(t, hash, h.Hash, "the sentences changed: XIAOER_UPDATE=1 go test ./intents -run TestDangerWeights")
	}
	if testing.Short() {
		t.Skip("learning anew takes a second")
	}
	packed, err := pack(learnDangers(t, examples), hash, nil)
	require.NoError(t, err)
	if os.Getenv("XIAOER_UPDATE") != "" {
		require.NoError(t, os.WriteFile("risk.bin", packed, 0o600))
		return
	}
	require.True(t, string(packed) == string(builtDangers), "learning gave other weights")
}

func hashOfDangers(examples []Example) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %v %d %d %d %d %d", dangerSource, dangerValues, dangerAsked, dangerKind, dangerPair, dangerReach, dangerSpan)
	for _, e := range examples {
		fmt.Fprintf(h, "%q %q\n", e.Text, e.Intent)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// The strength of learning, and the smallest weight that keeps a feature.
const (
	dangerCost  = 2
	dangerLeast = 0.02
)

// learnDangers learns two things and puts them side by side: danger of any kind against all else, and which kind it is.
func learnDangers(t *testing.T, examples []Example) *model {
	t.Helper()
	tables := text.NewTables()
	d, err := newDanger(dangerSource, tables)
	require.NoError(t, err)
	none := emptyLexicon()
	vocabulary, err := newVocabulary([lexicons]*lexicon{none, none, none, d.words})
	require.NoError(t, err)
	m := &machine{tables: tables, words: none, vocabulary: vocabulary, places: newPlaces(placesSource)}
	c, rows, s := &corpus{}, map[uint32]int32{}, &scratch{}
	var danger, kinds []linear.Sample
	for _, e := range examples {
		s.prepare(e.Text, m)
		kind, done := slices.Index(riskNames, Risk(e.Intent)), false
		d.eachSpan(s, func() {
			if done { // the first stretch of a sentence says most of it
				return
			}
			done = true
			features := c.vector(s, rows)
			danger = append(danger, linear.Sample{Features: features, Class: min(kind, 0) + 1, Cost: 1})
			if kind >= 0 {
				kinds = append(kinds, linear.Sample{Features: features, Class: kind, Cost: 1})
			}
		})
	}
	return besides(c.ids, linear.Learn(danger, linear.Options{Classes: 2, Rows: len(c.ids), Cost: dangerCost, Passes: 30, Seed: 1}),
		linear.Learn(kinds, linear.Options{Classes: len(riskNames), Rows: len(c.ids), Cost: dangerCost, Passes: 30, Seed: 1}))
}

// besides makes one model of both.
func besides(ids []uint32, danger, kinds *linear.Dense) *model {
	n := kinds.Classes + 1
	out := &linear.Dense{Classes: n, Weights: make([]float32, n*len(ids)), Bias: append([]float32{danger.Bias[1]}, kinds.Bias...)}
	for row := range ids {
		out.Weights[row*n] = danger.Weights[row*2+1]
		copy(out.Weights[row*n+1:], kinds.Weights[row*kinds.Classes:][:kinds.Classes])
	}
	classes := []class{{"danger", ""}}
	for _, r := range riskNames {
		classes = append(classes, class{string(r), ""})
	}
	return shrink(out, ids, classes, dangerLeast)
}
