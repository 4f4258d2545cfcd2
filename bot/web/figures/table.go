package figures

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"xiaoer/bot/figures"
	"xiaoer/bot/web/page"
)

// A Table is one list of figures. Page and file are written from it.
type Table struct {
	Name    string // in addresses
	Title   string
	Columns []Column
	Rows    []Row
	Shown   int // rows on the page; the file has all
	Empty   string
}

// A Column is one column of a table.
type Column struct {
	Title  string
	Number bool
}

// A Row is one line of a table: a cell for each column, and how the first number went over the days.
type Row struct {
	Cells []string
	Trend *Chart
}

// Head is the rows that the page shows.
func (t Table) Head() []Row { return t.Rows[:min(len(t.Rows), t.Shown)] }

// More is how many rows only the file has.
func (t Table) More() int { return len(t.Rows) - len(t.Head()) }

// Trends is whether rows show how they went.
func (t Table) Trends() bool { return len(t.Rows) > 0 && t.Rows[0].Trend != nil }

// tables are all tables of a report, by name.
func (p *pages) tables(l look, r *figures.Report) map[string]Table {
	out := map[string]Table{}
	for _, t := range []Table{
		p.days(l, r), p.hours(l, r), p.intents(l, r), p.topics(l, r), p.calls(l, r), p.causes(l, r), p.replies(l, r), p.promises(l, r), p.offers(l, r),
		p.costs(l, r), p.stars(l, r), p.rules(l, r), p.unused(l, r),
	} {
		out[t.Name] = t
	}
	return out
}

// table begins a table. A column whose key ends in "#" holds numbers.
func (p *pages) table(l look, name string, shown int, columns ...string) Table {
	t := Table{Name: name, Title: p.say(l, "table."+name), Shown: shown, Empty: p.say(l, "table.empty")}
	for _, key := range columns {
		word, number := strings.CutSuffix(key, "#")
		t.Columns = append(t.Columns, Column{Title: p.say(l, "column."+word), Number: number})
	}
	return t
}

func (t *Table) add(cells ...any) {
	row := Row{}
	for _, c := range cells {
		if paid, ok := c.(figures.Money); ok {
			c = page.Yuan(paid.String())
		}
		row.Cells = append(row.Cells, fmt.Sprint(c))
	}
	t.Rows = append(t.Rows, row)
}

func (p *pages) days(l look, r *figures.Report) Table {
	t := p.table(l, "days", 100, "date", "messages#", "answered#", "handed#", "missed#", "no_rule#", "settled#", "human#", "none#", "first_in_time#", "first_late#",
		"next_in_time#", "next_late#", "made#", "kept#", "broken#", "paid#", "cost#", "ratings#", "mean#")
	for _, d := range slices.Backward(r.Days) {
		v, one := r.Visits[d.Date], figures.Sum([]figures.Day{d}, figures.Span{From: d.Date, Until: d.Date})
		n, mean, _ := one.Ratings()
		t.add(d.Date, d.Messages, d.Answered, d.Handed, d.Missed, d.NoRule, v.Alone, v.Human, v.None, d.Replies.FirstInTime, d.Replies.FirstLate,
			d.Replies.NextInTime, d.Replies.NextLate, d.Made, d.Kept, d.Broken, one.Paid(), one.Cost(), n, decimal(mean, n > 0))
	}
	return t
}

func (p *pages) hours(l look, r *figures.Report) Table {
	t := p.table(l, "hours", 24, "hour", "messages#", "before#")
	for h := range 24 {
		t.add(fmt.Sprintf("%02d:00", h), r.Now.Hours[h], r.Before.Hours[h])
	}
	return t
}

func (p *pages) intents(l look, r *figures.Report) Table {
	now, before := figures.Whole(r.Now.Intents), figures.Whole(r.Before.Intents)
	return p.ranking(l, r, "intents", 12, now, before, func(d *figures.Day) map[string]int { return figures.Whole(d.Intents) }, l.titleOf)
}

func (p *pages) topics(l look, r *figures.Report) Table {
	only := func(counts map[string]int) map[string]int {
		out := map[string]int{}
		for name, n := range counts {
			if strings.Contains(name, ".") {
				out[name] = n
			}
		}
		return out
	}
	return p.ranking(l, r, "topics", 10, only(r.Now.Intents), only(r.Before.Intents), func(d *figures.Day) map[string]int { return d.Intents }, l.titleOf)
}

func (p *pages) calls(l look, r *figures.Report) Table {
	return p.ranking(l, r, "calls", 10, r.Now.Calls, r.Before.Calls, func(d *figures.Day) map[string]int { return d.Calls }, p.ruleTitle(l))
}

func (p *pages) causes(l look, r *figures.Report) Table {
	return p.ranking(l, r, "causes", 10, r.Now.Closed, r.Before.Closed, func(d *figures.Day) map[string]int { return d.Closed }, p.causeTitle(l))
}

// costs are what closed cases have cost, by cause, the dearest first.
func (p *pages) costs(l look, r *figures.Report) Table {
	t := p.table(l, "costs", 10, "causes", "cases#", "yuan#", "before#")
	title := p.causeTitle(l)
	for _, cause := range slices.SortedFunc(maps.Keys(r.Now.Costs), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Now.Costs[b].Sum, r.Now.Costs[a].Sum), cmp.Compare(a, b))
	}) {
		c := r.Now.Costs[cause]
		t.add(title(cause), c.Count, c.Sum, r.Before.Costs[cause].Sum)
	}
	return t
}

