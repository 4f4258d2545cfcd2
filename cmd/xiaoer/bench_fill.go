package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/orders"
	"xiaoer/bot/shop"
	"xiaoer/bot/store"
)

// fillers is how many goroutines fill a store; they share its commits.
const fillers = 64

// storedID is the name of a conversation that the store was filled with.
func (b *bench) storedID(n int) string { return b.run + "f-" + strconv.Itoa(n) }

// fill puts conversations into the store, each as it is after its first messages, with its last turn and answer.
func (b *bench) fill(from, to int) (err error) {
	samples, err := b.sampleTurns()
	if err != nil {
		return err
	}
	kept, closeStore, err := openStore(b.ctx, b.Store, b.logger("text"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	bar := b.progress("conversations")
	defer func() { _ = bar.Finish() }()
	errs := make([]error, fillers)
	var all sync.WaitGroup
	for filler := range fillers {
		all.Go(func() {
			for i := from + filler; i < to && errs[filler] == nil; i += fillers {
				errs[filler] = kept.Commit(b.ctx, named(samples[i%len(samples)], b.storedID(i)))
				_ = bar.Add(1)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// named is a turn as it would be of another conversation of another buyer.
func named(c engine.Commit, name string) engine.Commit {
	c.Key.Conversation, c.Buyer, c.Version = "c-"+name, "b-"+name, 0
	c.Conversation.ID, c.Conversation.Buyer.ID = c.Key.Conversation, c.Buyer
	if c.Answered != nil {
		a := *c.Answered
		a.Message = "m-" + name
		c.Answered = &a
	}
	if c.Recorded != nil {
		r := *c.Recorded
		r.ID, r.Key, r.Before = name, c.Key, c.Conversation
		c.Recorded = &r
	}
	if c.Record != nil {
		c.RecordVersion = 0
	}
	return c
}

// A keeper remembers the last commit of each conversation.
type keeper struct {
	engine.Store
	mu   sync.Mutex
	last map[string]engine.Commit
}

func (k *keeper) Commit(ctx context.Context, c engine.Commit) error {
	k.mu.Lock()
	k.last[c.Key.Conversation] = c
	k.mu.Unlock()
	return k.Store.Commit(ctx, c)
}

// sampleTurns lets the called shop answer the talks that do not end with a human, and gives their last turns.
func (b *bench) sampleTurns() (out []engine.Commit, err error) {
	k := &keeper{Store: store.NewMemory(store.Limits{}), last: map[string]engine.Commit{}}
	eng, err := engine.New(engine.Options{Store: k, Shops: b.loadedShop().get, Clock: b.now})
	if err != nil {
		return nil, err
	}
	for i, lines := range b.script.talks {
		name := strconv.Itoa(i)
		for n, line := range lines {
			var m bot.Message
			if err := json.Unmarshal(appendMessage(nil, name, strconv.Itoa(n), line), &m); err != nil {
				return nil, err
			}
			if _, err := eng.Handle(b.ctx, b.shop.ID, m); err != nil {
				return nil, fmt.Errorf("make a sample: %w", err)
			}
		}
		if c := k.last["c-"+name]; c.Waiting == "" && len(c.Numbers) == 0 {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("every talk of the bench ends with a human in this shop")
	}
	return out, nil
}

// loadedShop is the shop that is called, without its orders.
func (b *bench) loadedShop() *shops {
	return &shops{
		find: func(id string) (*shop.Shop, error) {
			if id == b.shop.ID {
				return b.shop, nil
			}
			return nil, shop.ErrUnknown
		},
		source: func(*shop.Shop) (orders.Source, error) { return (&orders.Memory{Now: b.now}).Lookup, nil },
	}
}
