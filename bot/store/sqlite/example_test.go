package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

// A turn is one read and one commit; who was slower than another is told so, and reads again.
func Example() {
	folder, err := os.MkdirTemp("", "xiaoer")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(folder, "xiaoer.db")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	k := engine.Key{Shop: "flower-shop", Conversation: "c-1"}
	loaded, err := store.Load(ctx, engine.Ask{Key: k})
	fmt.Println("version", loaded.Version, err)
	turn := engine.Commit{Key: k, Version: loaded.Version, Standing: loaded.Standing, Conversation: bot.NewConversation(k.Shop, k.Conversation), At: time.Now()}
	fmt.Println("first:", store.Commit(ctx, turn))
	fmt.Println("second was too slow:", errors.Is(store.Commit(ctx, turn), engine.ErrStale))
	// Output:
	// version 0 <nil>
	// first: <nil>
	// second was too slow: true
}
