//go:build unix

package postgres

import (
	"errors"
	"net"
	"syscall"
)

// alive looks at a connection that nobody uses, without waiting and without a word to the server. It has nothing to say then: where it has
// said something, or ended the connection, that is given up.
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
	err = raw.Read(func(file uintptr) bool {
		var some [1]byte
		_, err := syscall.Read(int(file), some[:]) // a socket of Go's own never waits
		quiet = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && quiet
}
