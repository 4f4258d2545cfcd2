package intents

import "math"

// A trial is one intent's score on a sentence that was not learned from, and whether it was the right one.
type trial struct {
	intent            int
	score, gap, known float32
	right             bool
}

// newTrials keeps the best three intents of a sentence, and the right one: the others say nothing new.
func newTrials(guesses []guess, right int, known float32) []trial {
	first, second, third := float32(-1e9), float32(-1e9), float32(-1e9)
	for _, g := range guesses {
		switch {
		case g.score > first:
			first, second, third = g.score, first, second
		case g.score > second:
			second, third = g.score, second
		case g.score > third:
			third = g.score
		}
	}
	var out []trial
	for i, g := range guesses {
		if g.score < third && i != right {
			continue
		}
		gap := g.score - first
		if g.score == first {
			gap = first - second
		}
		out = append(out, trial{i, g.score, gap, known, i == right})
	}
	return out
}

// fitOdds fits a logistic regression to trials by gradient descent. Biases by intent are held near zero.
func fitOdds(trials []trial, intents int) odds {
	o := odds{score: 2, gap: 2, bias: make([]float32, intents)}
	if len(trials) == 0 {
		return o
	}
	rate, n := 1.0, float64(len(trials))
	common := 0.0
	for range 400 {
		var score, gap, known, all float64
		bias := make([]float64, intents)
		for _, t := range trials {
			p := o.probability(t.intent, t.score, t.gap, t.known)
			miss := float64(p)
			if t.right {
				miss--
			}
			score += miss * float64(t.score)
			gap += miss * float64(t.gap)
			known += miss * (float64(t.known) - 0.5)
			bias[t.intent] += miss
			all += miss
		}
		o.score -= float32(rate * 4 * score / n)
		o.gap -= float32(rate * 4 * gap / n)
		o.known -= float32(rate * 4 * known / n)
		step := rate * 2 * all / n
		common -= step
		for i := range bias {
			o.bias[i] -= float32(step + rate*2*(bias[i]/n+0.002*(float64(o.bias[i])-common)))
		}
		if math.Abs(all/n) < 1e-6 && math.Abs(score/n) < 1e-5 {
			break
		}
	}
	return o
}
