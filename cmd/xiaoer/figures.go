package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"xiaoer/bot/engine"
	sums "xiaoer/bot/figures"
)

type figuresCmd struct {
	keptState
	Shop  string `required:"" help:"The shop's id." placeholder:"ID"`
	Days  int    `help:"How many days, today included; at most 90." default:"7"`
	Until string `help:"The last day, such as 2026-11-21; default today." placeholder:"DAY"`
	JSON  bool   `name:"json" help:"Write one JSON object." xor:"form"`
	CSV   bool   `name:"csv" help:"Write a table of the days for a spreadsheet." xor:"form"`

	shopFolder
}

// mostFigureDays bounds how many days are shown at once.
const mostFigureDays = 90

// Help teaches the command.
func (figuresCmd) Help() string {
	return `Sums what a shop's conversations came to: messages, visits settled by the bot, hand-overs, intents, replies in time, promises, offers, what closed cases cost, ratings,
and rules by use, beside the days before. It works beside a running server, and sums days that nobody has looked at yet. From the shop's
folder come its timezone, and which of its rules were never used.

  xiaoer figures --store sqlite:xiaoer.db --shop myshop --shops myshop --days 30
  xiaoer figures --shop myshop --csv > days.csv`
}

// Run sums and writes.
func (c *figuresCmd) Run(a *app) error {
	if c.Days < 1 || c.Days > mostFigureDays {
		return usageError(fmt.Sprintf("--days must be from 1 to %d", mostFigureDays))
	}
	about, err := c.about(a)
	if err != nil {
		return err
	}
	return c.with(a, func(kept engine.Store) error {
		if about.Zone == nil {
			if about.Zone, err = zoneKept(a, kept, c.Shop); err != nil {
				return err
			}
			fmt.Fprintf(a.err, "days are those of %s; --shops DIR says the shop's own timezone\n", about.Zone)
		}
		span, err := c.span(a.now(), about.Zone)
		if err != nil {
			return err
		}
		report, err := reportOf(a, kept, about, span)
		if err != nil {
			return err
		}
		return c.write(a, report)
	})
}

// about is the shop from its folder, where one is named.
func (c *figuresCmd) about(a *app) (sums.Shop, error) {
	at, _, err := c.lookUp(c.Shop)
	if err != nil || len(at) == 0 {
		return sums.Shop{ID: c.Shop, Name: c.Shop}, err
	}
	all, err := a.folders(at[0].Dir)
	if err != nil {
		return sums.Shop{}, err
	}
	if all[0].Shop == nil {
		return sums.Shop{}, fmt.Errorf("shop %s is not in order; xiaoer check %s says what is wrong, and --force shows its figures without it", c.Shop, at[0].Dir)
	}
	return engine.FiguresShop(all[0].Shop.Book), nil
}

// zoneKept is the timezone of the days that a server has summed, else China's.
func zoneKept(a *app, kept engine.Store, shopID string) (*time.Location, error) {
	from := a.now().AddDate(0, 0, -400).UTC().Format(time.DateOnly)
	list, err := kept.Documents(a.ctx, shopID, "figures", from, 1000)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		if zone, ok := sums.ZoneOf(list[len(list)-1].Body); ok {
			return zone, nil
		}
	}
	return time.LoadLocation("Asia/Shanghai")
}

func (c *figuresCmd) span(now time.Time, zone *time.Location) (sums.Span, error) {
	span := sums.LastDays(now, zone, c.Days)
	if c.Until == "" {
		return span, nil
	}
	span, err := sums.ParseSpan(sums.Shift(c.Until, 1-c.Days), c.Until, mostFigureDays)
	if err != nil {
		return span, usageError("--until: " + err.Error())
	}
	return span, nil
}

// reportOf sums until all is summed.
func reportOf(a *app, kept engine.Store, about sums.Shop, span sums.Span) (sums.Report, error) {
	book := engine.NewDaybook(kept, a.now, 0)
	whole := sums.Span{From: span.Before().From, Until: sums.Shift(span.Until, 2)}
	for {
		c, err := book.Days(a.ctx, about.ID, about.Zone, whole)
		if err != nil {
			return sums.Report{}, err
		}
		if c.Behind == 0 {
			return sums.NewReport(about, span, c), nil
		}
	}
}

func (c *figuresCmd) write(a *app, r sums.Report) error {
	switch {
	case c.JSON:
		return writeJSON(a.out, figuresJSON(r))
	case c.CSV:
		head, rows := dayTable(r)
		return sums.WriteCSV(a.out, head, rows)
	}
	fmt.Fprintf(a.out, "%s, %s to %s (%s)\n", printable(r.Shop.Name), r.Span.From, r.Span.Until, r.Shop.Zone)
	if err := table(a.out, totalLines(r)); err != nil {
		return err
	}
	for _, part := range []struct {
		title  string
		counts map[string]int
	}{{"INTENT", sums.Whole(r.Now.Intents)}, {"RULE", r.Now.Rules}, {"HANDED OVER BY", r.Now.Calls}, {"CAUSE", r.Now.Closed}} {
		if err := ranked(a, part.title, part.counts); err != nil {
			return err
		}
	}
	if err := costs(a, r.Now.Costs); err != nil {
		return err
	}
	if len(r.Unused) > 0 {
		lines := [][]string{{"NEVER USED"}}
		for _, id := range r.Unused {
			lines = append(lines, []string{id})
		}
		fmt.Fprintln(a.out)
		return table(a.out, lines)
	}
	return nil
}

