package figures

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"xiaoer/bot/figures"
	"xiaoer/bot/web/page"
)

// A figuresView is the page of a shop's figures.
type figuresView struct {
	look
	Behind  int
	Open    bool // buyers may still be back
	At      time.Time
	Earlier string // the last day of the stretch before
	Later   string // and of the one after, "" where that is not over
	Tiles   []tile
	Panels  []panel
}

// A length is one of the stretches to choose from.
type length struct {
	Days    int
	Current bool
}

func lengths(l look) (out []length) {
	for _, n := range figures.Lengths() {
		out = append(out, length{n, n == l.Days})
	}
	return out
}

// A tile is one total, with what it was before.
type tile struct {
	Title, Value, Note, Change, Before string
}

// A panel is one subject: a chart, and its table.
type panel struct {
	Table
	Note  string
	Chart *Chart
	Fold  bool // the table is folded away, since the chart says the same
}

// getFigures shows the figures of a shop. Agents see the totals only.
func (p *pages) getFigures(w http.ResponseWriter, r *http.Request, l look) error {
	report, err := p.report(r.Context(), l)
	if err != nil {
		return err
	}
	v := figuresView{
		look: l, Behind: report.Behind, Open: report.Open(), At: report.At.In(l.about.Zone), Tiles: p.tiles(l, &report),
		Earlier: figures.Shift(l.Span.From, -1),
	}
	if today := figures.LastDays(p.Now(), l.about.Zone, 1).Until; l.Span.Until < today {
		v.Later = min(today, figures.Shift(l.Span.Until, l.Days))
	}
	if l.All() {
		v.Panels = p.panels(l, &report)
	}
	p.pages.Show(w, r, http.StatusOK, "figures.html", v)
	return nil
}

func (p *pages) tiles(l look, r *figures.Report) []tile {
	now, before := &r.Now, &r.Before
	count := func(word string, n, was int, note string) tile {
		return tile{Title: p.say(l, word), Value: strconv.Itoa(n), Note: note, Change: change(n, was), Before: strconv.Itoa(was)}
	}
	share := func(word string, part, whole, partBefore, wholeBefore int, note string) tile {
		return tile{Title: p.say(l, word), Value: percent(part, whole), Note: note, Before: percent(partBefore, wholeBefore)}
	}
	v, was := now.Visits, before.Visits
	first, firstWas := now.Replies, before.Replies
	stars, mean, rated := now.Ratings()
	_, meanBefore, ratedBefore := before.Ratings()
	return []tile{
		count("tile.messages", now.Messages, before.Messages, ""),
		share("tile.settled", v.Alone, v.All(), was.Alone, was.All(), p.say(l, "tile.settled.note", v.Alone, v.All())),
		count("tile.handed", now.Handed, before.Handed, p.say(l, "tile.handed.note", now.Tasks)),
		count("tile.unanswered", now.Unanswered(), before.Unanswered(), p.say(l, "tile.unanswered.note", now.Missed, now.NoRule)),
		share("tile.first", first.FirstInTime, first.FirstInTime+first.FirstLate, firstWas.FirstInTime, firstWas.FirstInTime+firstWas.FirstLate,
			p.say(l, "tile.first.note", first.FirstLate)),
		share("tile.next", first.NextInTime, first.NextInTime+first.NextLate, firstWas.NextInTime, firstWas.NextInTime+firstWas.NextLate,
			p.say(l, "tile.first.note", first.NextLate)),
		share("tile.promises", now.Kept, now.Kept+now.Broken, before.Kept, before.Kept+before.Broken, p.say(l, "tile.promises.note", now.Made, now.Broken)),
		{Title: p.say(l, "tile.paid"), Value: p.say(l, "yuan", page.Yuan(now.Paid().String())), Before: p.say(l, "yuan", page.Yuan(before.Paid().String()))},
		{Title: p.say(l, "tile.ratings"), Value: decimal(mean, rated), Note: p.say(l, "tile.ratings.note", stars), Before: decimal(meanBefore, ratedBefore)},
	}
}

func (p *pages) panels(l look, r *figures.Report) []panel {
	tables := p.tables(l, r)
	var out []panel
	add := func(name string, c *Chart, fold bool, note string) {
		out = append(out, panel{Table: tables[name], Chart: c, Fold: fold, Note: note})
	}
	if l.Days > 1 {
		add("days", p.messagesChart(l, r), true, p.say(l, "messages.note"))
		out = append(out, panel{Table: Table{Title: p.say(l, "visits.title")}, Chart: p.visitsChart(l, r), Note: p.say(l, "visits.note")})
	}
	add("hours", p.hoursChart(l, r), true, "")
	add("intents", p.rankChart(l, tables["intents"]), false, "")
	add("topics", nil, false, "")
	add("calls", p.rankChart(l, tables["calls"]), false, "")
	add("causes", p.rankChart(l, tables["causes"]), false, "")
	add("replies", p.repliesChart(l, r), false, "")
	add("promises", nil, false, "")
	add("offers", nil, false, p.say(l, "offers.note"))
	add("costs", nil, false, p.say(l, "costs.note"))
	add("stars", p.starsChart(l, r), true, "")
	add("rules", nil, false, "")
	add("unused", nil, false, p.say(l, "unused.note"))
	return out
}

