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
	vary   bool    // learn each sentence in variants too
}

func builtRecipe() recipe {
	return recipe{cost: 2, passes: 15, folds: 4, least: 0.08}
}

// shippedRecipe is for the sentences of this package, which are learned in variants too.
func shippedRecipe() recipe {
	r := builtRecipe()
	r.vary, r.least = true, 0.13
	return r
}

// corpus is a set of examples as vectors.
type corpus struct {
	ids     []uint32 // features by row
	samples []linear.Sample
	classes []class
	origin  []int // by sample, the sentence of which it is a variant
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
	v := asTheyAre(examples)
	if r.vary {
		v.vary()
	}
	c := vectors(m, v.examples)
	c.origin = v.origin
	options := linear.Options{Classes: len(c.classes), Rows: len(c.ids), Cost: r.cost, Passes: r.passes, Seed: 1}
	dense := linear.Learn(c.samples, options)
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
			if c.origin[i]/block%r.folds != fold {
				train = append(train, s)
				for _, f := range s.Features {
					seen[f.Row] = true
				}
			}
		}
		d := linear.Learn(train, o)
		for i, s := range c.samples {
			if c.origin[i]/block%r.folds != fold || c.origin[i] != i {
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
