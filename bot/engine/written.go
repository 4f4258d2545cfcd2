package engine

import (
	"fmt"

	"xiaoer/bot"
)

// A turn writes each conversation once: as what is kept now, which is what the next turn's trace begins with.

// ConversationJSON is the conversation as it is to be kept.
func (c *Commit) ConversationJSON() ([]byte, error) {
	if c.JSON != nil {
		return c.JSON, nil
	}
	size := usualConversation
	if c.Recorded != nil {
		size = max(size, len(c.Recorded.BeforeJSON)+usualGrowth)
	}
	raw, err := bot.AppendConversation(make([]byte, 0, size), &c.Conversation)
	if err != nil {
		return nil, fmt.Errorf("write a conversation: %w", err)
	}
	return raw, nil
}

// What a short conversation takes, and what a turn adds to it, in bytes.
const (
	usualConversation = 1 << 10
	usualGrowth       = 512
)

// Next is how the conversation stands when the commit is kept.
func (c *Commit) Next() Standing {
	next := Standing{Buyer: c.Buyer, Waiting: c.Waiting, Turn: c.Standing.Turn}
	if c.Recorded != nil {
		next.Turn = c.Recorded.ID
	}
	return next
}

// JSON is what json.Marshal would write, without writing again what is written already.
func (r *Recorded) JSON() ([]byte, error) {
	at, err := r.At.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write a trace: %w", err)
	}
	out := make([]byte, 0, len(r.BeforeJSON)+2*usualConversation)
	out = bot.AppendText(append(out, `{"id":`...), r.ID)
	out = bot.AppendText(append(out, `,"key":{"Shop":`...), r.Key.Shop)
	out = bot.AppendText(append(out, `,"Conversation":`...), r.Key.Conversation)
	out = append(append(out, `},"at":`...), at...)
	out = append(out, `,"before":`...)
	if r.BeforeJSON != nil {
		out = append(out, r.BeforeJSON...)
	} else if out, err = bot.AppendConversation(out, &r.Before); err != nil {
		return nil, fmt.Errorf("write a conversation: %w", err)
	}
	if out, err = bot.AppendEvents(append(out, `,"events":`...), r.Events); err != nil {
		return nil, fmt.Errorf("write a trace: %w", err)
	}
	out = bot.AppendText(append(out, `,"book":`...), r.Book)
	out = bot.AppendText(append(out, `,"classifier":`...), r.Classifier)
	out = bot.AppendText(append(out, `,"rule":`...), r.Rule)
	if !r.Outcome.IsZero() {
		out = r.Outcome.AppendJSON(append(out, `,"outcome":`...))
	}
	return append(out, '}'), nil
}
