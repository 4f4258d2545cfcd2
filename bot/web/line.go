package web

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
)

// A line is the connection of a caller that need not be listened to. As soon as net/http has read a request whole it tries to read on, to
// notice a caller that hangs up: for a message that is a call of the kernel in vain, a goroutine that waits, and deadlines to wake it.
// A message is answered in any case.
type line struct {
	*net.TCPConn

	deaf atomic.Bool
}

// Read finds nothing, once, on a line that need not be listened to: that is no end and no error, and whoever still wants something reads again.
func (l *line) Read(p []byte) (int, error) {
	if l.deaf.Load() && l.deaf.Swap(false) {
		return 0, nil
	}
	return l.TCPConn.Read(p)
}

// lines takes callers as its listener does, each on a line.
type lines struct{ net.Listener }

// Accept waits for a caller.
func (l lines) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &line{TCPConn: tcp}, err
	}
	return conn, err
}

type lineKey struct{}

// withLine lets what answers a request find the line that it came by.
func withLine(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, lineKey{}, conn)
}

// answerInAnyCase is said before a request's body is read: nobody has to notice that its caller hangs up.
func answerInAnyCase(r *http.Request) {
	if l, ok := r.Context().Value(lineKey{}).(*line); ok {
		l.deaf.Store(true)
	}
}
