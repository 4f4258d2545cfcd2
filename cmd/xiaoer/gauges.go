package main

import (
	"context"
	"sync"
	"time"

	"xiaoer/bot/engine"
	"xiaoer/bot/web"
)

// figuresLast is how long figures stand for all that are shown: one look at /metrics reads them once.
const figuresLast = time.Second

// figuresPatience is with a store that does not answer: whoever looks at /metrics has little more.
const figuresPatience = 2 * time.Second

// show adds to the metrics what the engine and the registry know.
func (s *service) show(eng *engine.Engine, metrics *web.Metrics) error {
	f := &gauges{read: eng.Figures, now: s.now}
	of := func(pick func(engine.Figures) float64) func() float64 {
		return func() float64 { return pick(f.get(s.ctx)) }
	}
	shown := web.Figures{
		OutboxDepth:      of(func(f engine.Figures) float64 { return float64(f.Backlog) }),
		OutboxAge:        of(func(f engine.Figures) float64 { return f.OldestAge.Seconds() }),
		DeadLetters:      of(func(f engine.Figures) float64 { return float64(f.DeadLetters) }),
		DeadlinesMissed:  of(func(f engine.Figures) float64 { return float64(f.Missed) }),
		Turns:            of(func(f engine.Figures) float64 { return float64(f.Turns) }),
		Deliveries:       of(func(f engine.Figures) float64 { return float64(f.Flights) }),
		DeadDestinations: of(func(f engine.Figures) float64 { return float64(f.OpenBreakers) }),
		CasesOpen:        of(func(f engine.Figures) float64 { return float64(f.Cases) }),
		DeskStreams:      func() float64 { return float64(s.deskSeats.Taken()) },
		ChatStreams:      func() float64 { return float64(s.chats.Seats.Taken()) },
		ChatThrottled:    func() float64 { return float64(s.chats.Throttled.Load()) },
		PhotosRefused:    func() float64 { return float64(s.noPhotos.Load()) },
		Shops:            func() float64 { return float64(len(s.shops.names())) },
	}
	if s.registry != nil {
		shown.Reloads = func() float64 {
			swapped, _ := s.registry.Reloads()
			return float64(swapped)
		}
		shown.ReloadsFailed = func() float64 {
			_, failed := s.registry.Reloads()
			return float64(failed)
		}
		shown.ShopsBroken = func() float64 {
			return float64(len(s.registry.Status()) - len(s.registry.Shops()))
		}
	}
	return metrics.Show(shown)
}

// gauges keep for a moment what was read, since each is asked for by itself.
type gauges struct {
	read func(context.Context) (engine.Figures, error)
	now  func() time.Time

	mu   sync.Mutex
	at   time.Time
	last engine.Figures
}

// get gives the last figures again where the store cannot say new ones.
func (f *gauges) get(ctx context.Context) engine.Figures {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if age := now.Sub(f.at); !f.at.IsZero() && age >= 0 && age < figuresLast {
		return f.last
	}
	ctx, cancel := context.WithTimeout(ctx, figuresPatience)
	defer cancel()
	read, err := f.read(ctx)
	if err != nil {
		read.Backlog, read.OldestAge, read.DeadLetters, read.Cases = f.last.Backlog, f.last.OldestAge, f.last.DeadLetters, f.last.Cases
	}
	f.at, f.last = f.now(), read // as of the end: what took long is not asked for again at once
	return read
}
