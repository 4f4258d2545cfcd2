package engine

import (
	"context"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/figures"
)

// daysEvery is how often it is looked whether a day has ended in some shop.
const daysEvery = 10 * time.Minute

// FiguresOf is what a shop's figures are shown with.
func (e *Engine) FiguresOf(shopID string) (figures.Shop, error) {
	shop, err := e.shop(shopID)
	if err != nil {
		return figures.Shop{}, err
	}
	return FiguresShop(shop.Book), nil
}

// FiguresShop is what the figures of a shop with this book are shown with.
func FiguresShop(b *bot.Book) figures.Shop {
	out := figures.Shop{ID: b.Shop.ID, Name: b.Shop.Name, Zone: b.Shop.Location, Locale: b.Shop.Locale, Titles: b.Titles}
	if out.Zone == nil {
		out.Zone = time.UTC
	}
	for _, rule := range b.Rules.Rules() {
		if !rule.Off {
			out.Rules = append(out.Rules, rule.ID)
		}
	}
	return out
}

// Days gives the figures of a stretch of a shop's days, summing what is not summed yet as far as one look may.
func (e *Engine) Days(ctx context.Context, shopID string, span figures.Span) (figures.Counted, error) {
	shop, err := e.FiguresOf(shopID)
	if err != nil {
		return figures.Counted{}, err
	}
	began := e.Clock()
	c, err := e.daybook.Days(ctx, shopID, shop.Zone, span)
	e.Observe("figures", outcome(err), e.Clock().Sub(began))
	return c, err
}

// Questions reads what buyers asked in turns that had no answer (see Daybook.Questions).
func (e *Engine) Questions(ctx context.Context, shopID string, places []figures.Place) ([]figures.Question, error) {
	if _, err := e.shop(shopID); err != nil {
		return nil, err
	}
	return e.daybook.Questions(ctx, shopID, places)
}

// runDays sums each shop's day once it has ended, so that whoever looks at many days finds them summed.
func (e *Engine) runDays(ctx context.Context) {
	done := map[string]string{} // the last day of each shop that is known to be summed
	for rest(ctx, daysEvery) {
		for _, id := range e.ShopNames() {
			if ctx.Err() != nil {
				return
			}
			e.sumYesterday(ctx, id, done)
		}
	}
}

func (e *Engine) sumYesterday(ctx context.Context, id string, done map[string]string) {
	shop, err := e.FiguresOf(id)
	if err != nil {
		return // a shop that is broken is summed when it is mended, or looked at
	}
	yesterday := figures.LastDays(e.Clock().Add(-2*turnsSettle), shop.Zone, 2)
	yesterday.Until = yesterday.From
	if done[id] == yesterday.From {
		return
	}
	c, err := e.Days(ctx, id, yesterday)
	switch {
	case err != nil && ctx.Err() == nil:
		e.Logger.Warn("sum a day's figures", "shop", id, "err", err)
	case err == nil && c.Behind == 0:
		done[id] = yesterday.From
	}
}
