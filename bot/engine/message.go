package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"xiaoer/bot"
)

// Handle answers one message. A message that was answered within the last seven days gets the same response and has
// no second effect; a different one under the same id is ErrConflict. Any error but ErrUnsure means that nothing was accepted.
func (e *Engine) Handle(ctx context.Context, shopID string, m bot.Message) (response bot.Response, err error) {
	h := handling{print: fingerprint(&m)}
	defer e.countMessage(e.Clock(), &h, &err)
	shop, err := e.shop(shopID)
	if err != nil {
		return bot.Response{}, fmt.Errorf("open shop %s: %w", shopID, err)
	}
	k := Key{shopID, m.Conversation}
	leave, err := e.lanes.enter(ctx, k)
	if err != nil {
		return bot.Response{}, err
	}
	defer leave()

	t := &turn{
		key: k, shop: shop, buyer: m.Buyer.ID, name: m.ID, stop: h.answered, finish: h.answer,
		event: bot.Event{ID: e.IDs(), Kind: bot.EventMessage, At: e.Clock(), Message: &m},
	}
	h.trace = t.event.ID
	if _, err := e.run(ctx, t); err != nil {
		return bot.Response{}, err
	}
	return h.response, nil
}

// A handling is what answering one message keeps beside the conversation.
type handling struct {
	print    string
	trace    string
	repeated bool // it was answered before
	response bot.Response
}

// answered ends a turn whose message was answered before.
func (h *handling) answered(l Loaded) (bool, error) {
	switch {
	case l.Answered == nil:
		return false, nil
	case l.Answered.Fingerprint != h.print:
		return true, ErrConflict
	}
	var err error
	h.repeated = true
	h.response, err = readResponse(l.Answered.Response)
	return true, err
}

// readResponse reads a stored response so that it is written again as it was, byte for byte: the order is whatever it was.
func readResponse(raw []byte) (r bot.Response, err error) {
	var order struct {
		Handoff *struct {
			Order json.RawMessage `json:"order"`
		} `json:"handoff"`
	}
	if err := errors.Join(json.Unmarshal(raw, &r), json.Unmarshal(raw, &order)); err != nil {
		return bot.Response{}, fmt.Errorf("read the stored response: %w", err)
	}
	if r.Handoff != nil {
		r.Handoff.Order = order.Handoff.Order
	}
	return r, nil
}

// answer keeps the response, so that the same message again can have it.
func (h *handling) answer(c *Commit, out bot.Turn) error {
	h.response = out.Response(h.trace)
	raw, err := bot.AppendResponse(make([]byte, 0, usualResponse), &h.response)
	if err != nil {
		return fmt.Errorf("write the response: %w", err)
	}
	c.Answered = &Answered{Message: c.Recorded.Events[0].Message.ID, Fingerprint: h.print, Response: raw, At: c.At}
	return nil
}

// What most responses take, and what makes most messages the same beside their text, in bytes.
const (
	usualResponse = 640
	usualMessage  = 192
)

// fingerprint is equal for messages that are the same: conversation, buyer, kind, text, images and order number.
func fingerprint(m *bot.Message) string {
	sum := sha256.Sum256(bot.AppendSame(make([]byte, 0, usualMessage+len(m.Text)), m))
	return hex.EncodeToString(sum[:16])
}