func (p *pages) causeTitle(l look) func(string) string {
	return func(cause string) string {
		switch key := "cause." + cause; {
		case cause == "":
			return p.say(l, "cause.none")
		case p.say(l, key) != key:
			return p.say(l, key)
		}
		return cause
	}
}

func (p *pages) rules(l look, r *figures.Report) Table {
	return p.ranking(l, r, "rules", 20, r.Now.Rules, r.Before.Rules, func(d *figures.Day) map[string]int { return d.Rules }, p.ruleTitle(l))
}

// ranking lists names by how often they were counted, with the stretch before and how it went day by day.
func (p *pages) ranking(l look, r *figures.Report, name string, shown int, now, before map[string]int, of func(*figures.Day) map[string]int, title func(string) string) Table {
	t := p.table(l, name, shown, name, "count#", "before#", "change#")
	ranked := figures.Ranked(now)
	byDay := make([]map[string]int, len(r.Days))
	for i := range r.Days {
		byDay[i] = of(&r.Days[i])
	}
	for i, c := range ranked {
		t.add(title(c.Name), c.N, before[c.Name], change(c.N, before[c.Name]))
		if i < shown && len(r.Days) > 1 {
			values := make([]int, len(byDay))
			for d := range byDay {
				values[d] = byDay[d][c.Name]
			}
			trend := p.trend(l, fmt.Sprint(name, "-", i), title(c.Name), values)
			t.Rows[i].Trend = &trend
		}
	}
	return t
}

func (l look) titleOf(name string) string {
	title := l.about.Titles[name]
	if title == "" || title == name {
		return name
	}
	return title + " (" + name + ")"
}

// ruleTitle names a rule: the shop's by its id, a built-in answer by what it is.
func (p *pages) ruleTitle(l look) func(string) string {
	return func(name string) string {
		key := "rule." + name
		if words := p.say(l, key); words != key {
			return words + " (" + name + ")"
		}
		return name
	}
}

func (p *pages) replies(l look, r *figures.Report) Table {
	t := p.table(l, "replies", 5, "reply", "in_time#", "late#", "share#", "before#")
	add := func(key string, inTime, late, inTimeBefore, lateBefore int) {
		t.add(p.say(l, key), inTime, late, percent(inTime, inTime+late), percent(inTimeBefore, inTimeBefore+lateBefore))
	}
	now, before := r.Now.Replies, r.Before.Replies
	add("reply.first", now.FirstInTime, now.FirstLate, before.FirstInTime, before.FirstLate)
	add("reply.next", now.NextInTime, now.NextLate, before.NextInTime, before.NextLate)
	return t
}

func (p *pages) promises(l look, r *figures.Report) Table {
	t := p.table(l, "promises", 5, "promise", "count#", "before#")
	t.add(p.say(l, "promise.made"), r.Now.Made, r.Before.Made)
	t.add(p.say(l, "promise.kept"), r.Now.Kept, r.Before.Kept)
	t.add(p.say(l, "promise.broken"), r.Now.Broken, r.Before.Broken)
	return t
}

func (p *pages) offers(l look, r *figures.Report) Table {
	t := p.table(l, "offers", 10, "offer", "count#", "yuan#", "waiting#", "refused#", "before#")
	kinds := map[string]int{}
	for kind, o := range r.Now.Offers {
		kinds[kind] = o.Count + o.Waiting + o.Refused
	}
	for _, c := range figures.Ranked(kinds) {
		o, title := r.Now.Offers[c.Name], c.Name
		if key := "offer." + c.Name; p.say(l, key) != key {
			title = p.say(l, key)
		}
		t.add(title, o.Count, o.Sum, o.Waiting, o.Refused, r.Before.Offers[c.Name].Sum)
	}
	return t
}

func (p *pages) stars(l look, r *figures.Report) Table {
	t := p.table(l, "stars", 5, "stars", "count#", "before#")
	for s := 5; s >= 1; s-- {
		t.add(s, r.Now.Stars[s-1], r.Before.Stars[s-1])
	}
	return t
}

func (p *pages) unused(l look, r *figures.Report) Table {
	t := p.table(l, "unused", 30, "rules")
	for _, id := range r.Unused {
		t.add(id)
	}
	t.Empty = p.say(l, "table.unused.none")
	return t
}

// change is how much more or less something is than before, as a share of that.
func change(now, before int) string {
	if before == 0 {
		return ""
	}
	switch c := math.Round(100 * float64(now-before) / float64(before)); {
	case c > 0:
		return fmt.Sprintf("▲ %.0f%%", c)
	case c < 0:
		return fmt.Sprintf("▼ %.0f%%", -c)
	}
	return "＝"
}

// percent is a part of a whole, "–" where there is none.
func percent(part, whole int) string {
	share, ok := figures.Share(part, whole)
	if !ok {
		return "–"
	}
	s := strconv.FormatFloat(100*share, 'f', 1, 64)
	if s == "100.0" && part < whole {
		s = "99.9" // nothing is whole that lacks one
	}
	return strings.TrimSuffix(s, ".0") + "%"
}

func decimal(v float64, known bool) string {
	if !known {
		return "–"
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}
