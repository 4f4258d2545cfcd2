package main

import (
	"encoding/json"
	"io/fs"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/fixtures"
)

// demonstrate starts the demo.
func demonstrate(t *testing.T, addr string) *running {
	t.Helper()
	r := start(t, nil, "demo", "--addr", addr)
	r.url = strings.TrimSuffix(r.out.until(t, `is open at  (\S+)`)[1], "/")
	r.out.until(t, `openapi\.json`)
	return r
}

func TestDemoPrintsACallThatWorks(t *testing.T) {
	t.Parallel()
	r := demonstrate(t, "127.0.0.1:0")
	printed := r.out.String()
	path := regexp.MustCompile(`curl -s http://[^/]+(/\S+)`).FindStringSubmatch(printed)[1]
	body := regexp.MustCompile(`-d '([^']+)'`).FindStringSubmatch(printed)[1]
	headers := map[string]string{}
	for _, found := range regexp.MustCompile(`-H '([^:]+): ([^']+)'`).FindAllStringSubmatch(printed, -1) {
		headers[found[1]] = found[2]
	}
	require.Contains(t, headers, "webhook-signature")

	status, text := r.call(http.MethodPost, path, body, headers)
	require.Equal(t, http.StatusOK, status, text)
	var answer map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	require.NotEmpty(t, firstReply(answer))
	again, second := r.call(http.MethodPost, path, body, headers)
	require.Equal(t, http.StatusOK, again)
	require.JSONEq(t, text, second, "the same call again must get the same answer")

	headers["webhook-signature"] = "v1,AAAA"
	status, _ = r.call(http.MethodPost, path, body, headers)
	require.Equal(t, http.StatusUnauthorized, status)

	require.Equal(t, exitOK, r.stop())
	for _, secret := range []string{"whsec_", "我想退货", "退货"} {
		require.NotContains(t, r.errs.String(), secret)
	}
	require.NotContains(t, printed, "whsec_")
}

func TestDemoPage(t *testing.T) {
	t.Parallel()
	r := demonstrate(t, "127.0.0.1:0")
	status, page := r.get("/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "<html")
	status, _ = r.get("/openapi.json")
	require.Equal(t, http.StatusOK, status)
}

// A port that is in use is no reason to stop: the next one is taken.
func TestDemoTakesTheNextPort(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	r := demonstrate(t, taken.Addr().String())
	require.NotEqual(t, "http://"+taken.Addr().String(), r.url)
	status, _ := r.get("/healthz")
	require.Equal(t, http.StatusOK, status)
}

// Every shop that ships is on the page, with orders of the present for the newcomer, and messages to begin with.
func TestDemoShops(t *testing.T) {
	t.Parallel()
	entries, err := fs.ReadDir(fixtures.Files, "shops")
	require.NoError(t, err)
	var folders []string
	for _, e := range entries {
		folders = append(folders, e.Name())
	}
	require.ElementsMatch(t, folders, demoShops())

	now := time.Date(2027, 3, 5, 9, 30, 0, 0, time.UTC)
	d, err := loadDemo(&app{ctx: t.Context(), err: newTranscript(), now: func() time.Time { return now }})
	require.NoError(t, err)
	page := d.page(&service{})
	require.Len(t, page.Shops, len(folders))
	require.Equal(t, "xiaoguo", page.Shops[0].ID, "the fruit shop shows most")
	for _, s := range page.Shops {
		require.NotEmpty(t, s.Chips, s.ID)
		require.NotEmpty(t, s.Products, s.ID)
		list := s.Orders(now)
		require.NotEmpty(t, list, s.ID)
		for _, o := range list {
			require.Equal(t, sampleBuyer, o.BuyerID)
			if o.PaidAt != nil {
				require.WithinDuration(t, now, *o.PaidAt, 90*24*time.Hour, "%s %s", s.ID, o.No)
				require.False(t, o.PaidAt.After(now), "%s %s was paid in the future", s.ID, o.No)
			}
		}
	}
}
