package bot

import (
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"xiaoer/rules"
)

// orderFacts are the order in view, its parcel and its after-sales case. A sent field with a fact's name is taken as it is.
func (t *turn) orderFacts(f *row) {
	f.set(factOrderLookup, rules.TextValue(firstOf(string(t.shown.lookup), "none")))
	o := t.shown.order
	if o == nil {
		return
	}
	f.set(factOrderKnown, rules.BoolValue(true))
	f.setText(factOrderNo, o.No)
	f.setText(factOrderStage, o.Stage)
	f.setSent(f.places.facts[factOrderAmount], o.Amount)
	if o.Remark != nil {
		f.set(factOrderRemark, rules.TextValue(*o.Remark))
	}
	if o.GiftDue != nil {
		f.set(factOrderGiftDue, rules.BoolValue(*o.GiftDue))
	}
	t.orderTimes(f, o)
	changeFacts(f, o.Stage)
	for name, text := range o.Sent {
		if name != "known" && name != "lookup" {
			f.setSent(f.Place("order."+name), text)
		}
	}
}

func (t *turn) orderTimes(f *row, o *Order) {
	now := t.e.At
	if o.PaidAt != nil {
		f.set(factOrderPaidAt, rules.TimeValue(*o.PaidAt))
		f.set(factOrderPaidHours, rules.IntValue(wholeHours(now.Sub(*o.PaidAt))))
		if within, ok := t.b.Policy["ship_within"]; ok && within.Kind() == rules.Duration {
			setShipBy(f, o.PaidAt.Add(within.Duration()), now)
		}
	}
	if sent := o.Sent["ship_by"]; sent != "" { // a time that cannot be read is dear
		if by, err := time.Parse(time.RFC3339, sent); err == nil {
			setShipBy(f, by, now)
		}
	}
	if o.ShippedAt != nil {
		f.set(factOrderShippedHours, rules.IntValue(wholeHours(now.Sub(*o.ShippedAt))))
	}
	if o.DeliveredAt != nil {
		f.set(factOrderDeliveredAt, rules.TimeValue(*o.DeliveredAt))
		f.set(factOrderDeliveredHours, rules.IntValue(wholeHours(now.Sub(*o.DeliveredAt))))
		f.set(factOrderDeliveredDays, rules.IntValue(daysBetween(*o.DeliveredAt, now, t.zone())))
	}
	if o.PromisedAt != nil {
		f.set(factOrderPromisedAt, rules.TimeValue(*o.PromisedAt))
		if end, ok := lateUntil(o, now); ok {
			f.set(factOrderLateHours, rules.IntValue(max(wholeHours(end.Sub(*o.PromisedAt)), 0)))
		}
	}
}

func setShipBy(f *row, by, now time.Time) {
	f.set(factOrderShipBy, rules.TimeValue(by))
	f.set(factOrderShipLeftHours, rules.IntValue(wholeHours(by.Sub(now))))
}

// lateUntil is when an order stops being late: at its delivery or close. Where that time is not known, lateness is not.
func lateUntil(o *Order, now time.Time) (time.Time, bool) {
	if o.DeliveredAt != nil {
		return *o.DeliveredAt, true
	}
	return now, o.Stage != "delivered" && o.Stage != "closed"
}

// changeFacts say what may still be changed: unpaid and paid orders; nothing from part_shipped on. A group that is forming is
// neither, so nothing is said of it.
func changeFacts(f *row, stage string) {
	var can bool
	switch stage {
	case "unpaid", "paid":
		can = true
	case "part_shipped", "shipped", "delivered", "closed":
	default:
		return
	}
	f.set(factOrderChangeable, rules.BoolValue(can))
	f.set(factOrderCancellable, rules.BoolValue(can))
}

