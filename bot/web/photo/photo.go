// contract: the chat and the desk keep and show pictures by the types in this file.

// Package photo takes pictures from people: it checks what they are, makes them anew within bounds, keeps them as documents of the buyer in
// whose conversation they stand, so that they are exported and erased with the rest, and shows them. It does not decide who may send one.
//
// There are two kinds. What a buyer sends is Guarded: whoever shows it asks first who looks. What an agent sends is Open: it has an address that
// nobody can guess, which the shop's own server and the platforms behind it can fetch, too.
package photo

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/throttle"
)

// The kinds of photos, which are the kinds of their documents.
const (
	Guarded = "photo"
	Open    = "picture"
)

const keptUnnamed = time.Hour // how long a photo is kept that no message names

// A Refused is why a photo was not taken or not shown: the HTTP status, a code ("photo-kind", "photo-large", "malformed", "broken-off",
// "too-many", "busy", "no-photo"), and when to try again, 0 where that makes no sense.
type Refused struct {
	Status int
	Code   string
	After  time.Duration
}

// Error is the code.
func (r *Refused) Error() string { return "photo: " + r.Code }

func refuse(status int, code string) error { return &Refused{Status: status, Code: code} }

func busy() error { return &Refused{http.StatusServiceUnavailable, "busy", 2 * time.Second} }

// Documents keep photos. Errors may have a method Refusal() string; "conflict" is somebody who was quicker.
type Documents interface {
	Kept(ctx context.Context, shop, kind, id string) (desk.Document, bool, error)
	Keep(ctx context.Context, d desk.Document) error
}

// Options are what an album works with. Documents are required.
type Options struct {
	Documents Documents
	Public    string           // where the server is reached from outside, "https://chat.example"; without it addresses are as their sender has reached it
	Clock     func() time.Time // default time.Now
	Keep      time.Duration    // how long photos are kept that a message names; default 180 days
	Work      time.Duration    // how long one may wait to be made anew; default 20 s
	Patience  time.Duration    // how long a reader may take; default 10 s
	Refused   *atomic.Int64    // counts photos that were not taken, for whoever shows figures
}

func (o *Options) fill() error {
	if o.Documents == nil {
		return errors.New("an album needs Documents")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	for _, d := range []struct {
		of    *time.Duration
		usual time.Duration
	}{{&o.Keep, 180 * 24 * time.Hour}, {&o.Work, 20 * time.Second}, {&o.Patience, 10 * time.Second}} {
		if *d.of <= 0 {
			*d.of = d.usual
		}
	}
	if o.Refused == nil {
		o.Refused = &atomic.Int64{}
	}
	o.Public = strings.TrimRight(o.Public, "/")
	return nil
}

// An Album has the photos of all shops of a server. There is one, since the memory that all photos in hand may take is bounded by it.
type Album struct {
	Options

	room  *darkroom
	reads *throttle.Throttle // by address
}

// New makes an album and adds the addresses of open photos to a site.
func New(site *page.Site, o Options) (*Album, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	a := &Album{Options: o, room: newDarkroom(), reads: throttle.New(50, 500, 20_000)}
	site.Handle("GET "+root+"{shop}/{photo}", a.getOpen)
	return a, nil
}

// A Photo is under what one is kept, and whose it is.
type Photo struct{ Shop, Kind, ID, Buyer string }

// Has tells whether a photo is kept already, for this buyer or another.
func (a *Album) Has(ctx context.Context, p Photo) (bool, error) {
	_, found, err := a.Documents.Kept(ctx, p.Shop, p.Kind, p.ID)
	return found, err
}

// Add keeps a picture that Receive gave for an hour, unless one is kept under this name.
func (a *Album) Add(ctx context.Context, p Photo, picture []byte) error {
	now := a.Clock()
	return unlessConflict(a.Documents.Keep(ctx, desk.Document{
		Shop: p.Shop, Kind: p.Kind, ID: p.ID, Buyer: p.Buyer, At: now, Until: now.Add(min(keptUnnamed, a.Keep)), Body: picture,
	}))
}

// Use keeps a photo as long as the message that names it from now on. One that is not there, or another buyer's, is refused.
func (a *Album) Use(ctx context.Context, p Photo) error {
	d, found, err := a.Documents.Kept(ctx, p.Shop, p.Kind, p.ID)
	if err != nil {
		return err
	}
	if !found || d.Buyer != p.Buyer {
		return refuse(http.StatusBadRequest, "no-photo")
	}
	if until := d.At.Add(a.Keep); d.Until.Before(until) {
		d.Until = until
		return unlessConflict(a.Documents.Keep(ctx, d)) // the same message was sent twice at once
	}
	return nil
}

func unlessConflict(err error) error {
	if refused, ok := errors.AsType[interface {
		error
		Refusal() string
	}](err); ok && refused.Refusal() == "conflict" {
		return nil
	}
	return err
}

// Show sends a photo, if whoever asks may see those of its buyer. To others there is none ("no-photo").
func (a *Album) Show(w http.ResponseWriter, r *http.Request, p Photo, may func(buyer string) bool) error {
	d, found, err := a.Documents.Kept(r.Context(), p.Shop, p.Kind, p.ID)
	if err != nil {
		return err
	}
	if !found || !may(d.Buyer) {
		return refuse(http.StatusNotFound, "no-photo")
	}
	h := w.Header()
	h.Set("Content-Type", kindOf(d.Body))
	h.Set("Content-Length", strconv.Itoa(len(d.Body)))
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if h.Get("Cross-Origin-Resource-Policy") == "" {
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(d.Body) // whoever has gone needs no picture
	return nil
}
