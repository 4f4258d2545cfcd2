package engine_test

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

// counting counts the looks of the scheduler at a store.
type counting struct {
	engine.Store
	looks atomic.Int32
}

func (c *counting) NextDue(ctx context.Context) (time.Time, bool, error) {
	c.looks.Add(1)
	return c.Store.NextDue(ctx)
}

// ticking is a bench whose loops run, with a clock that the test moves apart from the bubble's.
func ticking(t *testing.T, change func(*engine.Options)) *bench {
	t.Helper()
	b := newBench(t, change)
	ctx, cancel := context.WithCancel(t.Context())
	var loops sync.WaitGroup
	loops.Go(func() { b.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		loops.Wait()
	})
	return b
}

// both lets the bubble's clock and the bench's run.
func (b *bench) both(d time.Duration) {
	for step := 5 * time.Second; d > 0; d -= step {
		b.pass(min(step, d))
		elapse(min(step, d))
	}
}

func TestTheSchedulerSleepsThroughWhatFallsDueLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counting{}
		b := ticking(t, func(o *engine.Options) { c.Store, o.Store, o.Clock = o.Store, c, time.Now })
		synctest.Wait()
		before := c.looks.Load()
		for i := range 100 {
			b.hand(t, "c-"+strconv.Itoa(i))
			synctest.Wait()
		}
		require.Equal(t, before, c.looks.Load(), "none of them is due before the next look")
		elapse(2*time.Minute + time.Second)
		for i := range 100 {
			require.Len(t, lateOf(t, b, "c-"+strconv.Itoa(i), ""), 1, "the holding line, in time")
		}
	})
}

func TestTheClockJumpsForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := ticking(t, nil)
		id := b.hand(t, "c")
		elapse(time.Second)
		b.pass(48 * time.Hour) // the machine slept
		elapse(31 * time.Second)
		late := lateOf(t, b, "c", "")
		require.Len(t, late, 1, "what was missed is made up for, once")
		c, _, err := b.Case(t.Context(), "s", id)
		require.NoError(t, err)
		require.Equal(t, 1, c.Late)
		figures, err := b.Figures(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(1), figures.Missed)
		elapse(10 * time.Minute)
		require.Len(t, lateOf(t, b, "c", ""), 1)
	})
}

func TestTheClockJumpsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := ticking(t, nil)
		b.hand(t, "c")
		b.pass(-time.Hour)
		elapse(10 * time.Minute)
		require.Empty(t, lateOf(t, b, "c", ""), "it is not due yet by the clock of now")
		require.Equal(t, bot.StatusWaiting, b.say(t, message("c", "m-2", "好的")).Status)
		b.hand(t, "c-2")
		b.both(5 * time.Minute)
		require.NotEmpty(t, lateOf(t, b, "c-2", ""), "the others go by the clock of now")
		b.both(time.Hour)
		require.NotEmpty(t, lateOf(t, b, "c", ""))
		said := lateOf(t, b, "c-2", "")
		b.both(time.Hour)
		require.Equal(t, said, lateOf(t, b, "c-2", ""), "nothing is said twice")
	})
}

func TestLettersDoNotWaitForAClockThatWasPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		live := &callback{}
		b := deliveringOn(t, func(o *engine.Options) {
			o.Client = goneUntil(&up, live)
		})
		b.writes(t, "s", "c", "一")
		elapse(time.Second)
		b.pass(time.Minute) // it was tried, and is due again
		b.pass(-24 * time.Hour)
		up.Store(true)
		elapse(5 * time.Second)
		require.Equal(t, []string{"一"}, live.texts())
		b.writes(t, "s", "c", "二")
		elapse(time.Second)
		require.Equal(t, []string{"一", "二"}, live.texts(), "nor for one that is said by the clock of now")
		elapse(5 * time.Minute)
		up.Store(false)
		b.writes(t, "s", "c", "三")
		b.both(20 * time.Second)
		up.Store(true)
		b.both(time.Minute)
		require.Equal(t, []string{"一", "二", "三"}, live.texts(), "and it is tried again by that one")
	})
}

