package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/orders"
	"xiaoer/bot/shop"
	"xiaoer/rules/doc"
)

// source gives the order source that a shop's connect.yaml names, nil where it names none. What is wrong with it goes to
// the log: a source that cannot be read is down.
func source(s *shop.Shop, now func() time.Time, log *slog.Logger) (orders.Source, error) {
	c := s.Connect.Orders
	log = log.With("shop", s.ID)
	switch {
	case c.URL != "":
		h, err := orders.NewHTTP(orders.HTTPOptions{
			URL: c.URL, Secret: c.Secret, Timeout: c.Timeout, Now: now,
			Failed: func(err error) { log.Warn("ask the order source", "err", err) },
		})
		if err != nil {
			return nil, fmt.Errorf("orders of shop %s: %w", s.ID, err)
		}
		return h.Lookup, nil
	case c.File != "":
		f, problems := orders.NewFile(orders.FileOptions{
			Path: filepath.Join(s.Dir, filepath.FromSlash(c.File)), Zone: s.Book.Shop.Location, Now: now,
			Changed: func(problems []doc.Diagnostic) { logProblems(log, problems) },
		})
		logProblems(log, problems)
		return f.Lookup, nil
	}
	return nil, nil
}

// logProblems logs diagnostics by place and code; their sentences may quote a file.
func logProblems(log *slog.Logger, problems []doc.Diagnostic) {
	for i := range problems {
		log.Warn("a file of the shop has a problem", "at", problems[i].Range.String(), "code", string(problems[i].Code))
	}
}

// parseOrder reads one order, written as YAML or JSON with the webhook's fields.
func parseOrder(name string, data []byte, s *shop.Shop, p *doc.Problems) (bot.Order, bool) {
	file := doc.Parse(name, data, p)
	if file.Root == nil {
		return bot.Order{}, false
	}
	o, ok := orders.FromYAML(&doc.Decoder{Problems: p, Zone: s.Book.Shop.Location}, file.Root)
	return o, ok && !p.HasErrors()
}

// lookups answers a turn's look-ups from the source that connect.yaml names; a shop without one has no orders to look up.
func lookups(ctx context.Context, s *shop.Shop, now func() time.Time) (bot.LookupFunc, error) {
	src, err := source(s, now, slog.New(slog.DiscardHandler))
	if err != nil || src == nil {
		return nil, err
	}
	return func(l bot.Lookup) bot.LookupResult { return src(ctx, l) }, nil
}
