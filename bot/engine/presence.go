package engine

import (
	"context"
	"hash/maphash"

	"xiaoer/bot/desk"
)

// Stay keeps an agent online who has said so and is still there. A word that the agent says meanwhile is not overwritten by what was read before
// it, by whatever way it comes to this process.
func (e *Engine) Stay(ctx context.Context, shop, agent string) error {
	leave, err := e.turnstile.enter(ctx, shop, agent)
	if err != nil {
		return err
	}
	defer leave()
	all, err := e.Attending(ctx, shop)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Agent == agent && p.Online {
			return e.attend(ctx, shop, p)
		}
	}
	return nil
}

// Attend says that an agent is at the desk of a shop, or has left it, as of now.
func (e *Engine) Attend(ctx context.Context, shop string, p desk.Presence) error {
	leave, err := e.turnstile.enter(ctx, shop, p.Agent)
	if err != nil {
		return err
	}
	defer leave()
	return e.attend(ctx, shop, p)
}

// A turnstile lets one call at a time through for each agent, some agents together, and lets nobody wait longer than they want to.
type turnstile struct {
	seed  maphash.Seed
	gates [64]chan struct{}
}

func newTurnstile() *turnstile {
	t := &turnstile{seed: maphash.MakeSeed()}
	for i := range t.gates {
		t.gates[i] = make(chan struct{}, 1)
	}
	return t
}

func (t *turnstile) enter(ctx context.Context, shop, agent string) (leave func(), err error) {
	gate := t.gates[maphash.Comparable(t.seed, [2]string{shop, agent})%uint64(len(t.gates))]
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, nil
	case <-ctx.Done():
		return nil, ErrBusy
	}
}