// sweeping counts what a store is asked to forget.
type sweeping struct {
	engine.Store
	mu    sync.Mutex
	swept []time.Time
}

func (s *sweeping) Sweep(_ context.Context, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.swept = append(s.swept, now)
	return nil
}

func (s *sweeping) times() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.swept)
}

func TestNothingIsForgottenByAClockThatHasJustJumped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sweeping{}
		b := ticking(t, func(o *engine.Options) { s.Store, o.Store = o.Store, s })
		b.both(10 * time.Minute)
		require.Len(t, s.times(), 10, "every minute")
		b.pass(365 * 24 * time.Hour)
		b.both(30 * time.Minute)
		b.pass(-365 * 24 * time.Hour) // it was wrong
		b.both(30 * time.Minute)
		for _, at := range s.times() {
			require.Less(t, at.Sub(noon), 24*time.Hour)
		}
		before := len(s.times())
		b.both(2 * time.Hour)
		require.Greater(t, len(s.times()), before, "a clock that goes on as clocks do is believed")
	})
}

func TestDeadlinesAreKeptOverARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	open := func() *sqlite.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		require.NoError(t, err)
		return s
	}
	kept := open()
	b := newBench(t, func(o *engine.Options) { o.Store = kept })
	waits, taken := b.hand(t, "waits"), b.hand(t, "taken")
	b.does(t, taken, desk.Act{Kind: bot.EventAgent, Text: "您好"})
	require.NoError(t, kept.Close())

	kept = open()
	defer func() { require.NoError(t, kept.Close()) }()
	after := newBench(t, func(o *engine.Options) {
		o.Store = kept
		ids := o.IDs
		o.IDs = func() string { return "after-" + ids() }
	})
	after.pass(3 * time.Hour)
	fired, err := after.Tick(t.Context())
	require.NoError(t, err)
	require.Positive(t, fired)
	require.Equal(t, []string{"请稍等"}, texts(lateOf(t, after, "waits", "")[0].Replies))
	c, _, err := after.Case(t.Context(), "s", waits)
	require.NoError(t, err)
	require.Equal(t, 1, c.Late)
	require.NotEmpty(t, c.History)
	c, _, err = after.Case(t.Context(), "s", taken)
	require.NoError(t, err)
	require.Zero(t, c.Late, "it was answered in time")
	require.Equal(t, 1, c.InTime)
	outlook, err := after.Outlook(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, desk.Outlook{InTime: 1, Overdue: 1, Rate: 0.5, Predicted: 0.5}, outlook, "one that still waits counts once")
	fired, err = after.Tick(t.Context())
	require.NoError(t, err)
	require.Zero(t, fired)
}

func TestTheOutlookGoesByTheShopsOwnDay(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.change("s", func(s *engine.Shop) {
		there := book(t, ruleText)
		there.Shop.Location = time.FixedZone("there", 9*3600) // noon is nine in the evening there
		s.Book = there
	})
	b.hand(t, "today")
	outlook := func() desk.Outlook {
		o, err := b.Outlook(t.Context(), "s")
		require.NoError(t, err)
		return o
	}
	b.pass(time.Second)
	require.Equal(t, 1, outlook().Waiting)
	require.InDelta(t, 1, outlook().Rate, 0)
	b.pass(2 * time.Hour)
	require.Equal(t, desk.Outlook{Overdue: 1}, outlook())
	_, err := b.Tick(t.Context())
	require.NoError(t, err)
	require.Equal(t, desk.Outlook{Overdue: 1}, outlook(), "it is counted once, whether its timer has fired or not")
	b.pass(90 * time.Minute) // half past midnight there
	require.Equal(t, desk.Outlook{Rate: 1, Predicted: 1}, outlook())
	_, err = b.Outlook(t.Context(), "nobody")
	require.ErrorIs(t, err, engine.ErrNoShop)
}
