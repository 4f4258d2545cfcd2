package engine_test

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
)

// answering answers 500 under /bad, and what live answers elsewhere.
func answering(live *callback) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/bad" {
			return &http.Response{StatusCode: http.StatusInternalServerError, Body: http.NoBody, Request: r}, nil
		}
		return live.RoundTrip(r)
	}
}

func TestAShopThatAnswersWithErrorsHoldsUpNobodyOnTheSameHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live := &callback{}
		b := delivering(t, func(o *engine.Options) { o.Client = &http.Client{Transport: answering(live)} })
		b.change("s", func(s *engine.Shop) { s.Callback.URL = "http://same.example/bad?token=1" })
		b.change("other", func(s *engine.Shop) { s.Callback.URL = "http://same.example/good" })
		for i := range 200 {
			b.writes(t, "s", "c-"+strconv.Itoa(i), "您好")
		}
		elapse(5 * time.Second)
		for i := range 20 {
			b.writes(t, "other", "c-"+strconv.Itoa(i), strconv.Itoa(i))
			elapse(time.Second)
			require.Len(t, live.texts(), i+1, "within a second")
		}
	})
}

// panicking is a body that panics when it is read.
type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("as asked") }
func (panicking) Close() error             { return nil }

func TestAPanicWhileALetterIsSentIsNotTheEndOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times atomic.Int32
		live := &callback{}
		b := delivering(t, func(o *engine.Options) {
			o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host == "dead.example" && times.Add(1) < 3 {
					return &http.Response{StatusCode: http.StatusOK, Body: panicking{}, Request: r}, nil
				}
				return live.RoundTrip(r)
			})}
		})
		b.writes(t, "s", "c", "一")
		b.writes(t, "other", "c", "二")
		elapse(100 * time.Millisecond)
		require.Equal(t, []string{"二"}, live.texts())
		pending := lettersOf(t, b, "pending")
		require.Len(t, pending, 1)
		require.Contains(t, pending[0].Error, "panic")
		elapse(time.Minute)
		require.Equal(t, []string{"二", "一"}, live.texts(), "it is tried again")
	})
}

// startled is a store that panics the first time a delivery is to be recorded.
type startled struct {
	engine.Store
	times atomic.Int32
}

func (s *startled) Settle(ctx context.Context, how engine.Settlement) error {
	if s.times.Add(1) == 1 {
		panic("as asked")
	}
	return s.Store.Settle(ctx, how)
}

func TestAPanicWhileADeliveryIsRecordedSendsNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live := &callback{}
		b := delivering(t, func(o *engine.Options) {
			o.Store, o.Client = &startled{Store: o.Store}, &http.Client{Transport: live}
		})
		b.writes(t, "s", "c", "一")
		elapse(time.Minute)
		require.Equal(t, []string{"一"}, live.texts())
		require.Len(t, lettersOf(t, b, "delivered"), 1)
	})
}
