package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/figures"
	"xiaoer/bot/store/sqlite"
)

const today = "2026-11-21"

// everyDaybook makes a bench on each store. SQL looks for a day's turns by their ids, so they are UUIDs of the bench's time there.
func everyDaybook() map[string]func(testing.TB) *bench {
	inMemory := func(tb testing.TB) *bench { tb.Helper(); return newBench(tb, nil) }
	return map[string]func(testing.TB) *bench{"memory": inMemory, "sqlite": func(tb testing.TB) *bench {
		tb.Helper()
		kept, err := sqlite.Open(tb.Context(), sqlite.Options{Path: filepath.Join(tb.TempDir(), "state.db")})
		require.NoError(tb, err)
		tb.Cleanup(func() { require.NoError(tb, kept.Close()) })
		var b *bench
		b = newBench(tb, func(o *engine.Options) {
			next := o.IDs
			o.Store, o.IDs = kept, func() string {
				ms := b.clock().UnixMilli()
				return fmt.Sprintf("%08x-%04x-7000-8000-%s", ms>>16, ms&0xffff, next())
			}
		})
		return b
	}}
}

func lookAt(t *testing.T, b *bench, from, until string) figures.Counted {
	t.Helper()
	c, err := b.Days(t.Context(), "s", figures.Span{From: from, Until: until})
	require.NoError(t, err)
	return c
}

func TestTodayIsSummedUpToNow(t *testing.T) {
	t.Parallel()
	for name, open := range everyDaybook() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.say(t, message("c", "m1", "有券吗"))
			b.say(t, message("d", "m2", "啦啦啦"))
			c := lookAt(t, b, today, today)
			require.Len(t, c.Days, 1)
			require.Zero(t, c.Behind)
			d := c.Days[0]
			require.Equal(t, 2, d.Messages, "a message of a moment ago counts")
			require.Equal(t, map[string]int{"coupon.once": 1, "otherwise": 1}, d.Rules)
			require.Equal(t, 1, d.Missed)
			require.False(t, d.Whole)

			b.pass(time.Minute)
			b.say(t, message("d", "m3", "人呢"))
			require.Equal(t, 3, lookAt(t, b, today, today).Days[0].Messages)
			_, err := b.Store.Document(t.Context(), "s", "figures", today)
			require.ErrorIs(t, err, engine.ErrNotFound, "a few turns are not worth writing down")
			require.Empty(t, lookAt(t, b, "2026-11-01", "2026-11-20").Days, "nothing is known of the days before")
		})
	}
}

func TestADayThatHasEndedIsSummedOnce(t *testing.T) {
	t.Parallel()
	for name, open := range everyDaybook() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.say(t, message("c", "m1", "有券吗"))
			b.pass(12*time.Hour + time.Minute)
			require.False(t, lookAt(t, b, today, today).Days[0].Whole, "a turn may be on its way yet")
			b.pass(2 * time.Minute)
			first := lookAt(t, b, today, "2026-11-22")
			require.Len(t, first.Days, 1)
			require.True(t, first.Days[0].Whole)

			b.pass(time.Hour)
			b.say(t, message("c", "m2", "你好"))
			both := lookAt(t, b, today, "2026-11-22")
			require.Equal(t, first.Days[0], both.Days[0])
			require.Equal(t, 1, both.Days[1].Messages)
			require.Equal(t, map[string]figures.Visits{"2026-11-22": {Alone: 1}}, nonzero(figures.VisitsByDay(both.Days, figures.Span{From: today, Until: "2026-11-22"})),
				"the buyer was back within a day")
		})
	}
}

func nonzero(visits map[string]figures.Visits) map[string]figures.Visits {
	for date, v := range visits {
		if v == (figures.Visits{}) {
			delete(visits, date)
		}
	}
	return visits
}

// What is written down on the way is gone on from, and gives what one sum would have given.
func TestALongDayIsSummedInPieces(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for n := range 1200 {
		b.say(t, message(fmt.Sprint("c-", n%50), fmt.Sprint("m", n), []string{"有券吗", "我想退货", "啦啦啦"}[n%3]))
		b.pass(10 * time.Second)
		if n%300 == 299 {
			lookAt(t, b, today, today)
		}
	}
	kept, err := b.store.Document(t.Context(), "s", "figures", today)
	require.NoError(t, err)
	require.Equal(t, int64(4), kept.Version)
	require.False(t, kept.Until.IsZero(), "it is forgotten one day")
	pieces := lookAt(t, b, today, today).Days[0]
	require.NoError(t, b.store.DropDocument(t.Context(), "s", "figures", today, nil))
	require.Equal(t, lookAt(t, b, today, today).Days[0], pieces)
	require.Equal(t, 1200, pieces.Messages)
}

