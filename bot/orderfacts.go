package bot

import (
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"xiaoer/rules"
)

// orderFacts are the order in view, its parcel and its after-sales case. A sent field with a fact's name is taken as it is.
func (t *turn) orderFacts(f *rules.Facts) {
	f.Set("order.lookup", rules.TextValue(firstOf(string(t.c.Lookup), "none")))
	o := t.c.Order
	if o == nil {
		return
	}
	f.Set("order.known", rules.BoolValue(true))
	setText(f, "order.no", o.No)
	setText(f, "order.stage", o.Stage)
	setSent(f, "order.amount", o.Amount)
	if o.Remark != nil {
		f.Set("order.remark", rules.TextValue(*o.Remark))
	}
	if o.GiftDue != nil {
		f.Set("order.gift_due", rules.BoolValue(*o.GiftDue))
	}
	t.orderTimes(f, o)
	changeFacts(f, o.Stage)
	if len(o.Items) > 0 {
		f.Set("order.items", itemRecords(o.Items))
	}
	t.parcelFacts(f, o.Logistics)
	aftersalesFacts(f, o.Aftersales)
	for name, text := range o.Sent {
		if name != "known" && name != "lookup" {
			setSent(f, "order."+name, text)
		}
	}
}

func (t *turn) orderTimes(f *rules.Facts, o *Order) {
	now := t.e.At
	if o.PaidAt != nil {
		f.Set("order.paid_at", rules.TimeValue(*o.PaidAt))
		f.Set("order.paid_hours", rules.IntValue(wholeHours(now.Sub(*o.PaidAt))))
		if within, ok := t.b.Policy["ship_within"]; ok && within.Kind() == rules.Duration {
			setShipBy(f, o.PaidAt.Add(within.Duration()), now)
		}
	}
	if by, err := time.Parse(time.RFC3339, o.Sent["ship_by"]); err == nil {
		setShipBy(f, by, now)
	}
	if o.ShippedAt != nil {
		f.Set("order.shipped_hours", rules.IntValue(wholeHours(now.Sub(*o.ShippedAt))))
	}
	if o.DeliveredAt != nil {
		f.Set("order.delivered_at", rules.TimeValue(*o.DeliveredAt))
		f.Set("order.delivered_hours", rules.IntValue(wholeHours(now.Sub(*o.DeliveredAt))))
		f.Set("order.delivered_days", rules.IntValue(daysBetween(*o.DeliveredAt, now, t.zone())))
	}
	if o.PromisedAt != nil {
		f.Set("order.promised_at", rules.TimeValue(*o.PromisedAt))
		if end, ok := lateUntil(o, now); ok {
			f.Set("order.late_hours", rules.IntValue(max(wholeHours(end.Sub(*o.PromisedAt)), 0)))
		}
	}
}

func setShipBy(f *rules.Facts, by, now time.Time) {
	f.Set("order.ship_by", rules.TimeValue(by))
	f.Set("order.ship_left_hours", rules.IntValue(wholeHours(by.Sub(now))))
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
func changeFacts(f *rules.Facts, stage string) {
	var can bool
	switch stage {
	case "unpaid", "paid":
		can = true
	case "part_shipped", "shipped", "delivered", "closed":
	default:
		return
	}
	f.Set("order.changeable", rules.BoolValue(can))
	f.Set("order.cancellable", rules.BoolValue(can))
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

func (t *turn) parcelFacts(f *rules.Facts, l *Logistics) {
	if l == nil {
		return
	}
	setText(f, "logistics.state", l.State)
	setText(f, "logistics.carrier", l.Carrier)
	setText(f, "logistics.tracking_no", l.TrackingNo)
	setText(f, "logistics.place", l.Place)
	setText(f, "logistics.signed_by", l.SignedBy)
	if l.UpdatedAt != nil {
		f.Set("logistics.idle_hours", rules.IntValue(wholeHours(t.e.At.Sub(*l.UpdatedAt))))
	}
	for name, text := range l.Sent {
		setSent(f, "logistics."+name, text)
	}
}

func aftersalesFacts(f *rules.Facts, a *Aftersales) {
	if a == nil {
		return
	}
	setText(f, "aftersales.type", a.Type)
	setText(f, "aftersales.state", a.State)
	setSent(f, "aftersales.amount", a.Amount)
	for name, text := range a.Sent {
		setSent(f, "aftersales."+name, text)
	}
}

// setSent sets a fact from a text as it was sent. Its type is the vocabulary's: a value that does not fit is not taken.
func setSent(f *rules.Facts, name, text string) {
	if text == "" {
		return
	}
	before, had := f.Get(name)
	fits := func(v rules.Value) bool {
		f.Set(name, v)
		_, known := f.Get(name)
		return known
	}
	if !asSent(text, fits) && had {
		f.Set(name, before)
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
	if o := t.c.Order; o != nil && o.Logistics != nil {
		add(o.Logistics.Place)
	}
	for i := range t.b.Slots {
		if t.b.Slots[i].Kind == SlotAddress {
			add(t.c.Slots[t.b.Slots[i].Name].Text)
		}
	}
	return out
}
