package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"xiaoer/bot/engine"
	"xiaoer/bot/orders"
	"xiaoer/bot/shop"
	"xiaoer/bot/web"
	"xiaoer/bot/web/chat"
	"xiaoer/bot/web/stream"
	"xiaoer/bot/web/throttle"
	"xiaoer/rules/doc"
)

type serveCmd struct {
	Shops          string         `help:"A shop's folder, or a folder of them." default:"." env:"XIAOER_SHOPS" placeholder:"DIR"`
	Addr           string         `help:"Where to listen; ${default} unless said." default:"127.0.0.1:8080" env:"XIAOER_ADDR" placeholder:"HOST:PORT"`
	Store          string         `help:"Where state is kept: sqlite:FILE, postgres://USER@HOST/DATABASE, or memory: (lost when the process ends)." default:"sqlite:xiaoer.db" env:"XIAOER_STORE"`
	ForbidUnsigned bool           `help:"Refuse unsigned calls, whatever a shop's connect.yaml says." env:"XIAOER_FORBID_UNSIGNED"`
	MaxRate        int            `help:"The most calls a second for any one shop; 0 leaves it to connect.yaml." env:"XIAOER_MAX_RATE"`
	AllowCallbacks []netip.Prefix `help:"Networks, as CIDR, that callbacks may reach beside the internet: private ones, or this machine." env:"XIAOER_ALLOW_CALLBACKS" placeholder:"CIDR,…"`
	TrustedProxies []netip.Prefix `help:"Networks, as CIDR, of proxies that are believed what they add to X-Forwarded-For and X-Forwarded-Proto." default:"127.0.0.0/8,::1/128" env:"XIAOER_TRUSTED_PROXIES" placeholder:"CIDR,…"`
	DrainWait      time.Duration  `help:"How long new calls are still answered after SIGTERM, while /readyz says 503: give a balancer twice as long as it takes between two looks." default:"0s" env:"XIAOER_DRAIN_WAIT" placeholder:"TIME"`
	PublicURL      string         `name:"public-url" help:"Where people reach the pages, such as https://desk.example behind a proxy: links say so, and cookies are for https only." env:"XIAOER_PUBLIC_URL" placeholder:"URL"`
	Keep           keepFlags      `embed:"" prefix:"keep-"`
	LogFormat      string         `help:"How to log: ${enum}." enum:"text,json" default:"text" env:"XIAOER_LOG_FORMAT"`
}

// keepFlags say how long things are kept.
type keepFlags struct {
	Texts     time.Duration `help:"How long conversations, closed cases and the inputs of turns are kept: 4320h is 180 days." default:"4320h" env:"XIAOER_KEEP_TEXTS" placeholder:"TIME"`
	Answers   time.Duration `help:"How long a message that comes again is known, and late replies wait to be read: 168h is 7 days." default:"168h" env:"XIAOER_KEEP_ANSWERS" placeholder:"TIME"`
	Delivered time.Duration `help:"How long late replies are kept that were delivered: 72h is 3 days." default:"72h" env:"XIAOER_KEEP_DELIVERED" placeholder:"TIME"`
}

func (f keepFlags) retention() engine.Retention {
	return engine.Retention{Texts: f.Texts, Answers: f.Answers, Delivered: f.Delivered}
}

// Help teaches the command.
func (serveCmd) Help() string {
	return `Serves POST /v1/shops/SHOP/messages for every shop in the folder, with /healthz, /readyz, /metrics and /openapi.json.
People work at /desk (xiaoer account add makes the first admin), and buyers may write at /chat/SHOP where the shop wants it.

  XIAOER_MYSHOP_SECRET=whsec_… xiaoer serve --shops shops --addr :8080
  xiaoer serve --shops shops --store sqlite:/var/lib/xiaoer/state.db

State is kept in a SQLite file, xiaoer.db where nothing else is said; an answer leaves after it is synced to the disk.
A changed file is read again at once. A folder with problems keeps its last good version, or answers 503 if there was
none; the other shops run on. SIGTERM stops taking messages and answers those that were taken.

Callbacks go to the internet only: not to this machine, nor to private, link-local or shared networks, unless
--allow-callbacks names them (--allow-callbacks 10.0.0.0/8). A server that listens on this machine only may call it back.`
}

