package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

// Export hands all that is kept of a buyer to take, piece by piece. It is written down first that it was asked for.
func (e *Engine) Export(ctx context.Context, shop, buyer, who string, take func(kind string, body []byte) error) error {
	if err := e.Store.Note(ctx, e.entry(shop, who, "export", MarkOf(shop, buyer), "")); err != nil {
		return deskRefusal("write an export down", err)
	}
	if err := e.Store.Export(ctx, shop, buyer, take); err != nil {
		return deskRefusal("export", err)
	}
	return nil
}

// Erase forgets all that is kept of a buyer and says how many pieces there were. A turn that is under way meanwhile runs again, as
// the first of a buyer who was never seen.
func (e *Engine) Erase(ctx context.Context, shop, buyer, who string) (int, error) {
	n, err := e.Store.Erase(ctx, shop, buyer, e.entry(shop, who, "erase", "", ""))
	if err != nil || n > 0 {
		e.tellErased(ctx, shop)
	}
	if err != nil {
		return 0, writeRefusal("erase", err)
	}
	return n, nil
}

// tellErased lets those who watch a shop read its cases again. Who comes back later is found by the count of changes; where that cannot be
// read, only those who watch now are told.
func (e *Engine) tellErased(ctx context.Context, shop string) {
	place, err := e.LastChange(context.WithoutCancel(ctx), shop)
	if err != nil {
		e.Logger.Warn("read the count of changes after an erasure", "shop", shop, "err", err)
	}
	e.feed.erase(shop, place)
}

// MarkOf stands for a buyer in the audit, which is kept when the buyer is forgotten: who asks about a certain buyer can find it.
func MarkOf(shop, buyer string) string {
	sum := sha256.Sum256([]byte(shop + "\x00" + buyer))
	return "buyer-" + hex.EncodeToString(sum[:8])
}
