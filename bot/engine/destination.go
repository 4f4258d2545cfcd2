package engine

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// hopeless is an error that no further attempt mends: somebody has to change a setting first.
type hopeless struct{ why string }

func (h *hopeless) Error() string { return h.why }

// A guard keeps callbacks from reaching what only this machine and its neighbours should: loopback, private, link-local,
// shared, multicast and unspecified addresses, and with them what clouds tell their machines. It looks at the address that is dialled, after
// names were resolved, so that a name that answers differently the second time gets nobody in.
type guard struct{ *ssrf.Guardian }

func newGuard(allow []netip.Prefix) guard {
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		if p.Addr().Unmap().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return guard{ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...), ssrf.WithDeniedV4Prefixes(
		netip.PrefixFrom(netip.AddrFrom4([4]byte{168, 63, 129, 16}), 32), // a cloud's own services on an address that looks public
	))}
}

// control is called for each address before it is dialled.
func (g guard) control(network, address string, c syscall.RawConn) error {
	if g.Safe(network, address, c) == nil {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &hopeless{"the callback leads to no address of the internet"}
	}
	to := at.Addr().Unmap().WithZone("")
	return &hopeless{fmt.Sprintf("the callback leads to %s, which callbacks may not reach; if that is meant, the operator can allow it: "+
		"serve --allow-callbacks %s", to, netip.PrefixFrom(to, to.BitLen()))}
}

// guardedClient posts to where the guard lets it, directly, and follows no redirects: a callback is one address.
func guardedClient(allow []netip.Prefix) *http.Client {
	dialer := &net.Dialer{Timeout: callbackPatience / 2, Control: newGuard(allow).control}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext, // and no Proxy: it would dial for us, whatever the guard says
			TLSHandshakeTimeout:    callbackPatience / 2,
			ResponseHeaderTimeout:  callbackPatience,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConns:           512,
			MaxIdleConnsPerHost:    deliveriesAShop,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// destinationOf is where a callback leads to: its host, port and path. Two shops may share a host on which one's address answers and the
// other's does not. What follows the path may be a token. An error is hopeless.
func destinationOf(callback string) (string, error) {
	to, err := url.Parse(callback)
	if err != nil || to.Hostname() == "" {
		return "", &hopeless{"the callback is no URL; mend it in connect.yaml"}
	}
	port := to.Port()
	switch scheme := strings.ToLower(to.Scheme); {
	case scheme != "http" && scheme != "https":
		return "", &hopeless{"the callback must begin with https:// or http://; mend it in connect.yaml"}
	case port == "" && scheme == "http":
		port = "80"
	case port == "":
		port = "443"
	}
	return net.JoinHostPort(strings.ToLower(to.Hostname()), port) + to.EscapedPath(), nil
}
