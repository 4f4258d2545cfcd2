package workbench

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

const mostRows = 100 // of the queue on one page

// A filter is what a queue is narrowed to. It stands in the address, so that a colleague can be sent it.
type filter struct {
	Shop, Team, Stage, Intent, Priority string
	Mine                                bool
	Agent                               string // who has it, for leads
	Page                                int    // from 1; what is no page is the first
}

func readFilter(q url.Values) filter {
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	return filter{
		Shop: q.Get("shop"), Team: q.Get("team"), Stage: q.Get("stage"), Intent: q.Get("intent"), Priority: q.Get("priority"),
		Mine: q.Get("mine") != "", Agent: q.Get("agent"), Page: page,
	}
}

// Query is the filter as an address has it, without what is not narrowed.
func (f filter) Query() string {
	v := url.Values{}
	for name, value := range map[string]string{"shop": f.Shop, "team": f.Team, "stage": f.Stage, "intent": f.Intent, "priority": f.Priority, "agent": f.Agent} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.Mine {
		v.Set("mine", "1")
	}
	if f.Page > 1 {
		v.Set("page", strconv.Itoa(f.Page))
	}
	return v.Encode()
}

// At is an address with the filter.
func (f filter) At(path string) string { return (&url.URL{Path: path, RawQuery: f.Query()}).String() }

// to is the address of another page of the queue.
func (f filter) to(page int) string {
	f.Page = page
	return f.At(home)
}

func (f filter) takes(c *openCase, who string) bool {
	intent, _, _ := strings.Cut(c.Intent, ".")
	return (f.Shop == "" || f.Shop == c.Shop) && (f.Team == "" || f.Team == c.Team) && (f.Stage == "" || f.Stage == c.Stage) &&
		(f.Priority == "" || f.Priority == c.Priority) && (f.Intent == "" || f.Intent == intent || f.Intent == c.Intent) &&
		(!f.Mine || c.holder() == who) && (f.Agent == "" || c.holder() == f.Agent)
}

// Everybody is the address of the queue without the filter by agent.
func (f filter) Everybody() string {
	f.Agent = ""
	return f.to(1)
}

// A queue is the list of open cases with what it may be narrowed to.
type queue struct {
	Filter   filter
	Rows     []row
	Found    int // by the filter
	From, To int // which of them are on this page, from 1
	Next     string
	Previous string
	Beyond   int // 0, or of how many cases of a shop at most the counts are: there are more
	Waiting  int // of all that the visitor may see: those that nobody has
	Mine     int
	Overdue  int
	Choices  choices
	Now      time.Time
	Current  string // id of the case that is open beside it
	Fragment string // where the list is read anew
	Several  bool   // shops
}

// A row is one case of the queue, with what its template shows: plain fields, since there are many rows and looking for a field within others
// costs more than all the rest.
type row struct {
	ID, ShopID    string
	Number        int
	State         desk.State
	Priority      string
	Agent, Holder string // who has it; who has it, or whom the desk chose for it
	Why           string
	Since         time.Time // the buyer waits
	Deadline      time.Time
	Clock         clock
	URL           string
	Others        int    // open cases of the same buyer
	Shop, Team    string // as they are called
	Intent        string
	Mine, Current bool
	Missed        bool // a deadline before the one that the clock shows
}

// Choices are what the queue may be narrowed to, as values with their names.
type choices struct {
	Shops, Teams, Stages, Intents, Priorities []choice
}

type choice struct {
	Value, Text string
	Chosen      bool
}

// getQueue is the page of the queue, or its list alone.
func (w *workbench) getQueue(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	ctx, cancel := w.within(ctx)
	defer cancel()
	q, err := w.queue(ctx, who, readFilter(r.URL.Query()), r.URL.Query().Get("case"), page.Language(r))
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") == "queue" {
		w.pages.Part(rw, r, http.StatusOK, "queue.html", "rows", q)
		return nil
	}
	seats, err := w.seats(ctx, who)
	if err != nil {
		return err
	}
	w.pages.Show(rw, r, http.StatusOK, "queue.html", queuePage{Queue: q, Seats: seats})
	return nil
}

type queuePage struct {
	Queue *queue
	Seats []seat
}

