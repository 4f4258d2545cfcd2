package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web"
)

// probed is a server whose store counts how often it is asked.
func probed(t *testing.T, answer func(ctx context.Context) error) (probe func() int, looks *atomic.Int64) {
	t.Helper()
	looks = &atomic.Int64{}
	h := newServer(t, func(o *web.Options) {
		o.Ready = func(ctx context.Context) error {
			looks.Add(1)
			return answer(ctx)
		}
	}).Handler()
	return func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code
	}, looks
}

func TestReadinessIsAskedOncePerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failed atomic.Bool
		probe, looks := probed(t, func(context.Context) error {
			if failed.Load() {
				return io.ErrUnexpectedEOF
			}
			return nil
		})
		for range 100 {
			require.Equal(t, 200, probe())
		}
		require.Equal(t, int64(1), looks.Load())
		failed.Store(true)
		require.Equal(t, 200, probe(), "what was seen counts for a second")
		pass(time.Second)
		for range 100 {
			require.Equal(t, 503, probe())
		}
		require.Equal(t, int64(2), looks.Load(), "a failure counts as long")
		failed.Store(false)
		pass(time.Second)
		require.Equal(t, 200, probe())
	})
}

func TestAStoreThatHangsIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		probe, looks := probed(t, func(context.Context) error {
			<-goOn
			return nil
		})
		var all sync.WaitGroup
		began := time.Now()
		for range 50 {
			all.Go(func() {
				if code := probe(); code != http.StatusServiceUnavailable {
					t.Errorf("it answered %d", code)
				}
			})
		}
		all.Wait()
		require.Equal(t, 2*time.Second, time.Since(began))
		require.Equal(t, 503, probe())
		require.Equal(t, int64(1), looks.Load())
		close(goOn)
		synctest.Wait()
		require.Equal(t, 200, probe())
	})
}

func TestWhoAsksFirstAndHangsUpSpoilsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newServer(t, func(o *web.Options) {
			o.Ready = func(ctx context.Context) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(time.Second):
					return nil
				}
			}
		}).Handler()
		ctx, hangUp := context.WithCancel(t.Context())
		var all sync.WaitGroup
		codes := make([]int, 2)
		for i, ctx := range []context.Context{ctx, t.Context()} {
			all.Go(func() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/readyz", nil))
				codes[i] = w.Code
			})
		}
		synctest.Wait()
		hangUp()
		all.Wait()
		require.Equal(t, []int{503, 200}, codes)
	})
}

func TestAServerThatStopsIsNotReady(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	require.NoError(t, s.stop())
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	p := requireProblem(t, w, 503, "busy")
	require.Contains(t, p.Detail, "stopping")
	require.Equal(t, "5", w.Header().Get("Retry-After"))
}
