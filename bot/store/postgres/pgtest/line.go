//go:build unix

package pgtest

import (
	"context"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Line is a way to a server that can be cut, held up, and listened to.
type Line struct {
	server *Server
	listen net.Listener
	trips  atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool // both ends of all
	cut   bool
	held  chan struct{} // closed while nothing is held up
	all   sync.WaitGroup
}

// Line opens a way to the server over TCP, which ends with the test.
func (s *Server) Line(tb testing.TB) *Line {
	tb.Helper()
	var config net.ListenConfig
	listen, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	require(tb, err)
	l := &Line{server: s, listen: listen, conns: map[net.Conn]bool{}, held: make(chan struct{})}
	close(l.held)
	l.all.Go(l.accept)
	tb.Cleanup(func() {
		_ = listen.Close() // it ends the goroutine
		l.Heal()
		l.Cut()
		l.all.Wait()
	})
	return l
}

// Through is a database's URL (see Server.Database) by way of the line.
func (l *Line) Through(tb testing.TB, database string) string {
	tb.Helper()
	where, err := url.Parse(database)
	require(tb, err)
	query := where.Query()
	query.Del("host")
	query.Set("sslmode", "disable")
	where.Host, where.RawQuery = l.listen.Addr().String(), query.Encode()
	return where.String()
}

// Cut ends all connections in the middle of whatever they do, and refuses new ones until Heal.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for conn := range l.conns {
		_ = conn.Close() // so that it is broken
	}
}

// Hold lets nothing pass until Heal, and ends nothing: so a network looks that has lost its way.
func (l *Line) Hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.held:
		l.held = make(chan struct{})
	default:
	}
}

// Heal undoes Cut and Hold.
func (l *Line) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = false
	select {
	case <-l.held:
	default:
		close(l.held)
	}
}

// Trips is how often somebody has said something through the line and the server has answered since.
func (l *Line) Trips() int64 { return l.trips.Load() }

func (l *Line) accept() {
	for {
		near, err := l.listen.Accept()
		if err != nil {
			return
		}
		l.all.Go(func() { l.connect(near) })
	}
}

func (l *Line) connect(near net.Conn) {
	dialer := net.Dialer{Timeout: patience}
	far, err := dialer.DialContext(context.Background(), "unix", filepath.Join(l.server.dir, ".s.PGSQL.5432"))
	if err != nil {
		_ = near.Close() // it is refused
		return
	}
	if !l.add(near, far) {
		return
	}
	var asked atomic.Bool
	l.all.Go(func() { l.pass(near, far, func() { asked.Store(true) }) })
	l.pass(far, near, func() {
		if asked.Swap(false) {
			l.trips.Add(1)
		}
	})
}

// add takes a pair of connections in, unless the line is cut.
func (l *Line) add(pair ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range pair {
		if l.cut {
			_ = conn.Close() // it is refused
		} else {
			l.conns[conn] = true
		}
	}
	return !l.cut
}

// pass carries over what comes, until one of the ends is closed.
func (l *Line) pass(from, to net.Conn, note func()) {
	defer l.drop(from, to)
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			l.wait()
			note()
			_ = to.SetWriteDeadline(time.Now().Add(patience))
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *Line) wait() {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	<-held
}

func (l *Line) drop(pair ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range pair {
		_ = conn.Close() // the other end hears of it
		delete(l.conns, conn)
	}
}
