package throttle_test

import (
	"net/http/httptest"
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
		{"by a proxy near", "10.1.2.3:1", []string{"203.0.113.1, 198.51.100.9"}, "198.51.100.9"},
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

func TestHTTPS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		remote, proto string
		want          bool
	}{
		{"127.0.0.1:1", "https", true}, {"10.0.0.1:1", "https", true}, {"127.0.0.1:1", "http", false}, {"127.0.0.1:1", "", false}, {"192.0.2.7:1", "https", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-Proto", c.proto)
		require.Equal(t, c.want, throttle.HTTPS(r), c)
	}
	require.True(t, throttle.HTTPS(httptest.NewRequest("GET", "https://desk.example/", nil)))
}
