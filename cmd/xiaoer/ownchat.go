package main

import (
	"errors"

	"xiaoer/bot/engine"
	"xiaoer/bot/shop"
	"xiaoer/bot/web/chat"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
)

// photos adds the photos of all shops to the pages: those that buyers send in the chat, and those that agents send.
func (s *service) photos(site *page.Site, eng *engine.Engine) (*photo.Album, error) {
	return photo.New(site, photo.Options{Documents: eng, Public: s.publicURL, Clock: s.now, Refused: &s.noPhotos, Keep: s.keep.WithDefaults().Texts})
}

// ownChat adds the chat of each shop that has one to the pages.
func (s *service) ownChat(site *page.Site, eng *engine.Engine, photos *photo.Album) error {
	_, err := chat.New(site, chat.Options{
		Shop: s.chatOf, Conversations: eng, Documents: eng, Photos: photos, Stop: s.ctx.Done(), Clock: s.now, Logger: s.log, Counts: &s.chats,
		Secure: isHTTPS(s.publicURL), Keep: s.keep.WithDefaults().Texts,
	})
	return err
}

// chatOf is what a shop says of its own chat. In the demo every shop has one, for this machine only.
func (s *service) chatOf(id string) (chat.Shop, bool) {
	found, err := s.shops.find(id)
	if err != nil {
		broken := errors.Is(err, shop.ErrBroken)
		return chat.Shop{Broken: broken}, broken
	}
	own := found.Connect.Chat
	if s.demo != nil && !own.On {
		own = shop.Chat{On: true, Rate: shop.DefaultChatRate}
	}
	if s.policy != nil { // the operator's cap is for whatever comes in
		own.Rate = s.policy(shop.Webhook{Rate: own.Rate}).Rate
	}
	about := found.Book.Shop
	return chat.Shop{
		Name: about.Name, Locale: about.Locale, Zone: about.Location, Hours: about.Hours, Origins: own.Origins, Secrets: own.Secrets, Rate: float64(own.Rate),
	}, own.On
}
