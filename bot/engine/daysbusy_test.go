package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/figures"
	"xiaoer/bot/store"
)

// slow lets nobody read the turns of some shops, and counts what is read of ratings.
type slow struct {
	engine.Store
	shops   map[string]bool
	ratings int
}

func (s *slow) Turns(ctx context.Context, shop string, from, until time.Time, after string, limit int) ([]engine.Recorded, error) {
	if s.shops[shop] {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Store.Turns(ctx, shop, from, until, after, limit)
}

func (s *slow) Documents(ctx context.Context, shop, kind, after string, limit int) ([]desk.Document, error) {
	if kind == "rating" {
		s.ratings++
	}
	return s.Store.Documents(ctx, shop, kind, after, limit)
}

func TestOneShopsFiguresDoNotHoldUpAnothers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slow{Store: store.NewMemory(store.Limits{}), shops: map[string]bool{"a": true, "b": true}}
		book := engine.NewDaybook(s, time.Now, time.Second)
		span := figures.LastDays(time.Now(), time.UTC, 1)
		look := func(shop string) (<-chan error, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			out := make(chan error, 1)
			go func() { _, err := book.Days(ctx, shop, time.UTC, span); out <- err }()
			synctest.Wait()
			return out, cancel
		}
		first, stop := look("a")
		again, leave := look("a")
		other, _ := look("c")
		require.NoError(t, <-other, "the next shop need not wait, however many look at the first")
		leave()
		require.ErrorIs(t, <-again, engine.ErrBusy, "who goes away is no fault of the server's")
		second, stopSecond := look("b")
		third, _ := look("c")
		require.Empty(t, third, "two at once")
		stop()
		require.ErrorContains(t, <-first, "read turns")
		require.NoError(t, <-third)
		stopSecond()
		require.Error(t, <-second)
	})
}

// A look at a day that runs does not read all ratings each time; one that ends has them all.
func TestRatingsAreReadNowAndThen(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.say(t, message("c", "m1", "有券吗"))
	s := &slow{Store: b.store}
	book := engine.NewDaybook(s, b.clock, 0)
	rate := func(id string) {
		_, err := b.store.PutDocument(t.Context(), desk.Document{Shop: "s", Kind: "rating", ID: id, At: b.clock(), Body: []byte(`{"stars":5}`)}, nil)
		require.NoError(t, err)
	}
	stars := func() int {
		c, err := book.Days(t.Context(), "s", time.UTC, figures.Span{From: today, Until: today})
		require.NoError(t, err)
		return c.Days[0].Stars[4]
	}
	rate("1")
	require.Equal(t, 1, stars())
	rate("2")
	require.Equal(t, 1, stars())
	require.Equal(t, 1, s.ratings)
	b.pass(time.Minute)
	require.Equal(t, 2, stars())
	b.pass(12*time.Hour - time.Minute - time.Second)
	require.Equal(t, 2, stars())
	rate("3")
	b.pass(turnsSettled)
	require.Equal(t, 3, stars(), "what came in its last second is in the sum for good")
	read := s.ratings
	require.Equal(t, 3, stars())
	require.Equal(t, read, s.ratings, "and is not read again")
}

const turnsSettled = 2*time.Minute + 2*time.Second
