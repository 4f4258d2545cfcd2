package intents

import (
	"math"
	"strings"
	"unicode"

	"xiaoer/intents/base"
	"xiaoer/intents/linear"
)

// fewSentences is below how many sentences a set is a small one.
const fewSentences = 1000

// fewValues are for small sets: single words tell most there, and pairs of meanings next to nothing.
func fewValues() kindValues {
	return kindValues{chars: [4]int32{0, 20, 4, 4}, inWord: 10, sound: [4]int32{0, 0, 8, 8}, meaning: 32}
}

// What follows was chosen by trials on training parts alone: ten-fold ones on those of three public sets of 30 to 100
// sentences, and several hundred sets of that size and somewhat larger ones, drawn from the training parts of three big sets.
const (
	foreignCost   = 2
	fewPasses     = 40
	manyPasses    = 15
	bayesSmooth   = 0.01
	ratioSmooth   = 1
	halfway       = 200  // sentences from which plain weights say more than those on ratios
	commonness    = 0.35 // power of how rare a word is in the built-in sentences
	foreignFolds  = 5
	leastOfMany   = 0.08
	leastSentence = 2 // sentences that a calibration needs
)

// foreign learns from sentences that are not the built-in ones.
type foreign struct {
	*corpus
	given   int // samples that are sentences; those behind them are names
	few     bool
	options linear.Options
	block   int // neighbours that stay together in a fold
}

// learnForeign makes a calibrated model of examples with any labels. For small sets several kinds of classifier are mixed,
// which makes up for what each gets wrong with few sentences; all of them are linear, so that reading costs the same.
func learnForeign(m *machine, examples []Example) *model {
	f := foreign{given: len(examples), few: len(examples) < fewSentences, block: block}
	passes, least := manyPasses, float32(leastOfMany)
	if f.few {
		examples = append(examples[:f.given:f.given], namesOf(examples)...)
		passes, least, f.block = fewPasses, 0, 1
	}
	f.corpus = vectors(m, examples)
	f.options = linear.Options{Classes: len(f.classes), Rows: len(f.ids), Cost: foreignCost, Passes: passes, Seed: 1}
	var factors []float32
	if f.few {
		factors = f.reweigh(m)
	}
	dense := f.fit(f.samples)
	for row, factor := range factors {
		for class := range f.classes {
			dense.Weights[row*len(f.classes)+class] *= factor
		}
	}
	out := shrink(dense, f.ids, f.classes, least)
	out.odds = f.calibrate(out)
	return out
}

// namesOf gives the names of labels as sentences: the first example of "Export Data" is "Export Data".
func namesOf(examples []Example) []Example {
	var out []Example
	seen := map[string]bool{Other: true, "none": true}
	for _, e := range examples {
		if key := strings.ToLower(e.Intent); !seen[key] {
			seen[key] = true
			out = append(out, Example{Text: spelledOut(e.Intent), Intent: e.Intent, Topic: e.Topic})
		}
	}
	return out
}

// spelledOut splits a label into words.
func spelledOut(label string) string {
	var b strings.Builder
	last := ' '
	for _, r := range label {
		if strings.ContainsRune("_-./", r) {
			r = ' '
		}
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// fit learns from samples. The more sentences there are, the more it trusts weights that are free of ratios.
func (f *foreign) fit(samples []linear.Sample) *linear.Dense {
	if !f.few {
		return linear.Learn(samples, f.options)
	}
	linear.Balance(samples, len(f.classes))
	n := float64(len(samples))
	plain := n * n / (n*n + halfway*halfway)
	return f.mix(samples, linear.Part{Dense: linear.Learn(samples, f.options), Share: plain},
		linear.Part{Dense: linear.Bayes(samples, f.options, bayesSmooth), Share: 1},
		linear.Part{Dense: linear.LearnRatios(samples, f.options, ratioSmooth), Share: 1 - plain})
}

// mix brings the whole to the spread that scores of +1 for the right class and −1 for the others have, for which the
// calibration is made.
func (f *foreign) mix(samples []linear.Sample, parts ...linear.Part) *linear.Dense {
	one := 1 / float64(len(f.classes))
	sum := 0.0
	for _, p := range parts {
		sum += p.Share
	}
	for i := range parts {
		parts[i].Share *= 2 * math.Sqrt(one*(1-one)) / sum
	}
	return linear.Mix(samples, parts...)
}

// reweigh makes features count for more that few of the sentences hold, and few of the built-in ones, for those tell how
// common a word is better than a small set can. It gives the factors, by which the weights are multiplied afterwards, so
// that reading need not know of them.
func (f *foreign) reweigh(m *machine) []float32 {
	held := make([]int, len(f.ids))
	for _, s := range f.samples {
		for _, x := range s.Features {
			held[x.Row]++
		}
	}
	common, all := f.builtIn(m)
	factors := make([]float32, len(f.ids))
	for row := range factors {
		rare := math.Sqrt(rarity(held[row], len(f.samples)))
		factors[row] = float32(1.6 * rare * math.Pow(rarity(common[row], all), commonness))
	}
	for _, s := range f.samples {
		for i := range s.Features {
			s.Features[i].Value *= factors[s.Features[i].Row]
		}
	}
	return factors
}

// rarity is 1 for what at most one text in all holds, and least for what each holds.
func rarity(held, all int) float64 {
	if held <= 1 || all <= 1 {
		return 1
	}
	return (1 + math.Log(float64(all)/float64(held))) / (1 + math.Log(float64(all)))
}

// builtIn counts how many of the built-in sentences hold each feature, and how many sentences there are.
func (f *foreign) builtIn(m *machine) (held []int, all int) {
	held = make([]int, len(f.ids))
	examples, _, err := Load(base.Files)
	if err != nil {
		return held, 0 // then nothing is common
	}
	rows, last := make(map[uint32]int, len(f.ids)), make([]int, len(f.ids))
	for row, id := range f.ids {
		rows[id] = row
	}
	s := &scratch{}
	for i, e := range examples {
		s.prepare(e.Text, m)
		s.collect(0, len(s.text.Runes), m)
		for _, x := range s.features {
			if row, ok := rows[x.id]; ok && last[row] != i+1 {
				last[row] = i + 1
				held[row]++
			}
		}
	}
	return held, len(examples)
}

// calibrate learns the odds from what models say of sentences that they did not see. Names are learned from in each fold.
func (f *foreign) calibrate(m *model) odds {
	var trials []trial
	var out []guess
	scores := make([]float32, len(f.classes))
	for fold := range foreignFolds {
		var train []linear.Sample
		seen := make([]bool, len(f.ids))
		for i, s := range f.samples {
			if i < f.given && i/f.block%foreignFolds == fold {
				continue
			}
			train = append(train, s)
			for _, x := range s.Features {
				seen[x.Row] = true
			}
		}
		if len(train) < leastSentence {
			continue
		}
		d := f.fit(train)
		for i, s := range f.samples[:f.given] {
			if i/f.block%foreignFolds != fold {
				continue
			}
			known := float32(0)
			for _, x := range s.Features {
				if seen[x.Row] {
					known += x.Value * x.Value
				}
			}
			d.Scores(s.Features, scores)
			out = m.guesses(scores, known, out)
			trials = append(trials, newTrials(out, m.of[s.Class], known)...)
		}
	}
	return fitOdds(trials, len(m.intents))
}
