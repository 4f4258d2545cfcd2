package page

import (
	"html"
	"html/template"
	"time"
)

// A Day is by whose calendar a page's times are written: in the zone of a shop, so that all who talk of a case mean the same, and without
// what goes without saying now. The zero value is UTC with whole dates.
type Day struct {
	Zone *time.Location // nil means UTC
	Now  time.Time
}

func (d Day) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// Name is what the zone is called, such as Asia/Shanghai.
func (d Day) Name() string { return d.zone().String() }

// Minutes are how far the zone is ahead of UTC now, for scripts.
func (d Day) Minutes() int {
	_, seconds := d.Now.In(d.zone()).Zone()
	return seconds / 60
}

// Write is a moment as 15:04 on the same day, 11-22 15:04 in the same year, else 2026-11-22 15:04.
func (d Day) Write(t time.Time) string {
	t, now := t.In(d.zone()), d.Now.In(d.zone())
	switch {
	case t.Year() != now.Year():
		return t.Format("2006-01-02 15:04")
	case t.YearDay() != now.YearDay():
		return t.Format("01-02 15:04")
	}
	return t.Format("15:04")
}

// at is the template function: a moment as an element, whole in its title. Nothing stands for the zero moment.
func at(t time.Time, on Day) template.HTML {
	if t.IsZero() {
		return ""
	}
	whole := t.In(on.zone()).Format("2006-01-02 15:04:05 -07:00 ") + on.Name()
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + html.EscapeString(whole) + `">` + on.Write(t) + `</time>`) //nolint:gosec // all of it is written here
}