// Two processes that sum the same day do not count it twice.
func TestTwoProcessesSumTheSameDay(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for n := range 300 {
		b.say(t, message(fmt.Sprint("c-", n), fmt.Sprint("m", n), "有券吗"))
	}
	b.pass(24 * time.Hour)
	span := figures.Span{From: today, Until: today}
	one, two := engine.NewDaybook(b.store, b.clock, 0), engine.NewDaybook(&racing{Store: b.store, first: func() {
		_, err := engine.NewDaybook(b.store, b.clock, 0).Days(t.Context(), "s", time.UTC, span)
		require.NoError(t, err)
	}}, b.clock, 0)
	got, err := two.Days(t.Context(), "s", time.UTC, span)
	require.NoError(t, err)
	again, err := one.Days(t.Context(), "s", time.UTC, span)
	require.NoError(t, err)
	require.Equal(t, got.Days, again.Days)
	require.Equal(t, 300, again.Days[0].Messages)
}

// racing lets another look finish just before the first document is written.
type racing struct {
	engine.Store
	first func()
}

func (r *racing) PutDocument(ctx context.Context, d desk.Document, by *desk.Entry) (int64, error) {
	if first := r.first; first != nil {
		r.first = nil
		first()
	}
	return r.Store.PutDocument(ctx, d, by)
}

// A shop with more turns than one look may sum says so, and gets further with each look.
func TestAHugeDayIsSummedInSeveralLooks(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	huge := &manyTurns{Store: b.store, turns: 120_000, day: noon.Add(-12 * time.Hour)}
	book := engine.NewDaybook(huge, func() time.Time { return noon.Add(24 * time.Hour) }, 0)
	span := figures.Span{From: today, Until: today}
	for look, want := range []int{50_000, 100_000, 120_000, 120_000} {
		c, err := book.Days(t.Context(), "s", time.UTC, span)
		require.NoError(t, err)
		require.Equal(t, want, c.Days[0].Turns, look)
		require.Equal(t, want < 120_000, c.Behind == 1)
	}
	require.Equal(t, 500, huge.most, "never more than that is asked for at once")
}

// manyTurns has many turns at the beginning of each day from the first on, which it makes up as they are asked for.
type manyTurns struct {
	engine.Store
	day         time.Time // the first
	turns, most int
}

func (s *manyTurns) Turns(_ context.Context, _ string, from, until time.Time, after string, limit int) ([]engine.Recorded, error) {
	day := from.UTC().Truncate(24 * time.Hour)
	if day.Before(s.day) {
		day = s.day
	}
	if day.Before(from) || !day.Before(until) {
		return nil, nil
	}
	at := 0
	if after != "" {
		_, _ = fmt.Sscanf(after, "t-%d", &at)
	}
	s.most = max(s.most, limit)
	var out []engine.Recorded
	for n := at + 1; n <= s.turns && len(out) < limit; n++ {
		out = append(out, engine.Recorded{ID: fmt.Sprintf("t-%07d", n), At: day, Rule: "r"})
	}
	return out, nil
}

func TestDaysAreThoseOfTheShopsZone(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.change("s", func(s *engine.Shop) {
		s.Book = book(t, ruleText)
		s.Book.Shop.Location = time.FixedZone("Asia/Shanghai", 8*60*60)
	})
	b.pass(3*time.Hour + 59*time.Minute) // 23:59 in Shanghai
	b.say(t, message("c", "m1", "有券吗"))
	b.pass(2 * time.Minute)
	b.say(t, message("c", "m2", "我想退货"))
	days := lookAt(t, b, today, "2026-11-22").Days
	require.Len(t, days, 2)
	require.Equal(t, map[int]int{23: 1}, days[0].Hours)
	require.Equal(t, map[int]int{0: 1}, days[1].Hours)
}

func TestRatingsAreCountedOnTheirDay(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.say(t, message("c", "m1", "有券吗"))
	for n, body := range []string{`{"stars":5}`, `{"stars":5}`, `{"stars":1}`, `{"stars":9}`, `{"stars":"x"}`, `broken`} {
		_, err := b.store.PutDocument(t.Context(), desk.Document{Shop: "s", Kind: "rating", ID: fmt.Sprint(n), At: noon, Body: []byte(body)}, nil)
		require.NoError(t, err)
	}
	require.Equal(t, [5]int{1, 0, 0, 0, 2}, lookAt(t, b, today, today).Days[0].Stars)
}

