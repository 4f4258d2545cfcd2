package engine

import (
	"context"
	"errors"
	"time"

	"xiaoer/bot"
)

// LateReply is a late reply as a shop reads it.
type LateReply struct {
	ID           string               `json:"id"`
	Conversation string               `json:"conversation"`
	Status       bot.Status           `json:"status"`
	Replies      []bot.Reply          `json:"replies"`
	Handoff      *bot.HandoffResponse `json:"handoff"`
	At           time.Time            `json:"at"`
	Offers       []bot.OfferMade      `json:"offers,omitempty"` // that an agent has approved and the shop's system is to pay; then Replies may be empty
}

func (l Late) told() LateReply {
	return LateReply{l.ID, l.Key.Conversation, l.Status, l.Replies, l.Handoff, l.At, l.Offers}
}

// mostReplies is how many late replies are read at once.
const mostReplies = 200

// Replies lists the late replies of a conversation, those after the given id only, oldest first. Whoever asks for those after one has got
// it (see Acknowledge).
func (e *Engine) Replies(ctx context.Context, shopID, conversation, after string) ([]LateReply, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	kept, err := e.Store.Replies(ctx, Key{shopID, conversation}, after, mostReplies)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrNoCase
	}
	if err != nil {
		return nil, storeRefusal("list replies", err)
	}
	if err := e.Acknowledge(ctx, shopID, conversation, after); err != nil { // the replies are no worse for it
		e.Logger.Warn("acknowledge late replies", "shop", shopID, "conversation", conversation, "err", err)
	}
	out := make([]LateReply, 0, len(kept))
	for _, l := range kept {
		out = append(out, l.told())
	}
	return out, nil
}

// Acknowledge says that whoever reads a conversation's late replies, a shop that asks for them or the buyer's page, has got those up to this
// one: what was sent to nobody, or could not be, is delivered then. An id that is not kept changes nothing.
func (e *Engine) Acknowledge(ctx context.Context, shopID, conversation, upTo string) error {
	if upTo == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.Acknowledge(ctx, Key{shopID, conversation}, upTo, e.Clock()); err != nil {
		return writeRefusal("acknowledge late replies", err)
	}
	return nil
}
