package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/figures"
)

const (
	// Kinds of documents. A rating has its "stars", from one to five.
	kindFigures = "figures"
	kindRating  = "rating"

	// turnsSettle is how long a turn may take from its id to its commit: what is summed for good is older.
	turnsSettle = 2 * time.Minute
	// mostSummed bounds the turns that one look sums; the next look goes on from there.
	mostSummed  = 50_000
	turnsAtOnce = 500
	// sumsAtOnce is how many shops' days may be summed at once.
	sumsAtOnce = 2
	// worthKeeping is how many turns an unfinished sum must have gained to be written down.
	worthKeeping = 200
	// keepFigures is how long the figures of a day are kept after it.
	keepFigures = 3 * 365 * 24 * time.Hour
	// oldestSummed is how far back turns are looked for.
	oldestSummed = 400
)

// A Daybook sums the days of shops from their recorded turns, when somebody looks, and keeps the sums as documents: a day that has
// ended is summed once, today from the last place. It never takes part in answering a message.
type Daybook struct {
	store Store
	clock func() time.Time
	wait  time.Duration // for one read or write
	seats chan struct{} // as many sums at a time: looking at figures may take some processors, not all

	mu    sync.Mutex
	shops map[string]*shopDays
}

// shopDays is what is known of one shop between looks. Only who has its seat may touch the rest.
type shopDays struct {
	seat  chan struct{} // one look at a time: the next finds what this one summed
	rated ratings
}

// NewDaybook makes a daybook. Zero wait is ten seconds for each read or write.
func NewDaybook(s Store, clock func() time.Time, wait time.Duration) *Daybook {
	if wait <= 0 {
		wait = 10 * time.Second
	}
	return &Daybook{store: s, clock: clock, wait: wait, seats: make(chan struct{}, sumsAtOnce), shops: map[string]*shopDays{}}
}

// enter waits for the shop's seat and then for one of all seats, so that no shop has more than one of those; ErrBusy where there is none in
// time.
func (b *Daybook) enter(ctx context.Context, shop string) (own *shopDays, leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, b.wait)
	defer cancel()
	own = b.of(shop)
	select {
	case own.seat <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, fmt.Errorf("wait for another look at the shop's figures: %w", ErrBusy)
	}
	select {
	case b.seats <- struct{}{}:
		return own, func() { <-b.seats; <-own.seat }, nil
	case <-ctx.Done():
		<-own.seat
		return nil, nil, fmt.Errorf("wait for others who look at figures: %w", ErrBusy)
	}
}

func (b *Daybook) of(shop string) *shopDays {
	b.mu.Lock()
	defer b.mu.Unlock()
	own := b.shops[shop]
	if own == nil {
		own = &shopDays{seat: make(chan struct{}, 1)}
		b.shops[shop] = own
	}
	return own
}

// Days sums what is to be summed of a stretch of days and gives all of it. It is ErrBusy where too many look at figures.
func (b *Daybook) Days(ctx context.Context, shop string, zone *time.Location, span figures.Span) (figures.Counted, error) {
	own, leave, err := b.enter(ctx, shop)
	if err != nil {
		return figures.Counted{}, err
	}
	defer leave()
	l := &looking{Daybook: b, own: own, shop: shop, zone: zone, now: b.clock(), left: mostSummed, kept: map[string]keptDay{}}
	if err := l.readKept(ctx, span); err != nil {
		return figures.Counted{}, err
	}
	out := figures.Counted{At: l.now}
	days, behind, err := l.days(ctx, span)
	if err != nil {
		return figures.Counted{}, err
	}
	out.Days, out.Behind = days, behind
	return out, nil
}

// looking is one look at a shop's days.
type looking struct {
	*Daybook
	shop string
	zone *time.Location
	now  time.Time
	left int // turns that may still be summed
	kept map[string]keptDay
	own  *shopDays
}

// A keptDay is a day as its document has it.
type keptDay struct {
	figures.Day
	version int64
}

// readKept reads what was summed before.
func (l *looking) readKept(ctx context.Context, span figures.Span) error {
	after := figures.Shift(span.From, -1)
	for {
		list, err := l.documents(ctx, kindFigures, after, turnsAtOnce)
		if err != nil {
			return err
		}
		for i := range list {
			d := &list[i]
			if after = d.ID; after > span.Until {
				return nil
			}
			k := keptDay{version: d.Version}
			if err := json.Unmarshal(d.Body, &k.Day); err != nil || k.Format != figures.Format || k.Date != d.ID || !k.Whole && k.Zone != l.zone.String() {
				k.Day = figures.NewDay(d.ID, l.zone) // of another form or timezone: summed anew as far as the turns are still there
			}
			l.kept[d.ID] = k
		}
		if len(list) < turnsAtOnce {
			return nil
		}
	}
}

func (l *looking) documents(ctx context.Context, kind, after string, limit int) ([]desk.Document, error) {
	ctx, cancel := context.WithTimeout(ctx, l.wait)
	defer cancel()
	list, err := l.store.Documents(ctx, l.shop, kind, after, limit)
	if err != nil {
		return nil, storeRefusal("read figures", err)
	}
	return list, nil
}

