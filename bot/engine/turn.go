package engine

import (
	"context"
	"errors"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/figures"
	"xiaoer/bot/patience"
)

// mostTries bounds how often a turn runs again because others committed first.
const mostTries = 50

// A turn is one outside event on its way: load, step, commit, and again when another was quicker.
type turn struct {
	key   Key
	shop  Shop
	buyer string // whose record; "" takes the conversation's
	name  string // what it is answered under, "" for what is not kept: a message's id, or an act's (see actKey)
	event bot.Event

	// stop looks at what was loaded and may end the turn before anything is stepped.
	stop func(Loaded) (done bool, err error)
	// finish adds to the commit what this kind of turn keeps beside the conversation.
	finish func(*Commit, bot.Turn) error

	looked map[bot.Lookup]bot.LookupResult // what the source said already, for when the turn runs again
	number reserved
	kept   bool // it was committed
}

// run takes a turn to its commit.
func (e *Engine) run(ctx context.Context, t *turn) (out bot.Turn, err error) {
	began := e.Clock()
	t.event.At = t.event.At.Round(0) // what is remembered is the same as what is read from a store: times of the wall
	defer func() { e.Observe("turn", outcome(err), e.Clock().Sub(began)) }()
	defer func() {
		if (err != nil || !t.kept) && t.number.count > 0 {
			e.numbers.giveBack(t.key.Shop, t.number.from, t.number.count)
		}
	}()
	for range mostTries {
		var again bool
		if out, again, err = e.try(ctx, t); !again {
			return out, err
		}
		if ctx.Err() != nil {
			break
		}
		e.Observe("conflict", "again", 0)
	}
	return bot.Turn{}, ErrBusy
}

// try runs the turn once; again is true when it was built on what is no longer so.
func (e *Engine) try(ctx context.Context, t *turn) (out bot.Turn, again bool, err error) {
	loaded, err := e.load(ctx, t)
	if err != nil {
		return bot.Turn{}, false, err
	}
	if t.stop != nil {
		if done, err := t.stop(loaded); done || err != nil {
			return bot.Turn{}, false, err
		}
	}
	before := loaded.Conversation
	if loaded.Version == 0 {
		before = bot.NewConversation(t.key.Shop, t.key.Conversation)
	}
	ev := t.event
	ev.Record, ev.Desk = loaded.Record, loaded.Desk
	out, opened, ok := e.step(ctx, t, before, ev)
	if !ok {
		return out, true, nil
	}
	err = e.commit(ctx, t, loaded, before, out, opened)
	if errors.Is(err, ErrStale) {
		return out, true, nil
	}
	return out, false, err
}

func (e *Engine) load(ctx context.Context, t *turn) (Loaded, error) {
	within := patience.Within(ctx, e.StoreTimeout) // what is remembered is not waited for
	defer within.End()
	loaded, err := e.Store.Load(within, Ask{Key: t.key, Buyer: t.buyer, Message: t.name, Now: t.event.At, Recent: t.event.Kind == bot.EventMessage})
	if err != nil {
		return Loaded{}, storeRefusal("load", err)
	}
	return loaded, nil
}

// step computes in a seat of its own and gives it back while the source is asked. The numbers of the handoffs that it opens are
// looked at and taken within the seat, so that few can be quicker; ok is false when one was.
func (e *Engine) step(ctx context.Context, t *turn, before bot.Conversation, ev bot.Event) (out bot.Turn, opened []int, ok bool) {
	e.seats.take(t.key.Shop)
	defer e.seats.give()
	ev.Desk.Next = e.nextNumber(t, ev.Desk.Next)
	if m := ev.Message; m != nil {
		if t.event.Reading == nil {
			reading := t.shop.Read(m.Text)
			t.event.Reading = &reading
		}
		ev.Reading = t.event.Reading
	}
	out = bot.Run(t.shop.Book, before, ev, func(l bot.Lookup) bot.LookupResult {
		if got, ok := t.looked[l]; ok {
			return got
		}
		e.seats.give()
		defer e.seats.take(t.key.Shop)
		got := e.lookup(ctx, t.shop, l)
		if t.looked == nil {
			t.looked = map[bot.Lookup]bot.LookupResult{}
		}
		t.looked[l] = got
		return got
	})
	opened = numbersOf(out.Actions, ev.Desk.Next)
	return out, opened, e.reserve(t, ev.Desk.Next, len(opened))
}

// lookup asks the source within the engine's own time-out, whatever the source does with the context.
func (e *Engine) lookup(ctx context.Context, shop Shop, l bot.Lookup) bot.LookupResult {
	if shop.Orders == nil {
		return bot.LookupResult{State: bot.Down}
	}
	began := e.Clock()
	ctx, cancel := context.WithTimeout(ctx, e.LookupTimeout)
	defer cancel()
	answer := make(chan bot.LookupResult, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				e.Logger.Error("look up an order", "err", r)
				answer <- bot.LookupResult{State: bot.Down}
			}
		}()
		answer <- shop.Orders(ctx, l)
	}()
	result := bot.LookupResult{State: bot.Down}
	select {
	case result = <-answer:
	case <-ctx.Done():
	}
	e.Observe("lookup", string(result.State), e.Clock().Sub(began))
	return result
}

