package workbench

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// A detail is something short that is known.
type detail struct {
	source

	Name, Text string
}

// A picture is a photo with the case that it came to.
type picture struct {
	source

	At string
}

// An offer with the case that it is decided in.
type offer struct {
	source
	bot.OfferMade

	Act string // where it is decided, "" where it is not to be
}

// A promise with its clock.
type promise struct {
	source
	bot.PromiseMade

	Clock clock
	Act   string // where it is marked as kept, "" where it is not to be
}

// A note with the case that it stands in.
type note struct {
	source
	bot.Note
}

// A part is one case of a matter.
type part struct {
	source
	*desk.Case

	url string
}

// parts are the case on the page and then those that are one with it.
func (f *file) parts() []part {
	out := []part{{Case: &f.Case, url: f.URL}}
	for i := range f.Matter {
		s := &f.Matter[i]
		out = append(out, part{s.source, &s.Case, s.URL})
	}
	return out
}

// act is where something of a part is done: in its own case, or in the one on the page where that is over; "" where both are.
func (f *file) act(p *part) string {
	switch {
	case p.State != desk.Closed:
		return p.url
	case f.Open:
		return f.URL
	}
	return ""
}

// fold puts together what is known from all cases of the matter. What several know stands there once, with the first of them.
func (f *file) fold(pictures func([]string) []string, names names) {
	type heard struct{ name, text string }
	known := map[heard]bool{}
	once := func(name, text string) bool {
		before := known[heard{name, text}]
		known[heard{name, text}] = true
		return !before && text != ""
	}
	for _, p := range f.parts() {
		for _, name := range slices.Sorted(maps.Keys(p.Slots)) {
			if once("slot "+name, p.Slots[name]) {
				f.Slots = append(f.Slots, detail{p.source, name, p.Slots[name]})
			}
		}
		for _, at := range pictures(p.Images) {
			if once("photo", at) {
				f.Photos = append(f.Photos, picture{p.source, at})
			}
		}
		for _, of := range p.Open {
			if title := names.intent(p.Shop, of); once("request", title) {
				f.Requests = append(f.Requests, detail{p.source, of, title})
			}
		}
		for _, n := range p.Notes {
			f.Notes = append(f.Notes, note{p.source, n})
		}
		if f.Order == nil && p.Order != nil {
			f.Order = orderOf(p.Order)
			f.Order.source = p.source
		}
		f.foldMade(&p)
	}
	f.Slots = slices.DeleteFunc(f.Slots, func(d detail) bool { // it stands there with its order
		return d.Name == bot.SlotOrderNo && f.Order != nil && f.Order.No == d.Text
	})
	slices.SortStableFunc(f.Notes, func(x, y note) int { return x.At.Compare(y.At) })
}

// foldMade adds the promises and offers of one case. A later case may know better how one of them has ended.
func (f *file) foldMade(p *part) {
	for _, one := range p.Promises {
		i := slices.IndexFunc(f.Promises, func(was promise) bool { return was.ID == one.ID })
		if i < 0 {
			made := promise{source: p.source, PromiseMade: one, Clock: clockOf("promise", one.What, one.Due, f.Now), Act: f.act(p)}
			f.Promises = append(f.Promises, made)
			continue
		}
		if order := []string{"open", "broken", "kept"}; slices.Index(order, one.State) > slices.Index(order, f.Promises[i].State) {
			f.Promises[i].State = one.State
		}
	}
	for _, one := range p.Offers {
		i := slices.IndexFunc(f.Offers, func(was offer) bool { return was.ID == one.ID })
		if i < 0 {
			made := offer{source: p.source, OfferMade: one}
			if p.State != desk.Closed { // the case on the page may not know of it
				made.Act = p.url
			}
			f.Offers = append(f.Offers, made)
			continue
		}
		if f.Offers[i].Verdict == "" {
			f.Offers[i].Verdict, f.Offers[i].By = one.Verdict, one.By
		}
	}
}

// clocks are the moments that somebody waits for, the nearest first.
func (f *file) clocks() []clock {
	if !f.Open {
		return nil
	}
	var out []clock
	if !f.Deadline.IsZero() {
		out = append(out, clockOf("reply", "", f.Deadline, f.Now))
	}
	for i := range f.Promises {
		if f.Promises[i].State == "open" {
			out = append(out, f.Promises[i].Clock)
		}
	}
	if f.Order != nil {
		if due, ok := platformDue(f.Order.Order); ok {
			out = append(out, clockOf("platform", "", due, f.Now))
		}
	}
	slices.SortStableFunc(out, func(x, y clock) int { return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.What, y.What)) })
	return out
}

// platformDue is when the platform decides an after-sales request by itself, as far as the order says.
func platformDue(o *bot.Order) (time.Time, bool) {
	if o == nil || o.Aftersales == nil {
		return time.Time{}, false
	}
	hours, err := strconv.ParseFloat(o.Aftersales.Sent["deadline_hours"], 64)
	if err != nil || o.SeenAt.IsZero() || hours < 0 || hours > 24*365 {
		return time.Time{}, false
	}
	return o.SeenAt.Add(time.Duration(hours * float64(time.Hour))), true
}

func orderOf(o *bot.Order) *order {
	if o == nil {
		return nil
	}
	out := &order{Order: o}
	for _, d := range []struct {
		what string
		at   *time.Time
	}{{"paid", o.PaidAt}, {"promised", o.PromisedAt}, {"shipped", o.ShippedAt}, {"delivered", o.DeliveredAt}} {
		if d.at != nil {
			out.Dates = append(out.Dates, dated{d.what, *d.at})
		}
	}
	return out
}
