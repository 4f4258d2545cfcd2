package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// watched is a store that counts and keeps what goes through it.
type watched struct {
	engine.Store
	mu      sync.Mutex
	loads   int
	last    engine.Ask
	commits []engine.Commit
}

func (w *watched) Load(ctx context.Context, a engine.Ask) (engine.Loaded, error) {
	w.mu.Lock()
	w.loads++
	w.last = a
	w.mu.Unlock()
	return w.Store.Load(ctx, a)
}

func (w *watched) Commit(ctx context.Context, c engine.Commit) error {
	if err := w.Store.Commit(ctx, c); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commits = append(w.commits, c)
	return nil
}

// remembering is a bench whose engine remembers.
func remembering(tb testing.TB, bytes int) (*bench, *watched) {
	tb.Helper()
	w := &watched{}
	b := newBench(tb, func(o *engine.Options) {
		w.Store = o.Store
		o.Store, o.Cache = w, bytes
	})
	return b, w
}

func asJSON(tb testing.TB, v any) string {
	tb.Helper()
	raw, err := json.Marshal(v)
	require.NoError(tb, err)
	return string(raw)
}

func TestWhatGoesOnReadsNothing(t *testing.T) {
	b, w := remembering(t, 1<<20)
	b.say(t, message("c", "m-1", "你好"))
	require.Equal(t, 1, w.loads)
	b.say(t, message("c", "m-2", "我要退货"))
	b.say(t, message("c", "m-3", "有券吗"))
	require.Equal(t, 1, w.loads)
	b.say(t, message("c-2", "m-4", "你好"))
	require.Equal(t, 2, w.loads)
	require.True(t, w.last.WithoutDesk, "the desk is known")
	b.pass(time.Second)
	b.say(t, message("c", "m-5", "你好"))
	require.Equal(t, 3, w.loads)
	require.False(t, w.last.WithoutDesk, "another process may have changed it")
	b.pass(2 * time.Minute)
	b.say(t, message("c", "m-6", "你好"))
	require.Equal(t, 4, w.loads)
	b.pass(-time.Hour)
	b.say(t, message("c", "m-7", "你好"))
	require.Equal(t, 5, w.loads, "the clock was put back")
}

// What is remembered makes no difference to what is said, kept and shown: two engines get the same messages, acts and timers.
func TestRememberingChangesNothing(t *testing.T) {
	seeds := uint64(30)
	if testing.Short() {
		seeds = 5
	}
	for seed := range seeds {
		chance := rand.New(rand.NewPCG(seed, 0))
		plain := newBench(t, nil)
		quick, w := remembering(t, 1<<uint(12+chance.IntN(8)))
		var names []string
		for n := range 60 {
			c := "c-" + strconv.Itoa(chance.IntN(4))
			m := message(c, "m-"+strconv.Itoa(n), []string{"你好", "有券吗", "我要退货", "转人工", "听不懂的话"}[chance.IntN(5)])
			m.Buyer.ID = "b-" + strconv.Itoa(chance.IntN(2))
			if n > 0 && chance.IntN(6) == 0 { // sent again, maybe as another
				m.ID = names[chance.IntN(len(names))]
			}
			names = append(names, m.ID)
			want, wantErr := plain.Handle(t.Context(), "s", m)
			got, err := quick.Handle(t.Context(), "s", m)
			require.Equal(t, wantErr, err)
			require.Equal(t, asJSON(t, numbersAside(want)), asJSON(t, numbersAside(got)), "seed %d, message %d", seed, n)
			if chance.IntN(5) == 0 {
				kind := []bot.EventKind{bot.EventClaim, bot.EventRelease, bot.EventResolve}[chance.IntN(3)]
				_, wantErr := plain.Act(t.Context(), "s", c, bot.Event{Kind: kind, Agent: "小陈"})
				_, err := quick.Act(t.Context(), "s", c, bot.Event{Kind: kind, Agent: "小陈"})
				require.Equal(t, wantErr, err)
			}
			pass := time.Duration(chance.IntN(3)) * time.Duration(chance.IntN(90)) * time.Second
			for _, b := range []*bench{plain, quick} {
				b.pass(pass)
				_, err := b.Tick(t.Context())
				require.NoError(t, err)
			}
			requireSameDesk(t, quick, m)
		}
		requireSameKept(t, plain, quick, w)
	}
}

