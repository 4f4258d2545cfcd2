package photo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	mostPhoto     = 8 << 20          // bytes of one that is sent; pages make them smaller before
	mostInHand    = 48 << 20         // bytes of all that are being read and worked on
	mostOfOne     = 2                // photos that one sender may send at once
	mostDevelop   = 2                // photos that are decoded at once: each may take 130 MB
	mostReading   = 60 * time.Second // of one photo: a phone's line may be slow
	afterTooMany  = 2 * time.Second
	afterBreakOff = time.Second
)

// A darkroom bounds what photos that are being worked on may take.
type darkroom struct {
	seats chan struct{}

	mu     sync.Mutex
	inHand int64 // bytes
	from   map[string]int
}

func newDarkroom() *darkroom {
	return &darkroom{seats: make(chan struct{}, mostDevelop), from: map[string]int{}}
}

// A sheet is the room that one photo takes: as much as has been read of it, so that who sends slowly takes none from others.
type sheet struct {
	*darkroom

	sender string
	size   int64
}

// admit begins a photo of a sender, which leaves once.
func (d *darkroom) admit(sender string) (*sheet, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.from[sender] >= mostOfOne {
		return nil, &Refused{http.StatusTooManyRequests, "too-many", afterTooMany}
	}
	d.from[sender]++
	return &sheet{darkroom: d, sender: sender}, nil
}

// Write makes room for what was read.
func (s *sheet) Write(read []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inHand+int64(len(read)) > mostInHand {
		return 0, busy()
	}
	s.inHand += int64(len(read))
	s.size += int64(len(read))
	return len(read), nil
}

func (s *sheet) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inHand -= s.size
	if s.from[s.sender]--; s.from[s.sender] == 0 {
		delete(s.from, s.sender)
	}
}

// develop makes a clean picture, when it is its turn.
func (d *darkroom) develop(ctx context.Context, raw []byte) (picture, error) {
	select {
	case d.seats <- struct{}{}:
	case <-ctx.Done():
		return picture{}, busy()
	}
	defer func() { <-d.seats }()
	return clean(raw)
}

// Receive reads a photo that is the body of a request, JPEG or PNG whatever it says to be, of 8 MiB at most, and makes a clean picture of it:
// upright, no side longer than 1920 pixels, without anything else that was in the file. Nothing of what was sent is kept. The sender, an address or
// a person, may send two at once.
func (a *Album) Receive(w http.ResponseWriter, r *http.Request, sender string) ([]byte, error) {
	made, err := a.receive(w, r, sender)
	if _, refused := errors.AsType[*Refused](err); refused {
		a.Refused.Add(1)
	}
	return made, err
}

func (a *Album) receive(w http.ResponseWriter, r *http.Request, sender string) ([]byte, error) {
	sheet, err := a.room.admit(sender)
	if err != nil {
		return nil, err
	}
	defer sheet.leave()
	raw, err := a.read(w, r, sheet)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), a.Work)
	defer cancel()
	made, err := a.room.develop(ctx, raw)
	return made.body, err
}

func (a *Album) read(w http.ResponseWriter, r *http.Request, room *sheet) ([]byte, error) {
	if r.ContentLength < 0 {
		return nil, refuse(http.StatusLengthRequired, "malformed")
	}
	if r.ContentLength > mostPhoto {
		return nil, refuse(http.StatusRequestEntityTooLarge, "photo-large")
	}
	if err := a.allowTime(w); err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.TeeReader(http.MaxBytesReader(w, r.Body, r.ContentLength), room))
	if refused, ok := errors.AsType[*Refused](err); ok { // there is no room for more of it
		return nil, refused
	}
	if err != nil {
		return nil, &Refused{http.StatusBadRequest, "broken-off", afterBreakOff}
	}
	return raw, nil
}

// allowTime gives a photo longer than the server gives a call. Writers without deadlines, such as those of tests, have none to move.
func (a *Album) allowTime(w http.ResponseWriter) error {
	control, until := http.NewResponseController(w), time.Now().Add(mostReading)
	if err := control.SetReadDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if err := control.SetWriteDeadline(until.Add(a.Work + a.Patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
