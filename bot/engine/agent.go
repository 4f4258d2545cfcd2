package engine

import (
	"context"
	"fmt"

	"xiaoer/bot"
)

// Act steps what an agent did: EventClaim, EventAgent, EventRelease, EventResolve, EventStage or EventKept. The engine gives the event
// its id and time. It does not queue behind a message whose look-up is under way: that one then steps again and finds
// the human there. What the buyer is to read of it becomes a late reply.
func (e *Engine) Act(ctx context.Context, shopID, conversation string, ev bot.Event) (bot.Turn, error) {
	k := Key{shopID, conversation}
	shop, err := e.shop(k.Shop)
	if err != nil {
		return bot.Turn{}, fmt.Errorf("open shop %s: %w", k.Shop, err)
	}
	leave, err := e.lanes.pass(k.Shop)
	if err != nil {
		return bot.Turn{}, err
	}
	defer leave()
	ev.ID, ev.At = e.IDs(), e.Clock()
	ev.Message, ev.Reading, ev.Lookup = nil, nil, nil
	return e.run(ctx, &turn{key: k, shop: shop, event: ev, stop: mayAct(ev), finish: late(shop, ev)})
}

// mayAct refuses what is done to a conversation that never was, and a claim of one that another agent has: one wins.
func mayAct(ev bot.Event) func(Loaded) (bool, error) {
	return func(l Loaded) (bool, error) {
		switch c := l.Conversation; {
		case l.Version == 0:
			return true, ErrNoCase
		case ev.Kind == bot.EventClaim && c.Status == bot.StatusAgent && c.Case != nil && c.Case.Agent != "" && c.Case.Agent != ev.Agent:
			return true, ErrClaimed
		}
		return false, nil
	}
}

// late makes a late reply of whatever a turn says outside of a response.
func late(shop Shop, ev bot.Event) func(*Commit, bot.Turn) error {
	return func(c *Commit, out bot.Turn) error {
		response := out.Response(ev.ID)
		offers := approved(out.Actions)
		if len(response.Replies) == 0 && (len(offers) == 0 || bot.IsChat(c.Key.Conversation)) { // no shop's system reads along in its own chat
			c.Late = nil
			return nil
		}
		c.Late = &Late{
			ID: ev.ID, Key: c.Key, At: c.At, Status: out.Conversation.Status, Replies: response.Replies, Handoff: response.Handoff, Offers: offers,
			FromAgent: ev.Kind != bot.EventTimer, Buyer: out.Conversation.Clock.Buyer, Nth: out.Conversation.Sent,
			Deliver: shop.Callback.URL != "" && !bot.IsChat(c.Key.Conversation), // the shop's own chat reads them here
		}
		return nil
	}
}

// approved are the offers that a turn's agent has approved.
func approved(actions []bot.Action) []bot.OfferMade {
	var out []bot.OfferMade
	for i := range actions {
		if o := actions[i].Offer; o != nil && o.Verdict == bot.OfferApproved {
			out = append(out, *o)
		}
	}
	return out
}

// Conversation gives a conversation as it stands.
func (e *Engine) Conversation(ctx context.Context, shopID, conversation string) (bot.Conversation, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	loaded, err := e.Store.Load(ctx, Ask{Key: Key{shopID, conversation}})
	if err != nil {
		return bot.Conversation{}, storeRefusal("load", err)
	}
	if loaded.Version == 0 {
		return bot.Conversation{}, ErrNoCase
	}
	return loaded.Conversation, nil
}
