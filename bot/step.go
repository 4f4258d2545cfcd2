package bot

// Step decides what one event does to a conversation. It is pure: the same inputs give the same result, and the inputs
// are not changed. When the last action is a look-up the step had no other effect: its result, stepped as an
// EventLookup, goes on with the same turn.
func Step(b *Book, c Conversation, e Event) (Conversation, []Action, Trace) {
	return c, nil, Trace{Decisions: []Decided{}}
}
