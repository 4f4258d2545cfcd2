package eval

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"xiaoer/intents"
)

// A Report is what a run measured. It marshals to JSON as it is.
type Report struct {
	Total       Slice       `json:"total"`
	Slices      []Slice     `json:"slices"` // by intent and by tag
	Curve       []Point     `json:"curve"`
	Calibration []Bin       `json:"calibration"`
	Misjudged   float64     `json:"calibration_error"` // how far scores are from how often they are right, on the average of guesses
	Confusion   []Confusion `json:"confusion"`         // most frequent first
	Mistakes    []Mistake   `json:"mistakes"`          // surest first
}

// A Slice counts a part of the cases. Strict: the primary is the labelled one; lenient: it is among the acceptable.
type Slice struct {
	Name       string `json:"name"`
	Cases      int    `json:"cases"`
	Strict     int    `json:"strict"`
	Lenient    int    `json:"lenient"`
	Traps      int    `json:"traps"`   // cases that hold one
	Trapped    int    `json:"trapped"` // cases in which it was fallen into
	Answered   int    `json:"answered"`
	Wrong      int    `json:"wrong"`  // of the answered
	Wanted     int    `json:"wanted"` // cases that ask for something
	Covered    int    `json:"covered"`
	Extra      int    `json:"extra"` // further intents that nobody asked for
	Topics     int    `json:"topics"`
	TopicRight int    `json:"topic_right"`
	Named      int    `json:"named,omitempty"`       // of an intent: cases of any label that it was the answer to
	NamedRight int    `json:"named_right,omitempty"` // of those, how many it was right for
}

type verdict struct {
	strict, lenient, trap, trapped, answered, wanted, topic, topicRight bool
	extra                                                               int
}

func (s *Slice) add(v verdict) {
	s.Cases++
	s.Extra += v.extra
	for _, c := range [...]struct {
		count *int
		is    bool
	}{
		{&s.Strict, v.strict},
		{&s.Lenient, v.lenient},
		{&s.Traps, v.trap},
		{&s.Trapped, v.trapped},
		{&s.Answered, v.answered},
		{&s.Wrong, v.answered && !v.lenient},
		{&s.Wanted, v.wanted},
		{&s.Covered, v.wanted && v.answered && v.lenient},
		{&s.Topics, v.topic},
		{&s.TopicRight, v.topic && v.topicRight},
	} {
		if c.is {
			*c.count++
		}
	}
}

// name counts that an intent was the answer to a case.
func (s *Slice) name(right bool) {
	s.Named++
	if right {
		s.NamedRight++
	}
}

// A Point is what answering from a score on gives: the share of wrong answers, and of real requests that are covered.
type Point struct {
	Score     float64 `json:"score"`
	Answered  int     `json:"answered"`
	Wrong     int     `json:"wrong"`
	WrongRate float64 `json:"wrong_rate"`
	Coverage  float64 `json:"coverage"`
}

// A Bin compares the scores of guesses with how often they were right.
type Bin struct {
	From      float64 `json:"from"`
	To        float64 `json:"to"`
	Count     int     `json:"count"`
	Right     int     `json:"right"`
	MeanScore float64 `json:"mean_score"`
	Accuracy  float64 `json:"accuracy"`
}

// A Confusion counts cases of one intent that were taken for another.
type Confusion struct {
	Gold  string `json:"gold"`
	Got   string `json:"got"`
	Count int    `json:"count"`
}

// A Mistake is a case that was got wrong, with what spoke for the answer.
type Mistake struct {
	ID       string             `json:"id,omitempty"`
	Text     string             `json:"text"`
	Gold     []string           `json:"gold"`
	Got      []string           `json:"got"`
	Score    float64            `json:"score"`
	Trap     bool               `json:"trap"`
	Evidence []intents.Evidence `json:"evidence,omitempty"`
}

func newMistake(c Case, a answer, trapped bool) Mistake {
	m := Mistake{ID: c.ID, Text: c.Text, Gold: c.Intents, Got: a.named, Trap: trapped, Score: a.top.Score, Evidence: a.top.Evidence}
	return m
}

// WriteText renders the report for a terminal.
func (r *Report) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "slice\tcases\tstrict\tlenient\ttraps\tanswered\twrong\tcoverage\textra\ttopics\tanswers right\n")
	writeSlice(t, r.Total)
	for _, s := range r.Slices {
		writeSlice(t, s)
	}
	fmt.Fprintf(t, "\nanswers from score\tanswered\twrong\twrong rate\tcoverage\n")
	for _, p := range r.Curve {
		fmt.Fprintf(t, "%.2f\t%d\t%d\t%.3f\t%.3f\n", p.Score, p.Answered, p.Wrong, p.WrongRate, p.Coverage)
	}
	fmt.Fprintf(t, "\ncalibration\tcount\tmean score\tright\n")
	for _, b := range r.Calibration {
		if b.Count > 0 {
			fmt.Fprintf(t, "%.1f–%.1f\t%d\t%.3f\t%.3f\n", b.From, b.To, b.Count, b.MeanScore, b.Accuracy)
		}
	}
	fmt.Fprintf(t, "error\t\t%.3f\t\n", r.Misjudged)
	fmt.Fprintf(t, "\nconfused\tfor\tcases\n")
	for i, c := range r.Confusion {
		if i == 15 {
			break
		}
		fmt.Fprintf(t, "%s\t%s\t%d\n", c.Gold, c.Got, c.Count)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return r.writeMistakes(w)
}

func writeSlice(w io.Writer, s Slice) {
	topics, named := "–", "–"
	if s.Topics > 0 {
		topics = fmt.Sprintf("%.3f", ratio(s.TopicRight, s.Topics))
	}
	if s.Named > 0 {
		named = fmt.Sprintf("%d/%d", s.NamedRight, s.Named)
	}
	fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%d/%d\t%d\t%.3f\t%.3f\t%d\t%s\t%s\n", s.Name, s.Cases, ratio(s.Strict, s.Cases), ratio(s.Lenient, s.Cases),
		s.Trapped, s.Traps, s.Answered, ratio(s.Wrong, s.Answered), ratio(s.Covered, s.Wanted), s.Extra, topics, named)
}

// writeMistakes lists the surest mistakes, each with its evidence on the line below.
func (r *Report) writeMistakes(w io.Writer) error {
	var b strings.Builder
	if len(r.Mistakes) > 0 {
		b.WriteString("\nworst mistakes\n")
	}
	for _, m := range r.Mistakes {
		mark := ""
		if m.Trap {
			mark = " TRAP"
		}
		fmt.Fprintf(&b, "  %.2f %s, not %s%s: %s\n", m.Score, strings.Join(m.Got, "+"), strings.Join(m.Gold, "+"), mark, oneLine(m.Text))
		if len(m.Evidence) > 0 {
			b.WriteString("      ")
			for i, e := range m.Evidence {
				if i > 0 {
					b.WriteString(" · ")
				}
				fmt.Fprintf(&b, "%q %+.2f", e.Text, e.Weight)
			}
			b.WriteByte('\n')
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// oneLine keeps a mistake readable however long the message is.
func oneLine(s string) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return string(runes)
}
