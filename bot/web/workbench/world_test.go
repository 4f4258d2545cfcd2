package workbench_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/orders"
	"xiaoer/bot/shop"
	"xiaoer/bot/store"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
	"xiaoer/bot/web/workbench"
)

const shopYAML = `id: SHOP
name: 小果水果店 <b>SHOP</b>
policy: {return_days: 7}
hours: {mon-sun: "08:00-22:00"}
teams:
  aftersales: {title: 售后, first_reply: 3m, next_reply: 5m, escalate_to: lead}
  presales: {title: 售前, first_reply: 2m}
  lead: {title: 主管, first_reply: 10m}
slots:
  bad: {kind: number, ask: 请问坏了几个？}
quick_replies:
  在查了: 亲，订单 ${order.no} 正在为您查询。
  单号: 快递单号是 ${logistics.tracking_no}。
  退货期: {text: "签收 ${policy.return_days} 天内可以退。", intents: [return, complaint]}
`

const rulesYAML = `rules:
  - id: return.in_window
    intent: return
    reply: 签收 ${policy.return_days} 天内支持退货。
  - id: fresh.claim
    intent: quality
    when: order.known
    collect: [bad]
    offer: {refund: order.amount * slots.bad, cap: {amount: 10}, above: aftersales}
    reply: 已为您登记赔付 ${offer.amount} 元。
  - id: angry
    intent: complaint
    handoff: {team: aftersales, priority: high, reason: 投诉}
otherwise: {handoff: {team: presales, reason: 没有听懂}}
`

// morning is a Saturday, in hours.
func morning() time.Time { return time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC) }

// A world is two shops with an engine behind the desk's pages. Who looks is said by the cookie "who".
type world struct {
	*engine.Engine
	t    testing.TB
	site *page.Site
	http http.Handler

	photos *photo.Album

	mu   sync.Mutex
	now  time.Time
	said int

	wanted []desk.Wanted // of the advice, since the test has last looked
	many   bool          // there are more open cases than anybody lists
	broken error         // what acts end with, nil for what they do
	read   int           // how often cases were listed
	late   func()        // what happens once, while somebody holds the count of changes and has not looked yet
}

// LastChange is the engine's, and then something happens.
func (w *world) LastChange(ctx context.Context, shop string) (int64, error) {
	last, err := w.Engine.LastChange(ctx, shop)
	w.mu.Lock()
	late := w.late
	w.late = nil
	w.mu.Unlock()
	if late != nil {
		late()
	}
	return last, err
}

// Cases are those of the engine, or many of its first.
func (w *world) Cases(ctx context.Context, q desk.Query) ([]desk.Case, error) {
	w.mu.Lock()
	w.read++
	w.mu.Unlock()
	place := q.After.Number
	if w.many {
		q.After = desk.Cursor{}
	}
	list, err := w.Engine.Cases(ctx, q)
	if err != nil || !w.many || len(list) == 0 {
		return list, err
	}
	many := slices.Repeat(list[:1], q.Limit)
	for i := range many {
		many[i].Number = place + i + 1
		many[i].ID = list[0].ID + strconv.Itoa(many[i].Number)
	}
	return many, nil
}

// ActOn fails where the test wants it to.
func (w *world) ActOn(ctx context.Context, shop, id string, a desk.Act) (desk.Case, error) {
	if w.broken != nil {
		return desk.Case{}, w.broken
	}
	return w.Engine.ActOn(ctx, shop, id, a)
}

// Advise writes down what is wanted.
func (w *world) Advise(ctx context.Context, shop, id string, want desk.Wanted) (desk.Advice, error) {
	w.mu.Lock()
	w.wanted = append(w.wanted, want)
	w.mu.Unlock()
	return w.Engine.Advise(ctx, shop, id, want)
}

// people are who may look, by their cookie.
func people() map[string]desk.Person {
	one := func(name, shop string, role desk.Role) desk.Person {
		return desk.Person{Name: name, Roles: map[string]desk.Role{shop: role}}
	}
	return map[string]desk.Person{
		"chen": one("小陈", "fruit", desk.Agent), "wang": one("小王", "fruit", desk.Agent), "lead": one("主管", "fruit", desk.Editor),
		"other": one("外人", "tea", desk.Admin), "boss": one("老板", desk.AllShops, desk.Admin), "none": one("路人", "gone", desk.Admin),
	}
}

// readShops reads the shops once for all tests: nobody changes them, and with the race detector each reading takes a second.
var readShops = sync.OnceValues(func() (map[string]*shop.Shop, error) {
	shops := map[string]*shop.Shop{}
	loader, err := shop.NewLoader(shop.Options{})
	if err != nil {
		return nil, err
	}
	for _, id := range []string{"fruit", "tea"} {
		r := loader.LoadFS(fstest.MapFS{
			path.Join(id, "shop.yaml"):  {Data: []byte(strings.ReplaceAll(shopYAML, "SHOP", id))},
			path.Join(id, "rules.yaml"): {Data: []byte(rulesYAML)},
		}, id)
		if r.Shop == nil {
			return nil, fmt.Errorf("read shop %s: %v", id, r.Problems)
		}
		shops[id] = r.Shop
	}
	return shops, nil
})

