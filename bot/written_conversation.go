package bot

// AppendConversation appends a conversation as json.Marshal writes it, several times quicker. It fails as json.Marshal does,
// with a time that no calendar holds.
func AppendConversation(to []byte, c *Conversation) ([]byte, error) {
	w := writer{out: to}
	w.conversation(c)
	return w.out, w.err
}

func (w *writer) conversation(c *Conversation) {
	w.byte('{')
	w.text(`"shop":`, c.Shop)
	w.text(`"id":`, c.ID)
	w.key(`"buyer":`)
	w.buyer(&c.Buyer)
	w.text(`"status":`, string(c.Status))
	w.number(`"episode":`, c.Episode)
	w.inView(c)
	w.matters(c)
	w.key(`"counts":`)
	w.counts(&c.Counts)
	tableIf(w, `"answers":`, c.Answers, (*writer).count)
	tableIf(w, `"variants":`, c.Variants, (*writer).count)
	w.textIf(`"last_line":`, c.LastLine)
	listIf(w, `"said":`, c.Said, (*writer).said)
	listIf(w, `"transcript":`, c.Transcript, (*writer).line)
	w.textsIf(`"choices":`, c.Choices)
	w.key(`"clock":`)
	w.clock(&c.Clock)
	w.numberIf(`"sent":`, c.Sent)
	pointerIf(w, `"pending":`, c.Pending, (*writer).pending)
	w.byte('}')
}

// inView is what the conversation is about.
func (w *writer) inView(c *Conversation) {
	pointerIf(w, `"order":`, c.Order, (*writer).order)
	pointerIf(w, `"product":`, c.Product, (*writer).product)
	pointerIf(w, `"named":`, c.Named, func(w *writer, n *NamedOrder) {
		w.byte('{')
		w.text(`"no":`, n.No)
		w.text(`"state":`, string(n.State))
		w.byte('}')
	})
	w.textIf(`"lookup":`, string(c.Lookup))
}

// matters is what was collected, asked and promised.
func (w *writer) matters(c *Conversation) {
	tableIf(w, `"slots":`, c.Slots, (*writer).filled)
	listIf(w, `"matters":`, c.Matters, (*writer).matter)
	w.textsIf(`"photos":`, c.Photos)
	pointerIf(w, `"question":`, c.Question, (*writer).question)
	pointerIf(w, `"lapsed":`, c.Lapsed, (*writer).question)
	listIf(w, `"open":`, c.Open, (*writer).request)
	pointerIf(w, `"about":`, c.About, (*writer).request)
	pointerIf(w, `"case":`, c.Case, (*writer).handoff)
	listIf(w, `"tasks":`, c.Tasks, (*writer).handoff)
	listIf(w, `"promises":`, c.Promises, (*writer).promise)
	listIf(w, `"offers":`, c.Offers, (*writer).offer)
}

func (w *writer) filled(f Filled) {
	w.byte('{')
	w.textIf(`"text":`, f.Text)
	w.textsIf(`"images":`, f.Images)
	w.byte('}')
}

func (w *writer) matter(m *Matter) {
	w.byte('{')
	w.text(`"intent":`, m.Intent)
	w.textIf(`"order":`, m.Order)
	tableIf(w, `"slots":`, m.Slots, (*writer).filled)
	tableIf(w, `"asked":`, m.Asked, (*writer).count)
	pointerIf(w, `"product":`, m.Product, (*writer).product)
	w.truthIf(`"no_order":`, m.NoOrder)
	w.byte('}')
}

func (w *writer) question(q *Question) {
	w.byte('{')
	w.text(`"kind":`, q.Kind)
	w.textIf(`"slot":`, q.Slot)
	w.textIf(`"rule":`, q.Rule)
	w.textIf(`"intent":`, q.Intent)
	w.textIf(`"topic":`, q.Topic)
	w.textIf(`"order":`, q.Order)
	listIf(w, `"options":`, q.Options, (*writer).request)
	listIf(w, `"orders":`, q.Orders, (*writer).order)
	w.numberIf(`"rule_at":`, q.RuleAt)
	w.truthIf(`"photo":`, q.Photo)
	w.textIf(`"task":`, q.Task)
	w.time(`"at":`, q.At)
	w.byte('}')
}

func (w *writer) request(r *Request) {
	w.byte('{')
	w.text(`"intent":`, r.Intent)
	w.textIf(`"topic":`, r.Topic)
	w.byte('}')
}

func (w *writer) counts(c *Counts) {
	w.byte('{')
	w.number(`"turns":`, c.Turns)
	w.number(`"failures":`, c.Failures)
	w.number(`"repeats":`, c.Repeats)
	w.number(`"handoffs":`, c.Handoffs)
	w.number(`"greeted":`, c.Greeted)
	w.number(`"clarify":`, c.Clarify)
	w.numberIf(`"answered":`, c.Answered)
	w.byte('}')
}

func (w *writer) said(s *Said) {
	w.byte('{')
	w.textIf(`"id":`, s.ID)
	w.text(`"text":`, s.Text)
	w.time(`"at":`, s.At)
	w.byte('}')
}

func (w *writer) clock(c *Clock) {
	w.byte('{')
	w.timeIf(`"buyer":`, c.Buyer)
	w.timeIf(`"any":`, c.Any)
	w.timeIf(`"human":`, c.Human)
	w.timeIf(`"waiting":`, c.Waiting)
	w.timeIf(`"held":`, c.Held)
	w.timeIf(`"hold":`, c.Hold)
	w.timeIf(`"deadline":`, c.Deadline)
	w.timeIf(`"idle":`, c.Idle)
	w.timeIf(`"question":`, c.Question)
	w.truthIf(`"counted":`, c.Counted)
	w.byte('}')
}

func (w *writer) pending(p *Pending) {
	w.byte('{')
	w.key(`"event":`)
	w.event(&p.Event)
	w.key(`"asked":`)
	w.lookup(&p.Asked)
	listIf(w, `"results":`, p.Results, func(w *writer, l *Looked) {
		w.byte('{')
		w.key(`"lookup":`)
		w.lookup(&l.Lookup)
		w.key(`"result":`)
		w.result(&l.Result)
		w.byte('}')
	})
	w.byte('}')
}
