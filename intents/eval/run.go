package eval

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"xiaoer/intents"
)

// Options say how to measure. The zero value is fine.
type Options struct {
	Worst int // how many of the worst mistakes to keep; 0 is 20
	// Forced takes the best guess however unsure it is, for label sets in which every message has an intent. It is
	// set by itself when no case is labelled "other".
	Forced bool
}

// thresholds are the scores at which answering is weighed against keeping silent.
var thresholds = [...]float64{0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}

// Run reads every case and adds up the report.
func Run(c *intents.Classifier, cases []Case, o Options) *Report {
	if o.Worst == 0 {
		o.Worst = 20
	}
	t := &tally{forced: o.Forced || !hasOther(cases), slices: map[string]*Slice{}, confusion: map[[2]string]int{}}
	for _, one := range cases {
		t.take(c, one)
	}
	return t.report(o)
}

func hasOther(cases []Case) bool {
	return slices.ContainsFunc(cases, func(c Case) bool { return slices.Contains(c.Intents, intents.Other) })
}

// answer is what the classifier said of a case.
type answer struct {
	named []string // intents, primary first; "other" where it said nothing
	top   intents.Prediction
	all   intents.Reading
}

func (t *tally) read(c *intents.Classifier, text string) answer {
	if t.forced {
		top := c.Best(text)
		return answer{named: []string{top.Intent}, top: top}
	}
	a := answer{all: c.Read(text)}
	for _, p := range a.all.Intents {
		a.named = append(a.named, p.Intent)
	}
	switch {
	case len(a.named) > 0:
		a.top = a.all.Intents[0]
	default:
		a.named = []string{intents.Other}
		if len(a.all.Near) > 0 {
			a.top = a.all.Near[0]
		}
	}
	return a
}

// tally adds up cases.
type tally struct {
	forced    bool
	total     Slice
	slices    map[string]*Slice
	confusion map[[2]string]int
	answers   []scored
	mistakes  []Mistake
}

// scored is the best guess of a case, for the curves.
type scored struct {
	score         float64
	right, wanted bool
}

func (t *tally) take(c *intents.Classifier, one Case) {
	a := t.read(c, one.Text)
	good := slices.Concat(one.Intents, one.Acceptable)
	right := slices.Contains(good, a.named[0])
	trapped := slices.ContainsFunc(a.named, func(n string) bool { return slices.Contains(one.Not, n) })
	extra := 0
	for _, n := range a.named[1:] {
		if !slices.Contains(good, n) {
			extra++
		}
	}
	v := verdict{
		strict: a.named[0] == one.Intents[0], lenient: right, trap: len(one.Not) > 0, trapped: trapped,
		answered: a.named[0] != intents.Other, wanted: one.Intents[0] != intents.Other, extra: extra,
		topic: one.Topic != "" && a.named[0] == one.Intents[0], topicRight: a.top.Topic == one.Topic,
	}
	t.total.add(v)
	t.slice("intent:" + one.Intents[0]).add(v)
	t.slice("intent:" + a.named[0]).name(right)
	for _, tag := range one.Tags {
		t.slice("tag:" + tag).add(v)
	}
	if a.top.Intent != "" {
		t.answers = append(t.answers, scored{a.top.Score, slices.Contains(good, a.top.Intent), v.wanted})
	}
	if !right {
		t.confusion[[2]string{one.Intents[0], a.named[0]}]++
	}
	if !right || trapped || extra > 0 {
		t.mistakes = append(t.mistakes, newMistake(one, a, trapped))
	}
}

func (t *tally) slice(name string) *Slice {
	s, ok := t.slices[name]
	if !ok {
		s = &Slice{Name: name}
		t.slices[name] = s
	}
	return s
}

func (t *tally) report(o Options) *Report {
	r := &Report{Total: t.total, Mistakes: t.mistakes}
	r.Total.Name = "all"
	for _, name := range slices.Sorted(maps.Keys(t.slices)) {
		r.Slices = append(r.Slices, *t.slices[name])
	}
	for pair, n := range t.confusion {
		r.Confusion = append(r.Confusion, Confusion{Gold: pair[0], Got: pair[1], Count: n})
	}
	slices.SortFunc(r.Confusion, func(a, b Confusion) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Gold, b.Gold), cmp.Compare(a.Got, b.Got))
	})
	for _, at := range thresholds {
		r.Curve = append(r.Curve, point(at, t.answers, t.total.Wanted))
	}
	r.Calibration = calibration(t.answers)
	r.Misjudged = misjudged(r.Calibration)
	slices.SortStableFunc(r.Mistakes, func(a, b Mistake) int { return cmp.Compare(b.Score, a.Score) })
	r.Mistakes = r.Mistakes[:min(len(r.Mistakes), o.Worst)]
	return r
}

// point counts what answering from a score on would give.
func point(at float64, answers []scored, wanted int) Point {
	p := Point{Score: at}
	covered := 0
	for _, a := range answers {
		if a.score < at {
			continue
		}
		p.Answered++
		if !a.right {
			p.Wrong++
		}
		if a.right && a.wanted {
			covered++
		}
	}
	p.WrongRate = ratio(p.Wrong, p.Answered)
	p.Coverage = ratio(covered, wanted)
	return p
}

// calibration sorts guesses by score into tenths.
func calibration(answers []scored) []Bin {
	bins := make([]Bin, 10)
	sums := make([]float64, 10)
	for _, a := range answers {
		i := min(int(a.score*10), 9)
		bins[i].Count++
		sums[i] += a.score
		if a.right {
			bins[i].Right++
		}
	}
	for i := range bins {
		bins[i].From, bins[i].To = float64(i)/10, float64(i+1)/10
		bins[i].Accuracy = ratio(bins[i].Right, bins[i].Count)
		if bins[i].Count > 0 {
			bins[i].MeanScore = sums[i] / float64(bins[i].Count)
		}
	}
	return bins
}

// misjudged is the expected calibration error: the distance between score and accuracy of each bin, by its share of guesses.
func misjudged(bins []Bin) float64 {
	sum, count := 0.0, 0
	for _, b := range bins {
		sum += float64(b.Count) * math.Abs(b.MeanScore-b.Accuracy)
		count += b.Count
	}
	if count == 0 {
		return 0
	}
	return sum / float64(count)
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
