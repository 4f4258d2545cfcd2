package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot"
	"xiaoer/bot/web"
)

// served is a server on a port of its own.
type served struct {
	url, addr string
	handler   http.Handler
	stop      func() error // ends it as a signal does, and says how it went
	client    *http.Client
}

func serve(t *testing.T, change func(*web.Options)) *served {
	t.Helper()
	before := goleak.IgnoreCurrent()
	s := newServer(t, change)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln) }()
	out := &served{handler: s.Handler(), addr: ln.Addr().String(), url: "http://" + ln.Addr().String(), client: &http.Client{Transport: &http.Transport{}}}
	out.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		_ = out.stop()
		out.client.CloseIdleConnections()
		goleak.VerifyNone(t, before)
	})
	return out
}

// post sends one message to the shop that takes unsigned calls.
func (s *served) post(t *testing.T, body io.Reader) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/shops/open/messages", body)
	require.NoError(t, err)
	res, err := s.client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(raw)
}

func TestShutdownAnswersWhatWasTaken(t *testing.T) {
	taken, goOn := make(chan struct{}, 10), make(chan struct{})
	s := serve(t, func(o *web.Options) {
		answer := o.Handle
		o.Handle = func(ctx context.Context, shop string, m bot.Message) (bot.Response, error) {
			taken <- struct{}{}
			<-goOn
			return answer(ctx, shop, m)
		}
	})
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			status, body := s.post(t, strings.NewReader(hello))
			require.Equal(t, http.StatusOK, status, body)
		})
	}
	for range 5 {
		<-taken
	}
	ended := make(chan error, 1)
	go func() { ended <- s.stop() }()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", s.addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, 5*time.Second, time.Millisecond, "nothing new is taken")
	select {
	case err := <-ended:
		t.Fatalf("it ended before what was taken was answered: %v", err)
	default:
	}
	close(goOn)
	all.Wait()
	require.NoError(t, <-ended)
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	taken, goOn := make(chan struct{}), make(chan struct{})
	defer close(goOn)
	s := serve(t, func(o *web.Options) {
		o.Grace = 50 * time.Millisecond
		o.Handle = func(context.Context, string, bot.Message) (bot.Response, error) {
			close(taken)
			<-goOn
			return bot.Response{}, nil
		}
	})
	go func() {
		res, err := s.client.Post(s.url+"/v1/shops/open/messages", "application/json", strings.NewReader(hello))
		if err == nil {
			res.Body.Close()
		}
	}()
	<-taken
	require.Error(t, s.stop())
}

func TestATurnIsBoundedInTime(t *testing.T) {
	s := serve(t, func(o *web.Options) {
		o.TurnTimeout = 20 * time.Millisecond
		o.Handle = func(ctx context.Context, _ string, _ bot.Message) (bot.Response, error) {
			<-ctx.Done()
			return bot.Response{}, refusal("busy")
		}
	})
	status, body := s.post(t, strings.NewReader(hello))
	require.Equal(t, http.StatusServiceUnavailable, status, body)
}

func TestSlowCallersAreLetGo(t *testing.T) {
	s := serve(t, func(o *web.Options) { o.ReadTimeout = 100 * time.Millisecond })
	for name, start := range map[string]string{
		"half a header": "POST /v1/shops/open/messages HTTP/1.1\r\nHost: x\r\nX-A",
		"half a body":   "POST /v1/shops/open/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
		"half a chunk":  "POST /v1/shops/open/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{",
	} {
		conn, err := net.Dial("tcp", s.addr)
		require.NoError(t, err)
		_, err = io.WriteString(conn, start)
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
		raw, err := io.ReadAll(conn)
		require.NoError(t, err, "%s: the server hangs up by itself", name)
		if strings.Contains(name, "body") || strings.Contains(name, "chunk") {
			require.Contains(t, string(raw), " 408 ", name)
			require.Contains(t, string(raw), "urn:xiaoer:problem:timeout", name)
		}
		require.NoError(t, conn.Close())
	}
}

func TestHangingUpIsNoticedAfterAMessage(t *testing.T) {
	asked, noticed := make(chan struct{}), make(chan struct{})
	s := serve(t, func(o *web.Options) {
		o.Trace = func(ctx context.Context, _, _ string) (any, error) {
			close(asked)
			<-ctx.Done()
			close(noticed)
			return nil, ctx.Err()
		}
	})
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for range 3 {
		for _, part := range []string{"POST /v1/shops/open/messages HTTP/1.1\r\nHost: x\r\n", fmt.Sprintf("Content-Length: %d\r\n\r\n", len(hello)), hello[:20], hello[20:]} {
			_, err = io.WriteString(conn, part)
			require.NoError(t, err)
		}
		res, err := http.ReadResponse(answers, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode)
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	_, err = io.WriteString(conn, "GET /v1/shops/open/traces/t HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	<-asked
	require.NoError(t, conn.Close())
	select {
	case <-noticed:
	case <-time.After(5 * time.Second):
		t.Fatal("nobody noticed that the caller had hung up")
	}
}

func TestMessagesThatComeBeforeTheLastIsAnswered(t *testing.T) {
	s := serve(t, nil)
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	defer conn.Close()
	one := fmt.Sprintf("POST /v1/shops/open/messages HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(hello), hello)
	go func() { _, _ = io.WriteString(conn, strings.Repeat(one, 50)) }()
	answers := bufio.NewReader(conn)
	for range 50 {
		res, err := http.ReadResponse(answers, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode)
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
}

func TestABodyInBrokenChunksIsMalformed(t *testing.T) {
	s := serve(t, nil)
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /v1/shops/open/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{\r\n")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	raw := make([]byte, 2000)
	n, err := conn.Read(raw)
	require.NoError(t, err)
	require.Contains(t, string(raw[:n]), " 400 ")
}

func TestATooLargeBodyWithoutALengthIsRefusedOnTheWire(t *testing.T) {
	s := serve(t, nil)
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /v1/shops/open/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	require.NoError(t, err)
	go func() {
		chunk := strings.Repeat(" ", 1<<16)
		for range 40 {
			if _, err := fmt.Fprintf(conn, "%x\r\n%s\r\n", len(chunk), chunk); err != nil {
				return
			}
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
	require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
}

func TestAFloodOfAllKinds(t *testing.T) {
	s := serve(t, nil)
	bodies := []string{hello, "{", strings.Repeat("[", 100_000), "", hello + hello, strings.Repeat(" ", 1<<20+1), "\xff"}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for j := range 40 {
				body := bodies[(i+j)%len(bodies)]
				status, answer := s.post(t, strings.NewReader(body))
				require.Contains(t, []int{200, 400, 413}, status, answer)
			}
		})
	}
	all.Wait()
	status, _ := s.post(t, strings.NewReader(hello))
	require.Equal(t, http.StatusOK, status, "and the next is answered as if nothing had been")
}
