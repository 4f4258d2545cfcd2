package bot

// AppendResponse appends a response as json.Marshal writes it. It fails as json.Marshal does.
func AppendResponse(to []byte, r *Response) ([]byte, error) {
	w := writer{out: to}
	w.response(r)
	return w.out, w.err
}

// AppendRecord appends what is known of a buyer as json.Marshal writes it. It fails as json.Marshal does.
func AppendRecord(to []byte, r *Record) ([]byte, error) {
	w := writer{out: to}
	w.record(r)
	return w.out, w.err
}

// AppendHandoff appends a case as json.Marshal writes it. It fails as json.Marshal does.
func AppendHandoff(to []byte, h *Handoff) ([]byte, error) {
	w := writer{out: to}
	w.handoff(h)
	return w.out, w.err
}

func (w *writer) response(r *Response) {
	w.byte('{')
	w.text(`"conversation":`, r.Conversation)
	w.text(`"status":`, string(r.Status))
	list(w, `"intents":`, r.Intents, func(w *writer, i *IntentScore) {
		w.byte('{')
		w.text(`"name":`, i.Name)
		w.text(`"topic":`, i.Topic)
		w.float(`"score":`, i.Score)
		w.byte('}')
	})
	w.textOrNull(`"rule":`, r.Rule)
	w.texts(`"rules":`, r.Rules)
	list(w, `"replies":`, r.Replies, func(w *writer, p *Reply) {
		w.byte('{')
		w.text(`"kind":`, p.Kind)
		w.textIf(`"text":`, p.Text)
		w.textIf(`"image":`, p.Image)
		w.textsIf(`"choices":`, p.Choices)
		w.byte('}')
	})
	w.textOrNull(`"ask":`, r.Ask)
	w.texts(`"tags":`, r.Tags)
	list(w, `"offers":`, r.Offers, (*writer).offer)
	w.key(`"handoff":`)
	w.handoffResponse(r.Handoff)
	w.text(`"trace_id":`, r.TraceID)
	w.byte('}')
}

func (w *writer) textOrNull(name string, s *string) {
	if s == nil {
		w.key(name)
		w.raw("null")
		return
	}
	w.text(name, *s)
}

func (w *writer) handoffResponse(h *HandoffResponse) {
	if h == nil {
		w.raw("null")
		return
	}
	w.byte('{')
	w.text(`"id":`, h.ID)
	w.number(`"number":`, h.Number)
	w.text(`"team":`, h.Team)
	w.text(`"priority":`, h.Priority)
	w.text(`"reason":`, h.Reason)
	table(w, `"slots":`, h.Slots, (*writer).slot)
	w.key(`"order":`)
	switch o := h.Order.(type) {
	case *Order:
		w.orderOrNull(o)
	case struct{}:
		w.raw("{}")
	default:
		w.any(o)
	}
	w.text(`"summary":`, h.Summary)
	if h.Deadline == nil {
		w.key(`"deadline":`)
		w.raw("null")
	}
	w.timePointer(`"deadline":`, h.Deadline)
	w.byte('}')
}

// slot writes a text, or the addresses of photos.
func (w *writer) slot(v any) {
	switch v := v.(type) {
	case string:
		w.quote(v)
	case []string:
		elements(w, v, (*writer).element)
	default:
		w.any(v)
	}
}
