package main

import (
	"net/http"
	"time"

	"xiaoer/bot/engine"
	"xiaoer/bot/web/account"
	figurepages "xiaoer/bot/web/figures"
	"xiaoer/bot/web/page"
)

// A pageSet is all pages for people, behind the one gate of accounts.
type pageSet struct {
	site     *page.Site
	accounts *account.Accounts
	handler  http.Handler
}

// ServeHTTP answers with a page.
func (p *pageSet) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Sections are the names under which the pages have assets.
func (p *pageSet) Sections() []string { return p.site.Sections() }

// pages makes the pages. Whoever adds some opens them on the site here, and Wrap stands before them all.
func (s *service) pages(eng *engine.Engine) (*pageSet, error) {
	site, err := page.New(page.Options{Logger: s.log, Secure: isHTTPS(s.publicURL), FrameAncestors: s.framedBy()})
	if err != nil {
		return nil, err
	}
	book, err := account.NewBook(account.BookOptions{Store: eng.Store, Clock: s.now, Logger: s.log, Shops: s.shops.names})
	if err != nil {
		return nil, err
	}
	accounts, err := account.New(account.Options{Book: book, Site: site, Shops: s.shops.names, About: about(eng), PublicURL: s.publicURL})
	if err != nil {
		return nil, usageError("--public-url: " + err.Error())
	}
	album, err := s.photos(site, eng)
	if err != nil {
		return nil, err
	}
	if err := s.desk(site, eng, accounts, album); err != nil {
		return nil, err
	}
	if err := s.ownChat(site, eng, album); err != nil {
		return nil, err
	}
	if err := figurepages.Open(site, figurepages.Options{Source: eng, Shops: s.shops.names, Now: s.now}); err != nil {
		return nil, err
	}
	door, err := s.door(site, accounts)
	if err != nil {
		return nil, err
	}
	return &pageSet{site: site, accounts: accounts, handler: accounts.Wrap(door)}, nil
}

// about is what a shop is called and by whose clock it works; of one that cannot be read, its id and UTC.
func about(eng *engine.Engine) func(shop string) (string, *time.Location) {
	return func(shop string) (string, *time.Location) {
		known, err := eng.FiguresOf(shop)
		if err != nil {
			return shop, time.UTC
		}
		return known.Name, known.Zone
	}
}

func isHTTPS(url string) bool { return len(url) > 8 && url[:8] == "https://" }
