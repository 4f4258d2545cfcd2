package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
	"xiaoer/bot/store/sqlite"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is a Saturday.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const ruleText = `
rules:
  - id: return.which
    intent: return
    when: not order.known
    find_order: true
  - id: return.ok
    intent: return
    when: order.stage == "delivered"
    reply: 订单 ${order.no} 可以退货。
  - id: coupon.once
    intent: coupon
    limit: {times: 1, per: day}
    reply: 给您一张券。
  - id: coupon.again
    intent: coupon
    reply: 今天的券已经发过了。
otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}
`

// book is a small shop's.
func book(tb testing.TB, text string) *bot.Book {
	tb.Helper()
	var p doc.Problems
	v := bot.Vocabulary(bot.VocabularyOptions{
		Intents: []rules.Intent{{Name: "return"}, {Name: "coupon"}, {Name: intents.Human}, {Name: intents.Greeting}},
		Teams:   []string{"aftersales"}, Location: time.UTC,
	})
	compiled := rules.Compile([]rules.Source{{File: doc.Parse("rules.yaml", []byte(text), &p)}}, v, rules.Options{}, &p)
	require.NotNil(tb, compiled, "%v", p.All())
	return &bot.Book{
		Shop:  bot.Shop{ID: "s", Name: "小店", Locale: "zh-CN", Location: time.UTC},
		Rules: compiled,
		Teams: []bot.Team{{Name: "aftersales", Title: "售后", FirstReply: 4 * time.Minute}},
		Plain: map[string]string{
			"greeting": "您好", "handoff": "已转人工", "holding": "请稍等", "ask_order": "请发订单号", "choose_order": "是哪个订单", "settled": "好的",
		},
		Hash: "book-" + strconv.Itoa(len(text)),
	}
}

// read understands a message by its first words.
func read(text string) intents.Reading {
	r := intents.Reading{Mood: intents.Calm, Risk: intents.NoRisk}
	for word, intent := range map[string]string{"退货": "return", "券": "coupon", "人工": intents.Human, "你好": intents.Greeting} {
		if strings.Contains(text, word) {
			r.Intents = append(r.Intents, intents.Prediction{Intent: intent, Score: 0.9})
		}
	}
	return r
}

// A bench is an engine on a memory store with a clock of its own.
type bench struct {
	*engine.Engine
	store *store.Memory

	mu      sync.Mutex
	now     time.Time
	shops   map[string]engine.Shop
	ordinal int
}

func newBench(tb testing.TB, change func(*engine.Options)) *bench {
	tb.Helper()
	b := &bench{store: store.NewMemory(store.Limits{}), now: noon, shops: map[string]engine.Shop{}}
	b.shops["s"] = engine.Shop{Book: book(tb, ruleText), Read: read, ClassifierHash: "c"}
	b.shops["other"] = b.shops["s"]
	o := engine.Options{
		Store: b.store, Shops: b.shop, Clock: b.clock,
		IDs: func() string {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.ordinal++
			return fmt.Sprintf("e-%06d", b.ordinal)
		},
	}
	if change != nil {
		change(&o)
	}
	e, err := engine.New(o)
	require.NoError(tb, err)
	b.Engine = e
	return b
}

// everyStore makes a bench on the memory store, and one on SQLite.
func everyStore() map[string]func(*testing.T) *bench {
	return map[string]func(*testing.T) *bench{"memory": onMemory, "sqlite": onFile}
}

func onMemory(t *testing.T) *bench {
	t.Helper()
	return memoryBench(t)
}

func onFile(t *testing.T) *bench {
	t.Helper()
	return fileBench(t)
}

func memoryBench(tb testing.TB) *bench {
	tb.Helper()
	return newBench(tb, nil)
}

func fileBench(tb testing.TB) *bench {
	tb.Helper()
	kept := openFile(tb, filepath.Join(tb.TempDir(), "state.db"))
	return newBench(tb, func(o *engine.Options) { o.Store = kept })
}

func openFile(tb testing.TB, path string) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), sqlite.Options{Path: path})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) shop(id string) (engine.Shop, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.shops[id]
	if !ok {
		return engine.Shop{}, engine.ErrNoShop
	}
	return s, nil
}

// change replaces a shop, as a reload does.
func (b *bench) change(id string, how func(*engine.Shop)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shops[id]
	how(&s)
	b.shops[id] = s
}

// message is a buyer's text; every id is a message of its own.
func message(conversation, id, text string) bot.Message {
	return bot.Message{ID: id, Conversation: conversation, Buyer: bot.Buyer{ID: "b-" + conversation}, Kind: bot.KindText, Text: text}
}

// say sends a message that must be answered.
func (b *bench) say(tb testing.TB, m bot.Message) bot.Response {
	tb.Helper()
	r, err := b.Handle(tb.Context(), "s", m)
	require.NoError(tb, err)
	return r
}

func texts(replies []bot.Reply) (out []string) {
	for _, r := range replies {
		out = append(out, r.Text)
	}
	return out
}

// delivered is an order source that knows one order of everybody's.
func delivered(_ context.Context, l bot.Lookup) bot.LookupResult {
	return bot.LookupResult{State: bot.Found, Orders: []bot.Order{{No: "261118-123456789012345", BuyerID: l.Buyer, Stage: "delivered", SeenAt: noon}}}
}

// elapse lets the clock of a synctest bubble run, and everybody whose time has come then finish; it is called inside one only.
func elapse(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // the bubble's clock does not keep anybody waiting
	synctest.Wait()
}
