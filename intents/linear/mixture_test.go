package linear

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// toys are three classes of unequal sizes: each has a feature of its own, and all share some.
func toys() ([]Sample, Options) {
	var samples []Sample
	for i := range 60 {
		class := min(i%10, 2)
		samples = append(samples, Sample{Class: class, Cost: 1, Features: []Feature{{int32(class), 0.6}, {int32(3 + i%4), 0.8}}})
	}
	return samples, Options{Classes: 3, Rows: 7, Cost: 2, Passes: 40, Seed: 7}
}

func TestMembers(t *testing.T) {
	samples, o := toys()
	for name, learn := range map[string]func() *Dense{
		"bayes":  func() *Dense { return Bayes(samples, o, 0.01) },
		"ratios": func() *Dense { return LearnRatios(samples, o, 1) },
		"mixture": func() *Dense {
			return Mix(samples, Part{Learn(samples, o), 0.5}, Part{Bayes(samples, o, 0.01), 1}, Part{LearnRatios(samples, o, 1), 0.5})
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := learn()
			require.Equal(t, d, learn(), "the same samples give the same weights")
			scores := make([]float32, o.Classes)
			for _, s := range samples {
				d.Scores(s.Features, scores)
				for class, score := range scores {
					require.True(t, class == s.Class || score < scores[s.Class], "class %d of %v", class, scores)
				}
			}
		})
	}
}

func TestBayes(t *testing.T) {
	samples := []Sample{{Class: 0, Features: []Feature{{0, 1}, {2, 1}}}, {Class: 1, Features: []Feature{{1, 1}, {2, 1}}}}
	d := Bayes(samples, Options{Classes: 2, Rows: 3}, 1)
	require.InDelta(t, 0.693, d.Weights[0], 0.001, "two of five against one of five")
	require.InDelta(t, -0.693, d.Weights[1], 0.001)
	require.Zero(t, d.Weights[4], "what both classes have tells nothing")
}

func TestMixCountsByShareNotBySize(t *testing.T) {
	samples := []Sample{{Class: 0, Features: []Feature{{0, 1}}}, {Class: 1, Features: []Feature{{1, 1}}}}
	quiet := &Dense{Classes: 2, Weights: []float32{1, -1, -1, 1}, Bias: make([]float32, 2)}
	loud := &Dense{Classes: 2, Weights: []float32{-100, 100, 100, -100}, Bias: []float32{0, 50}}
	got := Mix(samples, Part{quiet, 2}, Part{loud, 0})
	require.Equal(t, []float32{2, -2, -2, 2}, got.Weights)
	loud.Bias[1] = 0
	require.Equal(t, []float32{1, -1, -1, 1}, Mix(samples, Part{quiet, 2}, Part{loud, 1}).Weights)
}

func TestBalance(t *testing.T) {
	samples, o := toys()
	Balance(samples, o.Classes)
	cost := make([]float32, o.Classes)
	for _, s := range samples {
		cost[s.Class] += s.Cost
	}
	require.InDeltaSlice(t, []float32{20, 20, 20}, cost, 1e-3)
}