func TestQuestionsAreReadAgainAndMasked(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.say(t, message("c", "m1", "啦啦啦 加我 wxabc998877"))
	b.say(t, message("d", "m2", "呜呜呜"))
	asked := lookAt(t, b, today, today).Days[0].Asked
	require.Equal(t, 2, asked.All)
	places := figures.Choose([]*figures.Sample{asked}, 10)
	got, err := b.Questions(t.Context(), "s", places)
	require.NoError(t, err)
	words := []string{got[0].Text, got[1].Text}
	require.ElementsMatch(t, []string{"啦啦啦 加我 #", "呜呜呜"}, words)

	_, err = b.store.Erase(t.Context(), "s", "b-c", desk.Entry{ID: uuid.NewString(), Shop: "s", At: noon})
	require.NoError(t, err)
	got, err = b.Questions(t.Context(), "s", places)
	require.NoError(t, err)
	require.Len(t, got, 1, "what is erased is erased here too")
	require.Equal(t, "呜呜呜", got[0].Text)
}

func TestFiguresOfAShopThatIsNotThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	_, err := b.Days(t.Context(), "nobody", figures.Span{From: today, Until: today})
	require.ErrorIs(t, err, engine.ErrNoShop)
	_, err = b.Questions(t.Context(), "nobody", nil)
	require.ErrorIs(t, err, engine.ErrNoShop)
	_, err = b.FiguresOf("nobody")
	require.ErrorIs(t, err, engine.ErrNoShop)
	shop, err := b.FiguresOf("s")
	require.NoError(t, err)
	require.Equal(t, []string{"return.which", "return.ok", "coupon.once", "coupon.again"}, shop.Rules)
}

// A shop with many turns finds today summed as well, all of yesterday however many looks it takes.
func TestABusyShopIsSummedAllDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		huge := &manyTurns{turns: 120_000}
		b := newBench(t, func(o *engine.Options) {
			huge.Store, huge.day = o.Store, time.Now().UTC().Truncate(24*time.Hour)
			o.Store, o.Clock, o.ShopNames = huge, time.Now, func() []string { return []string{"s"} }
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); b.Run(ctx) }()
		elapse(24*time.Hour + 35*time.Minute)
		kept, err := b.store.Document(t.Context(), "s", "figures", huge.day.Format(time.DateOnly))
		require.NoError(t, err)
		require.Contains(t, string(kept.Body), `"whole":true,"turns":120000`)
		kept, err = b.store.Document(t.Context(), "s", "figures", huge.day.Add(24*time.Hour).Format(time.DateOnly))
		require.NoError(t, err)
		require.Contains(t, string(kept.Body), `"turns":120000`)
		cancel()
		<-ended
	})
}

// The engine's own upkeep sums the day that has ended.
func TestYesterdayIsSummedByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(o *engine.Options) {
			o.Clock, o.ShopNames = time.Now, func() []string { return []string{"nobody", "s"} }
		})
		_, err := b.Handle(t.Context(), "s", message("c", "m1", "有券吗"))
		require.NoError(t, err)
		date := time.Now().UTC().Format(time.DateOnly)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); b.Run(ctx) }()
		elapse(24*time.Hour - time.Minute)
		_, err = b.store.Document(t.Context(), "s", "figures", date)
		require.ErrorIs(t, err, engine.ErrNotFound)
		elapse(20 * time.Minute)
		kept, err := b.store.Document(t.Context(), "s", "figures", date)
		require.NoError(t, err)
		require.Contains(t, string(kept.Body), `"whole":true`)
		cancel()
		<-ended
	})
}

// A day of ten thousand turns, summed at once.
func BenchmarkTenThousandTurns(b *testing.B) {
	for name, open := range everyDaybook() {
		b.Run(name, func(b *testing.B) {
			bench := open(b)
			for n := range 10_000 {
				bench.say(b, message(fmt.Sprint("c-", n%500), fmt.Sprint("m", n), []string{"有券吗", "我想退货", "啦啦啦"}[n%3]))
				bench.pass(time.Second)
			}
			bench.pass(24 * time.Hour)
			for b.Loop() {
				c, err := bench.Days(b.Context(), "s", figures.Span{From: today, Until: today})
				require.NoError(b, err)
				require.Equal(b, 10_000, c.Days[0].Messages)
				require.NoError(b, bench.Store.DropDocument(b.Context(), "s", "figures", today, nil))
			}
		})
	}
}
