package photo_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Documents are kept in memory.
type documents struct {
	mu   sync.Mutex
	all  map[string]desk.Document
	now  time.Time
	fail error
}

type conflict struct{}

func (conflict) Error() string   { return "somebody else was quicker" }
func (conflict) Refusal() string { return "conflict" }

func (d *documents) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *documents) pass(t time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(t)
}

func (d *documents) Kept(_ context.Context, shop, kind, id string) (desk.Document, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, ok := d.all[shop+" "+kind+" "+id]
	return found, ok && d.now.Before(found.Until), d.fail
}

func (d *documents) Keep(_ context.Context, doc desk.Document) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := doc.Shop + " " + doc.Kind + " " + doc.ID
	if d.all[key].Version != doc.Version {
		return conflict{}
	}
	doc.Version++
	d.all[key] = doc
	return d.fail
}

// album is one with documents in memory, and the site that shows it.
func album(t *testing.T, public string) (*photo.Album, *documents, *page.Site) {
	t.Helper()
	site, err := page.New(page.Options{})
	require.NoError(t, err)
	kept := &documents{all: map[string]desk.Document{}, now: noon}
	a, err := photo.New(site, photo.Options{Documents: kept, Public: public, Clock: kept.clock})
	require.NoError(t, err)
	return a, kept, site
}

// take sends a picture as an agent's page does.
func take(t *testing.T, a *photo.Album, raw []byte) (string, error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/anywhere", bytes.NewReader(raw))
	path, err := a.Take(httptest.NewRecorder(), r, "小陈", "xiaoguo", "b-1", "a key")
	if err != nil {
		return "", err
	}
	return a.Address(r, path), nil
}

func get(t *testing.T, site http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

func refusal(t *testing.T, err error) string {
	t.Helper()
	refused, ok := errors.AsType[*photo.Refused](err)
	require.True(t, ok, "%v", err)
	return refused.Code
}

func TestAnOpenPhoto(t *testing.T) {
	t.Parallel()
	a, kept, site := album(t, "https://chat.example/")
	address, err := take(t, a, append(asJPEG(t, sketch(60, 40)), "GPS 31.2304N"...))
	require.NoError(t, err)
	require.Regexp(t, `^https://chat\.example/photos/xiaoguo/[a-z2-7]{32}$`, address)
	other, err := take(t, a, asPNG(t, sketch(6, 4)))
	require.NoError(t, err)
	require.NotEqual(t, address, other)
	again, err := take(t, a, append(asJPEG(t, sketch(60, 40)), "GPS 31.2304N"...))
	require.NoError(t, err)
	require.Equal(t, address, again, "the same form once more")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/anywhere", bytes.NewReader(asPNG(t, sketch(6, 4))))
	another, err := a.Take(httptest.NewRecorder(), r, "小陈", "xiaoguo", "b-1", "another key")
	require.NoError(t, err)
	require.NotEqual(t, other, a.Address(r, another))

	path := a.Local(address, "xiaoguo")
	require.Equal(t, strings.TrimPrefix(address, "https://chat.example"), path)
	shown := get(t, site, path)
	require.Equal(t, http.StatusOK, shown.Code)
	require.NotContains(t, shown.Body.String(), "GPS")
	for name, value := range map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "cross-origin", "X-Robots-Tag": "noindex", "Content-Disposition": "inline",
	} {
		require.Equal(t, value, shown.Header().Get(name), name)
	}
	require.Equal(t, "image/png", get(t, site, a.Local(other, "xiaoguo")).Header().Get("Content-Type"))

	require.NoError(t, a.Send(t.Context(), "xiaoguo", "b-1", address))
	require.NoError(t, a.Send(t.Context(), "xiaoguo", "b-1", path, address), "sent again, it changes nothing")
	require.Equal(t, "no-photo", refusal(t, a.Send(t.Context(), "xiaoguo", "b-2", other)), "another buyer's")
	kept.pass(2 * time.Hour)
	require.Equal(t, http.StatusOK, get(t, site, path).Code)
	require.Equal(t, http.StatusNotFound, get(t, site, a.Local(other, "xiaoguo")).Code, "no message has named it")
	require.Equal(t, "no-photo", refusal(t, a.Send(t.Context(), "xiaoguo", "b-1", other)))
	kept.pass(180 * 24 * time.Hour)
	require.Equal(t, http.StatusNotFound, get(t, site, path).Code)

	require.Len(t, kept.all, 3)
	for _, d := range kept.all {
		require.Equal(t, []string{"b-1", "picture"}, []string{d.Buyer, d.Kind}, "it is exported and erased with the buyer's")
	}
}