// Run serves until the context ends.
func (c *serveCmd) Run(a *app) error {
	if err := judgeAddress(c.Addr); err != nil {
		return err
	}
	log := a.logger(c.LogFormat)
	if _, set := a.env("GOGC"); !set {
		debug.SetGCPercent(collectAt)
	}
	whole, err := wholePath(c.Shops)
	if err != nil {
		return err
	}
	loader, err := a.loader()
	if err != nil {
		return err
	}
	registry, err := shop.OpenRegistry(shop.RegistryOptions{Dir: whole, Loader: loader, Logger: log, Now: a.now})
	if err != nil {
		return err
	}
	warnOfSecrets(log, registry)
	s := &service{app: a, log: log, store: c.Store, keep: c.Keep.retention(), drain: c.DrainWait, policy: c.policy, allow: c.AllowCallbacks, proxies: c.TrustedProxies, publicURL: c.PublicURL, registry: registry, shops: &shops{
		find: registry.Shop, names: registry.Names,
		source: func(s *shop.Shop) (orders.Source, error) { return source(s, a.now, log) },
	}}
	return s.run(c.Addr, func(addr net.Addr) {
		log.Info("serving", "addr", addr.String(), "shops", len(registry.Shops()), "store", storeName(c.Store))
	}, registry.Watch)
}

// judgeAddress says what is wrong with a place to listen at, where that can be seen.
func judgeAddress(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil && port != "" {
		return nil
	}
	port = addr
	if number, err := strconv.ParseUint(addr, 10, 16); err != nil || number == 0 {
		port = "8080"
	}
	return usageError(fmt.Sprintf("--addr %s: it must be HOST:PORT, such as 127.0.0.1:%s, or :%s for every address of this machine", addr, port, port))
}

// collectAt lets the heap grow to so many percent above what is in use before it is collected. A server keeps some tens of MiB, and
// twice as much memory costs less than collecting it three times as often.
const collectAt = 300

// warnOfSecrets says at the start which shops will refuse every call, since a check may have been run elsewhere.
func warnOfSecrets(log *slog.Logger, registry *shop.Registry) {
	for _, s := range registry.Status() {
		missing := false
		for i := range s.Problems {
			if s.Problems[i].Code == doc.MissingSecret {
				missing = true
				log.Warn("a secret is missing", "shop", s.ID, "at", s.Problems[i].Range.String(), "hint", s.Problems[i].Hint)
			}
		}
		found, err := registry.Shop(s.ID)
		if err == nil && !missing && len(found.Connect.Webhook.Secrets) == 0 && !found.Connect.Webhook.Unsigned {
			log.Warn("every call of this shop will be refused: its connect.yaml names no webhook secret", "shop", s.ID, "dir", s.Dir)
		}
	}
}

// policy is what the operator's settings make of a shop's own.
func (c *serveCmd) policy(w shop.Webhook) shop.Webhook {
	if c.ForbidUnsigned {
		w.Unsigned = false
	}
	if c.MaxRate > 0 && (w.Rate == 0 || w.Rate > c.MaxRate) {
		w.Rate = c.MaxRate
	}
	return w
}

func (a *app) logger(format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(a.err, nil))
	}
	return slog.New(slog.NewTextHandler(a.err, nil))
}

// A service is the engine and the web server round one set of shops.
type service struct {
	*app
	log     *slog.Logger
	store   string // what --store says
	keep    engine.Retention
	shops   *shops
	policy  func(shop.Webhook) shop.Webhook
	drain   time.Duration  // see serveCmd.DrainWait
	allow   []netip.Prefix // networks that callbacks may reach beside the internet
	proxies []netip.Prefix // see serveCmd.TrustedProxies; nil means those on this machine
	demo    *web.Demo      // nil without the demo page

	publicURL string       // where people reach the pages, "" where they do not say
	deskSeats stream.Seats // of those who listen at the desk
	chats     chat.Counts
	noPhotos  atomic.Int64 // that were refused

	registry *shop.Registry // nil where shops are not read from a folder
}

// cached is how many bytes, about, the engine remembers of conversations that go on: some thousands of them.
const cached = 64 << 20

// run serves on addr until the app's context ends; then nothing new is taken and what was taken is answered.
func (s *service) run(addr string, listening func(net.Addr), background ...func(context.Context) error) (err error) {
	kept, closeStore, err := openKeeping(s.ctx, s.store, s.keep, s.log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	if err := refuseHalfMoved(s.ctx, kept, s.log); err != nil {
		return err
	}
	metrics := web.NewMetrics()
	eng, err := engine.New(engine.Options{
		Store: kept, Shops: s.shops.get, ShopNames: s.shops.names, Clock: s.now, Logger: s.log, Observe: metrics.Observe, Cache: cached,
		Shared:         isPostgres(s.store),
		AllowCallbacks: append(thisMachine(addr), s.allow...),
	})
	if err != nil {
		return err
	}
	if err := s.show(eng, metrics); err != nil {
		return err
	}
	pages, err := s.pages(eng)
	if err != nil {
		return err
	}
	defer pages.accounts.Close()
	options := s.web(eng, metrics)
	options.Demo, options.Pages, options.Sessions = s.demo, pages, pages.accounts
	server, err := web.New(options)
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	ln, err := listen.Listen(s.ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	listening(ln.Addr())
	return s.serve(ln, server, eng, background)
}

// thisMachine are the addresses of this machine where the server can be reached from it only: whoever can make it call them can
// call them too.
func thisMachine(addr string) []netip.Prefix {
	at, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil || !at.IP.IsLoopback() {
		return nil
	}
	return []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{127}), 8), netip.PrefixFrom(netip.IPv6Loopback(), 128)}
}

