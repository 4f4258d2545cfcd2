package main

import (
	"context"
	"net/http"
	"strings"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/web/account"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
	"xiaoer/bot/web/workbench"
)

// desk opens the agents' pages on the site.
func (s *service) desk(site *page.Site, eng *engine.Engine, accounts *account.Accounts, photos *photo.Album) error {
	return workbench.Open(site, workbench.Options{
		Desk: eng, Feed: eng, People: eng, Documents: eng, Photos: photos,
		Shops: s.shops.names, Shop: s.deskShop, Now: s.now, Logger: s.log, Guard: accounts.Guard, Ended: s.ctx.Done(),
		Stages: s.stages(), Seats: &s.deskSeats,
		Why: func(ctx context.Context, shop, trace string) (workbench.Why, error) {
			return why(ctx, eng, shop, trace)
		},
		Still: func(ctx context.Context, r *http.Request) (desk.Person, bool) {
			p, _, ok, err := accounts.Signed(ctx, r)
			if err != nil {
				return page.Who(r) // a store that cannot be asked is no reason to end a stream
			}
			return p, ok
		},
	})
}

// deskShop is a shop as its agents need it.
func (s *service) deskShop(id string) (workbench.Shop, error) {
	found, err := s.shops.find(id)
	if err != nil {
		return workbench.Shop{}, refusal(err)
	}
	return workbench.Shop{Book: found.Book, Quick: found.Quick, Read: found.Classifier.Read, Taxonomy: found.Classifier.Taxonomy()}, nil
}

// why is a trace as the desk shows it.
func why(ctx context.Context, eng *engine.Engine, shop, trace string) (workbench.Why, error) {
	e, err := eng.Trace(ctx, shop, trace)
	if err != nil {
		return workbench.Why{}, err
	}
	out := workbench.Why{At: e.At, Conversation: e.Conversation, Notes: e.Notes, Changed: e.BookChanged, Explanation: e.Explanation}
	for _, a := range e.Answered {
		file := strings.ReplaceAll(a.File, "../", "") // of a base its own folder is enough
		out.Rules = append(out.Rules, workbench.Place{Rule: a.Rule, File: file, Line: a.Line})
	}
	return out, nil
}
