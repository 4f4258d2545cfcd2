package store_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
)

// A turn is one read and one commit; who was slower than another is told so, and reads again.
func ExampleMemory() {
	ctx, s := context.Background(), store.NewMemory(store.Limits{})
	k := engine.Key{Shop: "tea", Conversation: "c-1"}
	turn := engine.Commit{Key: k, Conversation: bot.NewConversation("tea", "c-1"), At: time.Now()}
	fmt.Println("first:", s.Commit(ctx, turn))
	fmt.Println("second was too slow:", errors.Is(s.Commit(ctx, turn), engine.ErrStale))
	loaded, err := s.Load(ctx, engine.Ask{Key: k})
	fmt.Println("version", loaded.Version, err)
	// Output:
	// first: <nil>
	// second was too slow: true
	// version 1 <nil>
}