// serve ends in three steps: first the server says that it stops, and goes on; then nothing new is taken, no timer and no late reply either,
// and what was taken is answered; what is not over then is given up or left to others.
func (s *service) serve(ln net.Listener, server *web.Server, eng *engine.Engine, background []func(context.Context) error) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(s.ctx))
	if s.proxies != nil {
		ctx = throttle.Trust(ctx, s.proxies)
	}
	defer stop()
	var loops sync.WaitGroup
	loops.Go(func() { eng.Run(ctx) })
	for _, run := range background {
		loops.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("watch the shops", "err", err)
			}
		})
	}
	drained := context.AfterFunc(s.ctx, func() {
		defer stop()
		server.Drain()
		if s.drain > 0 {
			s.log.Info("draining", "for", s.drain)
			<-time.After(s.drain)
		}
	})
	err := server.Serve(ctx, ln)
	drained()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = errors.Join(err, eng.Close(grace))
	stop()
	loops.Wait()
	s.log.Info("stopped")
	return err
}

// web wires the server to the engine.
func (s *service) web(eng *engine.Engine, metrics *web.Metrics) web.Options {
	return web.Options{
		Shop:   s.callers,
		Handle: eng.Webhook,
		Trace: func(ctx context.Context, shop, id string) (any, error) {
			return eng.Trace(ctx, shop, id)
		},
		Replies: func(ctx context.Context, shop, conversation, after string) (any, error) {
			return eng.Replies(ctx, shop, conversation, after)
		},
		Desk:    eng,
		Ready:   eng.Ready,
		Logger:  s.log,
		Metrics: metrics,
		Version: version(),
	}
}

// callers says what a caller of a shop must keep to.
func (s *service) callers(id string) (web.Shop, error) {
	found, err := s.shops.find(id)
	if errors.Is(err, shop.ErrBroken) {
		return web.Shop{Broken: true}, nil
	}
	if err != nil {
		return web.Shop{}, refusal(err)
	}
	w := found.Connect.Webhook
	if s.policy != nil {
		w = s.policy(w)
	}
	return web.Shop{Secrets: w.Secrets, Unsigned: w.Unsigned, Rate: float64(w.Rate)}, nil
}

// refusal turns the registry's errors into the engine's, which the web server knows.
func refusal(err error) error {
	switch {
	case errors.Is(err, shop.ErrUnknown):
		return engine.ErrNoShop
	case errors.Is(err, shop.ErrBroken):
		return engine.ErrBroken
	}
	return err
}

// shops gives the engine its shops, each with the order source of its version.
type shops struct {
	find   func(id string) (*shop.Shop, error) // shop.ErrUnknown, shop.ErrBroken
	names  func() []string                     // of all that there are, broken ones too
	source func(*shop.Shop) (orders.Source, error)
	mu     sync.Mutex
	made   map[string]made
}

// made is a shop as the engine takes it, with the version that it was made from.
type made struct {
	from *shop.Shop
	shop engine.Shop
}

// get gives a shop as it is now. What belongs to a version is made once for it: an order source keeps a cache.
func (s *shops) get(id string) (engine.Shop, error) {
	found, err := s.find(id)
	if err != nil {
		return engine.Shop{}, refusal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.made[id]; ok && m.from == found {
		return m.shop, nil
	}
	src, err := s.source(found)
	if err != nil {
		return engine.Shop{}, err
	}
	if s.made == nil {
		s.made = map[string]made{}
	}
	s.made[id] = made{from: found, shop: engineShop(found, src)}
	return s.made[id].shop, nil
}

// engineShop is a shop as the engine takes it.
func engineShop(s *shop.Shop, src orders.Source) engine.Shop {
	e := engine.Shop{
		Book: s.Book, Read: s.Classifier.Read, ClassifierHash: s.Classifier.Hash(), Orders: src,
		Callback: engine.Callback{URL: s.Connect.Webhook.Callback},
	}
	if secrets := s.Connect.Webhook.Secrets; len(secrets) > 0 {
		e.Callback.Secret = secrets[0]
	}
	return e
}
