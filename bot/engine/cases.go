package engine

import (
	"context"
	"time"

	"xiaoer/bot/desk"
)

// Cases lists cases by deadline, then shop, then number.
func (e *Engine) Cases(ctx context.Context, q desk.Query) ([]desk.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Cases(ctx, q)
	if err != nil {
		return nil, deskRefusal("list cases", err)
	}
	return list, nil
}

// Case gives a case whole, and how the delivery of each late reply of its conversation stands.
func (e *Engine) Case(ctx context.Context, shop, id string) (desk.Case, []desk.Delivered, error) {
	found, err := e.findCase(ctx, shop, id)
	if err != nil {
		return desk.Case{}, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	delivered, err := e.Store.Deliveries(ctx, Key{shop, found.Conversation})
	if err != nil {
		return desk.Case{}, nil, deskRefusal("list the late replies of a case", err)
	}
	return found, delivered, nil
}

// findCase gives a case whole.
func (e *Engine) findCase(ctx context.Context, shop, id string) (desk.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	found, err := e.Store.Case(ctx, shop, id)
	if err != nil {
		return desk.Case{}, deskRefusal("find a case", err)
	}
	return found, nil
}

// Changed lists the cases of a shop that changed after a place in its count of changes, each once, as it stands now and
// without its texts.
func (e *Engine) Changed(ctx context.Context, shop string, after int64, limit int) ([]desk.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Changed(ctx, shop, after, limit)
	if err != nil {
		return nil, deskRefusal("list changed cases", err)
	}
	return list, nil
}

// LastChange is where the count of changes of a shop stands.
func (e *Engine) LastChange(ctx context.Context, shop string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	last, err := e.Store.LastChange(ctx, shop)
	if err != nil {
		return 0, deskRefusal("read the count of changes", err)
	}
	return last, nil
}

// Outlook is how the replies of today's cases stand, by the shop's own day.
func (e *Engine) Outlook(ctx context.Context, shopID string) (desk.Outlook, error) {
	shop, err := e.shop(shopID)
	if err != nil {
		return desk.Outlook{}, err
	}
	zone := shop.Book.Shop.Location
	if zone == nil {
		zone = time.UTC
	}
	now := e.Clock().In(zone)
	y, m, d := now.Date()
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	t, err := e.Store.Tally(ctx, shopID, time.Date(y, m, d, 0, 0, 0, 0, zone), now)
	if err != nil {
		return desk.Outlook{}, deskRefusal("count replies", err)
	}
	return desk.NewOutlook(t.InTime, t.Late, t.Waiting, t.Overdue), nil
}