// shortDay is a day as it stands below a column.
func shortDay(date string) string { return date[5:] }

func (p *pages) messagesChart(l look, r *figures.Report) *Chart {
	names, answered, handed, missed, rest := []string{}, []int{}, []int{}, []int{}, []int{}
	for _, d := range r.Days {
		names = append(names, shortDay(d.Date))
		answered, handed = append(answered, d.Answered), append(handed, d.Handed)
		none := min(d.Missed+d.NoRule, max(0, d.Messages-d.Answered-d.Handed)) // those that were handed over stand there
		missed = append(missed, none)
		rest = append(rest, max(0, d.Messages-d.Answered-d.Handed-none))
	}
	c := columns("messages", p.say(l, "messages.title"), p.say(l, "messages.desc", r.Now.Messages, len(r.Days), r.Now.Answered, r.Now.Handed), names,
		Series{p.say(l, "column.answered"), "s1", answered}, Series{p.say(l, "column.handed"), "s2", handed},
		Series{p.say(l, "column.unanswered"), "s3", missed}, Series{p.say(l, "column.quiet"), "s4", rest})
	return &c
}

func (p *pages) visitsChart(l look, r *figures.Report) *Chart {
	names, alone, human, none := []string{}, []int{}, []int{}, []int{}
	for _, d := range r.Days {
		names = append(names, shortDay(d.Date))
		v := r.Visits[d.Date]
		alone, human, none = append(alone, v.Alone), append(human, v.Human), append(none, v.None)
	}
	c := columns("visits", p.say(l, "visits.title"), p.say(l, "visits.desc", r.Now.Visits.Alone, r.Now.Visits.Human, r.Now.Visits.None), names,
		Series{p.say(l, "column.settled"), "s1", alone}, Series{p.say(l, "column.human"), "s2", human}, Series{p.say(l, "column.none"), "s3", none})
	return &c
}

func (p *pages) hoursChart(l look, r *figures.Report) *Chart {
	names, values, busiest := []string{}, []int{}, 0
	for h := range 24 {
		names, values = append(names, fmt.Sprintf("%02d", h)), append(values, r.Now.Hours[h])
		if r.Now.Hours[h] > r.Now.Hours[busiest] {
			busiest = h
		}
	}
	c := columns("hours", p.say(l, "table.hours"), p.say(l, "hours.desc", fmt.Sprintf("%02d:00", busiest), r.Now.Hours[busiest]), names,
		Series{p.say(l, "column.messages"), "s1", values})
	c.Keys = nil
	return &c
}

// rankChart draws the first rows of a table whose second column is a count; nil where there is nothing to draw.
func (p *pages) rankChart(l look, t Table) *Chart {
	head := t.Head()[:min(len(t.Head()), 8)]
	if len(head) < 2 {
		return nil
	}
	names, values := []string{}, []int{}
	for _, row := range head {
		n, err := strconv.Atoi(row.Cells[1])
		if err != nil {
			return nil
		}
		names, values = append(names, row.Cells[0]), append(values, n)
	}
	c := rows("rank-"+t.Name, t.Title, p.say(l, "rank.desc", names[0], values[0]), names, Series{t.Columns[1].Title, "s1", values})
	return &c
}

func (p *pages) repliesChart(l look, r *figures.Report) *Chart {
	now := r.Now.Replies
	if now == (figures.Replies{}) {
		return nil
	}
	c := rows("replies", p.say(l, "table.replies"), p.say(l, "replies.desc", now.FirstInTime+now.NextInTime, now.FirstLate+now.NextLate),
		[]string{p.say(l, "reply.first"), p.say(l, "reply.next")},
		Series{p.say(l, "column.in_time"), "s1", []int{now.FirstInTime, now.NextInTime}}, Series{p.say(l, "column.late"), "s2", []int{now.FirstLate, now.NextLate}})
	return &c
}

func (p *pages) starsChart(l look, r *figures.Report) *Chart {
	n, mean, ok := r.Now.Ratings()
	if !ok {
		return nil
	}
	values := slices.Clone(r.Now.Stars[:])
	slices.Reverse(values)
	c := rows("stars", p.say(l, "table.stars"), p.say(l, "stars.desc", n, decimal(mean, true)), []string{"★★★★★", "★★★★", "★★★", "★★", "★"},
		Series{p.say(l, "column.count"), "s1", values})
	return &c
}
