package bot

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"xiaoer/intents"
)

// snapshotLasts is how long a snapshot of an order is good.
const snapshotLasts = time.Hour

// mostNamed bounds how many order numbers of one message are looked up.
const mostNamed = 3

// look gives the result of a look-up that this turn has made already. When it has not, ok is false and the turn ends here,
// to be worked out again with the result.
func (t *turn) look(l Lookup) (result LookupResult, ok bool) {
	for i := range t.looked {
		if t.looked[i].Lookup == l {
			return t.owned(t.looked[i].Result), true
		}
	}
	if len(t.looked) >= mostLookups {
		return LookupResult{State: Down}, true
	}
	t.asked = &l
	return LookupResult{}, false
}

// owned drops what a source should not have given: orders of another buyer, orders without a number, more than can be read.
func (t *turn) owned(r LookupResult) LookupResult {
	out := LookupResult{State: r.State}
	for _, o := range r.Orders {
		if o.No == "" || o.BuyerID != "" && o.BuyerID != t.c.Buyer.ID || len(out.Orders) == mostOrders {
			continue
		}
		o.SeenAt = t.e.At
		out.Orders = append(out.Orders, o)
	}
	if r.State == Found && len(out.Orders) == 0 {
		out.State = NotFound
		if len(r.Orders) > 0 {
			out.State = NotYours
		}
	}
	if out.State != Found {
		out.Orders = nil
	}
	return out
}

// carry takes the order that a message carried: it is trusted.
func (t *turn) carry(o Order) {
	o.SeenAt = t.e.At
	if old := t.c.Order; old != nil && old.No == o.No && o.Stage == "" {
		return
	}
	t.view(o)
	t.c.Lookup = ""
}

// view makes an order the order in view.
func (t *turn) view(o Order) {
	t.c.Order = &o
	t.c.Named = nil
	t.stale = true
}

// seeOrders looks up the order numbers that the message names, and an order in view whose snapshot is old.
func (t *turn) seeOrders() bool {
	for _, no := range t.numbersNamed() {
		if t.c.Order != nil && sameNo(t.c.Order.No, no) {
			continue
		}
		if o, ok := t.listed(no); ok {
			t.view(o)
			t.named = nil
			continue
		}
		result, ok := t.look(Lookup{Buyer: t.c.Buyer.ID, No: no})
		if !ok {
			return true
		}
		t.confirm(no, result)
	}
	return t.refresh()
}

// confirm takes the result of looking a number up. Only what the source confirms as the buyer's comes into view; another
// number leaves no order in view, since the buyer does not mean the one that was.
func (t *turn) confirm(no string, result LookupResult) {
	t.c.Lookup = result.State
	t.stale = true
	if result.State == Found {
		t.view(result.Orders[0])
		t.named = nil
		return
	}
	t.named = &NamedOrder{No: cut(no, 64), State: result.State}
	t.c.Named = t.named
	t.c.Order = nil
	t.note("the order number that was given: %s", result.State)
}

func sameNo(a, b string) bool { return strings.EqualFold(bareNo(a), bareNo(b)) }

func bareNo(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, halfWidth(s))
}

// listed finds a number among the orders that were offered to choose from: the source gave them as the buyer's.
func (t *turn) listed(no string) (Order, bool) {
	if t.c.Question == nil {
		return Order{}, false
	}
	for _, o := range t.c.Question.Orders {
		if sameNo(o.No, no) {
			return o, true
		}
	}
	return Order{}, false
}

// typedNo is what looks like an order number when one was asked for.
var typedNo = regexp.MustCompile(`[A-Za-z]{0,4}\d[\dA-Za-z\-]{4,31}`)

// numbersNamed are the order numbers of the message, in order. When one was asked for, anything that looks like one counts.
func (t *turn) numbersNamed() []string {
	var out []string
	for _, e := range t.reading.Entities {
		if e.Type == intents.OrderNo && e.Value != "" && len(out) < mostNamed && !slices.Contains(out, e.Value) {
			out = append(out, strings.TrimSpace(e.Value))
		}
	}
	if len(out) > 0 || !t.asksOrderNo() {
		return out
	}
	if no := typedNo.FindString(halfWidth(t.text())); no != "" && !t.isPhone(no) {
		if _, isChoice := choiceNumber(t.text()); !isChoice || len(no) > 4 {
			out = append(out, no)
		}
	}
	return out
}

func (t *turn) isPhone(no string) bool {
	for _, e := range t.reading.Entities {
		if e.Type == intents.Phone && strings.Contains(e.Value, no) {
			return true
		}
	}
	return false
}

func (t *turn) asksOrderNo() bool {
	q := t.c.Question
	if q == nil {
		return false
	}
	slot, _ := t.b.Slot(q.Slot)
	return q.Kind == AskOrderNo || q.Kind == AskSlot && slot.Kind == SlotOrderNo || q.Kind == AskChoice && !t.choosesListed(q)
}

func (t *turn) choosesListed(q *Question) bool {
	_, ok := t.choosesOrder(q)
	return ok
}

// refresh looks the order in view up again when its snapshot is old, or when a card gave only its number.
func (t *turn) refresh() bool {
	o := t.c.Order
	if o == nil || o.No == "" || t.reading.Acknowledgement && t.c.Question == nil {
		return false
	}
	bare := o.Stage == "" && o.SeenAt.Equal(t.e.At) && !t.wasLooked(o.No)
	if !bare && t.e.At.Sub(o.SeenAt) <= snapshotLasts {
		return false
	}
	result, ok := t.look(Lookup{Buyer: t.c.Buyer.ID, No: o.No})
	switch {
	case !ok:
		return true
	case result.State == Found:
		t.view(result.Orders[0])
		t.c.Lookup = Found
	case result.State == NotYours:
		t.confirm(o.No, result)
	case !bare:
		t.c.Lookup = result.State
	}
	return false
}

func (t *turn) wasLooked(no string) bool {
	return slices.ContainsFunc(t.looked, func(l Looked) bool { return l.Lookup.No == no && l.Result.State == Found })
}
