//go:build !linux && !darwin && !freebsd

package postgres

import "net"

// alive takes every connection for one that can be used, since it cannot be looked at here.
func alive(net.Conn) bool { return true }
