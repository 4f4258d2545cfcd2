package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// Advise does for a case what is wanted: it fills in quick replies, says what the rules would answer to the buyer's last message (an order may
// be looked up for it), and in which turn each line on the shop's side was said, and why. It changes nothing.
func (e *Engine) Advise(ctx context.Context, shopID, id string, want desk.Wanted) (desk.Advice, error) {
	shop, err := e.shop(shopID)
	if err != nil {
		return desk.Advice{}, err
	}
	found, err := e.findCase(ctx, shopID, id)
	if err != nil {
		return desk.Advice{}, err
	}
	loaded, err := e.read(ctx, Key{shopID, found.Conversation})
	if err != nil {
		return desk.Advice{}, err
	}
	now := e.Clock()
	about := bot.Event{ID: e.IDs(), Kind: bot.EventMessage, At: now, Record: loaded.Record, Desk: loaded.Desk}
	about.Desk.Next = max(1, about.Desk.Next)
	var out desk.Advice
	if want.Said {
		out.Said = e.reasons(ctx, Key{shopID, found.Conversation}, found.Transcript, loaded.Conversation.Said)
	}
	e.seats.take(shopID)
	defer e.seats.give()
	out.Quick = bot.Advise(shop.Book, loaded.Conversation, &found.Handoff, about, want.Quick)
	if want.Draft {
		out.Draft = e.draft(ctx, shopID, shop, loaded.Conversation, about)
	}
	return out, nil
}

func (e *Engine) read(ctx context.Context, k Key) (Loaded, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	loaded, err := e.Store.Load(ctx, Ask{Key: k, Now: e.Clock()})
	switch {
	case err != nil:
		return Loaded{}, storeRefusal("load", err)
	case loaded.Version == 0:
		return Loaded{}, ErrNoCase
	}
	return loaded, nil
}

// draft asks the rules about the buyer's last words that no human has answered.
func (e *Engine) draft(ctx context.Context, shopID string, shop Shop, c bot.Conversation, about bot.Event) bot.Draft {
	line, ok := unanswered(c.Transcript)
	if !ok {
		return bot.Draft{}
	}
	reading := shop.Read(line.Text)
	about.Message = &bot.Message{ID: about.ID, Conversation: c.ID, Buyer: c.Buyer, Kind: bot.KindText, Text: line.Text, Images: line.Images, SentAt: about.At}
	about.Reading = &reading
	return bot.DraftOf(shop.Book, c, about, func(l bot.Lookup) bot.LookupResult {
		e.seats.give() // nobody waits for a seat while the source is asked
		defer e.seats.take(shopID)
		return e.lookup(ctx, shop, l)
	})
}

// unanswered is the buyer's last line, unless an agent has written since.
func unanswered(lines []bot.Line) (bot.Line, bool) {
	for _, l := range slices.Backward(lines) {
		switch {
		case l.From == "buyer" && l.Text != "":
			return l, true
		case l.From == "agent":
			return bot.Line{}, false
		}
	}
	return bot.Line{}, false
}

// Documents lists the small documents of a kind in a shop, in the order of their ids, those after the given id only.
func (e *Engine) Documents(ctx context.Context, shop, kind, after string, limit int) ([]desk.Document, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Documents(ctx, shop, kind, after, limit)
	if err != nil {
		return nil, deskRefusal("list documents", err)
	}
	return list, nil
}

// Document gives one document; it is empty, with version 0, where none is kept.
func (e *Engine) Document(ctx context.Context, shop, kind, id string) (desk.Document, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	d, err := e.Store.Document(ctx, shop, kind, id)
	if errors.Is(err, ErrNotFound) {
		return desk.Document{Shop: shop, Kind: kind, ID: id}, nil
	}
	if err != nil {
		return desk.Document{}, deskRefusal("read a document", err)
	}
	return d, nil
}

// PutDocument keeps a document as of now and says in the audit that somebody did something. A document that another has changed since it was
// read is ErrConflict.
func (e *Engine) PutDocument(ctx context.Context, d desk.Document, who, what, detail string) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	d.At = e.Clock().Truncate(time.Millisecond)
	entry := e.entry(d.Shop, who, what, d.ID, detail)
	_, err := e.Store.PutDocument(ctx, d, &entry)
	if errors.Is(err, ErrStale) {
		return ErrConflict
	}
	if err != nil {
		return writeRefusal("keep a document", err)
	}
	return nil
}

// DropDocument forgets a document and says so in the audit.
func (e *Engine) DropDocument(ctx context.Context, shop, kind, id, who, what string) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	entry := e.entry(shop, who, what, id, "")
	if err := e.Store.DropDocument(ctx, shop, kind, id, &entry); err != nil {
		return writeRefusal("forget a document", err)
	}
	return nil
}
