package engine_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
)

func TestNobodyWritesIntoTheShopsOwnChat(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	_, err := b.Webhook(t.Context(), "s", message(bot.ChatID("v-1"), "m-1", "券"))
	require.ErrorIs(t, err, engine.ErrReserved)
	require.Equal(t, "malformed", engine.ErrReserved.(*engine.Refusal).Refusal()) //nolint:errorlint // it is this very error
	_, err = b.Conversation(t.Context(), "s", bot.ChatID("v-1"))
	require.ErrorIs(t, err, engine.ErrNoCase, "nothing was kept")
	_, err = b.Webhook(t.Context(), "s", message("c", "m-1", "券"))
	require.NoError(t, err)
}

func TestTheStateOfAChat(t *testing.T) {
	t.Parallel()
	for name, make := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := make(t)
			chat := bot.ChatID("v-1")
			none, err := b.Chat(t.Context(), "s", chat, "m-1")
			require.NoError(t, err)
			require.Zero(t, none.Version)
			require.Equal(t, "小店", none.Name)
			require.Empty(t, none.Arrived)

			b.say(t, message(chat, "m-1", "券"))
			b.say(t, message(chat, "m-2", "转人工"))
			got, err := b.Chat(t.Context(), "s", chat, "m-2", "m-1", "m-3")
			require.NoError(t, err)
			require.Equal(t, []string{"m-2", "m-1"}, got.Arrived)
			require.Equal(t, bot.StatusWaiting, got.Status)
			require.Len(t, got.Lines, 4)
			act(t, b, chat, bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
			got, err = b.Chat(t.Context(), "s", chat)
			require.NoError(t, err)
			require.Equal(t, "小陈", got.Agent)
			require.Empty(t, got.Arrived)
		})
	}
	_, err := newBench(t, nil).Chat(t.Context(), "nowhere", "c")
	require.ErrorIs(t, err, engine.ErrNoShop)
}

func TestChoicesBelongToTheLastLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.change("s", func(s *engine.Shop) {
		s.Book = book(t, `
rules:
  - id: return.how
    intent: return
    reply: {text: 您想怎么退？, choices: [上门取件, 自己寄回]}
otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}
`)
	})
	chat := bot.ChatID("v-1")
	b.say(t, message(chat, "m-1", "退货"))
	got, err := b.Chat(t.Context(), "s", chat)
	require.NoError(t, err)
	require.Equal(t, []string{"上门取件", "自己寄回"}, got.Choices, "whoever asks, and from wherever")
	b.say(t, message(chat, "m-2", "转人工"))
	got, err = b.Chat(t.Context(), "s", chat, "m-1")
	require.NoError(t, err)
	require.Empty(t, got.Choices, "something else was said since")
}

