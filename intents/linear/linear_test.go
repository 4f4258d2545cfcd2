package linear

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLearn(t *testing.T) {
	var samples []Sample
	for i := range 60 {
		class := i % 3
		samples = append(samples, Sample{Class: class, Cost: 1, Features: []Feature{{int32(class), 0.8}, {int32(3 + i%5), 0.6}}})
	}
	o := Options{Classes: 3, Rows: 8, Seed: 7}
	d := Learn(samples, o)
	scores := make([]float32, 3)
	for _, s := range samples {
		d.Scores(s.Features, scores)
		for class, score := range scores {
			require.Equal(t, class == s.Class, score > 0)
		}
	}
	require.Equal(t, d, Learn(samples, o), "the same samples give the same weights")
}

func TestLearnNothing(t *testing.T) {
	d := Learn(nil, Options{Classes: 2, Rows: 1})
	require.Equal(t, make([]float32, 2), d.Weights)
}