// queue lists the open cases that a visitor may see, by deadline.
func (w *workbench) queue(ctx context.Context, who visitor, f filter, current, lang string) (*queue, error) {
	q := &queue{Filter: f, Now: w.Now(), Current: current, Several: len(who.shops) > 1, Rows: []row{}}
	names := w.names().in(lang)
	var found []*openCase
	lists := map[string]*openList{}
	for _, shop := range who.shops {
		list, err := w.open.of(ctx, shop)
		if err != nil {
			return nil, err
		}
		lists[shop] = list
		if list.more {
			q.Beyond = mostOpen
		}
		for _, c := range list.cases {
			q.count(c, who.Name)
			if f.takes(c, who.Name) {
				found = append(found, c)
			}
		}
	}
	if q.Several { // each list is in order
		slices.SortFunc(found, byDeadline)
	}
	for _, c := range q.turn(found) {
		one := names.row(c, who, q.Filter, current, q.Now)
		one.Others = max(lists[c.Shop].buyers[c.Buyer]-1, 0)
		q.Rows = append(q.Rows, one)
	}
	q.Choices = w.choices(who, f, names, lang)
	return q, nil
}

// turn opens the page that is wanted, or the last one, and gives what is on it.
func (q *queue) turn(found []*openCase) []*openCase {
	q.Found = len(found)
	last := max(1, (q.Found+mostRows-1)/mostRows)
	now := min(q.Filter.Page, last)
	q.Filter.Page = now
	from, to := (now-1)*mostRows, min(now*mostRows, q.Found)
	q.From, q.To = from+1, to
	if now > 1 {
		q.Previous = q.Filter.to(now - 1)
	}
	if now < last {
		q.Next = q.Filter.to(now + 1)
	}
	query := q.Filter.Query()
	if q.Current != "" {
		query += "&case=" + url.QueryEscape(q.Current)
	}
	q.Fragment = home + "?" + strings.TrimPrefix(query+"&part=queue", "&")
	return found[from:to]
}

func (q *queue) count(c *openCase, who string) {
	if c.State == desk.Waiting || c.State == desk.Task && c.Agent == "" {
		q.Waiting++
	}
	if c.holder() == who {
		q.Mine++
	}
	if c.overdue(q.Now) {
		q.Overdue++
	}
}

// choices lists what the filters offer: of the shop that is chosen, else of all that the visitor may see.
func (w *workbench) choices(who visitor, f filter, names names, lang string) choices {
	var out choices
	shops := who.shops
	for _, shop := range shops {
		out.Shops = append(out.Shops, choice{shop, names.shop(shop), shop == f.Shop})
	}
	if slices.Contains(shops, f.Shop) {
		shops = []string{f.Shop}
	}
	teams, intents := map[string]string{}, map[string]string{}
	for _, shop := range shops[:min(len(shops), mostChoices)] {
		book := names.book(shop)
		if book == nil {
			continue
		}
		for _, t := range book.Teams {
			teams[t.Name] = t.Title
		}
		for name := range book.Titles {
			if !strings.Contains(name, ".") {
				intents[name] = names.intent(shop, name)
			}
		}
	}
	out.Teams, out.Intents = sorted(teams, f.Team), sorted(intents, f.Intent)
	for _, s := range bot.Stages()[:4] {
		out.Stages = append(out.Stages, choice{s, w.pages.Words(lang, "stage."+s), s == f.Stage})
	}
	for _, p := range priorities() {
		out.Priorities = append(out.Priorities, choice{p, w.pages.Words(lang, "priority."+p), p == f.Priority})
	}
	return out
}

// mostChoices bounds of how many shops teams and intents are offered together.
const mostChoices = 50

// priorities, the most pressing first.
func priorities() []string { return []string{"urgent", "high", "normal", "low"} }

func sorted(of map[string]string, chosen string) []choice {
	out := make([]choice, 0, len(of))
	for value, text := range of {
		out = append(out, choice{value, cmp.Or(text, value), value == chosen})
	}
	slices.SortFunc(out, func(x, y choice) int { return cmp.Or(cmp.Compare(x.Text, y.Text), cmp.Compare(x.Value, y.Value)) })
	return out
}

// getHome sends whoever comes to the desk to its queue.
func (w *workbench) getHome(_ context.Context, rw http.ResponseWriter, r *http.Request, _ visitor) error {
	page.See(rw, r, home)
	return nil
}
