// Package orders has the sources of orders: a file that a shop's folder keeps, a shop's own HTTP interface, and memory
// for tests. A source answers bot's look-ups; it never fails, it is down. It never gives away another buyer's order
// and never writes a buyer's data into an error. When an order is looked up is decided by package bot.
package orders

import (
	"context"
	"time"

	"xiaoer/bot"
)

// A Source answers look-ups about the orders of one shop. It is safe for concurrent use.
type Source func(context.Context, bot.Lookup) bot.LookupResult

// own answers a look-up from orders that a source has: only what is the buyer's, and with a number only that order.
// An order without buyer_id passes only where the source was asked for this buyer alone (trusted).
func own(l bot.Lookup, found []bot.Order, trusted bool, now time.Time) bot.LookupResult {
	var mine []bot.Order
	others := false
	for _, o := range found {
		switch {
		case l.No != "" && o.No != l.No:
		case o.BuyerID == l.Buyer && l.Buyer != "", o.BuyerID == "" && trusted:
			o.SeenAt = now
			mine = append(mine, o)
		default:
			others = true
		}
	}
	switch {
	case len(mine) > 0:
		return bot.LookupResult{State: bot.Found, Orders: mine}
	case others && l.No != "":
		return bot.LookupResult{State: bot.NotYours}
	default:
		return bot.LookupResult{State: bot.NotFound}
	}
}

func down() bot.LookupResult { return bot.LookupResult{State: bot.Down} }
