package figures

import (
	"encoding/json"
	"time"
)

// Counted is the days of a stretch as far as they have been summed.
type Counted struct {
	Days   []Day     // in order; a day of which nothing is known is not among them
	Behind int       // days that have turns which were not summed yet: whoever asks again gets further
	At     time.Time // when it was summed
}

// A Shop is what figures are shown with.
type Shop struct {
	ID     string
	Name   string
	Zone   *time.Location
	Locale string
	Titles map[string]string // of intents and "intent.topic", in the shop's language
	Rules  []string          // ids of those that are on, in reading order
}

// A Report is the figures of a stretch of days, and of the stretch before to compare with.
type Report struct {
	Shop   Shop
	Span   Span
	Now    Total
	Before Total
	Days   []Day             // of the stretch, in order, those without turns too
	Visits map[string]Visits // by day
	Unused []string          // rules of the shop that nothing was answered by
	Behind int
	At     time.Time
}

// NewReport makes the report of a stretch out of the days of it and of the stretch before.
func NewReport(shop Shop, span Span, c Counted) Report {
	r := Report{
		Shop: shop, Span: span, Now: Sum(c.Days, span), Before: Sum(c.Days, span.Before()), Visits: VisitsByDay(c.Days, span),
		Behind: c.Behind, At: c.At,
	}
	r.Unused = Unused(shop.Rules, r.Now.Rules)
	byDate := map[string]Day{}
	for _, d := range c.Days {
		byDate[d.Date] = d
	}
	for _, date := range span.Dates() {
		d, there := byDate[date]
		if !there {
			d = NewDay(date, shop.Zone)
		}
		r.Days = append(r.Days, d)
	}
	return r
}

// Samples lists the samples of unanswered messages of a stretch.
func (r *Report) Samples() []*Sample {
	out := make([]*Sample, 0, len(r.Days))
	for i := range r.Days {
		out = append(out, r.Days[i].Asked)
	}
	return out
}

// Open tells whether the visits of the stretch may still become others: a buyer may be back within a day.
func (r *Report) Open() bool {
	_, until := Bounds(r.Span.Until, r.Shop.Zone)
	return r.At.Before(until.Add(backWithin))
}

// ZoneOf is the timezone of a day as it was written down; ok is false where that is no day, or its timezone is not known here.
func ZoneOf(body []byte) (zone *time.Location, ok bool) {
	var d Day
	if err := json.Unmarshal(body, &d); err != nil || d.Zone == "" || d.Zone == "Local" {
		return nil, false
	}
	zone, err := time.LoadLocation(d.Zone)
	return zone, err == nil
}
