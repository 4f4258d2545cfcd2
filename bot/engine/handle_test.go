package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/intents"
)

func TestAMessageIsAnsweredAndTraced(t *testing.T) {
	b := newBench(t, nil)
	b.change("s", func(s *engine.Shop) { s.Orders = delivered })
	r := b.say(t, message("c", "m-1", "我要退货"))
	require.Equal(t, []string{"订单 261118-123456789012345 可以退货。"}, texts(r.Replies))
	require.Equal(t, "return.ok", *r.Rule)

	trace, err := b.Trace(t.Context(), "s", r.TraceID)
	require.NoError(t, err)
	require.False(t, trace.BookChanged)
	require.Equal(t, "m-1", trace.Message)
	require.Equal(t, []engine.Answerer{{Rule: "return.ok", File: "rules.yaml", Line: 7}}, trace.Answered)
	require.NotEmpty(t, trace.Decisions)
	last := trace.Decisions[len(trace.Decisions)-1]
	require.Equal(t, "return.ok", *last.Rule)
	require.Equal(t, "rules.yaml", last.File)
	require.Equal(t, "return.which", last.Considered[0].Rule)
	require.Equal(t, "not order.known", last.Considered[0].Because)

	for _, wrong := range [][2]string{{"s", "nothing"}, {"other", r.TraceID}} {
		_, err = b.Trace(t.Context(), wrong[0], wrong[1])
		require.ErrorIs(t, err, engine.ErrNoTrace)
	}
}

func TestATraceSurvivesAReload(t *testing.T) {
	b := newBench(t, nil)
	r := b.say(t, message("c", "m-1", "券"))
	b.change("s", func(s *engine.Shop) { s.Book = book(t, ruleText+"#") })
	trace, err := b.Trace(t.Context(), "s", r.TraceID)
	require.NoError(t, err)
	require.False(t, trace.BookChanged, "the book of then is still there")
	for i := range 5 {
		b.change("s", func(s *engine.Shop) { s.Book = book(t, ruleText+fmt.Sprintf("\n#%*d", i+2, 0)) })
		b.say(t, message("c", "again-"+strconv.Itoa(i), "你好"))
	}
	trace, err = b.Trace(t.Context(), "s", r.TraceID)
	require.NoError(t, err)
	require.True(t, trace.BookChanged)
}

func TestTheSameAgainIsAnsweredTheSameOnce(t *testing.T) {
	b := newBench(t, nil)
	m := message("c", "m-1", "转人工")
	m.Images = []string{"a.jpg"}
	m.Order = &bot.Order{No: "261118-123456789012345", Stage: "delivered", Amount: "39.90"}
	first := b.say(t, m)
	require.NotNil(t, first.Handoff)
	require.Equal(t, 1, first.Handoff.Number)
	again := m
	again.SentAt, again.Buyer.Name, again.Order = noon, "小李", &bot.Order{No: m.Order.No, Stage: "closed"}
	second := b.say(t, again)
	rawFirst, err := json.Marshal(first)
	require.NoError(t, err)
	rawSecond, err := json.Marshal(second)
	require.NoError(t, err)
	require.Equal(t, string(rawFirst), string(rawSecond))
	c, err := b.Conversation(t.Context(), "s", "c")
	require.NoError(t, err)
	require.Equal(t, 1, c.Counts.Handoffs, "there was no second effect")

	for name, change := range map[string]func(*bot.Message){
		"conversation": func(m *bot.Message) { m.Conversation = "c-2" },
		"buyer":        func(m *bot.Message) { m.Buyer.ID = "b-2" },
		"kind":         func(m *bot.Message) { m.Kind = bot.KindImage },
		"text":         func(m *bot.Message) { m.Text = "人工" },
		"images":       func(m *bot.Message) { m.Images = []string{"b.jpg"} },
		"fewer images": func(m *bot.Message) { m.Images = nil },
		"order.no":     func(m *bot.Message) { m.Order = &bot.Order{No: "x"} },
		"no order":     func(m *bot.Message) { m.Order = nil },
	} {
		other := m
		change(&other)
		_, err := b.Handle(t.Context(), "s", other)
		require.ErrorIs(t, err, engine.ErrConflict, name)
	}
	_, err = b.Handle(t.Context(), "other", m)
	require.NoError(t, err, "another shop has its own ids")

	b.pass(7*24*time.Hour + time.Minute)
	require.NoError(t, b.store.Sweep(t.Context(), b.clock()))
	other := m
	other.Text = "你好"
	_, err = b.Handle(t.Context(), "s", other)
	require.NoError(t, err, "after seven days the id is free")
}

func TestTheSameAtTheSameTimeIsAppliedOnce(t *testing.T) {
	b := newBench(t, nil)
	var all sync.WaitGroup
	got := make([]bot.Response, 32)
	for i := range got {
		all.Go(func() { got[i] = b.say(t, message("c", "m-1", "转人工")) })
	}
	all.Wait()
	for _, r := range got {
		require.Equal(t, got[0].TraceID, r.TraceID)
	}
}

func TestTheSameIDInTwoConversationsAtOnce(t *testing.T) {
	for range 20 {
		b := newBench(t, nil)
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = b.Handle(t.Context(), "s", message("c-"+strconv.Itoa(i), "m-1", "你好")) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				require.ErrorIs(t, err, engine.ErrConflict)
			}
		}
		require.Equal(t, 1, won)
	}
}