func itemRecords(items []Item) rules.Value {
	list := make([]map[string]rules.Value, 0, len(items))
	for i := range items {
		item := &items[i]
		record := make(map[string]rules.Value, 5)
		text := func(name, text string) {
			if text != "" {
				record[name] = rules.TextValue(text)
			}
		}
		text("id", item.ID)
		text("title", item.Title)
		text("sku", item.SKU)
		if item.Quantity > 0 {
			record["quantity"] = rules.IntValue(item.Quantity)
		}
		if v, err := rules.ParseMoney(item.Price); err == nil {
			record["price"] = v
		}
		list = append(list, record)
	}
	return rules.RecordsValue(list)
}

func (t *turn) parcelFacts(f *row, l *Logistics) {
	f.setText(factLogisticsState, l.State)
	f.setText(factLogisticsCarrier, l.Carrier)
	f.setText(factLogisticsTrackingNo, l.TrackingNo)
	f.setText(factLogisticsPlace, l.Place)
	f.setText(factLogisticsSignedBy, l.SignedBy)
	if l.UpdatedAt != nil {
		f.set(factLogisticsIdleHours, rules.IntValue(wholeHours(t.e.At.Sub(*l.UpdatedAt))))
	}
	for name, text := range l.Sent {
		f.setSent(f.Place("logistics."+name), text)
	}
}

func aftersalesFacts(f *row, a *Aftersales) {
	f.setText(factAftersalesType, a.Type)
	f.setText(factAftersalesState, a.State)
	f.setSent(f.places.facts[factAftersalesAmount], a.Amount)
	for name, text := range a.Sent {
		f.setSent(f.Place("aftersales."+name), text)
	}
}

// setSent sets a fact from a text as it was sent. Its type is the vocabulary's: a value that does not fit is not taken.
func (f *row) setSent(at rules.Place, text string) {
	if text == "" {
		return
	}
	before, had := f.At(at)
	fits := func(v rules.Value) bool {
		f.Put(at, v)
		_, known := f.At(at)
		return known
	}
	if !asSent(text, fits) && had {
		f.Put(at, before)
	}
}

// asSent tries the values that a sent text may stand for, the most special first, until one fits.
func asSent(text string, fits func(rules.Value) bool) bool {
	if text == "true" || text == "false" {
		if fits(rules.BoolValue(text == "true")) {
			return true
		}
	}
	if strings.IndexByte("+-.0123456789", text[0]) >= 0 && numberFits(text, fits) { // nothing else begins a number
		return true
	}
	return fits(rules.TextValue(text)) || fits(rules.TextsValue(splitList(text)))
}

func numberFits(text string, fits func(rules.Value) bool) bool {
	if countDigits([]byte(text[1:])) == len(text)-1 { // an Atoi that fails is dear
		if n, err := strconv.Atoi(text); err == nil && fits(rules.IntValue(n)) {
			return true
		}
	}
	if d, err := decimal.Parse(text); err == nil && fits(rules.MoneyValue(d, text)) {
		return true
	}
	if len(text) < len("2006-01-02T15:04:05Z") {
		return false
	}
	at, err := time.Parse(time.RFC3339, text)
	return err == nil && fits(rules.TimeValue(at))
}

func splitList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|，、；", r) })
}

// concerns tells whether a notice is about the order in view: it is for everywhere, or the parcel or the buyer is in one of
// its regions. The shop declared it, so it holds as long as nothing is known of where they are; it does not once they are
// known to be elsewhere.
func (t *turn) concerns(n *Declared) bool {
	if len(n.Regions) == 0 {
		return true
	}
	places := t.places()
	for _, region := range n.Regions {
		for _, place := range places {
			if region != "" && strings.Contains(place, region) {
				return true
			}
		}
	}
	return len(places) == 0
}

// places are where the parcel is and where it goes, each with its province, as far as they are known.
func (t *turn) places() []string {
	var out []string
	add := func(place string) {
		if place == "" {
			return
		}
		if t.b.Province != nil {
			place = t.b.Province(place) + " " + place
		}
		out = append(out, place)
	}
	if o := t.shown.order; o != nil && o.Logistics != nil {
		add(o.Logistics.Place)
	}
	for i := range t.b.Slots {
		if t.b.Slots[i].Kind == SlotAddress {
			add(t.c.Slots[t.b.Slots[i].Name].Text)
		}
	}
	return out
}
