package linear

import (
	"math"
	"runtime"
	"sync"
)

// A Part is a classifier that has a say in a mixture.
type Part struct {
	*Dense
	Share float64
}

// Mix adds classifiers up to one. Each counts by its share of the spread that scores have over the samples, so that none is
// louder because its numbers are larger. There must be samples and parts.
func Mix(samples []Sample, parts ...Part) *Dense {
	first := parts[0]
	out := &Dense{Classes: first.Classes, Weights: make([]float32, len(first.Weights)), Bias: make([]float32, first.Classes)}
	for _, p := range parts {
		spread := p.spread(samples)
		if p.Share == 0 || spread == 0 {
			continue
		}
		factor := float32(p.Share / spread)
		for i, w := range p.Weights {
			out.Weights[i] += factor * w
		}
		for i, b := range p.Bias {
			out.Bias[i] += factor * b
		}
	}
	return out
}

// spread is how far the scores of a sample's classes lie from one another, on the average of the samples.
func (d *Dense) spread(samples []Sample) float64 {
	scores := make([]float32, d.Classes)
	sum := 0.0
	for _, s := range samples {
		d.Scores(s.Features, scores)
		mean, squares := 0.0, 0.0
		for _, x := range scores {
			mean += float64(x) / float64(d.Classes)
		}
		for _, x := range scores {
			squares += (float64(x) - mean) * (float64(x) - mean)
		}
		sum += math.Sqrt(squares / float64(d.Classes))
	}
	return sum / float64(len(samples))
}

// Balance sets what mistakes cost so that each class matters alike, however few samples it has.
func Balance(samples []Sample, classes int) {
	held := make([]float64, classes)
	for _, s := range samples {
		held[s.Class]++
	}
	for i := range samples {
		samples[i].Cost = float32(float64(len(samples)) / float64(classes) / held[samples[i].Class])
	}
}

// Bayes weighs each feature by the logarithm of how much likelier it is in a class than in the others (multinomial naive
// Bayes, one class against the rest, all classes as likely). Smoothing is added to each count.
func Bayes(samples []Sample, o Options, smoothing float64) *Dense {
	k := o.Classes
	mass, all, total, sum := make([]float64, o.Rows*k), make([]float64, o.Rows), make([]float64, k), 0.0
	for _, s := range samples {
		for _, f := range s.Features {
			v := float64(f.Value)
			mass[int(f.Row)*k+s.Class] += v
			all[f.Row] += v
			total[s.Class] += v
			sum += v
		}
	}
	d := &Dense{Classes: k, Weights: make([]float32, o.Rows*k), Bias: make([]float32, k)}
	every := smoothing * float64(o.Rows)
	for row, held := range all {
		for c := range k {
			in := (mass[row*k+c] + smoothing) / (total[c] + every)
			out := (held - mass[row*k+c] + smoothing) / (sum - total[c] + every)
			d.Weights[row*k+c] = float32(math.Log(in / out))
		}
	}
	return d
}

// LearnRatios is Learn on features that are multiplied by what Bayes makes of them for each class (Wang and Manning,
// "Baselines and Bigrams", 2012). With few samples it takes the words that only one class has at their word.
func LearnRatios(samples []Sample, o Options, smoothing float64) *Dense {
	o = o.withDefaults()
	ratios := Bayes(samples, o, smoothing)
	out := &Dense{Classes: o.Classes, Weights: make([]float32, o.Rows*o.Classes), Bias: make([]float32, o.Classes)}
	classes := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for class := range classes {
				own, norms := ratios.scaled(samples, class)
				w, bias := learnClass(own, norms, class, o)
				for row, v := range w {
					at := row*o.Classes + class
					out.Weights[at] = v * magnitude(ratios.Weights[at])
				}
				out.Bias[class] = bias
			}
		})
	}
	for class := range o.Classes {
		classes <- class
	}
	close(classes)
	workers.Wait()
	return out
}

// scaled multiplies the samples' features by how much they tell of a class, either way.
func (d *Dense) scaled(samples []Sample, class int) ([]Sample, []float64) {
	out, norms := make([]Sample, len(samples)), make([]float64, len(samples))
	for i, s := range samples {
		out[i] = Sample{Features: make([]Feature, len(s.Features)), Class: s.Class, Cost: s.Cost}
		norms[i] = 1
		for k, f := range s.Features {
			f.Value *= magnitude(d.Weights[int(f.Row)*d.Classes+class])
			out[i].Features[k] = f
			norms[i] += float64(f.Value) * float64(f.Value)
		}
	}
	return out, norms
}

func magnitude(v float32) float32 { return max(v, -v) }
