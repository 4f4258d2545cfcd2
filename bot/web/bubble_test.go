package web_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web"
)

// pipes is a listener without a network, so that a server and its callers fit into a bubble whose time is not real.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

func newPipes() *pipes {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.closed) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close()
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// bubbled is a server with a fake desk inside a bubble.
type bubbled struct {
	*fakeDesk
	t       *testing.T // of the bubble
	handler http.Handler
	pipes   *pipes
	client  *http.Client
	stop    func() error
}

// inBubble runs a test against a server whose time passes as fast as nothing happens.
func inBubble(t *testing.T, change func(*web.Options), do func(b *bubbled)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFakeDesk()
		f.clock = time.Now
		s := newServer(t, func(o *web.Options) {
			o.Desk = f
			if change != nil {
				change(o)
			}
		})
		p := newPipes()
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, p) }()
		b := &bubbled{fakeDesk: f, t: t, handler: s.Handler(), pipes: p, client: &http.Client{Transport: &http.Transport{DialContext: p.dial}}}
		b.stop = sync.OnceValue(func() error {
			cancel()
			return <-ended
		})
		t.Cleanup(func() {
			_ = b.stop()
			b.client.CloseIdleConnections()
		})
		do(b)
		require.NoError(t, b.stop())
		require.Zero(t, f.watching())
	})
}

// A listener reads a stream of live updates.
type listener struct {
	res    *http.Response
	lines  *bufio.Reader
	hangUp func()
}

// listen opens a stream. What is asked for after the route is the query; last is the Last-Event-ID, "" for none.
func listen(tb testing.TB, client *http.Client, base, token, query, last string) *listener {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 24*time.Hour)
	tb.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/shops/xiaoguo/live"+query, nil)
	require.NoError(tb, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := client.Do(req) //nolint:bodyclose // hangUp closes it
	require.NoError(tb, err)
	return &listener{res: res, lines: bufio.NewReader(res.Body), hangUp: func() {
		cancel()
		_ = res.Body.Close()
	}}
}

func (b *bubbled) listen(t *testing.T, query, last string) *listener {
	t.Helper()
	l := listen(t, b.client, "http://xiaoer", agentToken, query, last)
	require.Equal(t, http.StatusOK, l.res.StatusCode)
	return l
}

// A happening is one event as a browser sees it.
type happening struct {
	id, event, data string
	comments        int // heartbeats before it
}

// next reads one event; an error is the end of the stream.
func (l *listener) next() (happening, error) {
	var h happening
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			return h, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			h.id = value
		case "event":
			h.event = value
		case "data":
			h.data = value
		case "":
			if value != "" {
				h.comments++
			} else if h.event != "" {
				return h, nil
			}
		}
	}
}

func (l *listener) mustNext(t *testing.T, event, id string) happening {
	t.Helper()
	h, err := l.next()
	require.NoError(t, err)
	require.Equal(t, event, h.event, h.data)
	require.Equal(t, id, h.id)
	return h
}

// end waits until the server ends the stream, and says how long that took.
func (l *listener) end(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	_, err := io.Copy(io.Discard, l.lines)
	if err != nil {
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	return time.Since(began)
}
