package bot

import "xiaoer/intents"

// AppendEvents appends a turn's inputs as json.Marshal writes them. It fails as json.Marshal does.
func AppendEvents(to []byte, events []Event) ([]byte, error) {
	w := writer{out: to}
	if events == nil {
		w.raw("null")
		return w.out, nil
	}
	w.byte('[')
	for i := range events {
		w.next()
		w.event(&events[i])
	}
	w.byte(']')
	return w.out, w.err
}

func (w *writer) event(e *Event) {
	w.byte('{')
	w.text(`"id":`, e.ID)
	w.text(`"kind":`, string(e.Kind))
	w.time(`"at":`, e.At)
	pointerIf(w, `"message":`, e.Message, (*writer).message)
	pointerIf(w, `"reading":`, e.Reading, (*writer).reading)
	pointerIf(w, `"lookup":`, e.Lookup, (*writer).result)
	w.textIf(`"agent":`, e.Agent)
	w.textIf(`"text":`, e.Text)
	w.textsIf(`"images":`, e.Images)
	w.textIf(`"stage":`, e.Stage)
	w.textIf(`"what":`, e.What)
	w.textIf(`"outcome":`, e.Outcome)
	w.textIf(`"cause":`, e.Cause)
	w.textIf(`"cost":`, e.Cost)
	w.truthIf(`"quiet":`, e.Quiet)
	w.textIf(`"team":`, e.Team)
	w.textIf(`"to":`, e.To)
	w.textIf(`"handoff":`, e.Handoff)
	w.key(`"record":`)
	w.record(&e.Record)
	w.key(`"desk":`)
	w.whoIsThere(&e.Desk)
	w.byte('}')
}

func (w *writer) reading(r *intents.Reading) {
	w.byte('{')
	list(w, `"intents":`, r.Intents, (*writer).prediction)
	list(w, `"near":`, r.Near, (*writer).prediction)
	w.texts(`"negated":`, r.Negated)
	list(w, `"entities":`, r.Entities, func(w *writer, e *intents.Entity) {
		w.byte('{')
		w.text(`"type":`, e.Type)
		w.text(`"value":`, e.Value)
		w.number(`"start":`, e.Start)
		w.number(`"end":`, e.End)
		w.byte('}')
	})
	w.text(`"mood":`, string(r.Mood))
	w.text(`"risk":`, string(r.Risk))
	w.truth(`"withdrawn":`, r.Withdrawn)
	w.truth(`"acknowledgement":`, r.Acknowledgement)
	w.truth(`"unavailable":`, r.Unavailable)
	w.truth(`"chasing":`, r.Chasing)
	w.truth(`"affirmed":`, r.Affirmed)
	w.truth(`"denied":`, r.Denied)
	w.byte('}')
}

func (w *writer) prediction(p *intents.Prediction) {
	w.byte('{')
	w.text(`"name":`, p.Intent)
	w.text(`"topic":`, p.Topic)
	w.float(`"score":`, p.Score)
	listIf(w, `"evidence":`, p.Evidence, func(w *writer, e *intents.Evidence) {
		w.byte('{')
		w.text(`"kind":`, e.Kind)
		w.text(`"text":`, e.Text)
		w.float(`"weight":`, e.Weight)
		w.byte('}')
	})
	w.byte('}')
}

func (w *writer) lookup(l *Lookup) {
	w.byte('{')
	w.text(`"buyer":`, l.Buyer)
	w.textIf(`"no":`, l.No)
	w.byte('}')
}

func (w *writer) result(r *LookupResult) {
	w.byte('{')
	w.text(`"state":`, string(r.State))
	listIf(w, `"orders":`, r.Orders, (*writer).order)
	w.byte('}')
}

func (w *writer) record(r *Record) {
	w.byte('{')
	listIf(w, `"uses":`, r.Uses, func(w *writer, u *Use) {
		w.byte('{')
		w.text(`"rule":`, u.Rule)
		w.time(`"at":`, u.At)
		w.text(`"conversation":`, u.Conversation)
		w.number(`"episode":`, u.Episode)
		w.byte('}')
	})
	listIf(w, `"offers":`, r.Offers, (*writer).offer)
	listIf(w, `"promises":`, r.Promises, (*writer).promise)
	w.byte('}')
}

func (w *writer) whoIsThere(d *Desk) {
	w.byte('{')
	w.number(`"next":`, d.Next)
	tableIf(w, `"ahead":`, d.Ahead, (*writer).count)
	listIf(w, `"online":`, d.Online, func(w *writer, s *Seat) {
		w.byte('{')
		w.text(`"agent":`, s.Agent)
		w.textsIf(`"teams":`, s.Teams)
		w.number(`"load":`, s.Load)
		w.numberIf(`"ceiling":`, s.Ceiling)
		w.byte('}')
	})
	w.textsIf(`"paused":`, d.Paused)
	w.byte('}')
}