// numbersAside leaves out the ids of turns: one that finds out late that its message was answered has used one.
func numbersAside(r bot.Response) bot.Response {
	r.TraceID = ""
	if r.Handoff != nil {
		h := *r.Handoff
		h.ID = ""
		r.Handoff = &h
	}
	return r
}

// requireSameDesk: what the engine takes for the desk is what the store says, as long as nobody else changes it.
func requireSameDesk(t *testing.T, b *bench, m bot.Message) {
	t.Helper()
	a := engine.Ask{Key: engine.Key{Shop: "s", Conversation: m.Conversation}, Buyer: m.Buyer.ID, Message: "new", Now: b.clock()}
	want, err := b.store.Load(t.Context(), a)
	require.NoError(t, err)
	a.Recent = true
	got, err := b.Store.Load(t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, want.Version, got.Version)
	require.Equal(t, want.RecordVersion, got.RecordVersion)
	require.Equal(t, asJSON(t, want.Conversation), asJSON(t, got.Conversation))
	require.Equal(t, asJSON(t, want.Record), asJSON(t, got.Record))
	require.Equal(t, asJSON(t, want.Desk), asJSON(t, got.Desk))
}

// requireSameKept compares what two stores hold in the end, and that traces were written as json.Marshal writes them.
func requireSameKept(t *testing.T, plain, quick *bench, w *watched) {
	t.Helper()
	for _, c := range w.commits {
		want, err := plain.Conversation(t.Context(), "s", c.Key.Conversation)
		require.NoError(t, err)
		got, err := quick.Conversation(t.Context(), "s", c.Key.Conversation)
		require.NoError(t, err)
		require.Len(t, got.Transcript, len(want.Transcript))
		require.Equal(t, want.Status, got.Status)
		require.Equal(t, want.Counts, got.Counts)

		raw, err := c.Recorded.JSON(true)
		require.NoError(t, err)
		require.Equal(t, asJSON(t, c.Recorded), string(raw))
		raw, err = c.ConversationJSON()
		require.NoError(t, err)
		require.Equal(t, asJSON(t, c.Conversation), string(raw))
	}
}

func TestTheSameAgainThoughRemembered(t *testing.T) {
	b, _ := remembering(t, 1<<20)
	first := b.say(t, message("c", "m-0", "你好"))
	for n := range 20 {
		b.say(t, message("c", "m-"+strconv.Itoa(n+1), "你好"))
	}
	require.Equal(t, first.TraceID, b.say(t, message("c", "m-0", "你好")).TraceID, "long ago")
	again := message("c", "m-20", "别的话")
	_, err := b.Handle(t.Context(), "s", again)
	require.ErrorIs(t, err, engine.ErrConflict, "just now")
	elsewhere := message("c-2", "m-3", "转人工")
	b.say(t, message("c-2", "m-first", "你好"))
	_, err = b.Handle(t.Context(), "s", elsewhere)
	require.ErrorIs(t, err, engine.ErrConflict, "in another conversation")
	require.Equal(t, 1, b.say(t, message("c-3", "m-human", "转人工")).Handoff.Number, "what was not kept used no number")
}

// Two processes with one store: each remembers, and what the other did is seen by a commit that is stale, or within a second.
func TestTwoThatRememberShareAStore(t *testing.T) {
	one, _ := remembering(t, 1<<20)
	two := newBench(t, func(o *engine.Options) {
		o.Store, o.Cache = one.store, 1<<20
		o.IDs = func() string { return "two-" + one.IDs() }
	})
	both := []*bench{one, two}
	coupons, numbers := 0, map[int]bool{}
	for n := range 40 {
		b := both[n%2]
		if n%3 == 0 {
			b = both[0]
		}
		m := message("c-"+strconv.Itoa(n%5), "m-"+strconv.Itoa(n), "有券吗")
		m.Buyer.ID = "same"
		if r := b.say(t, m); r.Rule != nil && *r.Rule == "coupon.once" {
			coupons++
		}
		number := b.say(t, message("h-"+strconv.Itoa(n), "h-"+strconv.Itoa(n), "转人工")).Handoff.Number
		require.NotContains(t, numbers, number)
		numbers[number] = true
	}
	require.Equal(t, 1, coupons, "once a buyer and day, whoever gives it")

	require.NoError(t, one.store.Pause(t.Context(), desk.Pause{Shop: "s", Rule: bot.PausedShop, At: noon}, desk.Entry{ID: "p", Shop: "s", At: noon}))
	for _, b := range both {
		b.pass(time.Second)
		r := b.say(t, message("paused-"+fmt.Sprintf("%p", b), fmt.Sprintf("p-%p", b), "你好"))
		require.NotNil(t, r.Handoff, "a pause is seen within a second")
	}
}