func TestAChatIsNeverCalledBack(t *testing.T) {
	var called atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	defer server.Close()
	b := newBench(t, func(o *engine.Options) { o.Client = server.Client() })
	b.change("s", func(s *engine.Shop) { s.Callback = engine.Callback{URL: server.URL} })
	for _, c := range []string{bot.ChatID("v-1"), "c"} {
		b.say(t, message(c, "m-"+c, "转人工"))
		act(t, b, c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	}
	pending, err := b.store.Pending(t.Context(), engine.Query{Now: noon.Add(time.Hour), Limit: 10, PerShop: 10})
	require.NoError(t, err)
	require.Len(t, pending, 1)
	require.Equal(t, "c", pending[0].Key.Conversation)
	require.Len(t, lateOf(t, b, bot.ChatID("v-1"), ""), 1, "it is there to be read")
	require.Zero(t, called.Load(), "nothing runs that could deliver")
}

func TestWhatThePageHasShownHasArrived(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	chat := bot.ChatID("v-1")
	b.say(t, message(chat, "m-1", "转人工"))
	states := func() (out []string) {
		all, err := b.store.Deliveries(t.Context(), engine.Key{Shop: "s", Conversation: chat})
		require.NoError(t, err)
		for _, d := range all {
			out = append(out, d.State)
		}
		return out
	}
	var said []time.Time
	for range 3 {
		b.pass(time.Minute)
		said = append(said, b.clock())
		act(t, b, chat, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	}
	shown := func(upTo time.Time) []string {
		require.NoError(t, b.Shown(t.Context(), "s", chat, upTo))
		return states()
	}
	require.Equal(t, []string{"unsent", "unsent", "unsent"}, shown(said[0].Add(-time.Second)))
	require.Equal(t, []string{"delivered", "delivered", "unsent"}, shown(said[1]))
	require.Equal(t, []string{"delivered", "delivered", "unsent"}, shown(said[0]), "an older page takes nothing back")
	require.Equal(t, []string{"delivered", "delivered", "delivered"}, shown(said[2].Add(time.Hour)))
	require.NoError(t, b.Shown(t.Context(), "s", bot.ChatID("v-2"), noon), "nothing was said there")
}

func TestListenersHearAtOnceAndFromOtherProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := store.NewMemory(store.Limits{})
		shared := func(o *engine.Options) { o.Store, o.Shared = kept, true }
		here, there := newBench(t, shared), newBench(t, shared)
		there.ordinal = 1 << 20 // ids are of one process each
		chat := bot.ChatID("v-1")
		changed, stop := here.ListenChat("s", chat)
		defer stop()
		silent := func(c <-chan struct{}) {
			t.Helper()
			synctest.Wait()
			select {
			case <-c:
				t.Fatal("nothing has changed")
			default:
			}
		}
		heard := func() {
			t.Helper()
			synctest.Wait()
			select {
			case <-changed:
			default:
				t.Fatal("nobody has said that it changed")
			}
		}
		silent(changed)
		here.say(t, message(chat, "m-1", "转人工"))
		heard()
		here.say(t, message("c", "m-2", "转人工"))
		silent(changed)

		elapse(1100 * time.Millisecond)
		heard() // the first look knows nothing yet
		act(t, there, chat, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		silent(changed)
		elapse(time.Second)
		heard()
		elapse(5 * time.Second)
		silent(changed)
		there.say(t, message(chat, "m-3", "在吗"))
		elapse(10 * time.Second)
		heard()
		stop()
		here.say(t, message(chat, "m-4", "在吗"))
		silent(changed)
	})
}

func TestDocumentsOfAChat(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	d := desk.Document{Shop: "s", Kind: "photo", ID: "p-1", Buyer: "b-1", Until: noon.Add(time.Hour), Body: []byte("x")}
	_, found, err := b.Kept(t.Context(), "s", "photo", "p-1")
	require.NoError(t, err)
	require.False(t, found)
	require.NoError(t, b.Keep(t.Context(), d))
	require.ErrorIs(t, b.Keep(t.Context(), d), engine.ErrConflict, "it is there already")
	got, found, err := b.Kept(t.Context(), "s", "photo", "p-1")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, noon, got.At)
	b.pass(time.Hour)
	_, found, err = b.Kept(t.Context(), "s", "photo", "p-1")
	require.NoError(t, err)
	require.False(t, found, "its time is over, swept or not")
	d.Until = noon.Add(3 * time.Hour)
	require.NoError(t, b.Keep(t.Context(), d), "what only waits to be swept stands in nobody's way")
	require.ErrorIs(t, b.Keep(t.Context(), d), engine.ErrConflict)
	_, found, err = b.Kept(t.Context(), "s", "photo", "p-1")
	require.NoError(t, err)
	require.True(t, found)
	require.NoError(t, b.Forget(t.Context(), "s", "photo", "p-1"))
	require.NoError(t, b.Forget(t.Context(), "s", "photo", "p-1"))
}

func TestOrdersOfABuyer(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	_, ok := b.BuyersOrders(t.Context(), "s", "b-1")
	require.False(t, ok, "the shop has no source")
	b.change("s", func(s *engine.Shop) { s.Orders = delivered })
	got, ok := b.BuyersOrders(t.Context(), "s", "b-1")
	require.True(t, ok)
	require.Equal(t, "b-1", got[0].BuyerID)
	for _, wrong := range [][2]string{{"s", ""}, {"nowhere", "b-1"}} {
		_, ok = b.BuyersOrders(t.Context(), wrong[0], wrong[1])
		require.False(t, ok)
	}
}
