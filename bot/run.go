package bot

// mostLookups bounds the look-ups of one turn; a further one counts as down.
const mostLookups = 8

// Run steps one outside event until no look-up is asked. A nil look means that there is no order source.
func Run(b *Book, c Conversation, e Event, look LookupFunc) Turn {
	if look == nil {
		look = func(Lookup) LookupResult { return LookupResult{State: Down} }
	}
	turn := Turn{Conversation: c}
	for {
		turn.Events = append(turn.Events, e)
		turn.Actions, turn.Trace = step(b, &turn.Conversation, &e)
		asked := lookupOf(turn.Actions)
		if asked == nil || len(turn.Events) > mostLookups+1 {
			return turn
		}
		result := look(*asked)
		e = Event{ID: e.ID, Kind: EventLookup, At: e.At, Lookup: &result, Record: e.Record, Desk: e.Desk, Explain: e.Explain}
	}
}

func lookupOf(actions []Action) *Lookup {
	if n := len(actions); n > 0 && actions[n-1].Kind == ActLookup {
		return actions[n-1].Lookup
	}
	return nil
}
