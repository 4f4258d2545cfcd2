package page_test

import (
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/page"
)

func TestTimesAreWrittenByTheDayOfTheShop(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC) // the new year in Shanghai
	for _, c := range []struct {
		name string
		zone *time.Location
		at   time.Time
		want string
	}{
		{"the same moment in Shanghai", shanghai, now, "00:30"},
		{"and in Berlin", berlin, now, "17:30"},
		{"an hour before is the year before in Shanghai", shanghai, now.Add(-time.Hour), "2026-12-31 23:30"},
		{"and the same day in Berlin", berlin, now.Add(-time.Hour), "16:30"},
		{"summer time", berlin, time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC), "07-01 12:00"},
		{"no zone is UTC", nil, now.AddDate(0, 0, -1), "12-30 16:30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, page.Day{Zone: c.zone, Now: now}.Write(c.at))
		})
	}
	require.Equal(t, 480, page.Day{Zone: shanghai, Now: now}.Minutes())
}

func TestATimeIsAnElementWithAllOfItInItsTitle(t *testing.T) {
	t.Parallel()
	site, err := page.New(page.Options{})
	require.NoError(t, err)
	pages, err := site.Open(page.Section{Name: "day", Files: fstest.MapFS{
		"words/zh.json": {Data: []byte(`{}`)}, "words/en.json": {Data: []byte(`{}`)},
		"day.html": {Data: []byte(`{{define "title"}}{{end}}{{define "main"}}[{{at .Data.At .Data.Day}}]{{template "zone" .Data.Day}}{{end}}`)},
	}})
	require.NoError(t, err)
	type data struct {
		At  time.Time
		Day page.Day
	}
	now := time.Date(2026, 11, 22, 7, 0, 5, 0, time.UTC)
	shown := data{now, page.Day{Zone: time.FixedZone(`<b>"CST"`, 8*60*60), Now: now}}
	site.Handle("GET /desk/day", func(w http.ResponseWriter, r *http.Request) { pages.Show(w, r, http.StatusOK, "day.html", shown) })
	got := get(site, "/desk/day?lang=en").Body.String()
	require.Contains(t, got, `[<time datetime="2026-11-22T07:00:05Z" title="2026-11-22 15:00:05 +08:00 &lt;b&gt;&#34;CST&#34;">15:00</time>]`)
	require.Contains(t, got, `data-zone="480"`)
	require.Contains(t, got, `&lt;b&gt;&#34;CST&#34;`)
	shown.At = time.Time{}
	require.Contains(t, get(site, "/desk/day").Body.String(), `[]`, "no moment, no words")
}
