package engine_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// tally counts what an engine observes.
type tally struct {
	mu   sync.Mutex
	seen map[string]int // by what and outcome, with a slash between
}

func (c *tally) observe(what, outcome string, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[what+"/"+outcome]++
}

func (c *tally) of(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[name]
}

// delivering is a bench whose loops run on the bubble's own clock until the test ends. Shop "s" calls back to dead.example, shop
// "other" to shop.example.
func delivering(t *testing.T, change func(*engine.Options)) *bench {
	t.Helper()
	return deliveringOn(t, func(o *engine.Options) {
		o.Clock = time.Now
		change(o)
	})
}

// deliveringOn is the same on the bench's own clock, which can run faster than the bubble's.
func deliveringOn(t *testing.T, change func(*engine.Options)) *bench {
	t.Helper()
	b := newBench(t, change)
	b.change("s", func(s *engine.Shop) { s.Callback = engine.Callback{URL: "http://dead.example/late", Secret: secret} })
	b.change("other", func(s *engine.Shop) { s.Callback = engine.Callback{URL: "http://shop.example/late", Secret: secret} })
	ctx, cancel := context.WithCancel(t.Context())
	var loops sync.WaitGroup
	loops.Go(func() { b.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		loops.Wait()
	})
	return b
}

// hours lets so many of them pass on the bench's clock. Each is long enough on the bubble's for one probe of a dead destination.
func (b *bench) hours(n int) {
	for range n {
		b.pass(time.Hour)
		elapse(40 * time.Second)
	}
}

// writes makes an agent write a line in a conversation of its own.
func (b *bench) writes(t *testing.T, shop, conversation, text string) {
	t.Helper()
	_, err := b.Handle(t.Context(), shop, message(conversation, shop+"-"+conversation+"-"+text, "转人工"))
	require.NoError(t, err)
	_, err = b.Act(t.Context(), shop, conversation, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: text})
	require.NoError(t, err)
}

// hangs answers nothing until the caller gives up.
func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, context.Cause(r.Context())
}

func TestAThousandLettersToADeadCallbackHoldUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int32
		live := &callback{}
		b := delivering(t, func(o *engine.Options) {
			o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host == "dead.example" {
					tries.Add(1)
					return hangs(r)
				}
				return live.RoundTrip(r)
			})}
		})
		for i := range 1000 {
			b.writes(t, "s", "c-"+strconv.Itoa(i), "您好")
		}
		for i := range 50 {
			text := strconv.Itoa(i)
			b.writes(t, "other", "c-"+text, text)
			elapse(time.Second)
			require.Len(t, live.texts(), i+1, "within a second")
		}
		before := tries.Load()
		elapse(20 * time.Minute)
		probes := tries.Load() - before
		require.Positive(t, probes)
		require.Less(t, probes, int32(1200/20), "a dead callback costs a probe now and then")
	})
}

func TestLettersWaitForADeadCallbackWithoutUsingUpTheirAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dead atomic.Bool
		dead.Store(true)
		c := &callback{}
		var seen tally
		b := delivering(t, func(o *engine.Options) {
			o.Observe = seen.observe
			o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if dead.Load() {
					return nil, errors.New("connection refused")
				}
				return c.RoundTrip(r)
			})}
		})
		const n = 100
		for i := range n {
			b.writes(t, "s", "c-"+strconv.Itoa(i), strconv.Itoa(i))
		}
		elapse(time.Hour)
		require.Less(t, seen.of("delivery/later"), 3600/20)
		require.Zero(t, seen.of("delivery/dead"))
		dead.Store(false)
		elapse(time.Hour) // the next probe goes through; what was tried lately waits for its own time
		require.Len(t, c.texts(), n)
		require.Equal(t, n, seen.of("delivery/delivered"))
	})
}

func TestHopeEndsAfterADayAndAHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen tally
		b := deliveringOn(t, func(o *engine.Options) {
			o.Observe = seen.observe
			o.Client = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("gone") })}
		})
		b.writes(t, "s", "c", "您好")
		b.hours(35)
		require.Zero(t, seen.of("delivery/dead"))
		tried := seen.of("delivery/later")
		require.Greater(t, tried, 10)
		b.hours(4)
		require.Equal(t, 1, seen.of("delivery/dead"))
		b.hours(24)
		require.LessOrEqual(t, seen.of("delivery/later"), tried+3, "a dead letter is not tried again")
	})
}

