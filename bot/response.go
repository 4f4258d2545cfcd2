package bot

import "time"

// Response is the body of a 200 answer to a webhook. Every key is always there; empty is null, [] or {}.
type Response struct {
	Conversation string           `json:"conversation"`
	Status       Status           `json:"status"`
	Intents      []IntentScore    `json:"intents"`
	Rule         *string          `json:"rule"`
	Rules        []string         `json:"rules"`
	Replies      []Reply          `json:"replies"`
	Ask          *string          `json:"ask"`
	Tags         []string         `json:"tags"`
	Offers       []OfferMade      `json:"offers"`
	Handoff      *HandoffResponse `json:"handoff"`
	TraceID      string           `json:"trace_id"`
}

// IntentScore is an accepted intent in a response.
type IntentScore struct {
	Name  string  `json:"name"`
	Topic string  `json:"topic"`
	Score float64 `json:"score"`
}

// HandoffResponse is what a response tells of a case. Slots hold texts, and lists of texts for images.
type HandoffResponse struct {
	ID       string         `json:"id"`
	Number   int            `json:"number"`
	Team     string         `json:"team"`
	Priority string         `json:"priority"`
	Reason   string         `json:"reason"`
	Slots    map[string]any `json:"slots"`
	Order    *Order         `json:"order"`
	Summary  string         `json:"summary"`
	Deadline *time.Time     `json:"deadline"`
}

// Response is what the webhook answers for a turn.
func (t Turn) Response(traceID string) Response { return Response{TraceID: traceID} }