// ranked writes the ten names that were counted most.
func ranked(a *app, title string, counts map[string]int) error {
	if len(counts) == 0 {
		return nil
	}
	lines := [][]string{{title, "COUNT"}}
	for _, c := range sums.Ranked(counts)[:min(10, len(counts))] {
		name := c.Name
		if name == "" {
			name = "-"
		}
		lines = append(lines, []string{name, strconv.Itoa(c.N)})
	}
	fmt.Fprintln(a.out)
	return table(a.out, lines)
}

// costs writes what closed cases have cost, by cause.
func costs(a *app, all map[string]sums.Paid) error {
	if len(all) == 0 {
		return nil
	}
	lines := [][]string{{"COST BY CAUSE", "CASES", "YUAN"}}
	for _, cause := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, []string{cmp.Or(cause, "-"), strconv.Itoa(all[cause].Count), all[cause].Sum.String()})
	}
	fmt.Fprintln(a.out)
	return table(a.out, lines)
}

func totalLines(r sums.Report) [][]string {
	now, before := &r.Now, &r.Before
	count := func(word string, of func(*sums.Total) int) []string {
		return []string{word, strconv.Itoa(of(now)), strconv.Itoa(of(before))}
	}
	return [][]string{
		{"", "NOW", "BEFORE"},
		count("messages", func(t *sums.Total) int { return t.Messages }),
		count("answered by the bot", func(t *sums.Total) int { return t.Answered }),
		count("handed over", func(t *sums.Total) int { return t.Handed }),
		count("not understood", func(t *sums.Total) int { return t.Missed }),
		count("without an answer", func(t *sums.Total) int { return t.NoRule }),
		count("visits settled by the bot", func(t *sums.Total) int { return t.Visits.Alone }),
		count("visits with a human", func(t *sums.Total) int { return t.Visits.Human }),
		count("visits without an answer", func(t *sums.Total) int { return t.Visits.None }),
		count("first replies in time", func(t *sums.Total) int { return t.Replies.FirstInTime }),
		count("first replies late", func(t *sums.Total) int { return t.Replies.FirstLate }),
		count("next replies in time", func(t *sums.Total) int { return t.Replies.NextInTime }),
		count("next replies late", func(t *sums.Total) int { return t.Replies.NextLate }),
		count("promises made", func(t *sums.Total) int { return t.Made }),
		count("promises kept", func(t *sums.Total) int { return t.Kept }),
		count("promises broken", func(t *sums.Total) int { return t.Broken }),
		{"offers (yuan)", now.Paid().String(), before.Paid().String()},
		{"cost of cases (yuan)", now.Cost().String(), before.Cost().String()},
		{"ratings", ratingText(now), ratingText(before)},
	}
}

func ratingText(t *sums.Total) string {
	n, mean, ok := t.Ratings()
	if !ok {
		return "0"
	}
	return fmt.Sprintf("%d (%.1f)", n, mean)
}

func dayTable(r sums.Report) (head []string, rows [][]string) {
	head = []string{
		"date", "messages", "answered", "handed_over", "not_understood", "no_rule", "visits_bot", "visits_human", "visits_none", "first_in_time", "first_late",
		"next_in_time", "next_late", "promises_made", "promises_kept", "promises_broken", "offers_yuan", "cost_yuan", "ratings",
	}
	for i := range r.Days {
		d, v := &r.Days[i], r.Visits[r.Days[i].Date]
		one := sums.Sum(r.Days[i:i+1], sums.Span{From: d.Date, Until: d.Date})
		rated, _, _ := one.Ratings()
		row := []string{d.Date}
		for _, n := range []int{
			d.Messages, d.Answered, d.Handed, d.Missed, d.NoRule, v.Alone, v.Human, v.None, d.Replies.FirstInTime, d.Replies.FirstLate,
			d.Replies.NextInTime, d.Replies.NextLate, d.Made, d.Kept, d.Broken,
		} {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, append(row, one.Paid().String(), one.Cost().String(), strconv.Itoa(rated)))
	}
	return head, rows
}

// A figuresDay is one day in JSON.
type figuresDay struct {
	Date string `json:"date"`
	sums.Total
}

func figuresJSON(r sums.Report) any {
	days := []figuresDay{}
	for i := range r.Days {
		date := r.Days[i].Date
		one := figuresDay{Date: date, Total: sums.Sum(r.Days[i:i+1], sums.Span{From: date, Until: date})}
		one.Visits = r.Visits[date]
		days = append(days, one)
	}
	return map[string]any{
		"shop": r.Shop.ID, "zone": r.Shop.Zone.String(), "from": r.Span.From, "until": r.Span.Until, "at": r.At,
		"total": r.Now, "before": r.Before, "days": days, "unused_rules": append([]string{}, r.Unused...),
	}
}