func TestAnAddressWhereNobodySaysHowTheServerIsReached(t *testing.T) {
	t.Parallel()
	a, _, site := album(t, "")
	address, err := take(t, a, asPNG(t, sketch(6, 4)))
	require.NoError(t, err)
	require.Regexp(t, `^http://example\.com/photos/xiaoguo/[a-z2-7]{32}$`, address, "a channel can fetch it, if it can reach what the sender could")
	path := a.Local(address, "xiaoguo")
	require.Equal(t, http.StatusOK, get(t, site, path).Code)
	require.Equal(t, path, a.Local(strings.Replace(address, "example.com", "127.0.0.1:8080", 1), "xiaoguo"), "by whatever name a reader knows the server")
	require.NoError(t, a.Send(t.Context(), "xiaoguo", "b-1", address))
	for _, wrong := range []string{address + "?x", "http://user@" + strings.TrimPrefix(address, "http://"), "ftp" + strings.TrimPrefix(address, "http")} {
		require.Empty(t, a.Local(wrong, "xiaoguo"), wrong)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	a, _, site := album(t, "https://chat.example")
	name := strings.Repeat("a", 32)
	require.NotEmpty(t, a.Local("/photos/xiaoguo/"+name, "xiaoguo"))
	for _, at := range []string{
		"", "javascript:alert(1)", "https://elsewhere.example/photos/xiaoguo/" + name, "/photos/another/" + name, "/photos/xiaoguo/" + name + "/..",
		"/photos/xiaoguo/" + name + "?x", "//photos/xiaoguo/" + name, "/photos/xiaoguo/", "https://chat.example.evil/photos/xiaoguo/" + name,
	} {
		require.Empty(t, a.Local(at, "xiaoguo"), at)
		require.Equal(t, "no-photo", refusal(t, a.Send(t.Context(), "xiaoguo", "b-1", at)), at)
	}
	for _, at := range []string{"/photos/xiaoguo/" + name, "/photos/xiaoguo/short", "/photos/xiaoguo/..%2f..", "/photos/xiaoguo"} {
		require.Equal(t, http.StatusNotFound, get(t, site, at).Code, at)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	a, kept, site := album(t, "")
	defer func() { require.Equal(t, int64(3), a.Refused.Load(), "a store that fails is no fault of a photo") }()
	address, err := take(t, a, asJPEG(t, sketch(6, 4)))
	require.NoError(t, err)
	_, err = take(t, a, []byte("<svg>"))
	require.Equal(t, "photo-kind", refusal(t, err))
	_, err = take(t, a, make([]byte, 8<<20+1))
	require.Equal(t, "photo-large", refusal(t, err))

	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
	r.ContentLength = -1
	_, err = a.Receive(httptest.NewRecorder(), r, "小陈")
	require.Equal(t, "malformed", refusal(t, err))

	kept.fail = errors.New("the disk is gone")
	_, err = take(t, a, asJPEG(t, sketch(5, 4)))
	require.ErrorIs(t, err, kept.fail)
	gone := get(t, site, address)
	require.Equal(t, http.StatusServiceUnavailable, gone.Code)
	require.NotEmpty(t, gone.Header().Get("Retry-After"))
	require.NotContains(t, gone.Body.String(), "disk")
}

func TestReadersAreHeldToAPace(t *testing.T) {
	t.Parallel()
	a, _, site := album(t, "")
	address, err := take(t, a, asJPEG(t, sketch(6, 4)))
	require.NoError(t, err)
	for range 100_000 {
		if get(t, site, address).Code == http.StatusTooManyRequests {
			return
		}
	}
	t.Fatal("one address may read without end")
}

func TestAnAlbumNeedsDocuments(t *testing.T) {
	t.Parallel()
	site, err := page.New(page.Options{})
	require.NoError(t, err)
	_, err = photo.New(site, photo.Options{})
	require.Error(t, err)
}
