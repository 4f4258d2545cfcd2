package engine

import (
	"context"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/figures"
)

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

const (
	// daysEvery is how often it is looked whether a day has ended in some shop.
	daysEvery = 10 * time.Minute
	// busyDay is how many turns a day must have for the next to be summed while it runs: whoever looks need not wait then.
	busyDay = 20_000
	// mostLooks bounds how long one shop may keep the others waiting.
	mostLooks = 100
)

// summed is how far the days of one shop are known to be summed.
type summed struct {
	date string // the last whole one
	busy bool
}

// runDays sums each shop's day once it has ended, so that whoever looks at many days finds them summed.
func (e *Engine) runDays(ctx context.Context) {
	done := map[string]summed{}
	for rest(ctx, daysEvery) {
		for _, id := range e.ShopNames() {
			if ctx.Err() != nil {
				return
			}
			done[id] = e.sumDays(ctx, id, done[id])
		}
	}
}

// sumDays sums the day before where it is not known to be summed, and the day that runs where that one had many turns.
func (e *Engine) sumDays(ctx context.Context, id string, s summed) summed {
	shop, err := e.FiguresOf(id)
	if err != nil {
		return s // a shop that is broken is summed when it is mended, or looked at
	}
	last := figures.LastDays(e.Clock().Add(-2*turnsSettle), shop.Zone, 2)
	if s.busy {
		_, err = e.sumAll(ctx, id, figures.Span{From: last.Until, Until: last.Until})
	}
	if err == nil && s.date != last.From {
		var days []figures.Day
		if days, err = e.sumAll(ctx, id, figures.Span{From: last.From, Until: last.From}); err == nil {
			s = summed{date: last.From, busy: len(days) > 0 && days[0].Turns >= busyDay}
		}
	}
	if err != nil && ctx.Err() == nil {
		e.Logger.Warn("sum a day's figures", "shop", id, "err", err)
	}
	return s
}

// sumAll sums days until all is summed. Others may look in between.
func (e *Engine) sumAll(ctx context.Context, id string, span figures.Span) ([]figures.Day, error) {
	for range mostLooks {
		c, err := e.Days(ctx, id, span)
		if err != nil || c.Behind == 0 {
			return c.Days, err
		}
	}
	return nil, nil
}
