package bot

// AppendSame appends what two messages under one id must have in common to be the same one: conversation, buyer, kind, text,
// images and order number. Digests of it are kept, so it never changes.
func AppendSame(to []byte, m *Message) []byte {
	w := writer{out: to}
	w.byte('{')
	w.text(`"Conversation":`, m.Conversation)
	w.text(`"Buyer":`, m.Buyer.ID)
	w.text(`"Kind":`, m.Kind)
	w.text(`"Text":`, m.Text)
	if len(m.Images) == 0 {
		w.texts(`"Images":`, nil)
	} else {
		w.texts(`"Images":`, m.Images)
	}
	no := ""
	if m.Order != nil {
		no = m.Order.No
	}
	w.text(`"Order":`, no)
	w.byte('}')
	return w.out
}

func (w *writer) message(m *Message) {
	w.byte('{')
	w.text(`"id":`, m.ID)
	w.text(`"conversation":`, m.Conversation)
	w.key(`"buyer":`)
	w.buyer(&m.Buyer)
	w.timeIf(`"sent_at":`, m.SentAt)
	w.text(`"kind":`, m.Kind)
	w.textIf(`"text":`, m.Text)
	w.textsIf(`"images":`, m.Images)
	pointerIf(w, `"order":`, m.Order, (*writer).order)
	pointerIf(w, `"product":`, m.Product, (*writer).product)
	w.byte('}')
}

func (w *writer) buyer(b *Buyer) {
	w.byte('{')
	w.text(`"id":`, b.ID)
	w.textIf(`"name":`, b.Name)
	w.textIf(`"tier":`, b.Tier)
	w.numberPointer(`"orders":`, b.Orders)
	w.numberPointer(`"open_orders":`, b.OpenOrders)
	w.truthPointer(`"first_time":`, b.FirstTime)
	w.byte('}')
}

func (w *writer) orderOrNull(o *Order) {
	if o == nil {
		w.raw("null")
		return
	}
	w.order(o)
}

func (w *writer) order(o *Order) {
	w.byte('{')
	w.text(`"no":`, o.No)
	w.textIf(`"buyer_id":`, o.BuyerID)
	w.textIf(`"stage":`, o.Stage)
	w.textIf(`"amount":`, o.Amount)
	w.timePointer(`"paid_at":`, o.PaidAt)
	w.timePointer(`"shipped_at":`, o.ShippedAt)
	w.timePointer(`"delivered_at":`, o.DeliveredAt)
	w.timePointer(`"promised_at":`, o.PromisedAt)
	w.textPointer(`"remark":`, o.Remark)
	w.truthPointer(`"gift_due":`, o.GiftDue)
	pointerIf(w, `"logistics":`, o.Logistics, (*writer).logistics)
	pointerIf(w, `"aftersales":`, o.Aftersales, (*writer).aftersales)
	listIf(w, `"items":`, o.Items, (*writer).item)
	tableIf(w, `"sent":`, o.Sent, (*writer).quote)
	w.timeIf(`"seen_at":`, o.SeenAt)
	w.byte('}')
}

func (w *writer) logistics(l *Logistics) {
	w.byte('{')
	w.textIf(`"state":`, l.State)
	w.textIf(`"carrier":`, l.Carrier)
	w.textIf(`"tracking_no":`, l.TrackingNo)
	w.textIf(`"place":`, l.Place)
	w.textIf(`"signed_by":`, l.SignedBy)
	w.timePointer(`"updated_at":`, l.UpdatedAt)
	tableIf(w, `"sent":`, l.Sent, (*writer).quote)
	w.byte('}')
}

func (w *writer) aftersales(a *Aftersales) {
	w.byte('{')
	w.textIf(`"type":`, a.Type)
	w.textIf(`"state":`, a.State)
	w.textIf(`"amount":`, a.Amount)
	tableIf(w, `"sent":`, a.Sent, (*writer).quote)
	w.byte('}')
}

func (w *writer) item(i *Item) {
	w.byte('{')
	w.textIf(`"id":`, i.ID)
	w.textIf(`"title":`, i.Title)
	w.textIf(`"sku":`, i.SKU)
	w.numberIf(`"quantity":`, i.Quantity)
	w.textIf(`"price":`, i.Price)
	w.byte('}')
}

func (w *writer) product(p *Product) {
	w.byte('{')
	w.textIf(`"id":`, p.ID)
	w.textIf(`"title":`, p.Title)
	w.textIf(`"price":`, p.Price)
	tableIf(w, `"sent":`, p.Sent, (*writer).quote)
	w.byte('}')
}
