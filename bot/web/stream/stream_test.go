package stream_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot/web/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A desk counts what was asked of it while a stream runs.
type desk struct {
	told, asked atomic.Int32
	gone        atomic.Bool // whoever listens may not any more
}

// A page reads what a stream has written while the stream writes on.
type page struct {
	*httptest.ResponseRecorder
	mu sync.Mutex
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ResponseRecorder.Write(b)
}

func (p *page) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ResponseRecorder.Flush()
}

func (p *page) read() (text string, flushed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Body.String(), p.Flushed
}

// pass lets the bubble's clock run, and everybody in it come to rest.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // the bubble's clock keeps nobody waiting
	synctest.Wait()
}

func TestAStreamTellsWhenItIsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &page{ResponseRecorder: httptest.NewRecorder()}
		s := stream.New(w, time.Second)
		require.NoError(t, s.Greet(2*time.Second))
		changed := make(chan struct{})
		var d desk
		tell := func() bool { return s.Event("7", "state", map[string]int32{"n": d.told.Add(1)}) == nil }
		still := func() bool { d.asked.Add(1); return !d.gone.Load() }
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.Run(ctx, stream.Rhythm{Changed: changed, Beat: 10 * time.Second, Recheck: time.Minute}, tell, still)
		}()
		synctest.Wait()
		text, flushed := w.read()
		require.Equal(t, "retry: 2000\nid: 7\nevent: state\ndata: {\"n\":1}\n\n", text)
		require.Equal(t, stream.Events, w.Header().Get("Content-Type"))
		require.Equal(t, "no", w.Header().Get("X-Accel-Buffering"))
		require.True(t, flushed)
		changed <- struct{}{}
		synctest.Wait()
		require.EqualValues(t, 2, d.told.Load())
		pass(11 * time.Second)
		require.EqualValues(t, 3, d.told.Load(), "after a heartbeat too")
		text, _ = w.read()
		require.Contains(t, text, "\n\n: still here\n\n")
		require.Zero(t, d.asked.Load())
		d.gone.Store(true)
		pass(time.Minute)
		<-done
		require.EqualValues(t, 1, d.asked.Load(), "who may not listen any more is dropped")
	})
}

func TestAStreamEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tell bool
		stop bool
	}{"when there is nothing to tell from": {}, "when the server stops": {tell: true, stop: true}} {
		stop := make(chan struct{})
		if c.stop {
			close(stop)
		}
		ctx, cancel := stream.Until(t.Context(), stop)
		s := stream.New(httptest.NewRecorder(), time.Second)
		s.Run(ctx, stream.Rhythm{Beat: time.Hour, Recheck: time.Hour}, func() bool { return c.tell }, func() bool { return true })
		cancel()
		require.Equal(t, context.Canceled, ctx.Err(), name)
	}
	ctx, cancel := stream.Until(t.Context(), nil)
	require.NoError(t, ctx.Err())
	cancel()
	require.Error(t, ctx.Err())
}

func TestWhoDoesNotReadIsDropped(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s := stream.New(w, time.Second)
		s.Begin("text/plain")
		raw := make([]byte, 1<<20)
		for {
			if _, err := s.Write(raw); err != nil {
				ended <- err
				return
			}
		}
	}))
	defer server.Close()
	line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer line.Close()
	_, err = line.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	_, err = bufio.NewReader(line).ReadString('\n') // and nothing after it
	require.NoError(t, err)
	require.Error(t, <-ended)
}

// A deaf writer takes nothing.
type deaf struct{ *httptest.ResponseRecorder }

var errDeaf = errors.New("nobody hears")

func (deaf) SetWriteDeadline(time.Time) error { return errDeaf }

func TestFaultsAreTold(t *testing.T) {
	t.Parallel()
	s := stream.New(deaf{httptest.NewRecorder()}, time.Second)
	require.ErrorIs(t, s.Greet(time.Second), errDeaf)
	require.ErrorIs(t, s.Event("", "x", 1), errDeaf)
	require.Error(t, stream.New(httptest.NewRecorder(), time.Second).Event("", "x", make(chan int)))
}

// A timed writer sends nothing after its deadline.
type timed struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (w *timed) SetWriteDeadline(at time.Time) error {
	w.until = at
	return nil
}

func (w *timed) FlushError() error {
	if time.Now().After(w.until) {
		return context.DeadlineExceeded
	}
	return nil
}

func TestWhatWaitsToBeSentIsNoFaultOfTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stream.New(&timed{ResponseRecorder: httptest.NewRecorder()}, time.Second)
		require.NoError(t, s.Event("", "x", 1))
		pass(2 * time.Second) // the store is slow with what comes next
		require.NoError(t, s.Flush())
	})
}

func TestSeats(t *testing.T) {
	t.Parallel()
	var s stream.Seats
	join := func(buyer string) (func(), *stream.Claim) {
		return s.Join(stream.Claim{Of: buyer, Most: 2}, stream.Claim{Most: 3})
	}
	one, full := join("b-1")
	require.Nil(t, full)
	_, full = join("b-1")
	require.Nil(t, full)
	_, full = join("b-1")
	require.Equal(t, "b-1", full.Of)
	_, full = join("b-2")
	require.Nil(t, full)
	_, full = join("b-3")
	require.Equal(t, &stream.Claim{Most: 3}, full, "there is no room for anybody")
	require.Equal(t, 3, s.Taken())
	one()
	_, full = join("b-1")
	require.Nil(t, full)
	require.Equal(t, 3, s.Taken())
}
