// contract: the server's command makes a chat with the types in this file.

// Package chat is the shop's own chat: a page of its own and a frame on the shop's site, in which a buyer writes, sends photos, picks an
// order and reads what the bot and the agents say. What is written goes through the engine like any channel's messages; what is said later
// comes by server-sent events. It decides nothing about what is said. Who a buyer is, a site may say by a signed identity (see identity.go);
// everybody else is a guest, known by a secret that their browser keeps.
package chat

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
	"xiaoer/bot/web/stream"
	"xiaoer/bot/web/throttle"
)

// A Shop is what the chat must know of one shop.
type Shop struct {
	Name    string
	Locale  string         // the language of its words
	Zone    *time.Location // nil means UTC
	Origins []string       // of the sites that may show the chat in a frame
	Secrets []string       // "whsec_…": any of them may have signed an identity
	Rate    float64        // messages a second, of all buyers together; 0 no limit
	Hours   bot.Hours      // when somebody is at the desk
	Broken  bool           // no good version of its folder is loaded, so nobody knows whether it has a chat
}

// Conversations is what the chat needs of the engine. Errors may have a method Refusal() string that says what is the matter.
type Conversations interface {
	Handle(ctx context.Context, shop string, m bot.Message) (bot.Response, error)
	Chat(ctx context.Context, shop, conversation string, messages ...string) (bot.Chat, error)
	Shown(ctx context.Context, shop, conversation string, upTo time.Time) error
	ListenChat(shop, conversation string) (changed <-chan struct{}, stop func())
	BuyersOrders(ctx context.Context, shop, buyer string) ([]bot.Order, bool)
}

// Documents keep ratings, who a signed buyer is, and what was said long ago.
type Documents interface {
	Kept(ctx context.Context, shop, kind, id string) (desk.Document, bool, error)
	Keep(ctx context.Context, d desk.Document) error
	Forget(ctx context.Context, shop, kind, id string) error
}

// Options are what a chat works with. Shop, Conversations, Documents and Photos are required.
type Options struct {
	Shop          func(id string) (Shop, bool) // false for a shop without a chat
	Conversations Conversations
	Documents     Documents
	Photos        *photo.Album

	Stop   <-chan struct{}  // closed when the server begins to stop: streams end then
	Clock  func() time.Time // default time.Now
	Logger *slog.Logger     // default: discards
	Secure bool             // the server is reached by https only
	Limits Limits
	Counts *Counts // of what happens, for whoever shows figures; default: nobody's

	Keep        time.Duration // how long ratings and old lines are kept; default 180 days
	TurnTimeout time.Duration // of one answer; default 20 s
	Heartbeat   time.Duration // of a stream on which nothing happens; default 15 s
	Recheck     time.Duration // how often it is looked whether a listener may still listen; default 1 min
	Patience    time.Duration // how long a listener may take to read; default 10 s
}

func (o *Options) validate() error {
	if o.Shop == nil || o.Conversations == nil || o.Documents == nil || o.Photos == nil {
		return errors.New("a chat needs Shop, Conversations, Documents and Photos")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	for _, d := range []struct {
		of    *time.Duration
		usual time.Duration
	}{
		{&o.Keep, 180 * 24 * time.Hour},
		{&o.TurnTimeout, 20 * time.Second},
		{&o.Heartbeat, 15 * time.Second},
		{&o.Recheck, time.Minute},
		{&o.Patience, 10 * time.Second},
	} {
		if *d.of <= 0 {
			*d.of = d.usual
		}
	}
	if o.Counts == nil {
		o.Counts = &Counts{}
	}
	o.Limits.fill()
	return nil
}

// Counts are of all shops' chats together.
type Counts struct {
	Seats     stream.Seats // of pages that listen
	Throttled atomic.Int64 // messages and photos that came too quickly
}

// A Chat is the chat of all shops of a server.
type Chat struct {
	Options

	site  *page.Site
	pages *page.Pages
	cross *http.CrossOriginProtection
	held  *held

	strangers strangers // pages that load the script and are not listed
}

// New adds the chat's pages to a site.
func New(site *page.Site, o Options) (*Chat, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	pages, err := site.Open(page.Section{Name: "chat", Files: files()})
	if err != nil {
		return nil, err
	}
	c := &Chat{
		Options: o, site: site, pages: pages, cross: http.NewCrossOriginProtection(),
		held: newHeld(o.Limits),
	}
	site.Handle("GET /chat/{shop}", c.open)
	site.Handle("POST /chat/{shop}", c.sayByForm)
	for pattern, handler := range map[string]handler{
		"POST /chat/{shop}/session":       c.postSession,
		"GET /chat/{shop}/lines":          c.known(c.getLines),
		"GET /chat/{shop}/earlier":        c.known(c.getEarlier),
		"POST /chat/{shop}/messages":      c.known(c.postMessage),
		"POST /chat/{shop}/read":          c.known(c.postRead),
		"GET /chat/{shop}/live":           c.known(c.getLive),
		"GET /chat/{shop}/orders":         c.known(c.getOrders),
		"PUT /chat/{shop}/photos/{name}":  c.known(c.putPhoto),
		"POST /chat/{shop}/rating":        c.known(c.postRating),
		"GET /chat/{shop}/photos/{photo}": c.getPhoto,
	} {
		site.Handle(pattern, c.call(handler))
	}
	return c, nil
}

// A call is one request of a buyer's page.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	id   string // of the shop
	shop Shop
	who  visitor // only where the handler is one for known visitors
}

// A handler answers a call or says why not.
type handler func(k *call) error

// call finds the shop, keeps other sites' pages from posting, and turns errors into problems.
func (c *Chat) call(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		k := &call{w: w, r: r, id: r.PathValue("shop")}
		if err := c.serve(k, h); err != nil {
			c.fail(w, r, err)
		}
	}
}

func (c *Chat) serve(k *call, h handler) error {
	if err := c.find(k); err != nil {
		return err
	}
	return h(k)
}

// find looks the shop of a call up.
func (c *Chat) find(k *call) error {
	if err := c.cross.Check(k.r); err != nil {
		return refuse(http.StatusForbidden, "elsewhere")
	}
	shop, ok := c.Shop(k.id)
	if !ok {
		return refuse(http.StatusNotFound, "no-chat")
	}
	if shop.Broken {
		return later(http.StatusServiceUnavailable, "broken", 30*time.Second)
	}
	if shop.Zone == nil {
		shop.Zone = time.UTC
	}
	k.shop = shop
	return nil
}

// known is a handler for those who have a session.
func (c *Chat) known(h handler) handler {
	return func(k *call) error {
		if err := take(c.held.reads, throttle.Address(k.r)); err != nil {
			return err
		}
		who, err := c.visitor(k)
		if err != nil {
			return err
		}
		if err := c.held.meet(k, &who); err != nil {
			return err
		}
		k.who = who
		return h(k)
	}
}