// Each callback here takes the line, and says so or not in its own way.
func TestCallbacksOfEveryKind(t *testing.T) {
	answer := func(r *http.Request, status int, body io.Reader) *http.Response {
		return &http.Response{StatusCode: status, Body: io.NopCloser(body), Request: r, Header: http.Header{"Location": {"http://elsewhere.example/"}}}
	}
	for _, c := range []struct {
		name string
		then func(r *http.Request, n int32) (*http.Response, error)
		gets int32 // how often it gets the line
	}{
		{"answers at once", func(r *http.Request, _ int32) (*http.Response, error) {
			return answer(r, http.StatusNoContent, http.NoBody), nil
		}, 1},
		{"answers with an endless body", func(r *http.Request, _ int32) (*http.Response, error) {
			return answer(r, http.StatusOK, endless{}), nil
		}, 1},
		{"answers and then drips", func(r *http.Request, _ int32) (*http.Response, error) {
			return answer(r, http.StatusOK, dripping{r.Context()}), nil
		}, 1},
		{"fails before", func(r *http.Request, n int32) (*http.Response, error) {
			if n < 4 {
				return answer(r, http.StatusInternalServerError, endless{}), nil
			}
			return answer(r, http.StatusOK, http.NoBody), nil
		}, 4},
		{"hangs before", func(r *http.Request, n int32) (*http.Response, error) {
			if n < 3 {
				return hangs(r)
			}
			return answer(r, http.StatusOK, http.NoBody), nil
		}, 3},
		{"answers after the time-out", func(r *http.Request, n int32) (*http.Response, error) {
			if n < 3 {
				_, err := hangs(r) // it has taken the line, and nobody listens any more when it says so
				return nil, err
			}
			return answer(r, http.StatusOK, http.NoBody), nil
		}, 3},
		{"redirects before", func(r *http.Request, n int32) (*http.Response, error) {
			if n < 3 {
				return answer(r, http.StatusTemporaryRedirect, http.NoBody), nil
			}
			return answer(r, http.StatusOK, http.NoBody), nil
		}, 3},
		{"refuses before", func(r *http.Request, n int32) (*http.Response, error) {
			if n < 8 {
				return answer(r, http.StatusUnauthorized, http.NoBody), nil
			}
			return answer(r, http.StatusOK, http.NoBody), nil
		}, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got atomic.Int32
				var ids sync.Map
				var seen tally
				b := delivering(t, func(o *engine.Options) {
					o.Observe = seen.observe
					o.Client = &http.Client{
						CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
						Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
							ids.Store(r.Header.Get("webhook-id"), true)
							return c.then(r, got.Add(1))
						}),
					}
				})
				b.writes(t, "s", "c", "您好")
				elapse(time.Hour)
				require.Equal(t, c.gets, got.Load())
				require.Equal(t, 1, seen.of("delivery/delivered"))
				n := 0
				ids.Range(func(any, any) bool { n++; return true })
				require.Equal(t, 1, n, "one idempotency key for all attempts")
			})
		})
	}
}

// endless is a body without an end, dripping one that comes too slowly to wait for.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type dripping struct{ ctx context.Context } //nolint:containedctx // it is the request's, which ends the reading as a connection does

func (d dripping) Read(p []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(time.Second / 2):
		return min(1, len(p)), nil
	}
}

func TestAStoreThatCannotRecordADelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &callback{}
		f := &forgetful{}
		b := delivering(t, func(o *engine.Options) {
			f.Store, o.Store = o.Store, f
			o.Client = &http.Client{Transport: c}
		})
		f.down.Store(true)
		b.writes(t, "other", "c", "一")
		b.writes(t, "other", "c", "二")
		elapse(10 * time.Minute)
		require.Equal(t, []string{"一"}, c.texts(), "it is not sent again and again, and nothing overtakes it")
		f.down.Store(false)
		elapse(time.Minute)
		require.Equal(t, []string{"一", "二"}, c.texts())
	})
}

// forgetful is a store that cannot settle deliveries for a while.
type forgetful struct {
	engine.Store
	down atomic.Bool
}

func (f *forgetful) Settle(ctx context.Context, s engine.Settlement) error {
	if f.down.Load() {
		return errors.New("disk on fire")
	}
	return f.Store.Settle(ctx, s)
}

// The program ends after the callback has taken a line and before that is written down.
func TestALineIsSentAgainUnderItsKeyAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &callback{}
		f := &forgetful{}
		f.down.Store(true)
		b := newBench(t, func(o *engine.Options) {
			f.Store, o.Store, o.Clock = o.Store, f, time.Now
			o.Client = &http.Client{Transport: c}
		})
		b.change("s", func(s *engine.Shop) { s.Callback = engine.Callback{URL: "http://shop.example/late", Secret: secret} })
		ctx, cancel := context.WithCancel(t.Context())
		var loops sync.WaitGroup
		loops.Go(func() { b.Run(ctx) })
		b.writes(t, "s", "c", "一")
		b.writes(t, "s", "c", "二")
		elapse(time.Second)
		cancel()
		loops.Wait()
		require.Equal(t, []string{"一"}, c.texts())

		after := delivering(t, func(o *engine.Options) { o.Store, o.Client = b.store, &http.Client{Transport: c} })
		elapse(time.Minute)
		require.Equal(t, []string{"一", "一", "二"}, c.texts())
		require.Equal(t, c.heads[0].Get("webhook-id"), c.heads[1].Get("webhook-id"), "the receiver can know it")
		require.NotEqual(t, c.heads[1].Get("webhook-id"), c.heads[2].Get("webhook-id"))
		require.Empty(t, lettersOf(t, after, "pending"))
	})
}

func TestADestinationThatIsForbiddenIsADeadLetterAtOnce(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:9/?token=geheim", "http://[::1]:9/", "http://169.254.169.254/latest/meta-data", "ftp://shop.example/", "shop.example"} {
		synctest.Test(t, func(t *testing.T) {
			var seen tally
			b := delivering(t, func(o *engine.Options) { o.Observe = seen.observe })
			b.change("s", func(s *engine.Shop) { s.Callback.URL = url })
			b.writes(t, "s", "c", "您好")
			elapse(time.Minute)
			require.Equal(t, 1, seen.of("delivery/dead"), url)
			require.Zero(t, seen.of("delivery/later"))
		})
	}
}
