package shop

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"xiaoer/rules/doc"
)

// A day is a calendar day, without a zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day{y, m, d}
}

func (d day) time() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// A calendar has the days on which a shop is closed, and the make-up days on which it works although the weekday says
// otherwise.
type calendar struct {
	closed, works map[day]bool
}

const maxHolidayRange = 400 // days

// readHolidays reads cn, days and ranges of days.
func readHolidays(d *doc.Decoder, n *doc.Node) calendar {
	c := calendar{closed: map[day]bool{}, works: map[day]bool{}}
	texts, _ := d.Texts(n)
	for _, t := range texts {
		if t.Text == "cn" {
			addMainland(&c)
			continue
		}
		from, until, problem := parseDays(t.Text)
		if problem != "" {
			d.Problems.Error(t.Range(), doc.WrongType, "%s", problem).
				WithHint(`write cn, a day such as 2027-02-05, or days such as "2027-02-05..2027-02-11"`)
			continue
		}
		c.close(from, until)
	}
	return c
}

// readWorkdays reads days and ranges of days; what they close in the calendar that is given is open in the shop's.
func readWorkdays(d *doc.Decoder, n *doc.Node) calendar {
	c := calendar{closed: map[day]bool{}, works: map[day]bool{}}
	texts, _ := d.Texts(n)
	for _, t := range texts {
		from, until, problem := parseDays(t.Text)
		if problem != "" {
			d.Problems.Error(t.Range(), doc.WrongType, "%s", problem).
				WithHint(`write a day such as 2027-02-14, or days such as "2027-10-01..2027-10-03"`)
			continue
		}
		c.close(from, until)
	}
	return c
}

// open makes the days of another calendar working days, whatever made them days of rest.
func (c *calendar) open(days calendar) {
	for d := range days.closed {
		delete(c.closed, d)
		if c.works == nil {
			c.works = map[day]bool{}
		}
		c.works[d] = true
	}
}

func (c *calendar) close(from, until time.Time) {
	for t := from; !t.After(until); t = t.AddDate(0, 0, 1) {
		c.closed[dayOf(t)] = true
		delete(c.works, dayOf(t))
	}
}

var daysPattern = regexp.MustCompile(`^\s*(\d{4}-\d{1,2}-\d{1,2})(?:\s*\.\.\s*(\d{4}-\d{1,2}-\d{1,2}))?\s*$`)

// parseDays reads 2027-02-05 or 2027-02-05..2027-02-11, both ends included.
func parseDays(text string) (from, until time.Time, problem string) {
	m := daysPattern.FindStringSubmatch(text)
	if m == nil {
		return from, until, fmt.Sprintf("%q is no day", text)
	}
	from, err := time.Parse("2006-1-2", m[1])
	if err != nil {
		return from, until, fmt.Sprintf("there is no day %q", m[1])
	}
	if until = from; m[2] != "" {
		if until, err = time.Parse("2006-1-2", m[2]); err != nil {
			return from, until, fmt.Sprintf("there is no day %q", m[2])
		}
	}
	switch {
	case until.Before(from):
		return from, until, fmt.Sprintf("%q ends before it begins", strings.TrimSpace(text))
	case until.Sub(from) > maxHolidayRange*24*time.Hour:
		return from, until, fmt.Sprintf("%q is longer than %d days", strings.TrimSpace(text), maxHolidayRange)
	}
	return from, until, ""
}

// addMainland adds the embedded public holidays of mainland China with their make-up working days.
func addMainland(c *calendar) {
	var p doc.Problems
	root := doc.Parse("holidays.cn.yaml", baseFile("holidays.cn.yaml"), &p).Root
	for _, n := range items(root.Get("holidays")) {
		from, until, _ := parseDays(n.Text)
		c.close(from, until)
	}
	for _, n := range items(root.Get("workdays")) {
		if from, _, problem := parseDays(n.Text); problem == "" && !c.closed[dayOf(from)] {
			c.works[dayOf(from)] = true
		}
	}
}

func items(n *doc.Node) []*doc.Node {
	if n == nil {
		return nil
	}
	return n.Items
}
