package chat_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An upload is a photo that is being sent, from an address and by a guest of its own.
type upload struct {
	*io.PipeWriter
	*httptest.ResponseRecorder

	done chan struct{}
}

// upload begins a photo of 8 MiB.
func (b *browser) upload() *upload {
	body, to := io.Pipe()
	out := &upload{PipeWriter: to, ResponseRecorder: httptest.NewRecorder(), done: make(chan struct{})}
	r := httptest.NewRequestWithContext(b.t.Context(), "PUT", "/chat/xiaoguo/photos/photo-slow", body)
	r.RemoteAddr, r.ContentLength = b.from, 8<<20
	r.Header.Set("Cookie", b.cookie)
	go func() {
		defer close(out.done)
		b.handler.ServeHTTP(out.ResponseRecorder, r)
		_ = body.Close()
	}()
	return out
}

// breakOff ends an upload before all of it was sent.
func (u *upload) breakOff() {
	_ = u.CloseWithError(errors.New("the line is cut"))
	<-u.done
}

func TestSlowUploadsTakeNoRoomFromOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var slow []*upload
	for n := range 20 {
		b := w.guest()
		b.from = fmt.Sprintf("198.51.100.%d:1", n/2)
		u := b.upload()
		_, err := u.PipeWriter.Write([]byte("x")) // it returns when it was read
		require.NoError(t, err)
		slow = append(slow, u)
	}
	photo := photoOf(t, 6, 4)
	b := w.guest()
	b.from = "198.51.100.1:2"
	b.refused(b.do("PUT", "/photos/photo-0001", photo), http.StatusTooManyRequests, "too-many") // two of an address at once
	b.from = "203.0.113.1:1"
	b.good(b.do("PUT", "/photos/photo-0001", photo))
	for _, u := range slow {
		u.breakOff()
	}
	b.from = "198.51.100.1:2"
	b.good(b.do("PUT", "/photos/photo-0002", photo))
}

func TestPhotosInHandAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	nearly := bytes.Repeat([]byte("x"), 8<<20-2)
	var all []*upload
	for n := range 7 {
		b := w.guest()
		b.from = fmt.Sprintf("198.51.100.%d:1", n)
		u := b.upload()
		_, err := u.PipeWriter.Write(nearly)
		if n == 6 {
			<-u.done
			b.refused(u.ResponseRecorder, http.StatusServiceUnavailable, "busy")
			break
		}
		require.NoError(t, err)
		_, err = u.PipeWriter.Write([]byte("x")) // who reads this has counted what came before
		require.NoError(t, err)
		all = append(all, u)
	}
	for _, u := range all {
		u.breakOff()
	}
	b := w.guest()
	b.good(b.do("PUT", "/photos/photo-0001", photoOf(t, 6, 4)))
	require.Equal(t, int64(7), w.photos.Refused.Load())
}

// A patient writer notes until when it was asked to wait.
type patient struct {
	*httptest.ResponseRecorder

	mu          sync.Mutex
	read, write time.Time
}

func (p *patient) SetReadDeadline(at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read = at
	return nil
}

func (p *patient) SetWriteDeadline(at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write = at
	return nil
}

func TestAPhotoMayTakeAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	p, inner, began := &patient{}, w.handler, time.Now()
	w.handler = http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		p.ResponseRecorder = to.(*httptest.ResponseRecorder)
		inner.ServeHTTP(p, r)
	})
	b.good(b.do("PUT", "/photos/photo-0001", photoOf(t, 6, 4)))
	p.mu.Lock()
	defer p.mu.Unlock()
	require.GreaterOrEqual(t, p.read.Sub(began), time.Minute)
	require.Greater(t, p.write.Sub(p.read), 20*time.Second, "there is time to work on it")
}
