package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

// Export hands all that is kept of a buyer to take, piece by piece. It is written down first that it was asked for.
func (e *Engine) Export(ctx context.Context, shop, buyer, who string, take func(kind string, body []byte) error) error {
	if err := e.Store.Note(ctx, e.entry(shop, who, "export", markOf(shop, buyer), "")); err != nil {
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
	if err != nil {
		return 0, writeRefusal("erase", err)
	}
	e.feed.changed(shop)
	return n, nil
}

// markOf stands for a buyer in the audit, which is kept when the buyer is forgotten: who asks about a certain buyer can find it.
func markOf(shop, buyer string) string {
	sum := sha256.Sum256([]byte(shop + "\x00" + buyer))
	return "buyer-" + hex.EncodeToString(sum[:8])
}
