package web_test

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web"
)

// The tokens of these tests. The two shops are xiaoguo and teahouse.
const (
	agentToken  = "xot_agent"
	rivalToken  = "xot_rival" // another agent of the same shop
	editorToken = "xot_editor"
	adminToken  = "xot_admin"
	otherToken  = "xot_other" // an admin of the other shop
	allToken    = "xot_all"   // an editor of all shops
)

var deskNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("", 8*60*60))

// fakeDesk is a desk that keeps what it is told in memory, and decides as little as it can.
type fakeDesk struct {
	mu       sync.Mutex
	people   map[string]desk.Person
	cases    []desk.Case
	changes  map[string]int64
	erased   int // of xiaoguo
	erasedAt int64
	watchers map[chan struct{}]string
	present  map[string]desk.Presence
	pauses   []desk.Pause
	letters  []desk.Letter
	entries  []desk.Entry
	grants   []desk.Grant
	pieces   []string
	done     map[string]done
	acts     []desk.Act
	queries  []desk.Query
	asked    int              // how often whose a token is was asked
	fail     map[string]error // by method
	clock    func() time.Time
	hang     func(context.Context) // of Attending
}

// done is what was done under an idempotency key.
type done struct {
	act desk.Act
	now desk.Case
}

func person(name, shop string, role desk.Role) desk.Person {
	return desk.Person{Name: name, Roles: map[string]desk.Role{shop: role}}
}

func newFakeDesk() *fakeDesk {
	f := &fakeDesk{
		people: map[string]desk.Person{
			agentToken: person("小陈", "xiaoguo", desk.Agent), rivalToken: person("小王", "xiaoguo", desk.Agent),
			editorToken: person("小林", "xiaoguo", desk.Editor), adminToken: person("老板", "xiaoguo", desk.Admin),
			otherToken: person("小陈", "teahouse", desk.Admin), allToken: person("小方", desk.AllShops, desk.Editor),
		},
		clock: func() time.Time { return deskNow }, changes: map[string]int64{}, watchers: map[chan struct{}]string{}, present: map[string]desk.Presence{},
		done: map[string]done{}, fail: map[string]error{}, pieces: []string{"{\n\"text\": \"你好\"}", `{"no":"261111-123456789012345"}`},
		grants:  []desk.Grant{{ID: "g-1", Shop: "xiaoguo", Agent: "小陈", Role: desk.Agent, Hash: "never shown", At: deskNow, By: "cli:root"}},
		entries: []desk.Entry{{ID: "e-2", Shop: "xiaoguo", At: deskNow, Who: "小陈", What: "stage", On: "h-1", Detail: "stage negotiating"}, {ID: "e-1", Shop: "xiaoguo", At: deskNow, Who: "小陈", What: "claim", On: "h-1"}},
		letters: []desk.Letter{{ID: "l-1", Shop: "xiaoguo", Conversation: "c-1", State: "dead", Attempts: 12, Error: "call back: status 500", At: deskNow}},
	}
	for i, shop := range []string{"xiaoguo", "xiaoguo", "xiaoguo", "teahouse"} {
		f.put(f.sample(shop, i+1))
	}
	return f
}

func (f *fakeDesk) sample(shop string, n int) desk.Case {
	opened := deskNow.Add(time.Duration(n) * time.Minute)
	h := *sampleCase(opened)
	h.ID, h.Number, h.Waiting = "h-"+strconv.Itoa(n), n, opened
	h.Transcript = []bot.Line{{At: opened, From: "buyer", Text: "坏了三个"}}
	h.History = []bot.Change{{At: opened, Who: "bot", What: "opened"}}
	return desk.Case{Shop: shop, Conversation: "c-" + strconv.Itoa(n), Buyer: "b-1", State: desk.Waiting, ChangedAt: opened, Handoff: h}
}

// put keeps a case and tells those who watch its shop.
func (f *fakeDesk) put(c desk.Case) desk.Case {
	f.changes[c.Shop]++
	c.Change = f.changes[c.Shop]
	f.cases = slices.DeleteFunc(f.cases, func(old desk.Case) bool { return old.Shop == c.Shop && old.ID == c.ID })
	f.cases = append(f.cases, c)
	for watcher, shop := range f.watchers {
		if shop == c.Shop {
			select {
			case watcher <- struct{}{}:
			default:
			}
		}
	}
	return c
}

// change puts a sample case as if somebody had changed it.
func (f *fakeDesk) change(shop string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(f.sample(shop, n))
}

func (f *fakeDesk) lock(method string) (func(), error) {
	f.mu.Lock()
	return f.mu.Unlock, f.fail[method]
}

func (f *fakeDesk) failWith(method string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail[method] = err
}

func (f *fakeDesk) setPerson(token string, p desk.Person) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.people[token] = p
}

func (f *fakeDesk) Person(_ context.Context, token string) (desk.Person, error) {
	unlock, err := f.lock("Person")
	defer unlock()
	f.asked++
	p, ok := f.people[token]
	if err == nil && (!ok || len(p.Roles) == 0) {
		err = refusal("unauthorised")
	}
	return p, err
}

func (f *fakeDesk) Shops() []string { return []string{"xiaoguo", "teahouse"} }
func (f *fakeDesk) Now() time.Time  { return f.clock() }

func (f *fakeDesk) Cases(_ context.Context, q desk.Query) ([]desk.Case, error) {
	unlock, err := f.lock("Cases")
	defer unlock()
	f.queries = append(f.queries, q)
	var out []desk.Case
	for _, c := range f.cases {
		if slices.Contains(q.Shops, c.Shop) && c.Number > q.After.Number && (q.Agent == "" || c.Agent == q.Agent) {
			c.Transcript = nil
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y desk.Case) int { return cmp.Compare(x.Number, y.Number) })
	return out[:min(len(out), q.Limit)], err
}

