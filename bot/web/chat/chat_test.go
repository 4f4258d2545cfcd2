package chat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/shop"
	"xiaoer/bot/store"
	"xiaoer/bot/web/chat"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw=="
	orderA = "261118-123456789012345"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) // a Saturday

const shopText = `
id: xiaoguo
name: 小果 <b>水果</b>店
hours: {mon-sun: "09:00-21:00"}
teams: {aftersales: {title: 售后, first_reply: 4m}}
slots: {reason: {kind: choice, ask: 请问退货原因是？, choices: [不喜欢, 质量问题]}}
scripts: {rating: 请给这次服务打个分, handoff: 已为您转接客服}
`

const rulesText = `
rules:
  - {id: return.why, intent: return, collect: [reason], reply: "好的，原因是${slots.reason}，已登记。"}
  - {id: coupon.one, intent: coupon, reply: {text: 给您看看券, image: "https://img.example/coupon.png"}}
otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}
`

// A world is a real engine with a memory store, a clock of its own, and a chat on it.
type world struct {
	*engine.Engine

	t       testing.TB
	site    *page.Site
	photos  *photo.Album
	handler http.Handler
	clock   *clock
	store   engine.Store

	mu     sync.Mutex
	shop   chat.Shop
	closed bool // the shop has no chat
	book   engine.Shop
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// loaded is the shop of the tests as a folder gives it. It is read once: nobody changes it.
var loaded = sync.OnceValues(func() (*shop.Shop, error) {
	loader, err := shop.NewLoader(shop.Options{})
	if err != nil {
		return nil, err
	}
	r := loader.LoadFS(fstest.MapFS{"s/shop.yaml": {Data: []byte(shopText)}, "s/rules.yaml": {Data: []byte(rulesText)}}, "s")
	if r.Shop == nil {
		return nil, fmt.Errorf("the shop has problems: %v", r.Problems)
	}
	return r.Shop, nil
})

func newWorld(tb testing.TB, change func(*chat.Options)) *world {
	tb.Helper()
	return newWorldOn(tb, store.NewMemory(store.Limits{}), &clock{now: noon}, change)
}

func newWorldOn(tb testing.TB, kept engine.Store, c *clock, change func(*chat.Options)) *world {
	tb.Helper()
	s, err := loaded()
	require.NoError(tb, err)
	w := &world{t: tb, clock: c, store: kept, book: engine.Shop{Book: s.Book, Read: s.Classifier.Read, ClassifierHash: s.Classifier.Hash(), Orders: ordersOf}}
	w.shop = chat.Shop{Hours: s.Book.Shop.Hours, Name: s.Book.Shop.Name, Locale: "zh-CN", Zone: s.Book.Shop.Location, Origins: []string{"https://shop.example"}, Secrets: []string{secret}, Rate: 1000}
	w.Engine, err = engine.New(engine.Options{Store: kept, Shared: true, Clock: c.Now, Shops: func(id string) (engine.Shop, error) {
		if id != "xiaoguo" {
			return engine.Shop{}, engine.ErrNoShop
		}
		return w.book, nil
	}})
	require.NoError(tb, err)
	w.site, err = page.New(page.Options{})
	require.NoError(tb, err)
	w.photos, err = photo.New(w.site, photo.Options{Documents: w.Engine, Clock: c.Now, Public: "https://chat.example"})
	require.NoError(tb, err)
	o := chat.Options{Shop: w.settings, Conversations: w.Engine, Documents: w.Engine, Photos: w.photos, Clock: c.Now}
	if change != nil {
		change(&o)
	}
	_, err = chat.New(w.site, o)
	require.NoError(tb, err)
	w.handler = w.site
	return w
}

func ordersOf(_ context.Context, l bot.Lookup) bot.LookupResult {
	if l.Buyer != "b-1" {
		return bot.LookupResult{State: bot.NotFound}
	}
	return bot.LookupResult{State: bot.Found, Orders: []bot.Order{{
		No: orderA, BuyerID: "b-1", Stage: "delivered", Amount: "39.90", SeenAt: noon, Items: []bot.Item{{Title: `苹果 <script>alert(1)</script>`}},
	}}}
}

func (w *world) settings(id string) (chat.Shop, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shop, id == "xiaoguo" && !w.closed
}

// change replaces the chat's settings, as a reload does.
func (w *world) change(how func(*chat.Shop)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	how(&w.shop)
}

// A browser is one visitor with cookies.
type browser struct {
	*world
	cookie string // as it is sent
	bearer string
	from   string // address
}

func (w *world) browser() *browser { return &browser{world: w, from: "192.0.2.1:1000"} }

// do makes a call; body is sent as JSON unless it is []byte.
func (b *browser) do(method, path string, body any, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	var reader io.Reader
	kind := ""
	switch body := body.(type) {
	case nil:
	case []byte:
		reader, kind = bytes.NewReader(body), "image/jpeg"
	default:
		raw, err := json.Marshal(body)
		require.NoError(b.t, err)
		reader, kind = bytes.NewReader(raw), "application/json"
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, "/chat/xiaoguo"+path, reader)
	r.RemoteAddr = b.from
	r.Header.Set("Content-Type", kind)
	if b.cookie != "" {
		r.Header.Set("Cookie", b.cookie)
	}
	if b.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+b.bearer)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "xiaoer_chat" {
			b.cookie = c.Name + "=" + c.Value
		}
	}
	return w
}