func TestNumbersOfHandoffsHaveNoDoublesAndNoGaps(t *testing.T) {
	b := newBench(t, nil)
	const n = 200
	numbers := make([]int, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			r := b.say(t, message("c-"+strconv.Itoa(i), "m-"+strconv.Itoa(i), "转人工"))
			numbers[i] = r.Handoff.Number
		})
	}
	all.Wait()
	slices.Sort(numbers)
	for i, number := range numbers {
		require.Equal(t, i+1, number)
	}
}

func TestTheLedgerHoldsUnderConcurrency(t *testing.T) {
	b := newBench(t, nil)
	var mu sync.Mutex
	rules := map[string]int{}
	var all sync.WaitGroup
	for i := range 24 { // one buyer in many conversations at once: the limit is per buyer
		all.Go(func() {
			m := message("c-"+strconv.Itoa(i), "m-"+strconv.Itoa(i), "有券吗")
			m.Buyer.ID = "same"
			r := b.say(t, m)
			mu.Lock()
			defer mu.Unlock()
			rules[*r.Rule]++
		})
	}
	all.Wait()
	require.Equal(t, map[string]int{"coupon.once": 1, "coupon.again": 23}, rules)
}

func TestMessagesOfOneConversationComeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		var mu sync.Mutex
		var order []string
		b.change("s", func(s *engine.Shop) {
			s.Read = func(text string) (r intents.Reading) {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, text)
				return r
			}
			s.Orders = func(context.Context, bot.Lookup) bot.LookupResult { return bot.LookupResult{State: bot.NotFound} }
		})
		var all sync.WaitGroup
		var want []string
		for i := range 40 {
			text := strconv.Itoa(i)
			want = append(want, text)
			all.Go(func() { b.say(t, message("c", "m-"+text, text)) })
			synctest.Wait()
		}
		all.Wait()
		require.Equal(t, want, order)
	})
}

// faulty is a store that fails where it is told to.
type faulty struct {
	engine.Store
	load, commit error
	stale        int
}

func (f *faulty) Load(ctx context.Context, a engine.Ask) (engine.Loaded, error) {
	if f.load != nil {
		return engine.Loaded{}, f.load
	}
	return f.Store.Load(ctx, a)
}

func (f *faulty) Commit(ctx context.Context, c engine.Commit) error {
	if f.stale > 0 {
		f.stale--
		return engine.ErrStale
	}
	if f.commit != nil {
		return f.commit
	}
	return f.Store.Commit(ctx, c)
}

func TestAStoreThatFails(t *testing.T) {
	f := &faulty{}
	b := newBench(t, func(o *engine.Options) {
		f.Store = o.Store
		o.Store = f
	})
	refusedAs := func(err error) string {
		var r interface{ Refusal() string }
		require.ErrorAs(t, err, &r)
		return r.Refusal()
	}
	disk := errors.New("disk on fire")
	f.load = disk
	_, err := b.Handle(t.Context(), "s", message("c", "m-1", "转人工"))
	require.ErrorIs(t, err, disk)
	require.Equal(t, "busy", refusedAs(err))
	f.load, f.commit = nil, engine.ErrFull
	_, err = b.Handle(t.Context(), "s", message("c", "m-1", "转人工"))
	require.ErrorIs(t, err, engine.ErrFull)
	require.Equal(t, "busy", refusedAs(err))
	f.commit, f.stale = nil, 10
	r := b.say(t, message("c", "m-1", "转人工"))
	require.Equal(t, 1, r.Handoff.Number, "neither failures nor conflicts use numbers up")
	f.stale = 1000
	_, err = b.Handle(t.Context(), "s", message("c", "m-2", "你好"))
	require.ErrorIs(t, err, engine.ErrBusy, "it gives up in the end")
}

func TestShopsThatAreNotThere(t *testing.T) {
	b := newBench(t, nil)
	_, err := b.Handle(t.Context(), "nobody", message("c", "m", "你好"))
	require.ErrorIs(t, err, engine.ErrNoShop)
	_, err = b.Act(t.Context(), "s", "nobody", bot.Event{Kind: bot.EventClaim})
	require.ErrorIs(t, err, engine.ErrNoCase)
	_, err = b.Conversation(t.Context(), "s", "nobody")
	require.ErrorIs(t, err, engine.ErrNoCase)
	_, err = b.Replies(t.Context(), "s", "nobody", "")
	require.ErrorIs(t, err, engine.ErrNoCase)
	_, err = engine.New(engine.Options{})
	require.Error(t, err)
}

func TestAPanicHoldsNothing(t *testing.T) {
	b := newBench(t, func(o *engine.Options) { o.Seats = 1 })
	b.change("s", func(s *engine.Shop) {
		s.Read = func(text string) intents.Reading {
			if text == "panic" {
				panic("as asked")
			}
			return read(text)
		}
		s.Orders = func(context.Context, bot.Lookup) bot.LookupResult { panic("the source, too") }
	})
	require.Panics(t, func() { _, _ = b.Handle(t.Context(), "s", message("c", "m-1", "panic")) })
	require.NotEmpty(t, b.say(t, message("c", "m-2", "你好")).Replies, "neither lane nor seat is held")
	require.NotEmpty(t, b.say(t, message("c", "m-3", "我要退货")).Replies, "a source that panics is down")
	require.Zero(t, b.Depth())
}

func BenchmarkHandle(b *testing.B) {
	e := newBench(b, nil)
	for i := range b.N {
		id := strconv.Itoa(i)
		if _, err := e.Handle(b.Context(), "s", message("c-"+id, "m-"+id, "有券吗")); err != nil {
			b.Fatal(err)
		}
	}
}
