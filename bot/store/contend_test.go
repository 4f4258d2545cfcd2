package store_test

import (
	"testing"

	"xiaoer/bot/engine"
	"xiaoer/bot/store"
	"xiaoer/bot/store/storetest"
)

func TestMemoryHoldsUnderContention(t *testing.T) {
	t.Parallel()
	storetest.Contend(t, func(*testing.T) engine.Store { return store.NewMemory(store.Limits{}) })
}
