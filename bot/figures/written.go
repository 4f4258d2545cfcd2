package figures

import (
	"strconv"

	"xiaoer/bot"
)

// IsZero tells whether there is nothing to write down.
func (o *Outcome) IsZero() bool {
	return len(o.Rules) == 0 && o.Ask == "" && o.Status == "" && o.Handoff == 0 && o.Tasks == 0 && len(o.Closed) == 0 && len(o.Offers) == 0 && len(o.Costs) == 0 &&
		o.Made == 0 && o.Kept == 0 && o.Broken == 0 && o.Replies == nil && o.Visit == nil
}

// AppendJSON appends what json.Marshal would write. Every turn is written by it, so it does without reflection.
func (o *Outcome) AppendJSON(out []byte) []byte {
	w := fields{out: append(out, '{')}
	w.texts("rules", o.Rules)
	w.text("ask", o.Ask)
	w.text("status", o.Status)
	w.number("handoff", int64(o.Handoff))
	w.number("tasks", int64(o.Tasks))
	w.texts("closed", o.Closed)
	w.offers(o.Offers)
	w.costs(o.Costs)
	w.number("made", int64(o.Made))
	w.number("kept", int64(o.Kept))
	w.number("broken", int64(o.Broken))
	if r := o.Replies; r != nil {
		w.name("replies")
		in := fields{out: append(w.out, '{')}
		in.number("first_in_time", int64(r.FirstInTime))
		in.number("first_late", int64(r.FirstLate))
		in.number("next_in_time", int64(r.NextInTime))
		in.number("next_late", int64(r.NextLate))
		w.out = append(in.out, '}')
	}
	if v := o.Visit; v != nil {
		w.name("visit")
		in := fields{out: append(w.out, '{')}
		in.text("was", string(v.Was))
		in.number("since", v.Since)
		in.text("is", string(v.Is))
		if v.Now {
			in.name("now")
			in.out = append(in.out, "true"...)
		}
		w.out = append(in.out, '}')
	}
	return append(w.out, '}')
}

func (w *fields) offers(all []Offer) {
	if len(all) == 0 {
		return
	}
	w.name("offers")
	for i, offer := range all {
		w.next(i, '[')
		w.out = bot.AppendText(append(w.out, `{"kind":`...), offer.Kind)
		in := fields{out: w.out, some: true}
		in.text("amount", offer.Amount)
		if offer.Approval {
			in.name("approval")
			in.out = append(in.out, "true"...)
		}
		in.text("verdict", offer.Verdict)
		w.out = append(in.out, '}')
	}
	w.out = append(w.out, ']')
}

func (w *fields) costs(all []Cost) {
	if len(all) == 0 {
		return
	}
	w.name("costs")
	for i, cost := range all {
		w.next(i, '[')
		in := fields{out: append(w.out, '{')}
		in.text("cause", cost.Cause)
		in.name("amount")
		w.out = append(bot.AppendText(in.out, cost.Amount), '}')
	}
	w.out = append(w.out, ']')
}

// fields writes the fields of one object, without those that are empty.
type fields struct {
	out  []byte
	some bool
}

func (w *fields) name(name string) {
	if w.some {
		w.out = append(w.out, ',')
	}
	w.some = true
	w.out = append(append(append(w.out, '"'), name...), `":`...)
}

// next begins the i-th entry of a list.
func (w *fields) next(i int, first byte) {
	if i > 0 {
		first = ','
	}
	w.out = append(w.out, first)
}

func (w *fields) text(name, value string) {
	if value != "" {
		w.name(name)
		w.out = bot.AppendText(w.out, value)
	}
}

func (w *fields) number(name string, value int64) {
	if value != 0 {
		w.name(name)
		w.out = strconv.AppendInt(w.out, value, 10)
	}
}

func (w *fields) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	w.name(name)
	for i, s := range list {
		w.next(i, '[')
		w.out = bot.AppendText(w.out, s)
	}
	w.out = append(w.out, ']')
}