// commit keeps what the turn did. It is not cut short when the caller goes away: then nobody would know how it ended.
func (e *Engine) commit(ctx context.Context, t *turn, loaded Loaded, before bot.Conversation, out bot.Turn, opened []int) error {
	c := Commit{
		Key: t.key, Version: loaded.Version, Standing: loaded.Standing, Conversation: out.Conversation, Buyer: out.Conversation.Buyer.ID, At: t.event.At,
		RecordVersion: loaded.RecordVersion, Numbers: opened, Waiting: waitingTeam(out.Conversation), Cases: casesOf(t, out),
		Recorded: &Recorded{
			ID: t.event.ID, Key: t.key, At: t.event.At, Before: before, BeforeJSON: loaded.JSON, Events: out.Events,
			Book: t.shop.Book.Hash, Classifier: t.shop.ClassifierHash, Rule: winner(out),
			Outcome: figures.Of(&before, &out),
		},
	}
	if t.buyer != "" {
		c.Buyer = t.buyer // the record that was loaded is this one's
	}
	if changesRecord(out.Actions) {
		record := loaded.Record.Apply(out.Actions)
		c.Record = &record
	}
	if at, ok := out.Conversation.Due(); ok {
		c.Due = e.ringing(loaded, t, at)
	}
	if err := t.finish(&c, out); err != nil {
		return err
	}
	var err error
	if c.JSON, err = c.ConversationJSON(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.StoreTimeout)
	defer cancel()
	began := e.Clock()
	err = e.Store.Commit(ctx, c)
	e.Observe("commit", outcome(err), e.Clock().Sub(began))
	if err != nil {
		if errors.Is(err, ErrStale) {
			return err
		}
		return writeRefusal("commit", err)
	}
	t.kept = true
	e.books.keep(t.key.Shop, t.shop.Book)
	e.committed(c)
	for _, a := range out.Actions {
		if a.Notice != nil {
			e.Logger.Info("notice to a team", "shop", t.key.Shop, "conversation", t.key.Conversation, "team", a.Notice.Team, "kind", a.Notice.Kind)
		}
	}
	return nil
}

// later keeps a timer that a step did not move from firing for ever: it is tried again in a minute.
func (e *Engine) later(loaded Loaded, t *turn, due time.Time) time.Time {
	if due.After(t.event.At) {
		return due
	}
	if old, ok := loaded.Conversation.Due(); ok && due.After(old) {
		return due
	}
	e.Logger.Error("a timer was stepped and is due still", "shop", t.key.Shop, "conversation", t.key.Conversation)
	return t.event.At.Add(time.Minute)
}

// ringing is when the timer of a conversation is to ring, which is due at a time. A turn of a timer sets it anew: until then it stands at the
// end of a lease.
func (e *Engine) ringing(loaded Loaded, t *turn, due time.Time) time.Time {
	if t.event.Kind == bot.EventTimer {
		return inMillis(e.later(loaded, t, due))
	}
	return soonest(loaded.Standing.Due, due, t.event.At)
}

// soonest is when a timer rings that is wanted at a time, in whole milliseconds. One that is set already and rings before that is left alone:
// most messages only move the time at which a silence will be over, and to move the timer with each costs more than to find out once that it
// rang too early (see fire).
func soonest(set, due, now time.Time) time.Time {
	due = inMillis(due)
	if set.After(now) && set.Before(due) {
		return set
	}
	return due
}

// inMillis rounds up, so that nothing happens before its time.
func inMillis(t time.Time) time.Time {
	return time.UnixMilli(t.Add(time.Millisecond - time.Nanosecond).UnixMilli()).UTC()
}

func changesRecord(actions []bot.Action) bool {
	for _, a := range actions {
		if a.Use != nil || a.Offer != nil || a.Promise != nil {
			return true
		}
	}
	return false
}

// waitingTeam is the team at whose desk a conversation waits.
func waitingTeam(c bot.Conversation) string {
	if c.Status == bot.StatusWaiting && c.Case != nil {
		return c.Case.Team
	}
	return ""
}

func winner(t bot.Turn) string {
	if len(t.Trace.Answered) == 0 {
		return ""
	}
	return t.Trace.Answered[0]
}

// outcome is an error as a word for the operator's figures.
func outcome(err error) string {
	var r *Refusal
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, ErrStale):
		return "stale"
	case errors.As(err, &r):
		return r.code
	default:
		return "error"
	}
}
