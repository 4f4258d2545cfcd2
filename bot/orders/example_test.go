package orders_test

import (
	"context"
	"fmt"

	"xiaoer/bot"
	"xiaoer/bot/orders"
)

// A source gives a buyer's own orders, and nobody else's.
func ExampleMemory() {
	var source orders.Memory
	source.Put(bot.Order{No: "88", BuyerID: "b-1", Stage: "shipped"})
	ctx := context.Background()
	fmt.Println(source.Lookup(ctx, bot.Lookup{Buyer: "b-1", No: "88"}).Orders[0].Stage)
	fmt.Println(source.Lookup(ctx, bot.Lookup{Buyer: "b-2", No: "88"}).State)
	source.SetDown(true)
	fmt.Println(source.Lookup(ctx, bot.Lookup{Buyer: "b-1"}).State)
	// Output:
	// shipped
	// not_yours
	// down
}