func loadShops(tb testing.TB) map[string]*shop.Shop {
	tb.Helper()
	shops, err := readShops()
	require.NoError(tb, err)
	return shops
}

func fruitBook(tb testing.TB) *bot.Book {
	tb.Helper()
	return loadShops(tb)["fruit"].Book
}

func newWorld(tb testing.TB, limits workbench.Limits) *world {
	tb.Helper()
	w := &world{t: tb, now: morning()}
	shops := loadShops(tb)
	var err error
	source := &orders.Memory{Now: w.clock}
	w.Engine, err = engine.New(engine.Options{
		Store: store.NewMemory(store.Limits{}), Clock: w.clock, ShopNames: func() []string { return []string{"fruit", "tea"} },
		Shops: func(id string) (engine.Shop, error) {
			s := shops[id]
			if s == nil {
				return engine.Shop{}, engine.ErrNoShop
			}
			return engine.Shop{Book: s.Book, Read: s.Classifier.Read, ClassifierHash: s.Classifier.Hash(), Orders: source.Lookup}, nil
		},
	})
	require.NoError(tb, err)
	logger := slog.New(slog.NewTextHandler(tb.Output(), nil))
	w.site, err = page.New(page.Options{Logger: logger})
	require.NoError(tb, err)
	w.photos, err = photo.New(w.site, photo.Options{Documents: w.Engine, Clock: w.clock})
	require.NoError(tb, err)
	require.NoError(tb, workbench.Open(w.site, workbench.Options{
		Desk: w, Feed: w, People: w, Documents: w, Photos: w.photos, Shops: w.Shops, Now: w.clock, Limits: limits, Logger: logger,
		Shop: func(id string) (workbench.Shop, error) {
			s := shops[id]
			if s == nil {
				return workbench.Shop{}, engine.ErrNoShop
			}
			return workbench.Shop{Book: s.Book, Quick: s.Quick, Read: s.Classifier.Read, Taxonomy: s.Classifier.Taxonomy()}, nil
		},
		Why: func(ctx context.Context, shop, trace string) (workbench.Why, error) {
			e, err := w.Trace(ctx, shop, trace)
			if err != nil {
				return workbench.Why{}, err
			}
			why := workbench.Why{At: e.At, Conversation: e.Conversation, Notes: e.Notes, Changed: e.BookChanged, Explanation: e.Explanation}
			for _, a := range e.Answered {
				why.Rules = append(why.Rules, workbench.Place{Rule: a.Rule, File: a.File, Line: a.Line})
			}
			return why, nil
		},
	}))
	w.http = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("who"); err == nil {
			if p, ok := people()[c.Value]; ok {
				r = r.WithContext(page.WithPerson(r.Context(), p))
			}
		}
		w.site.ServeHTTP(rw, r)
	})
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// say is a message of a buyer.
func (w *world) say(shop, conversation, text string, more ...func(*bot.Message)) bot.Response {
	w.t.Helper()
	w.pass(time.Second)
	w.mu.Lock()
	w.said++
	m := bot.Message{
		ID: conversation + "-" + time.Duration(w.said).String(), Conversation: conversation, Buyer: bot.Buyer{ID: "b-" + conversation, Name: "李小明"},
		Kind: bot.KindText, Text: text,
	}
	w.mu.Unlock()
	for _, change := range more {
		change(&m)
	}
	r, err := w.Handle(context.Background(), shop, m)
	require.NoError(w.t, err)
	return r
}

// hand opens a case and gives its id.
func (w *world) hand(shop, conversation string) string {
	w.t.Helper()
	r := w.say(shop, conversation, "转人工")
	require.NotNil(w.t, r.Handoff)
	return r.Handoff.ID
}

func (w *world) ask(who, method, at string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(context.Background(), method, "http://desk.example"+at, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rw := httptest.NewRecorder()
	w.http.ServeHTTP(rw, r)
	return rw
}

// see is a page that must be there.
func (w *world) see(who, at string) string {
	w.t.Helper()
	rw := w.ask(who, http.MethodGet, at, nil)
	require.Equal(w.t, http.StatusOK, rw.Code, at+": "+rw.Body.String())
	return rw.Body.String()
}

// post is a form that must be taken.
func (w *world) post(who, at string, pairs ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	rw := w.ask(who, http.MethodPost, at, formOf(pairs...))
	require.Equal(w.t, http.StatusSeeOther, rw.Code, at+": "+rw.Body.String())
	return rw
}

func formOf(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func at(shop, id string, more ...string) string {
	return "/desk/cases/" + shop + "/" + url.PathEscape(id) + strings.Join(more, "")
}

func (w *world) one(shop, id string) desk.Case {
	w.t.Helper()
	c, _, err := w.Case(context.Background(), shop, id)
	require.NoError(w.t, err)
	return c
}
