package figures

import (
	"math"
	"strconv"
)

// A Chart is a drawing in units of its own: how wide it is shown is the page's to say. What stands in it is escaped by the template.
type Chart struct {
	ID     string
	Title  string
	Desc   string // for who cannot see it
	Width  int
	Height int
	Lines  []Line
	Bars   []Bar
	Labels []Label
	Keys   []Key // of its colours
}

// A Line is a horizontal line of the grid.
type Line struct{ Y, X1, X2 string }

// A Bar is one bar, or a piece of one. Tip is what it stands for.
type Bar struct {
	X, Y, W, H string
	Class      string
	Tip        string
}

// A Label is words in a chart.
type Label struct{ X, Y, Anchor, Text string }

// A Key says what a colour is.
type Key struct{ Class, Text string }

// A Series is one quantity over all columns of a chart.
type Series struct {
	Text   string
	Class  string
	Values []int
}

// Room of a chart of columns.
const (
	wide, high        = 360, 176
	left, right       = 34, 4
	top, bottom       = 10, 20
	mostLabels        = 7
	narrowest         = 0.6 // units between columns
	trendWide         = 96
	trendHigh         = 22
	barHigh, barApart = 22, 10
)

// columns draws values that stand on each other, one column for each name.
func columns(id, title, desc string, names []string, series ...Series) Chart {
	c := Chart{ID: id, Title: title, Desc: desc, Width: wide, Height: high}
	most := 0
	for i := range names {
		sum := 0
		for _, s := range series {
			sum += max(0, s.Values[i])
		}
		most = max(most, sum)
	}
	step := niceStep(most)
	ceiling := max(step*((most+step-1)/step), step)
	height := float64(high - top - bottom)
	for v := 0; v <= ceiling; v += step {
		y := float64(high-bottom) - height*float64(v)/float64(ceiling)
		c.Lines = append(c.Lines, Line{Y: num(y), X1: num(left), X2: num(wide - right)})
		c.Labels = append(c.Labels, Label{X: num(left - 4), Y: num(y + 3.5), Anchor: "end", Text: strconv.Itoa(v)})
	}
	room := float64(wide-left-right) / float64(max(len(names), 1))
	apart := math.Max(narrowest, math.Min(room*0.25, 10))
	for i, name := range names {
		x, y := left+room*float64(i)+apart/2, float64(high-bottom)
		for _, s := range series {
			h := height * float64(max(0, s.Values[i])) / float64(ceiling)
			if h > 0 {
				y -= h
				c.Bars = append(c.Bars, Bar{X: num(x), Y: num(y), W: num(room - apart), H: num(h), Class: s.Class, Tip: name + " · " + s.Text + " " + strconv.Itoa(s.Values[i])})
			}
		}
		if every := (len(names) + mostLabels - 1) / mostLabels; every > 0 && (len(names)-1-i)%every == 0 {
			c.Labels = append(c.Labels, below(x+(room-apart)/2, name))
		}
	}
	for _, s := range series {
		c.Keys = append(c.Keys, Key{Class: s.Class, Text: s.Text})
	}
	return c
}

// below is the name of a column; one at the right edge ends there, so that nothing of it is cut off.
func below(middle float64, name string) Label {
	if half := 3.2 * float64(len(name)); middle+half > wide {
		return Label{X: num(wide - 1), Y: num(high - 6), Anchor: "end", Text: name}
	}
	return Label{X: num(middle), Y: num(high - 6), Anchor: "middle", Text: name}
}

// rows draws each name as one bar from the left, whose pieces are the series.
func rows(id, title, desc string, names []string, series ...Series) Chart {
	c := Chart{ID: id, Title: title, Desc: desc, Width: wide, Height: top + len(names)*(barHigh+barApart)}
	most := 1
	for i := range names {
		sum := 0
		for _, s := range series {
			sum += max(0, s.Values[i])
		}
		most = max(most, sum)
	}
	const names0, counts = 96, 44 // room for names and counts
	for i, name := range names {
		x, y, sum := float64(names0), float64(top+i*(barHigh+barApart)), 0
		for _, s := range series {
			v := max(0, s.Values[i])
			if v == 0 {
				continue
			}
			w := float64(wide-names0-counts) * float64(v) / float64(most)
			c.Bars = append(c.Bars, Bar{X: num(x), Y: num(y), W: num(w), H: num(barHigh), Class: s.Class, Tip: name + " · " + s.Text + " " + strconv.Itoa(v)})
			x += w
			sum += v
		}
		c.Labels = append(c.Labels,
			Label{X: num(names0 - 6), Y: num(y + 15), Anchor: "end", Text: shortLabel(name)}, Label{X: num(x + 5), Y: num(y + 15), Anchor: "start", Text: strconv.Itoa(sum)})
	}
	if len(series) > 1 {
		for _, s := range series {
			c.Keys = append(c.Keys, Key{Class: s.Class, Text: s.Text})
		}
	}
	return c
}

// shortLabel keeps a name within the room that it has.
func shortLabel(s string) string {
	width, out := 0, []rune{}
	for _, r := range s {
		w := 1
		if r > 0x7f {
			w = 2
		}
		if width += w; width > 13 {
			return string(out) + "…"
		}
		out = append(out, r)
	}
	return s
}

// trend draws how one quantity went, in the room of a table's cell.
func (p *pages) trend(l look, id, name string, values []int) Chart {
	c := Chart{ID: "trend-" + id, Title: name, Width: trendWide, Height: trendHigh}
	most, last := 1, 0
	for _, v := range values {
		most = max(most, v)
		last = v
	}
	c.Desc = p.say(l, "trend.desc", most, last)
	room := float64(trendWide) / float64(max(len(values), 1))
	for i, v := range values {
		h := float64(trendHigh-2) * float64(max(v, 0)) / float64(most)
		if h > 0 {
			c.Bars = append(c.Bars, Bar{X: num(room * float64(i)), Y: num(trendHigh - h), W: num(math.Max(room-math.Min(1, room/4), 0.5)), H: num(h), Class: "s1"})
		}
	}
	return c
}

// niceStep is the distance of the lines of a grid: 1, 2 or 5 times a power of ten, so that there are at most five.
func niceStep(most int) int {
	for power := 1; ; power *= 10 {
		for _, f := range [...]int{1, 2, 5} {
			if step := f * power; most <= 4*step || step > math.MaxInt/100 {
				return step
			}
		}
	}
}

func num(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
