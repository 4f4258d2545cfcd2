package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// Pauses lists what is switched off in a shop now.
func (e *Engine) Pauses(ctx context.Context, shop string) ([]desk.Pause, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Pauses(ctx, shop)
	if err != nil {
		return nil, deskRefusal("list what is switched off", err)
	}
	now := e.Clock()
	return slices.DeleteFunc(list, func(p desk.Pause) bool { return !p.Until.IsZero() && !p.Until.After(now) }), nil
}

// Pause switches a rule off, or with bot.PausedShop all that the bot says of its own, from the next turn on.
func (e *Engine) Pause(ctx context.Context, p desk.Pause) error {
	s, err := e.shop(p.Shop)
	if err != nil {
		return err
	}
	if p.Rule != bot.PausedShop && !hasRule(s.Book, p.Rule) {
		return malformed("rule", "the shop has no rule "+quoted(p.Rule))
	}
	p.At = e.Clock()
	if !p.Until.IsZero() && !p.Until.After(p.At) {
		return malformed("until", "must be later than now")
	}
	detail := ""
	if !p.Until.IsZero() {
		detail = "until " + p.Until.UTC().Format(time.RFC3339)
	}
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.Pause(ctx, p, e.entry(p.Shop, p.By, "pause", p.Rule, detail)); err != nil {
		return writeRefusal("switch a rule off", err)
	}
	return nil
}

// Unpause switches it on again, also a rule that is no longer in the book.
func (e *Engine) Unpause(ctx context.Context, shop, rule, who string) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.Unpause(ctx, shop, rule, e.entry(shop, who, "unpause", rule, "")); err != nil {
		return writeRefusal("switch a rule on", err)
	}
	return nil
}

func hasRule(b *bot.Book, id string) bool {
	for _, rule := range b.Rules.Rules() {
		if rule.ID == id {
			return true
		}
	}
	return false
}

func hasTeam(b *bot.Book, name string) bool {
	return slices.ContainsFunc(b.Teams, func(t bot.Team) bool { return t.Name == name })
}

// quoted is a word of a caller's, cut to what fits into a sentence.
func quoted(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return strconv.Quote(s)
}
