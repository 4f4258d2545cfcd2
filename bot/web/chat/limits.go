package chat

import (
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"xiaoer/bot/web/throttle"
)

// Limits are what buyers are held to. Zero values take the defaults.
type Limits struct {
	Streams          int // of all buyers; default 2000
	StreamsOfBuyer   int // default 4
	StreamsOfAddress int // default 100: many may share an address

	Messages Pace // of one buyer; default one in two seconds, 15 at once
	Photos   Pace // of one buyer; default one in ten seconds, 9 at once
	Sessions Pace // of one address; default one in two seconds, 60 at once
	Address  int  // how many times a buyer's pace one address may have; default 20
}

// A Pace is how many calls are let in.
type Pace struct {
	Every time.Duration // one, in the long run
	Burst int           // at once
}

func (l *Limits) fill() {
	for _, n := range []struct {
		of    *int
		usual int
	}{{&l.Streams, 2000}, {&l.StreamsOfBuyer, 4}, {&l.StreamsOfAddress, 100}, {&l.Address, 20}} {
		if *n.of <= 0 {
			*n.of = n.usual
		}
	}
	for _, p := range []struct {
		of    *Pace
		usual Pace
	}{{&l.Messages, Pace{2 * time.Second, 15}}, {&l.Photos, Pace{10 * time.Second, 9}}, {&l.Sessions, Pace{2 * time.Second, 60}}} {
		if p.of.Every <= 0 || p.of.Burst <= 0 {
			*p.of = p.usual
		}
	}
}

// held are the paces of all calls.
type held struct {
	messages, messagesOfAddress *throttle.Throttle
	photos, photosOfAddress     *throttle.Throttle
	sessions, reads             *throttle.Throttle // by address
	met                         *throttle.Throttle // guests who were counted among their address's sessions; it holds nobody back

	mu    sync.Mutex
	shops map[string]*rate.Limiter
}

// mostHeld is how many a throttle remembers at least.
const mostHeld = 20_000

func (p Pace) throttle(times int) *throttle.Throttle {
	return throttle.New(float64(times)/p.Every.Seconds(), p.Burst*times, mostHeld)
}

func newHeld(l Limits) *held {
	return &held{
		messages: l.Messages.throttle(1), messagesOfAddress: l.Messages.throttle(l.Address),
		photos: l.Photos.throttle(1), photosOfAddress: l.Photos.throttle(l.Address),
		sessions: l.Sessions.throttle(1), reads: Pace{200 * time.Millisecond, 50}.throttle(l.Address), shops: map[string]*rate.Limiter{},
		met: throttle.New(math.MaxInt32, math.MaxInt32, mostHeld),
	}
}

// meet counts a guest who was not seen lately as a new session of their address: anybody may make up a secret, and with it a buyer whose pace
// nobody has used yet. Whom the site has named is not made up.
func (h *held) meet(k *call, who *visitor) error {
	if who.Signed {
		return nil
	}
	key := k.id + " " + who.Key
	if !h.met.Knows(key) {
		if err := take(h.sessions, throttle.Address(k.r)); err != nil {
			return err
		}
	}
	return take(h.met, key)
}

// take counts one call of a caller, or refuses it.
func take(t *throttle.Throttle, key string) error {
	if wait := t.Take(key); wait > 0 {
		return later(http.StatusTooManyRequests, "too-many", wait)
	}
	return nil
}

// takeOfShop counts one message of a shop's buyers together, of whom two seconds' may come at once.
func (h *held) takeOfShop(shop string, perSecond float64) error {
	if perSecond <= 0 {
		return nil
	}
	burst := max(int(2*perSecond), 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.shops[shop]
	if l == nil || l.Limit() != rate.Limit(perSecond) { // or the shop was reloaded with another rate
		l = rate.NewLimiter(rate.Limit(perSecond), burst)
		h.shops[shop] = l
	}
	if !l.Allow() {
		return later(http.StatusTooManyRequests, "too-many", time.Second)
	}
	return nil
}