func (f *fakeDesk) find(shop, id string) (desk.Case, error) {
	for _, c := range f.cases {
		if c.Shop == shop && c.ID == id {
			return c, nil
		}
	}
	return desk.Case{}, refusal("not_found")
}

func (f *fakeDesk) Case(_ context.Context, shop, id string) (desk.Case, []desk.Delivered, error) {
	unlock, err := f.lock("Case")
	defer unlock()
	if err != nil {
		return desk.Case{}, nil, err
	}
	c, err := f.find(shop, id)
	return c, []desk.Delivered{{ID: "l-1", State: "dead"}}, err
}

func (f *fakeDesk) ActOn(_ context.Context, shop, id string, a desk.Act) (desk.Case, error) {
	unlock, err := f.lock("ActOn")
	defer unlock()
	if err != nil {
		return desk.Case{}, err
	}
	c, err := f.find(shop, id)
	if err != nil {
		return c, err
	}
	if before, ok := f.done[a.ID]; ok && a.ID != "" {
		if !reflect.DeepEqual(before.act, a) {
			return c, refusal("conflict")
		}
		return before.now, nil
	}
	if err := f.may(&c, a); err != nil {
		return c, err
	}
	f.acts = append(f.acts, a)
	c.History = append(slices.Clone(c.History), bot.Change{At: deskNow, Who: a.Who, What: string(a.Kind)})
	c.ChangedAt = deskNow
	c = f.put(c)
	f.done[a.ID] = done{a, c}
	return c, nil
}

// may does an act to a case, or refuses it.
func (f *fakeDesk) may(c *desk.Case, a desk.Act) error {
	switch {
	case c.State == desk.Closed:
		return refusal("closed")
	case a.Kind == bot.EventClaim && c.Agent != "" && c.Agent != a.Who:
		return refusal("claimed")
	case a.Kind == bot.EventMove && !a.Role.Covers(desk.Editor) && c.Agent != a.Who:
		return refusal("forbidden")
	case a.Text == "第六条":
		return refusal("budget")
	case a.Team == "nobody":
		return teamRefusal{}
	}
	c.Team, c.Stage = cmp.Or(a.Team, c.Team), cmp.Or(a.Stage, c.Stage)
	switch a.Kind {
	case bot.EventClaim:
		c.State, c.Agent = desk.Taken, a.Who
	case bot.EventAgent:
		c.Transcript = append(slices.Clone(c.Transcript), bot.Line{At: deskNow, From: "agent", Name: a.Who, Text: a.Text})
	case bot.EventNote:
		c.Notes = append(slices.Clone(c.Notes), bot.Note{At: deskNow, Who: a.Who, Text: a.Text})
	case bot.EventMove:
		c.Assigned = a.To
	case bot.EventResolve, bot.EventRelease:
		c.State, c.Stage, c.Outcome, c.Cause, c.ClosedAt = desk.Closed, "closed", a.Outcome, a.Cause, deskNow
	default: // the others are told by the history
	}
	return nil
}

// teamRefusal says what is wrong in its own words.
type teamRefusal struct{}

func (teamRefusal) Error() string   { return "the shop has no such team" }
func (teamRefusal) Refusal() string { return "malformed" }
func (teamRefusal) Field() string   { return "team" }

func (f *fakeDesk) Watch(shop string) (<-chan struct{}, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan struct{}, 1)
	f.watchers[c] = shop
	return c, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.watchers, c)
	}
}

func (f *fakeDesk) watching() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.watchers)
}

func (f *fakeDesk) Changed(_ context.Context, shop string, after int64, limit int) ([]desk.Case, error) {
	unlock, err := f.lock("Changed")
	defer unlock()
	var out []desk.Case
	for _, c := range f.cases {
		if c.Shop == shop && c.Change > after {
			c.Transcript = nil
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y desk.Case) int { return cmp.Compare(x.Change, y.Change) })
	return out[:min(len(out), limit)], err
}

func (f *fakeDesk) Erased(shop string) (times int, place int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if shop != "xiaoguo" {
		return 0, 0
	}
	return f.erased, f.erasedAt
}

// forget erases a case of xiaoguo as if its buyer had asked for it.
func (f *fakeDesk) forget(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cases = slices.DeleteFunc(f.cases, func(c desk.Case) bool { return c.Shop == "xiaoguo" && c.ID == id })
	f.erased, f.erasedAt = f.erased+1, f.changes["xiaoguo"]
	for watcher := range f.watchers {
		select {
		case watcher <- struct{}{}:
		default:
		}
	}
}

func (f *fakeDesk) LastChange(_ context.Context, shop string) (int64, error) {
	unlock, err := f.lock("LastChange")
	defer unlock()
	return f.changes[shop], err
}

// newDesk is a server with the agents' API on a fake desk. Its log goes to the test's own eyes.
func newDesk(tb testing.TB, change func(*web.Options)) (http.Handler, *fakeDesk) {
	tb.Helper()
	f := newFakeDesk()
	s := newServer(tb, func(o *web.Options) {
		o.Desk = f
		if change != nil {
			change(o)
		}
	})
	return s.Handler(), f
}

// ask makes one call with a token.
func ask(tb testing.TB, h http.Handler, token, method, url, body string) *httptest.ResponseRecorder {
	tb.Helper()
	req := httptest.NewRequest(method, url, strings.NewReader(body))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// asked makes a call that must end in a status, and gives the answer.
func asked(tb testing.TB, h http.Handler, token, method, url, body string, status int) string {
	tb.Helper()
	w := ask(tb, h, token, method, url, body)
	require.Equal(tb, status, w.Code, "%s %s: %s", method, url, w.Body)
	return w.Body.String()
}
