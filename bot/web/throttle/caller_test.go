package throttle_test

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/throttle"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"directly", "192.0.2.7:1234", nil, "192.0.2.7"},
		{"directly, with words of one's own", "192.0.2.7:1234", []string{"10.0.0.1"}, "192.0.2.7"},
		{"by a proxy here", "127.0.0.1:1234", []string{"198.51.100.9"}, "198.51.100.9"},
		{"by a neighbour who was not named", "10.1.2.3:1", []string{"203.0.113.1, 198.51.100.9"}, "10.1.2.3"},
		{"by a proxy, with words of one's own", "127.0.0.1:1", []string{"203.0.113.1, 198.51.100.9"}, "198.51.100.9"},
		{"by a proxy that adds a line", "[::1]:1", []string{"203.0.113.1", "198.51.100.9"}, "198.51.100.9"},
		{"by a proxy that says nothing", "127.0.0.1:1", nil, "127.0.0.1"},
		{"by a proxy that says nonsense", "127.0.0.1:1", []string{"<script>"}, "127.0.0.1"},
		{"a network", "[2001:db8:1:2:3:4:5:6]:1", nil, "2001:db8:1:2::/64"},
		{"four in six", "[::ffff:192.0.2.7]:1", nil, "192.0.2.7"},
		{"a zone", "[fe80::1%eth0]:1", nil, "fe80::/64"},
		{"no port", "192.0.2.7", nil, "192.0.2.7"},
		{"nonsense", "@", []string{"198.51.100.9"}, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		for _, line := range c.forwarded {
			r.Header.Add("X-Forwarded-For", line)
		}
		require.Equal(t, c.want, throttle.Address(r), c.name)
	}
}

func TestAddressBehindProxiesThatAreTrusted(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"one", "10.1.2.3:1", []string{"198.51.100.9"}, "198.51.100.9"},
		{"two", "10.1.2.3:1", []string{"203.0.113.1, 198.51.100.9, 10.9.9.9"}, "198.51.100.9"},
		{"two, each a line", "10.1.2.3:1", []string{"198.51.100.9", "10.9.9.9"}, "198.51.100.9"},
		{"four in six", "[::ffff:10.1.2.3]:1", []string{"::ffff:198.51.100.9, ::ffff:10.9.9.9"}, "198.51.100.9"},
		{"by six", "[2001:db8:ffff::1]:1", []string{"2001:db8:1:2:3::4"}, "2001:db8:1:2::/64"},
		{"nobody but proxies", "10.1.2.3:1", []string{"10.9.9.8, 10.9.9.9"}, "10.9.9.8"},
		{"nonsense behind a proxy", "10.1.2.3:1", []string{"<script>, 10.9.9.9"}, "10.9.9.9"},
		{"more than are followed", "10.1.2.3:1", []string{"198.51.100.9" + strings.Repeat(", 10.9.9.9", 1000)}, "10.9.9.9"},
		{"this machine, which was not named", "127.0.0.1:1", []string{"198.51.100.9"}, "127.0.0.1"},
		{"another private network", "192.168.1.1:1", []string{"198.51.100.9"}, "192.168.1.1"},
	} {
		r := httptest.NewRequestWithContext(throttle.Trust(t.Context(), proxies), "GET", "/", nil)
		r.RemoteAddr = c.remote
		for _, line := range c.forwarded {
			r.Header.Add("X-Forwarded-For", line)
		}
		require.Equal(t, c.want, throttle.Address(r), c.name)
		r.Header.Set("X-Forwarded-Proto", "https")
		require.Equal(t, c.remote[0] != '1' || c.remote[:2] == "10", throttle.HTTPS(r), c.name)
	}
	r := httptest.NewRequestWithContext(throttle.Trust(t.Context(), nil), "GET", "/", nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-Forwarded-For", "198.51.100.9")
	require.Equal(t, "127.0.0.1", throttle.Address(r), "nobody is trusted")
}

func FuzzAddress(f *testing.F) {
	f.Add("10.1.2.3:1", "198.51.100.9, 10.9.9.9")
	f.Add("[::1]:1", ",,%,fe80::1%eth0")
	f.Fuzz(func(t *testing.T, remote, told string) {
		r := httptest.NewRequestWithContext(throttle.Trust(t.Context(), []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}), "GET", "/", nil)
		r.RemoteAddr = remote
		alone := throttle.Address(r)
		r.Header.Set("X-Forwarded-For", told)
		if at := throttle.Address(r); at != alone {
			require.True(t, strings.HasPrefix(alone, "10."), "who is not trusted is believed nothing")
		}
	})
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		remote, proto string
		want          bool
	}{
		{"127.0.0.1:1", "https", true}, {"10.0.0.1:1", "https", false}, {"127.0.0.1:1", "http", false}, {"127.0.0.1:1", "", false}, {"192.0.2.7:1", "https", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-Proto", c.proto)
		require.Equal(t, c.want, throttle.HTTPS(r), c)
	}
	require.True(t, throttle.HTTPS(httptest.NewRequest("GET", "https://desk.example/", nil)))
}
