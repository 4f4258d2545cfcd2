package throttle

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Address is by what the caller of a request is remembered. Behind a proxy on this machine or in a private network it is what that proxy says
// in X-Forwarded-For; what anybody else says there counts for nothing. An IPv6 caller has a whole /64 to send from, so that counts as one.
// It is "" where the address cannot be read.
func Address(r *http.Request) string {
	at, ok := peer(r)
	if !ok {
		return ""
	}
	if near(at) {
		if told, ok := forwarded(r.Header); ok {
			at = told
		}
	}
	if at.Is6() {
		if prefix, err := at.WithZone("").Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return at.String()
}

// HTTPS is whether the caller of a request came by https: to this server, or to a proxy on this machine or in a private network that says so.
func HTTPS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	at, ok := peer(r)
	return ok && near(at) && r.Header.Get("X-Forwarded-Proto") == "https"
}

// peer is who has connected to this server.
func peer(r *http.Request) (netip.Addr, bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	at, err := netip.ParseAddr(host)
	return at.Unmap(), err == nil
}

// near is whether an address is this machine's or a private network's, where proxies are.
func near(at netip.Addr) bool { return at.IsLoopback() || at.IsPrivate() }

// forwarded is the address that the nearest proxy has added: the last one. Those before it are the caller's own words.
func forwarded(h http.Header) (netip.Addr, bool) {
	all := h.Values("X-Forwarded-For")
	if len(all) == 0 {
		return netip.Addr{}, false
	}
	last := all[len(all)-1]
	told, err := netip.ParseAddr(strings.TrimSpace(last[strings.LastIndex(last, ",")+1:]))
	return told.Unmap(), err == nil
}
