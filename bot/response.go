package bot

import (
	"slices"
	"time"

	"xiaoer/intents"
)

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
	Order    any            `json:"order"` // *Order, or {} when there is none
	Summary  string         `json:"summary"`
	Deadline *time.Time     `json:"deadline"`
}

// Response is what the webhook answers for a turn.
func (t Turn) Response(traceID string) Response {
	r := Response{
		Conversation: t.Conversation.ID, Status: t.Conversation.Status, Intents: []IntentScore{}, Rules: slices.Clone(t.Trace.Answered),
		Replies: []Reply{}, Tags: []string{}, Offers: []OfferMade{}, TraceID: traceID,
	}
	if r.Rules == nil {
		r.Rules = []string{}
	}
	if len(r.Rules) > 0 {
		r.Rule = &r.Rules[0]
	}
	for _, p := range acceptedOf(t.Trace.Reading) {
		r.Intents = append(r.Intents, IntentScore{Name: p.Intent, Topic: p.Topic, Score: p.Score})
	}
	for i := range t.Actions {
		switch a := &t.Actions[i]; a.Kind {
		case ActReply:
			r.Replies = append(r.Replies, *a.Reply)
		case ActAsk:
			r.Ask = &a.Ask
		case ActTag:
			r.Tags = append(r.Tags, a.Tag)
		case ActOffer:
			r.Offers = append(r.Offers, *a.Offer)
		case ActHandoff:
			if r.Handoff == nil || !a.Handoff.Task {
				r.Handoff = t.handoffResponse(a.Handoff)
			}
		default: // the rest is for the engine, not for the buyer
		}
	}
	return r
}

func (t Turn) handoffResponse(h *Handoff) *HandoffResponse {
	out := &HandoffResponse{
		ID: h.ID, Number: h.Number, Team: h.Team, Priority: h.Priority, Reason: h.Reason, Slots: map[string]any{},
		Order: struct{}{}, Summary: h.Summary,
	}
	for name, text := range h.Slots {
		out.Slots[name] = text
	}
	for name, v := range t.Conversation.Collected() {
		if len(v.Images) > 0 {
			out.Slots[name] = v.Images
		}
	}
	if h.Order != nil {
		out.Order = h.Order
	}
	if !h.Deadline.IsZero() {
		out.Deadline = &h.Deadline
	}
	return out
}

// acceptedOf are the intents of a reading that count: not "other", and none that the message denies.
func acceptedOf(r *intents.Reading) []intents.Prediction {
	out := []intents.Prediction{}
	if r == nil {
		return out
	}
	for _, p := range r.Intents {
		if p.Intent != intents.Other && !slices.Contains(r.Negated, p.Intent) && !slices.Contains(r.Negated, p.Name()) {
			out = append(out, p)
		}
	}
	return out
}
