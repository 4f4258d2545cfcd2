// Package linear learns linear classifiers over sparse features and keeps their weights small. It knows nothing
// of text.
package linear

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// A Feature is one number of a sample.
type Feature struct {
	Row   int32   // which feature
	Value float32 // how strongly it is there
}

// A Sample is one labelled case to learn from.
type Sample struct {
	Features []Feature
	Class    int
	Cost     float32 // how much a mistake on it costs; 1 is usual
}

// Options say how to learn.
type Options struct {
	Classes int
	Rows    int     // features are numbered below it
	Cost    float64 // what mistakes cost against large weights; 0 is 1
	Passes  int     // over the samples; 0 is 20
	Seed    uint64  // of the order in which samples are visited
}

func (o Options) withDefaults() Options {
	if o.Cost == 0 {
		o.Cost = 1
	}
	if o.Passes == 0 {
		o.Passes = 20
	}
	return o
}

// Dense holds learned weights: one row a feature, one column a class, and the bias of each class.
type Dense struct {
	Classes int
	Weights []float32
	Bias    []float32
}

// Scores adds up what the features say for each class, into out.
func (d *Dense) Scores(features []Feature, out []float32) {
	copy(out, d.Bias)
	for _, f := range features {
		row := d.Weights[int(f.Row)*d.Classes : (int(f.Row)+1)*d.Classes]
		for c, w := range row {
			out[c] += w * f.Value
		}
	}
}

// Learn fits one linear classifier a class against the rest, with squared hinge loss, by dual coordinate descent
// (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", 2008, algorithm 1).
func Learn(samples []Sample, o Options) *Dense {
	o = o.withDefaults()
	d := &Dense{Classes: o.Classes, Weights: make([]float32, o.Rows*o.Classes), Bias: make([]float32, o.Classes)}
	norms := make([]float64, len(samples))
	for i, s := range samples {
		norms[i] = 1
		for _, f := range s.Features {
			norms[i] += float64(f.Value) * float64(f.Value)
		}
	}
	classes := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for class := range classes { // each writes its own column, so the order does not matter
				w, bias := learnClass(samples, norms, class, o)
				for row, v := range w {
					d.Weights[row*o.Classes+class] = v
				}
				d.Bias[class] = bias
			}
		})
	}
	for class := range o.Classes {
		classes <- class
	}
	close(classes)
	workers.Wait()
	return d
}

// learnClass separates one class from the rest. Samples that are far on their right side are left out of further passes.
func learnClass(samples []Sample, norms []float64, class int, o Options) ([]float32, float32) {
	w, bias := make([]float32, o.Rows), float32(0)
	alpha := make([]float64, len(samples))
	order := rand.New(rand.NewPCG(o.Seed, uint64(class))) //nolint:gosec // the same order each time is the point
	active := make([]int32, len(samples))
	for i := range active {
		active[i] = int32(i)
	}
	limit := math.Inf(1)
	for range o.Passes {
		order.Shuffle(len(active), func(i, j int) { active[i], active[j] = active[j], active[i] })
		kept, worst, moved := active[:0], 0.0, false
		for _, i := range active {
			s := &samples[i]
			y := float32(-1)
			if s.Class == class {
				y = 1
			}
			slack := 0.5 / (o.Cost * float64(s.Cost))
			gradient := float64(y*margin(w, bias, s)) - 1 + slack*alpha[i]
			if alpha[i] == 0 && gradient > 0 {
				if gradient < limit {
					kept = append(kept, i)
				}
				continue
			}
			kept = append(kept, i)
			worst = max(worst, math.Abs(gradient))
			was := alpha[i]
			alpha[i] = max(was-gradient/(norms[i]+slack), 0)
			step := float32(alpha[i]-was) * y
			moved = moved || step > stillStep || step < -stillStep
			for _, f := range s.Features {
				w[f.Row] += step * f.Value
			}
			bias += step
		}
		if active = kept; !moved {
			break
		}
		limit = max(worst, leastLimit)
	}
	return w, bias
}

// A pass in which nothing moved further than stillStep is the last; a sample is left out when its gradient is beyond
// the worst of the pass before, but never within leastLimit.
const (
	stillStep  = 1e-3
	leastLimit = 0.25
)

func margin(w []float32, bias float32, s *Sample) float32 {
	for _, f := range s.Features {
		bias += w[f.Row] * f.Value
	}
	return bias
}
