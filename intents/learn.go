package intents

import (
	"math"
	"sort"

	"xiaoer/intents/linear"
)

// recipe says how a model is learned.
type recipe struct {
	cost   float64
	passes int
	folds  int     // for the calibration; 0 makes none
	least  float32 // smallest weight that keeps a feature
	few    int     // below so many examples rare features are made to count more
}

func builtRecipe() recipe {
	return recipe{cost: 2, passes: 15, folds: 4, least: 0.08, few: fewSentences}
}

// fewSentences is below how many sentences a set is learned by fewRecipe, with fewValues.
const fewSentences = 1000

// fewRecipe is for small sets, in which each sentence must be taken at its word. It was found by five-fold trials on
// the training parts of three public sets of 30 to 100 sentences.
func fewRecipe() recipe { return recipe{cost: 8, passes: 40, folds: 4, few: fewSentences} }

// corpus is a set of examples as vectors.
type corpus struct {
	ids     []uint32 // features by row
	samples []linear.Sample
	classes []class
}

// vectors makes the samples of examples.
func vectors(m *machine, examples []Example) *corpus {
	c := &corpus{}
	rows, number := map[uint32]int32{}, map[class]int{}
	s := &scratch{}
	for _, e := range examples {
		key := class{e.Intent, e.Topic}
		if _, ok := number[key]; !ok {
			number[key] = len(c.classes)
			c.classes = append(c.classes, key)
		}
		s.prepare(e.Text, m)
		s.collect(0, len(s.text.Runes), m)
		c.samples = append(c.samples, linear.Sample{Features: c.vector(s, rows), Class: number[key], Cost: 1})
	}
	return c
}

// vector merges the features of one text and brings them to unit length.
func (c *corpus) vector(s *scratch, rows map[uint32]int32) []linear.Feature {
	sort.Slice(s.features, func(i, j int) bool { return s.features[i].id < s.features[j].id })
	var out []linear.Feature
	squares, last := 0.0, uint32(0)
	for _, f := range s.features {
		squares += float64(f.value * f.value)
		if len(out) > 0 && f.id == last {
			out[len(out)-1].Value += float32(f.value)
			continue
		}
		last = f.id
		row, ok := rows[f.id]
		if !ok {
			row = int32(len(c.ids))
			rows[f.id] = row
			c.ids = append(c.ids, f.id)
		}
		out = append(out, linear.Feature{Row: row, Value: float32(f.value)})
	}
	for i := range out {
		out[i].Value /= float32(math.Sqrt(squares))
	}
	return out
}

// learn makes a calibrated model of examples.
func learn(m *machine, examples []Example, r recipe) *model {
	c := vectors(m, examples)
	options := linear.Options{Classes: len(c.classes), Rows: len(c.ids), Cost: r.cost, Passes: r.passes, Seed: 1}
	var rare []float32
	if len(examples) < r.few {
		rare = c.reweigh()
	}
	dense := linear.Learn(c.samples, options)
	for row, factor := range rare {
		for class := range c.classes {
			dense.Weights[row*len(c.classes)+class] *= factor
		}
	}
	out := shrink(dense, c.ids, c.classes, r.least)
	out.odds = odds{score: 3, gap: 2, known: 1, bias: make([]float32, len(out.intents))}
	if r.folds > 1 {
		out.odds = c.calibrate(out, options, r)
	}
	return out
}

// block is how many neighbours in a file stay together when folds are made: they are often variants of one sentence.
const block = 8

// calibrate learns the odds from what models say of sentences that they did not see.
func (c *corpus) calibrate(m *model, o linear.Options, r recipe) odds {
	var trials []trial
	scores := make([]float32, len(c.classes))
	var out []guess
	for fold := range r.folds {
		var train []linear.Sample
		seen := make([]bool, o.Rows)
		for i, s := range c.samples {
			if i/block%r.folds != fold {
				train = append(train, s)
				for _, f := range s.Features {
					seen[f.Row] = true
				}
			}
		}
		d := linear.Learn(train, o)
		for i, s := range c.samples {
			if i/block%r.folds != fold {
				continue
			}
			known := float32(0)
			for _, f := range s.Features {
				if seen[f.Row] {
					known += f.Value * f.Value
				}
			}
			d.Scores(s.Features, scores)
			out = m.guesses(scores, known, out)
			trials = append(trials, newTrials(out, m.of[s.Class], known)...)
		}
	}
	return fitOdds(trials, len(m.intents))
}

// reweigh makes rare features count for more, by the root of the logarithm of how few sentences hold them, and gives the factors.
// The weights are multiplied by the same factors afterwards, so that reading need not know of them.
func (c *corpus) reweigh() []float32 {
	rare := make([]float32, len(c.ids))
	for _, s := range c.samples {
		for _, f := range s.Features {
			rare[f.Row]++
		}
	}
	n := float64(len(c.samples))
	for row, held := range rare {
		rare[row] = float32(math.Sqrt((1+math.Log(n/float64(held)))/(1+math.Log(n))) * 1.6)
	}
	for _, s := range c.samples {
		for i := range s.Features {
			s.Features[i].Value *= rare[s.Features[i].Row]
		}
	}
	return rare
}