func transcriptOf(t *testing.T, b *bench, conversation string) []bot.Line {
	t.Helper()
	c, err := b.Conversation(t.Context(), "s", conversation)
	require.NoError(t, err)
	return c.Transcript
}

// A pause, and who comes and goes, is seen by the next message where it went through the same engine.
func TestPausesAreSeenAtOnce(t *testing.T) {
	b, _ := remembering(t, 1<<20)
	b.say(t, message("c", "m-1", "你好"))
	require.NoError(t, b.Store.Pause(t.Context(), desk.Pause{Shop: "s", Rule: bot.PausedShop, At: noon}, desk.Entry{ID: "p-1", Shop: "s", At: noon}))
	require.NotNil(t, b.say(t, message("c", "m-2", "你好")).Handoff)
	require.NoError(t, b.Store.Unpause(t.Context(), "s", bot.PausedShop, desk.Entry{ID: "p-2", Shop: "s", At: noon}))
	require.Nil(t, b.say(t, message("c-2", "m-3", "你好")).Handoff)
	require.NoError(t, b.Store.Attend(t.Context(), "s", desk.Presence{Agent: "小陈", Online: true, Seen: noon}))
	requireSameDesk(t, b, message("c-2", "m-4", ""))
}

// What was erased is not remembered either.
func TestErasedIsForgotten(t *testing.T) {
	b, w := remembering(t, 1<<20)
	b.say(t, message("c", "m-1", "有券吗"))
	b.say(t, message("other", "m-2", "有券吗"))
	_, err := b.Store.Erase(t.Context(), "s", "b-c", desk.Entry{ID: "e", Shop: "s", At: noon})
	require.NoError(t, err)
	w.loads = 0
	r := b.say(t, message("c", "m-3", "有券吗"))
	require.Equal(t, 1, w.loads)
	require.Equal(t, "coupon.once", *r.Rule, "nothing is known of an earlier one")
	require.Len(t, transcriptOf(t, b, "c"), 2)
	require.Equal(t, "coupon.again", *b.say(t, message("other", "m-4", "有券吗")).Rule)
}

// However many conversations there are, what is remembered stays within its bytes.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	const bytes = 4 << 20
	b, w := remembering(t, bytes)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	w.Store = keepsNothing{w.Store}
	before := heap()
	for n := range 10_000 {
		b.say(t, message("c-"+strconv.Itoa(n), "m-"+strconv.Itoa(n), "你好"))
		w.commits = nil
	}
	require.Less(t, int64(heap())-int64(before), int64(2*bytes))
	runtime.KeepAlive(b)
}

// keepsNothing keeps nothing, so that only the engine's own memory is measured.
type keepsNothing struct{ engine.Store }

func (keepsNothing) Commit(context.Context, engine.Commit) error { return nil }

// BenchmarkRemembered is a message of a conversation that goes on, of some hundreds, with what the last turns left behind and without:
//
//	go test ./bot/engine -run xxx -bench Remembered -benchmem
func BenchmarkRemembered(b *testing.B) {
	for _, test := range []struct {
		name  string
		bytes int
	}{{"yes", 64 << 20}, {"no", 0}} {
		b.Run(test.name, func(b *testing.B) {
			e, w := remembering(b, test.bytes)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				e.say(b, message("c-"+strconv.Itoa(n%300), "m-"+strconv.Itoa(n), []string{"你好", "我要退货", "有券吗"}[n%3]))
				w.commits = nil
			}
		})
	}
}
