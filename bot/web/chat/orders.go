package chat

import (
	"context"
	"net/http"
	"slices"
	"time"

	"xiaoer/bot"
)

// A card is an order that the buyer may pick.
type card struct {
	No     string     `json:"no"`
	Stage  string     `json:"stage,omitempty"`
	Amount string     `json:"amount,omitempty"`
	Title  string     `json:"title,omitempty"`
	At     *time.Time `json:"at,omitempty"` // when it was paid
}

// getOrders lists the orders of a buyer whom the site has named; a guest has none.
func (c *Chat) getOrders(k *call) error {
	if err := take(c.held.messages, k.id+" "+k.who.Key); err != nil { // the shop's source may be asked
		return err
	}
	out := []card{}
	for _, o := range c.ordersOf(k.r.Context(), k) {
		one := card{No: o.No, Stage: o.Stage, Amount: o.Amount, At: o.PaidAt}
		if len(o.Items) > 0 {
			one.Title = o.Items[0].Title
		}
		out = append(out, one)
	}
	return answer(k.w, map[string]any{"orders": out})
}

// ordersOf are the orders that the site passed along, else those at the shop's source.
func (c *Chat) ordersOf(ctx context.Context, k *call) []bot.Order {
	if !k.who.Signed {
		return nil
	}
	if len(k.who.Orders) > 0 {
		return once(k.who.Orders)
	}
	found, _ := c.Conversations.BuyersOrders(ctx, k.id, k.who.Buyer.ID)
	found = once(found)
	return found[:min(len(found), mostOrders)]
}

// once leaves out orders that are named again.
func once(orders []bot.Order) []bot.Order {
	known := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(orders), func(o bot.Order) bool {
		again := known[o.No]
		known[o.No] = true
		return again
	})
}

// order is one of the buyer's own.
func (c *Chat) order(ctx context.Context, k *call, no string) (bot.Order, error) {
	all := c.ordersOf(ctx, k)
	at := slices.IndexFunc(all, func(o bot.Order) bool { return o.No == no })
	if at < 0 {
		return bot.Order{}, refuse(http.StatusBadRequest, "no-order")
	}
	return all[at], nil
}
