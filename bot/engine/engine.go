// Package engine is the loop round bot.Step: it takes events one at a time per conversation, loads what a step needs, asks
// the order source, commits once, and delivers late what could not stand in a response. It decides nothing about what
// is said to a buyer, and knows neither HTTP requests nor how state is kept.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"xiaoer/bot"
	"xiaoer/intents"
)

// A Shop is what a turn needs to know of one shop. It is asked for anew for every turn, so that a reload is seen by the next.
type Shop struct {
	Book           *bot.Book
	Read           func(text string) intents.Reading
	Orders         func(ctx context.Context, l bot.Lookup) bot.LookupResult // nil: there is no source
	ClassifierHash string
	Callback       Callback
}

// A Callback is where late replies go. Without a URL they wait to be read.
type Callback struct {
	URL    string
	Secret string // whsec_…
}

// Options are what an engine works with. Store and Shops are required.
type Options struct {
	Store Store
	// Shops gives the shop of this name as it is now, or an error: ErrNoShop, ErrBroken.
	Shops func(id string) (Shop, error)
	// ShopNames lists all shops that there are, broken ones too; default: none are known by name.
	ShopNames func() []string

	Clock   func() time.Time                               // default time.Now
	IDs     func() string                                  // fresh, unique and growing; default UUIDv7
	Logger  *slog.Logger                                   // default: discards
	Observe func(what, outcome string, took time.Duration) // figures for the operator; default: none
	Client  *http.Client                                   // for callbacks; default: one that goes nowhere but to the internet and to AllowCallbacks

	AllowCallbacks []netip.Prefix // networks that callbacks may reach beside the internet

	// Shared says that other processes work on the same store, which must then offer Leases: timers and late replies are taken before they
	// are worked on, so that each is one process's. Their clocks must agree within a few seconds.
	Shared bool

	Limits        Limits
	Seats         int           // turns that compute at once; default twice the processors
	LookupTimeout time.Duration // of one look-up, whatever the source does; default 5 s
	StoreTimeout  time.Duration // of one read or write; default 10 s
	Cache         int           // bytes, about, of what the last turns left behind, for the next of the same conversations; 0 remembers nothing
}

func (o *Options) validate() error {
	switch {
	case o.Store == nil:
		return errors.New("an engine needs a store")
	case o.Shops == nil:
		return errors.New("an engine needs shops")
	}
	if _, ok := o.Store.(Leases); o.Shared && !ok {
		return errors.New("several processes may not share this store: it offers no leases")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.IDs == nil {
		o.IDs = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(string, string, time.Duration) {}
	}
	if o.ShopNames == nil {
		o.ShopNames = func() []string { return nil }
	}
	if o.Client == nil {
		o.Client = guardedClient(o.AllowCallbacks)
	}
	if o.Seats <= 0 {
		o.Seats = 2 * runtime.GOMAXPROCS(0)
	}
	if o.LookupTimeout <= 0 {
		o.LookupTimeout = 5 * time.Second
	}
	if o.StoreTimeout <= 0 {
		o.StoreTimeout = 10 * time.Second
	}
	return nil
}

// An Engine runs conversations. Its methods are safe for concurrent use.
type Engine struct {
	Options

	leases  *leases // nil where the store is this process's alone
	signals Signals // nil where the store offers none
	lanes   *lanes
	seats   *seats
	numbers *numbers
	books   *books

	flights  *flights
	breakers *breakers

	daybook       *Daybook
	feed          *feed
	turnstile     *turnstile
	chats         chats
	alarm         *alarm        // wakes the scheduler
	outboxChanged chan struct{} // wakes the deliverer

	missed     atomic.Int64   // deadlines
	background sync.WaitGroup // what the loops have started
}

// New makes an engine. It starts nothing: Run does.
func New(o Options) (*Engine, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	leases, signals := newLeases(&o), signalsOf(&o)
	if o.Cache > 0 {
		o.Store = newCache(o.Store, o.Cache)
	}
	return &Engine{
		Options:       o,
		leases:        leases,
		signals:       signals,
		lanes:         newLanes(o.Limits),
		seats:         newSeats(o.Seats),
		numbers:       newNumbers(),
		books:         newBooks(),
		flights:       newFlights(),
		breakers:      newBreakers(),
		daybook:       NewDaybook(o.Store, o.Clock, o.StoreTimeout),
		feed:          newFeed(),
		turnstile:     newTurnstile(),
		alarm:         newAlarm(),
		outboxChanged: make(chan struct{}, 1),
	}, nil
}

// Run fires timers, delivers late replies, looks for what other processes changed and sweeps the store until ctx ends. Turns are
// taken without it too.
func (e *Engine) Run(ctx context.Context) {
	var loops sync.WaitGroup
	for _, loop := range []func(context.Context){e.runTimers, e.runDeliveries, e.runFeed, e.runSignals, e.runSweeps, e.runDays} {
		loops.Go(func() { loop(ctx) })
	}
	loops.Wait()
	e.background.Wait()
}

// Close refuses new turns and waits until those that were taken are answered, or until ctx ends.
func (e *Engine) Close(ctx context.Context) error { return e.lanes.close(ctx) }

// Depth is how many turns are running or waiting.
func (e *Engine) Depth() int { return e.lanes.depth() }

// shop is the shop of this name as it is now.
func (e *Engine) shop(id string) (Shop, error) { return e.Options.Shops(id) }

// Shops names all shops that there are.
func (e *Engine) Shops() []string { return e.ShopNames() }

// Now is the engine's clock.
func (e *Engine) Now() time.Time { return e.Clock() }

// Ready says whether a message would be taken now.
func (e *Engine) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	return e.Store.Ready(ctx)
}

// wake tells a loop that there is something new to do, without ever waiting for it.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
