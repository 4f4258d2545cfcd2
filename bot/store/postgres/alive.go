//go:build linux || darwin || freebsd

package postgres

import (
	"errors"
	"net"
	"syscall"
)

// alive looks at a connection that nobody uses, without waiting and without a word to the server. It has nothing to say then: where it has
// said something, or ended the connection, that is given up. The driver may have left a reader behind that waits at the connection: who
// wanted to read as it does would wait for that one.
func alive(conn net.Conn) bool {
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = wrapped.NetConn()
	}
	system, ok := conn.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := system.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Control(func(file uintptr) {
		var some [1]byte
		_, _, err := syscall.Recvfrom(int(file), some[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR)
	})
	return err == nil && quiet
}
