package bot

// AppendHandoffFields goes on with an object that has begun: it appends the fields of a handoff as json.Marshal writes them, and no brace.
func AppendHandoffFields(to []byte, h *Handoff) ([]byte, error) {
	w := writer{out: to}
	w.fields(h)
	return w.out, w.err
}

// AppendHandoffTexts appends an object of what lists of handoffs do without: transcript, photos, order and goods, those that
// are there.
func AppendHandoffTexts(to []byte, h *Handoff) ([]byte, error) {
	w := writer{out: append(to, '{')}
	listIf(&w, `"transcript":`, h.Transcript, (*writer).line)
	w.textsIf(`"images":`, h.Images)
	pointerIf(&w, `"order":`, h.Order, (*writer).order)
	pointerIf(&w, `"product":`, h.Product, (*writer).product)
	w.byte('}')
	return w.out, w.err
}

func (w *writer) handoff(h *Handoff) {
	w.byte('{')
	w.fields(h)
	w.byte('}')
}

func (w *writer) fields(h *Handoff) {
	w.text(`"id":`, h.ID)
	w.number(`"number":`, h.Number)
	w.text(`"team":`, h.Team)
	w.text(`"priority":`, h.Priority)
	w.text(`"reason":`, h.Reason)
	w.truthIf(`"task":`, h.Task)
	w.textIf(`"rule":`, h.Rule)
	w.textIf(`"intent":`, h.Intent)
	w.textIf(`"mood":`, string(h.Mood))
	w.textIf(`"risk":`, string(h.Risk))
	table(w, `"slots":`, h.Slots, (*writer).quote)
	w.textsIf(`"images":`, h.Images)
	w.key(`"order":`)
	w.orderOrNull(h.Order)
	pointerIf(w, `"product":`, h.Product, (*writer).product)
	w.text(`"summary":`, h.Summary)
	w.textsIf(`"open":`, h.Open)
	listIf(w, `"promises":`, h.Promises, (*writer).promise)
	listIf(w, `"offers":`, h.Offers, (*writer).offer)
	w.desk(h)
}

// desk is what became of a case.
func (w *writer) desk(h *Handoff) {
	w.text(`"stage":`, h.Stage)
	w.time(`"deadline":`, h.Deadline)
	w.timeIf(`"remind":`, h.Remind)
	w.time(`"opened_at":`, h.OpenedAt)
	w.time(`"waiting":`, h.Waiting)
	w.textIf(`"agent":`, h.Agent)
	w.textIf(`"assigned":`, h.Assigned)
	listIf(w, `"notes":`, h.Notes, func(w *writer, n *Note) {
		w.byte('{')
		w.time(`"at":`, n.At)
		w.text(`"who":`, n.Who)
		w.text(`"text":`, n.Text)
		w.byte('}')
	})
	w.numberIf(`"in_time":`, h.InTime)
	w.numberIf(`"late":`, h.Late)
	w.timeIf(`"missed":`, h.Missed)
	w.textIf(`"outcome":`, h.Outcome)
	w.textIf(`"cause":`, h.Cause)
	w.textIf(`"cost":`, h.Cost)
	listIf(w, `"history":`, h.History, func(w *writer, c *Change) {
		w.byte('{')
		w.time(`"at":`, c.At)
		w.text(`"who":`, c.Who)
		w.text(`"what":`, c.What)
		w.byte('}')
	})
	w.timeIf(`"closed_at":`, h.ClosedAt)
	w.truthIf(`"dispute":`, h.Dispute)
	w.numberIf(`"episode":`, h.Episode)
	listIf(w, `"transcript":`, h.Transcript, (*writer).line)
}

func (w *writer) line(l *Line) {
	w.byte('{')
	w.time(`"at":`, l.At)
	w.text(`"from":`, l.From)
	w.textIf(`"name":`, l.Name)
	w.text(`"text":`, l.Text)
	w.textsIf(`"images":`, l.Images)
	w.byte('}')
}

func (w *writer) promise(p *PromiseMade) {
	w.byte('{')
	w.text(`"id":`, p.ID)
	w.text(`"rule":`, p.Rule)
	w.text(`"what":`, p.What)
	w.textIf(`"order_no":`, p.OrderNo)
	w.time(`"at":`, p.At)
	w.time(`"due":`, p.Due)
	w.text(`"state":`, p.State)
	w.byte('}')
}

func (w *writer) offer(o *OfferMade) {
	w.byte('{')
	w.text(`"id":`, o.ID)
	w.text(`"rule":`, o.Rule)
	w.text(`"kind":`, o.Kind)
	w.text(`"amount":`, o.Amount)
	w.textIf(`"order_no":`, o.OrderNo)
	w.time(`"at":`, o.At)
	w.truth(`"approval":`, o.Approval)
	w.textIf(`"verdict":`, o.Verdict)
	w.textIf(`"by":`, o.By)
	w.byte('}')
}