// begin opens a session.
func (b *browser) begin(wants map[string]any) map[string]any {
	b.t.Helper()
	return b.good(b.do("POST", "/session", wants))
}

func (b *browser) good(w *httptest.ResponseRecorder) map[string]any {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, w.Code, w.Body.String())
	var out map[string]any
	require.NoError(b.t, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

// guest is a browser that has a session.
func (w *world) guest() *browser {
	b := w.browser()
	b.begin(map[string]any{})
	return b
}

// A seen is a state as the page reads it.
type seen struct {
	Lines []struct {
		ID, From, Name, Text, Order string
		Images, Links               []string
	}
	Earlier                     int
	Place, Status, Agent, Opens string
	Reset, Open                 bool
	Arrived, Choices            []string
	Version                     int64
	Rating                      *struct{ Episode, Stars int }
}

func (s seen) texts() (out []string) {
	for _, l := range s.Lines {
		out = append(out, l.From+": "+l.Text+l.Order+strings.Join(l.Images, ","))
	}
	return out
}

func (b *browser) state(w *httptest.ResponseRecorder) (s seen) {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, w.Code, w.Body.String())
	require.NoError(b.t, json.Unmarshal(w.Body.Bytes(), &s))
	return s
}

// say sends a text under an id.
func (b *browser) say(id, text, after string) seen {
	b.t.Helper()
	return b.state(b.do("POST", "/messages", map[string]any{"id": id, "text": text, "after": after}))
}

func (b *browser) lines(after string, ids ...string) seen {
	b.t.Helper()
	return b.state(b.do("GET", "/lines?after="+after+"&ids="+strings.Join(ids, ","), nil))
}

// refused checks that a call was refused with a code.
func (b *browser) refused(w *httptest.ResponseRecorder, status int, code string) {
	b.t.Helper()
	require.Equal(b.t, status, w.Code, w.Body.String())
	require.Equal(b.t, "application/problem+json", w.Header().Get("Content-Type"))
	require.Contains(b.t, w.Body.String(), fmt.Sprintf("%q", "urn:xiaoer:problem:"+code))
}

// conversation is the id of the only conversation that a buyer has.
func (w *world) conversation(b *browser) string {
	w.t.Helper()
	return bot.ChatID(b.begin(map[string]any{})["visitor"].(string))
}

func (w *world) act(conversation string, ev bot.Event) {
	w.t.Helper()
	_, err := w.Act(w.t.Context(), "xiaoguo", conversation, ev)
	require.NoError(w.t, err)
}

func TestABuyerWritesAndIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	first := b.say("message-1", "我想退货", "")
	require.Equal(t, []string{"buyer: 我想退货", "bot: 请问退货原因是？"}, first.texts())
	require.Equal(t, []string{"不喜欢", "质量问题"}, first.Choices)
	require.Equal(t, []string{"message-1"}, first.Arrived)
	require.True(t, first.Reset, "all there is")
	second := b.say("message-2", "质量问题", first.Place)
	require.False(t, second.Reset)
	require.Equal(t, []string{"buyer: 质量问题", "bot: 好的，原因是质量问题，已登记。"}, second.texts())
	require.Empty(t, second.Choices)

	again := b.say("message-2", "质量问题", first.Place)
	require.Equal(t, second.texts(), again.texts(), "sent again, it is taken once")
	require.Equal(t, second.Version, again.Version)
	b.refused(b.do("POST", "/messages", map[string]any{"id": "message-2", "text": "别的"}), http.StatusConflict, "conflict")

	whole := b.lines("", "message-1", "message-3")
	require.Len(t, whole.Lines, 4)
	require.Equal(t, []string{"message-1"}, whole.Arrived)
	require.Equal(t, second.Place, whole.Place)
	require.Empty(t, b.lines(whole.Place).Lines)
	require.True(t, b.lines("nowhere-to-be-found").Reset, "a place that is not known begins anew")
}

func TestChoicesSurviveAReload(t *testing.T) {
	t.Parallel()
	b := newWorld(t, nil).guest()
	b.say("message-1", "我想退货", "")
	require.Equal(t, []string{"不喜欢", "质量问题"}, b.lines("").Choices, "on each of the buyer's pages")
	b.say("message-2", "质量问题", "")
	require.Empty(t, b.lines("").Choices)
}

func TestGuestsSeeTheirOwnOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	one, other := w.guest(), w.guest()
	one.say("message-1", "我想退货", "")
	require.Empty(t, other.lines("").Lines)
	require.Equal(t, []string{"buyer: 转人工", "bot: 已为您转接客服"}, other.say("message-1", "转人工", "").texts(),
		"the same id is another message for another buyer")
	require.Len(t, one.lines("").Lines, 2)

	stranger := w.browser()
	for _, cookie := range []string{"", "xiaoer_chat=", "xiaoer_chat=g" + strings.Repeat("a", 31), "xiaoer_chat=s" + strings.Repeat("a", 32), "xiaoer_chat=x"} {
		stranger.cookie = cookie
		stranger.refused(stranger.do("GET", "/lines", nil), http.StatusUnauthorized, "no-session")
	}
}

func TestTheSecretIsNowhereButInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	b.say("message-1", "转人工", "")
	told := b.do("GET", "/lines", nil).Body.String()
	conversation, err := w.Conversation(t.Context(), "xiaoguo", w.conversation(b))
	require.NoError(t, err)
	raw, err := json.Marshal(conversation)
	require.NoError(t, err)
	kept := strings.TrimPrefix(b.cookie, "xiaoer_chat=g")
	require.Len(t, kept, 32)
	require.NotContains(t, told, kept)
	require.NotContains(t, string(raw), kept)
}

func TestAnAgentAnswersAndTheBuyerRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	first := b.say("message-1", "转人工", "")
	require.Equal(t, "waiting", first.Status)
	c := w.conversation(b)
	w.act(c, bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
	w.clock.pass(time.Minute)
	w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: `您好 <img src=x onerror=alert(1)>`})
	now := b.lines(first.Place)
	require.Equal(t, "agent", now.Status)
	require.Equal(t, "小陈", now.Agent)
	require.Equal(t, []string{`agent: 您好 <img src=x onerror=alert(1)>`}, now.texts(), "JSON carries it as text")
	require.Equal(t, "小陈", now.Lines[0].Name)
	require.Nil(t, now.Rating)
	b.refused(b.do("POST", "/rating", map[string]any{"stars": 5, "episode": 1}), http.StatusConflict, "not-asked")

	w.act(c, bot.Event{Kind: bot.EventResolve, Agent: "小陈"})
	now = b.lines("")
	require.Equal(t, "closed", now.Status)
	require.Equal(t, 1, now.Rating.Episode)
	require.Zero(t, now.Rating.Stars)
	for _, wrong := range []map[string]any{{"stars": 0, "episode": 1}, {"stars": 6, "episode": 1}, {"stars": 3, "words": strings.Repeat("好", 501), "episode": 1}, {"stars": "5"}} {
		b.refused(b.do("POST", "/rating", wrong), http.StatusBadRequest, "malformed")
	}
	b.refused(b.do("POST", "/rating", map[string]any{"stars": 5, "episode": 2}), http.StatusConflict, "not-asked")
	b.good(b.do("POST", "/rating", map[string]any{"stars": 4, "words": " 很快\u202e ", "episode": 1}))
	rated := w.clock.Now()
	w.clock.pass(25 * time.Hour)
	b.good(b.do("POST", "/rating", map[string]any{"stars": 5, "words": "很快", "episode": 1}))
	require.Equal(t, 5, b.lines("").Rating.Stars)
	all, err := w.store.Documents(t.Context(), "xiaoguo", "rating", "", 10)
	require.NoError(t, err)
	require.Len(t, all, 1, "one of each time")
	var kept chat.Rating
	require.NoError(t, json.Unmarshal(all[0].Body, &kept))
	require.Equal(t, chat.Rating{Stars: 5, Words: "很快", Conversation: c, Episode: 1, Agent: "小陈", At: rated}, kept)
	require.Equal(t, rated, all[0].At, "a rating that is changed stays on its day")
	require.True(t, strings.HasPrefix(all[0].Buyer, "guest-"))
}

func TestOffHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	require.True(t, b.lines("").Open)
	w.clock.pass(10 * time.Hour) // 06:00 in Shanghai
	now := b.lines("")
	require.False(t, now.Open)
	require.Equal(t, "今天 09:00", now.Opens, "in the shop's own time")
	english := b.state(b.do("GET", "/lines?lang=en", nil))
	require.Contains(t, english.Opens, "09:00")
	require.NotContains(t, english.Opens, "今天")
}

func TestAnErasedBuyerBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	b.say("message-1", "转人工", "")
	c, err := w.Conversation(t.Context(), "xiaoguo", w.conversation(b))
	require.NoError(t, err)
	_, err = w.store.Erase(t.Context(), "xiaoguo", c.Buyer.ID, desk.Entry{Shop: "xiaoguo", ID: "e", At: noon, Who: "admin", What: "erase"})
	require.NoError(t, err)
	now := b.lines("some-place")
	require.Empty(t, now.Lines)
	require.True(t, now.Reset)
	require.Equal(t, "bot", now.Status)
	require.Len(t, b.say("message-2", "转人工", "").Lines, 2)
}

func TestAShopThatIsBroken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	w.change(func(s *chat.Shop) { *s = chat.Shop{Broken: true} })
	for _, call := range [][2]string{{"GET", ""}, {"GET", ".js"}, {"GET", "/lines"}, {"POST", "/messages"}, {"GET", "/live"}} {
		require.Equal(t, http.StatusServiceUnavailable, b.do(call[0], call[1], map[string]any{}).Code, call)
	}
}

func TestAShopWithoutAChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	for _, call := range [][2]string{{"GET", ""}, {"GET", ".js"}, {"GET", "/lines"}, {"POST", "/session"}, {"POST", "/messages"}, {"GET", "/live"}, {"GET", "/orders"}, {"POST", "/rating"}, {"PUT", "/photos/photo-0001"}} {
		require.Equal(t, http.StatusNotFound, b.do(call[0], call[1], map[string]any{}).Code, call)
	}
}
