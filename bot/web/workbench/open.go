package workbench

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/intents"
)

// Bounds of what the desk remembers.
const (
	mostOpen  = 20_000  // open cases of one shop: those with the nearest deadlines; pages say where there are more
	mostKnown = 100_000 // of all shops together; when there would be more all are forgotten
	readNow   = 500     // that are read at once
	mostShops = 20_000  // whose lists are remembered
	openFresh = time.Minute
)

// An openCase is what lists need to know of a case that is not closed.
type openCase struct {
	Shop, ID, Buyer               string
	Number                        int
	State                         desk.State
	Team, Stage, Intent, Priority string
	Agent, Assigned               string
	Why                           string
	Mood                          intents.Mood
	Risk                          intents.Risk
	BeenLate                      bool
	Missed                        bool // the deadline of the reply that is owed has passed, be it that another was set since
	Deadline, Waiting, Opened     time.Time
}

// longestWhy bounds the reason that is shown of a case, in runes: there is one line for it.
const longestWhy = 120

func openOf(c *desk.Case) *openCase {
	return &openCase{
		Shop: c.Shop, ID: c.ID, Buyer: c.Buyer, Number: c.Number, State: c.State, Team: c.Team, Stage: c.Stage, Intent: c.Intent,
		Priority: c.Priority, Agent: c.Agent, Assigned: c.Assigned, Why: clip(cmp.Or(c.Reason, c.Summary), longestWhy), Mood: c.Mood, Risk: c.Risk,
		BeenLate: c.Late > 0, Missed: !c.Missed.IsZero(), Deadline: c.Deadline, Waiting: c.Waiting, Opened: c.OpenedAt,
	}
}

// clip is the beginning of a text, as a string that holds on to no more.
func clip(text string, most int) string {
	for at := range text {
		if most--; most < 0 {
			return strings.Clone(text[:at]) + "…"
		}
	}
	return text
}

// overdue is whether somebody waits too long.
func (c *openCase) overdue(now time.Time) bool {
	return c.Missed || !c.Deadline.IsZero() && c.Deadline.Before(now)
}

// holder is who has a case, or whom the desk chose for it.
func (c *openCase) holder() string { return cmp.Or(c.Agent, c.Assigned) }

func byDeadline(x, y *openCase) int {
	return cmp.Or(cmp.Compare(desk.ByDeadline(x.Deadline), desk.ByDeadline(y.Deadline)), cmp.Compare(x.Shop, y.Shop), cmp.Compare(x.Number, y.Number))
}

// An openList is the open cases of one shop by deadline. It is shared, and nobody changes it.
type openList struct {
	cases  []*openCase
	buyers map[string]int // how many of them each buyer has
	more   bool           // than are listed
}

// listOf puts cases that stand in any order into a list.
func listOf(cases []*openCase, more bool) *openList {
	slices.SortFunc(cases, byDeadline)
	l := &openList{cases: cases[:min(len(cases), mostOpen)], more: more || len(cases) > mostOpen, buyers: map[string]int{}}
	for _, c := range l.cases {
		if c.Buyer != "" {
			l.buyers[c.Buyer]++
		}
	}
	return l
}

// with is the list after cases have changed.
func (l *openList) with(changed []desk.Case) *openList {
	if len(changed) == 0 {
		return l
	}
	gone := map[string]bool{}
	next := make([]*openCase, 0, len(l.cases)+len(changed))
	for i := range changed {
		gone[changed[i].ID] = true
		if changed[i].State != desk.Closed {
			next = append(next, openOf(&changed[i]))
		}
	}
	for _, c := range l.cases {
		if !gone[c.ID] {
			next = append(next, c)
		}
	}
	return listOf(next, l.more)
}

// openCases remembers the open cases of shops, and reads only what has changed since, so that many agents who look at the same moment cost one
// reading of little.
type openCases struct {
	desk Desk
	feed Feed
	now  func() time.Time

	mu    sync.Mutex
	shops map[string]*remembered
}

// What is remembered of one shop. Its lock is held while cases are read, so that they are read once.
type remembered struct {
	mu     sync.Mutex
	list   *openList // nil: nothing
	change int64     // up to which the changes are in it
	erased int
	read   time.Time // whole: what other processes have erased no change tells of
	size   atomic.Int64
}

func newOpenCases(o Options) *openCases {
	return &openCases{desk: o.Desk, feed: o.Feed, now: o.Now, shops: map[string]*remembered{}}
}

// of lists the open cases of a shop.
func (o *openCases) of(ctx context.Context, shop string) (*openList, error) {
	erased, _ := o.feed.Erased(shop)
	change, err := o.feed.LastChange(ctx, shop) // before the list, so that a change between the two is seen the next time
	if err != nil {
		return nil, err
	}
	r := o.remembered(shop)
	r.mu.Lock()
	defer r.mu.Unlock()
	age := o.now().Sub(r.read)
	if r.list != nil && r.erased >= erased && age >= 0 && age < openFresh { // who asked later may have been here before
		err := r.follow(ctx, o.feed, shop, change)
		return r.list, err
	}
	list, err := o.readAll(ctx, shop)
	if err != nil {
		return nil, err
	}
	r.list, r.change, r.erased, r.read = list, change, erased, o.now()
	r.size.Store(int64(len(list.cases)))
	o.bound()
	return list, nil
}

// follow puts into the list what has changed since it was read.
func (r *remembered) follow(ctx context.Context, feed Feed, shop string, until int64) error {
	for r.change < until {
		changed, err := feed.Changed(ctx, shop, r.change, readNow)
		if err != nil {
			return err
		}
		r.list = r.list.with(changed)
		if n := len(changed); n > 0 {
			r.change = changed[n-1].Change
		}
		if len(changed) < readNow {
			r.change = max(r.change, until)
		}
	}
	return nil
}

// readAll reads a shop's open cases page by page.
func (o *openCases) readAll(ctx context.Context, shop string) (*openList, error) {
	q := desk.Query{Shops: []string{shop}, Limit: readNow}
	known, more := map[string]*openCase{}, false // a case that moves while they are read may come twice
	for range mostOpen/readNow + 1 {
		cases, err := o.desk.Cases(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range cases {
			known[cases[i].ID] = openOf(&cases[i])
		}
		if len(cases) < readNow {
			break
		}
		last := &cases[len(cases)-1]
		q.After = desk.Cursor{Deadline: last.Deadline, Shop: last.Shop, Number: last.Number}
		more = len(known) >= mostOpen
	}
	all := make([]*openCase, 0, len(known))
	for _, c := range known {
		all = append(all, c)
	}
	return listOf(all, more), nil
}

// bound forgets all when too much is remembered.
func (o *openCases) bound() {
	o.mu.Lock()
	defer o.mu.Unlock()
	sum := int64(0)
	for _, r := range o.shops {
		sum += r.size.Load()
	}
	if sum > mostKnown {
		o.shops = map[string]*remembered{}
	}
}

// remembered finds what is remembered of a shop.
func (o *openCases) remembered(shop string) *remembered {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.shops[shop]
	if r == nil {
		if len(o.shops) >= mostShops {
			o.shops = map[string]*remembered{}
		}
		r = &remembered{}
		o.shops[shop] = r
	}
	return r
}
