// contract: others build on the types in this file.

package rules

// A Query asks what the book says to one intent.
type Query struct {
	Intent string // "" for a message with no intent: only rules without `intent` are candidates
	Topic  string
	Facts  *Facts // of this book; nil means that nothing is known
	// Below makes reading start after this rule in the file order (a find_order whose attempts are used up goes
	// on below it); nil starts at the top.
	Below *Rule
	// Gate is asked about a rule whose condition fits, for what only the conversation knows: limits used, caps used up,
	// a promise already made, a rule that answered already in this turn. It returns the part of the rule that
	// keeps it from fitting ("limit", "offer.cap.per_order" …), or "" where nothing does. Nil means nothing does.
	Gate func(*Rule) string
	// Trace asks for Considered to be filled; without it a decision allocates next to nothing.
	Trace bool
}

// A Decision is what the book said to a Query.
type Decision struct {
	Intent     string       `json:"intent"`
	Rule       *Rule        `json:"-"` // nil when no rule fits
	Considered []Considered `json:"considered"`
}

// Considered is one rule that was read, and why it did or did not fit.
type Considered struct {
	Rule    *Rule             `json:"-"`
	Fits    bool              `json:"fits"`
	Because string            `json:"because"`         // the part of the condition that failed, as written; "" when it fits
	Values  map[string]string `json:"values"`          // the facts that this part reads, printed; "unknown" for an unknown one
	Error   string            `json:"error,omitempty"` // what went wrong when the part was worked out, such as a division by zero
}
