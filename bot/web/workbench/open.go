package workbench

import (
	"context"
	"sync"

	"xiaoer/bot/desk"
)

// Bounds of what the desk looks at.
const (
	mostOpen  = 500 // open cases of one shop that the desk lists: those with the nearest deadlines; pages say where there are more
	mostShops = 200 // whose lists are remembered
)

// openCases remembers the open cases of shops as of their last change, so that many agents who look at the same moment cost one reading.
type openCases struct {
	desk Desk
	feed Feed

	mu    sync.Mutex
	shops map[string]*openList
}

// An openList is the open cases of one shop. Its lock is held while they are read, so that they are read once.
type openList struct {
	mu     sync.Mutex
	change int64
	erased int
	known  bool
	cases  []desk.Case
	more   bool // than are listed
}

func newOpenCases(o Options) *openCases {
	return &openCases{desk: o.Desk, feed: o.Feed, shops: map[string]*openList{}}
}

// of lists the open cases of a shop by deadline, and says whether there are more. The list is shared: nobody changes it.
func (o *openCases) of(ctx context.Context, shop string) (list []desk.Case, more bool, err error) {
	erased, _ := o.feed.Erased(shop)
	change, err := o.feed.LastChange(ctx, shop) // before the list, so that a change between the two is seen the next time
	if err != nil {
		return nil, false, err
	}
	l := o.list(shop)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known && l.change == change && l.erased == erased {
		return l.cases, l.more, nil
	}
	cases, err := o.desk.Cases(ctx, desk.Query{Shops: []string{shop}, Limit: mostOpen + 1})
	if err != nil {
		return nil, false, err
	}
	l.change, l.erased, l.known, l.more = change, erased, true, len(cases) > mostOpen
	l.cases = cases[:min(len(cases), mostOpen)]
	return l.cases, l.more, nil
}

// list finds a shop's list; when too many are remembered all are forgotten.
func (o *openCases) list(shop string) *openList {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.shops[shop]
	if l == nil {
		if len(o.shops) >= mostShops {
			o.shops = map[string]*openList{}
		}
		l = &openList{}
		o.shops[shop] = l
	}
	return l
}
