package web

import (
	"context"
	"errors"
	"time"

	"xiaoer/bot"
)

// Demo is the page on which a newcomer plays buyer and agent. Every browser session has an engine, a state and a clock of
// its own, so that visitors do not meet and the clock may be moved.
type Demo struct {
	Shops []DemoShop
	// Open makes the engine of one session; it must take the time from the clock and needs no scheduler, since the session
	// says when it is time to look.
	Open func(clock func() time.Time) (Talk, error)

	Sessions int           // at once; default 200
	Idle     time.Duration // before a session may make room; default 1 h
}

// A DemoShop is a shop on the demo page, with what its sample buyer has.
type DemoShop struct {
	ID       string
	Name     string
	Locale   string // zh-CN, en-US: the page says what language to write in
	Zone     *time.Location
	Buyer    bot.Buyer
	Orders   func(now time.Time) []bot.Order // the buyer's orders as they stand at this time
	Products []bot.Product
	Photos   []string // names among Photos()
	Chips    []string // messages to start with
}

// A Talk is the engine of one session: the methods of engine.Engine that the page needs, as functions.
type Talk struct {
	Handle       func(ctx context.Context, shop string, m bot.Message) (bot.Response, error)
	Act          func(ctx context.Context, shop, conversation string, ev bot.Event) (bot.Turn, error)
	Tick         func(ctx context.Context) (fired int, err error) // fires the timers that are due
	NextDue      func(ctx context.Context) (at time.Time, ok bool, err error)
	Conversation func(ctx context.Context, shop, conversation string) (bot.Conversation, error)
	Trace        func(ctx context.Context, shop, id string) (any, error)
	Late         func(ctx context.Context, shop, conversation, after string) ([]Late, error)
}

// Late is a late reply: what the buyer reads outside of a response. Its id is the id of the turn's trace too.
type Late struct {
	ID           string
	Conversation string
	Status       bot.Status
	Replies      []bot.Reply
	Handoff      *bot.HandoffResponse
	At           time.Time
}

func (d *Demo) validate() error {
	if len(d.Shops) == 0 || d.Open == nil {
		return errors.New("a demo needs shops and Open")
	}
	for i := range d.Shops {
		if d.Shops[i].Zone == nil {
			d.Shops[i].Zone = time.UTC
		}
		if d.Shops[i].Orders == nil {
			d.Shops[i].Orders = func(time.Time) []bot.Order { return nil }
		}
	}
	if d.Sessions <= 0 {
		d.Sessions = 200
	}
	if d.Idle <= 0 {
		d.Idle = time.Hour
	}
	return nil
}

func (d *Demo) shop(id string) (*DemoShop, bool) {
	for i := range d.Shops {
		if d.Shops[i].ID == id {
			return &d.Shops[i], true
		}
	}
	return nil, false
}
