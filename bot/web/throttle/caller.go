package throttle

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

type trustKey struct{}

// Trust says which proxies are believed what they add to X-Forwarded-For and X-Forwarded-Proto, for requests that come with this context or one
// that is made of it, as those of a server with such a base context do. Where nothing is said, those on this machine are.
func Trust(ctx context.Context, proxies []netip.Prefix) context.Context {
	return context.WithValue(ctx, trustKey{}, slices.Clone(proxies))
}

// trusted is whether an address is that of a proxy which is believed.
func trusted(ctx context.Context, at netip.Addr) bool {
	proxies, said := ctx.Value(trustKey{}).([]netip.Prefix)
	if !said {
		return at.IsLoopback()
	}
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(at.WithZone("")) })
}

// Address is by what the caller of a request is remembered. Behind a proxy that is trusted (see Trust) it is the last address in X-Forwarded-For that
// is not such a proxy's; what anybody else says there counts for nothing. An IPv6 caller has a whole /64 to send from, so that counts as one.
// It is "" where the address cannot be read.
func Address(r *http.Request) string {
	at, ok := peer(r)
	if !ok {
		return ""
	}
	if trusted(r.Context(), at) {
		at = forwarded(r, at)
	}
	if at.Is6() {
		if prefix, err := at.WithZone("").Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return at.String()
}

// HTTPS is whether the caller of a request came by https: to this server, or to a proxy that is trusted and says so.
func HTTPS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	at, ok := peer(r)
	return ok && trusted(r.Context(), at) && r.Header.Get("X-Forwarded-Proto") == "https"
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

// mostHops is how many proxies are followed.
const mostHops = 16

// forwarded goes back from the nearest proxy through those that are trusted, each of which has added whom it spoke to, to the first that is not.
// It ends too where something cannot be read: what stands before that are the caller's own words.
func forwarded(r *http.Request, at netip.Addr) netip.Addr {
	list := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	for range mostHops {
		cut := strings.LastIndex(list, ",")
		told, err := netip.ParseAddr(strings.TrimSpace(list[cut+1:]))
		if err != nil {
			return at
		}
		at = told.Unmap()
		if cut < 0 || !trusted(r.Context(), at) {
			return at
		}
		list = list[:cut]
	}
	return at
}