// days gives the days of a stretch. The latest are summed first, since they are looked at most.
func (l *looking) days(ctx context.Context, span figures.Span) (days []figures.Day, behind int, err error) {
	first, err := l.firstDay(ctx)
	if err != nil {
		return nil, 0, err
	}
	today := l.now.In(l.zone).Format(time.DateOnly)
	dates := span.Dates()
	found := make([]*figures.Day, len(dates))
	for i := len(dates) - 1; i >= 0; i-- {
		date := dates[i]
		k, there := l.kept[date]
		if !k.Whole && first != "" && first <= date && date <= today {
			if !there {
				k.Day = figures.NewDay(date, l.zone)
			}
			var all bool
			if k.Day, all, err = l.sum(ctx, k); err != nil {
				return nil, 0, err
			}
			if !all {
				behind++
			}
			there = k.Turns > 0 || k.Stars != [5]int{}
		}
		if there {
			found[i] = &k.Day
		}
	}
	for _, d := range found {
		if d != nil {
			days = append(days, *d)
		}
	}
	return days, behind, nil
}

// firstDay is the day of the oldest turn that is kept, "" where there is none. What lies before it needs no look.
func (l *looking) firstDay(ctx context.Context) (string, error) {
	list, err := l.turns(ctx, l.now.AddDate(0, 0, -oldestSummed), l.now.Add(time.Hour), "", 1)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return figures.Shift(list[0].At.In(l.zone).Format(time.DateOnly), -1), nil // one more: ids may tell another day than the clock did
}

func (l *looking) turns(ctx context.Context, from, until time.Time, after string, limit int) ([]Recorded, error) {
	ctx, cancel := context.WithTimeout(ctx, l.wait)
	defer cancel()
	list, err := l.store.Turns(ctx, l.shop, from, until, after, limit)
	if err != nil {
		return nil, storeRefusal("read turns", err)
	}
	return list, nil
}

// sum goes on with a day as far as it can; all is false when there is more than one look may sum. What is old enough not to change any
// more is written down, what is not is only shown.
func (l *looking) sum(ctx context.Context, k keptDay) (day figures.Day, all bool, err error) {
	from, until := figures.Bounds(k.Date, l.zone)
	had := k.Turns
	if k.Upto.IsZero() {
		k.Upto = from
	}
	settled := l.now.Add(-turnsSettle).Truncate(time.Millisecond)
	ended := !until.After(settled)
	if ended {
		settled = until
	}
	if all, err = l.goOn(ctx, &k.Day, settled); err != nil {
		return day, false, err
	}
	if k.Stars, err = l.starsOf(ctx, k.Date, until, ended); err != nil {
		return day, false, err
	}
	k.Whole = ended && all
	if k.Turns > 0 && (k.Whole || k.Turns-had >= worthKeeping) || k.Whole && k.Stars != [5]int{} {
		if err := l.keep(ctx, k, until); err != nil {
			return day, false, err
		}
	}
	if !all || ended {
		return k.Day, all, nil
	}
	day = k.Clone()
	all, err = l.goOn(ctx, &day, until)
	return day, all, err
}

// goOn sums a day's turns up to an instant, what was broken off first.
func (l *looking) goOn(ctx context.Context, day *figures.Day, until time.Time) (all bool, err error) {
	if day.After != "" {
		if all, err := l.add(ctx, day); !all || err != nil {
			return false, err
		}
	}
	if !until.After(day.Upto) {
		return true, nil
	}
	day.Next = until
	return l.add(ctx, day)
}

// add sums the turns from where the day is summed up to until its next place, as many as one look may.
func (l *looking) add(ctx context.Context, day *figures.Day) (all bool, err error) {
	for l.left > 0 {
		page, err := l.turns(ctx, day.Upto, day.Next, day.After, turnsAtOnce)
		if err != nil {
			return false, err
		}
		for i := range page {
			r := &page[i]
			t := figures.Turn{ID: r.ID, At: r.At, Rule: r.Rule, Outcome: &r.Outcome}
			if len(r.Events) > 0 {
				t.Event = &r.Events[0]
			}
			day.Add(t, l.zone)
		}
		l.left -= len(page)
		if len(page) < turnsAtOnce {
			day.Upto, day.Next, day.After = day.Next, time.Time{}, ""
			return true, nil
		}
	}
	return false, nil
}

// keep writes a day down. Where another process was quicker its sum stands: it is of the same turns.
func (l *looking) keep(ctx context.Context, k keptDay, until time.Time) error {
	body, err := json.Marshal(k.Day)
	if err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, l.wait)
	defer cancel()
	_, err = l.store.PutDocument(ctx, desk.Document{
		Shop: l.shop, Kind: kindFigures, ID: k.Date, Version: k.version, At: l.now, Until: until.Add(keepFigures), Body: body,
	}, nil)
	if err != nil && !errors.Is(err, ErrStale) {
		return writeRefusal("keep figures", err)
	}
	return nil
}

// Questions reads what buyers asked in turns that had no answer, masked. Turns that were forgotten meanwhile, or whose buyer was erased, are
// left out.
func (b *Daybook) Questions(ctx context.Context, shop string, places []figures.Place) ([]figures.Question, error) {
	out := make([]figures.Question, 0, len(places))
	for _, p := range places {
		r, err := b.trace(ctx, shop, p.ID)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, storeRefusal("read questions", err)
		}
		answered := r.Outcome.Rules
		if len(answered) == 0 {
			answered = []string{r.Rule}
		}
		if q, ok := figures.NewQuestion(p, r.Events, answered); ok {
			out = append(out, q)
		}
	}
	return out, nil
}

func (b *Daybook) trace(ctx context.Context, shop, id string) (Recorded, error) {
	ctx, cancel := context.WithTimeout(ctx, b.wait)
	defer cancel()
	led, err := b.store.Trace(ctx, shop, id)
	if err != nil {
		return Recorded{}, err
	}
	return led[len(led)-1], nil
}
