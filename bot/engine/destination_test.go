package engine

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhereCallbacksMayGo(t *testing.T) {
	t.Parallel()
	plain := newGuard(nil)
	allowing := newGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")})
	for _, c := range []struct {
		name, address   string
		plain, allowing bool
	}{
		{"the internet", "93.184.215.14:443", true, true},
		{"any port of it", "93.184.215.14:8443", true, true},
		{"the internet by IPv6", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443", true, true},
		{"loopback", "127.0.0.1:80", false, false},
		{"anywhere on loopback", "127.8.9.10:80", false, false},
		{"loopback by IPv6", "[::1]:80", false, false},
		{"loopback, mapped", "[::ffff:127.0.0.1]:80", false, false},
		{"unspecified", "0.0.0.0:80", false, false},
		{"unspecified by IPv6", "[::]:80", false, false},
		{"private, not the one allowed", "10.2.0.1:80", false, false},
		{"private, allowed", "10.1.2.3:80", false, true},
		{"private, at home", "192.168.1.1:80", false, false},
		{"private, in between", "172.16.5.4:80", false, false},
		{"shared by a provider", "100.64.0.1:80", false, false},
		{"one cloud's metadata", "169.254.169.254:80", false, false},
		{"another's", "100.100.100.200:80", false, false},
		{"a third's", "168.63.129.16:80", false, false},
		{"metadata by IPv6", "[fd00:ec2::254]:80", false, false},
		{"of one's own by IPv6, allowed", "[fd00:1::2]:80", false, true},
		{"link-local by IPv6", "[fe80::1]:80", false, false},
		{"link-local with a zone", "[fe80::1%eth0]:80", false, false},
		{"multicast", "224.0.0.1:80", false, false},
		{"multicast by IPv6", "[ff02::1]:80", false, false},
		{"broadcast", "255.255.255.255:80", false, false},
		{"inside of IPv6", "[64:ff9b::7f00:1]:80", false, false},
		{"no address", "somewhere", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for g, want := range map[*guard]bool{&plain: c.plain, &allowing: c.allowing} {
				network := "tcp4"
				if strings.HasPrefix(c.address, "[") {
					network = "tcp6"
				}
				err := g.control(network, c.address, nil)
				require.Equal(t, want, err == nil, "%v", err)
				if err != nil {
					var never *hopeless
					require.ErrorAs(t, err, &never)
				}
			}
		})
	}
	for address, allow := range map[string]string{
		"10.1.2.3:80": "10.1.2.3/32", "[::1]:80": "::1/128", "[::ffff:10.1.2.3]:80": "10.1.2.3/32", "[fe80::1%eth0]:80": "fe80::1/128",
	} {
		require.ErrorContains(t, plain.control("tcp", address, nil), "serve --allow-callbacks "+allow, "it says what to do")
	}
}

func TestTheClientAsksTheGuard(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	byName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	post := func(c *http.Client, url string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody)
		require.NoError(t, err)
		return c.Do(req)
	}
	refusing := guardedClient(nil)
	for _, url := range []string{server.URL, byName, strings.Replace(server.URL, "127.0.0.1", "0.0.0.0", 1)} {
		res, err := post(refusing, url)
		if err == nil {
			_ = res.Body.Close()
		}
		var never *hopeless
		require.ErrorAs(t, err, &never, url)
	}
	res, err := post(guardedClient([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}), server.URL)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusTemporaryRedirect, res.StatusCode)
}

func TestDestinationOf(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://Shop.example/late?token=x": "shop.example:443/late",
		"HTTP://shop.example":               "shop.example:80",
		"http://shop.example:8080/":         "shop.example:8080/",
		"http://user:geheim@shop.example/a": "shop.example:80/a",
		"https://[2001:DB8::1]/x":           "[2001:db8::1]:443/x",
	} {
		got, err := destinationOf(url)
		require.NoError(t, err, url)
		require.Equal(t, want, got)
	}
	for _, url := range []string{"", "shop.example", "ftp://shop.example/", "file:///etc/passwd", "gopher://x/", "http://", "https:///path", "http://a b/", "://", "http://x:port/"} {
		_, err := destinationOf(url)
		var never *hopeless
		require.ErrorAs(t, err, &never, url)
		require.NotContains(t, err.Error(), "passwd", "the address may carry a secret")
	}
}
