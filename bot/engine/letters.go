package engine

import (
	"context"

	"xiaoer/bot/desk"
)

// Letters lists late replies of a shop in a state, oldest first, those after the given id only.
func (e *Engine) Letters(ctx context.Context, shop, state, after string, limit int) ([]desk.Letter, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Letters(ctx, shop, state, after, limit)
	if err != nil {
		return nil, deskRefusal("list late replies", err)
	}
	return list, nil
}

// Resend sends a dead or dropped late reply again.
func (e *Engine) Resend(ctx context.Context, shop, id, who string) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	entry := e.entry(shop, who, "resend", id, "")
	if err := e.Store.Resend(ctx, shop, id, entry.At, entry); err != nil {
		return writeRefusal("send a late reply again", err)
	}
	wake(e.outboxChanged)
	return nil
}
