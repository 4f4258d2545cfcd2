package web_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkWire is what a signed message costs on a connection that is kept, net/http and the kernel with it. The caller makes no
// garbage, so that what is counted is the server's.
func BenchmarkWire(b *testing.B) {
	s, _ := answering(b)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(b, err)
	request := onTheWire(b, usual)
	answers := bufio.NewReader(conn)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		if err := skipAnswer(answers); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	require.NoError(b, conn.Close())
	require.NoError(b, <-ended)
}

// onTheWire is a signed call as the bench sends it.
func onTheWire(b *testing.B, body string) []byte {
	b.Helper()
	request := fmt.Appendf(nil, "POST /v1/shops/xiaoguo/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	for name, value := range sign(b, secret, time.Now(), body) {
		request = fmt.Appendf(request, "%s: %s\r\n", name, value)
	}
	return append(append(request, "\r\n"...), body...)
}

// skipAnswer reads past one good answer.
func skipAnswer(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil || !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("it answers %q: %w", line, err)
	}
	length := 0
	for {
		if line, err = r.ReadSlice('\n'); err != nil {
			return err
		}
		if len(line) == 2 {
			_, err = io.CopyN(io.Discard, r, int64(length))
			return err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
}
