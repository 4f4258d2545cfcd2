package engine

import (
	"encoding/json"
	"fmt"

	"xiaoer/bot"
)

// A turn writes each conversation once: as what is kept now, which is what the next turn's trace begins with.

// ConversationJSON is the conversation as it is to be kept.
func (c *Commit) ConversationJSON() ([]byte, error) {
	if c.JSON != nil {
		return c.JSON, nil
	}
	raw, err := json.Marshal(&c.Conversation)
	if err != nil {
		return nil, fmt.Errorf("write a conversation: %w", err)
	}
	return raw, nil
}

// JSON is what json.Marshal would write, without writing again what is written already.
func (r *Recorded) JSON() ([]byte, error) {
	before := r.BeforeJSON
	if before == nil {
		var err error
		if before, err = json.Marshal(&r.Before); err != nil {
			return nil, fmt.Errorf("write a conversation: %w", err)
		}
	}
	rest, err := json.Marshal(struct {
		Events     []bot.Event `json:"events"`
		Book       string      `json:"book"`
		Classifier string      `json:"classifier"`
		Rule       string      `json:"rule"`
	}{r.Events, r.Book, r.Classifier, r.Rule})
	if err != nil {
		return nil, fmt.Errorf("write a trace: %w", err)
	}
	head, err := json.Marshal(struct {
		ID  string `json:"id"`
		Key Key    `json:"key"`
		At  any    `json:"at"`
	}{r.ID, r.Key, r.At})
	if err != nil {
		return nil, fmt.Errorf("write a trace: %w", err)
	}
	out := make([]byte, 0, len(head)+len(before)+len(rest)+len(`,"before":`))
	out = append(out, head[:len(head)-1]...)
	out = append(out, `,"before":`...)
	out = append(out, before...)
	out = append(out, ',')
	return append(out, rest[1:]...), nil
}
