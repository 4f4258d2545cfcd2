package chat

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/throttle"
)

const (
	kindPhoto = "photo"

	keptUnnamed = time.Hour // how long a photo is kept that no message names

	mostPhoto     = 8 << 20          // bytes of one that is sent; the page makes them smaller before
	mostInHand    = 48 << 20         // bytes of all that are being read and worked on
	mostOfAddress = 2                // photos that one address may send at once
	mostDevelop   = 2                // photos that are decoded at once: each may take 130 MB
	mostReading   = 60 * time.Second // of one photo: a phone's line may be slow
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

	address string
	size    int64
}

// admit begins a photo that comes from an address, which leaves once.
func (d *darkroom) admit(address string) (*sheet, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.from[address] >= mostOfAddress {
		return nil, later(http.StatusTooManyRequests, "too-many", 2*time.Second)
	}
	d.from[address]++
	return &sheet{darkroom: d, address: address}, nil
}

// Write makes room for what was read.
func (s *sheet) Write(read []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inHand+int64(len(read)) > mostInHand {
		return 0, later(http.StatusServiceUnavailable, "busy", 2*time.Second)
	}
	s.inHand += int64(len(read))
	s.size += int64(len(read))
	return len(read), nil
}

func (s *sheet) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inHand -= s.size
	if s.from[s.address]--; s.from[s.address] == 0 {
		delete(s.from, s.address)
	}
}

// develop makes a clean picture, when it is its turn.
func (d *darkroom) develop(ctx context.Context, raw []byte) (picture, error) {
	select {
	case d.seats <- struct{}{}:
	case <-ctx.Done():
		return picture{}, later(http.StatusServiceUnavailable, "busy", 2*time.Second)
	}
	defer func() { <-d.seats }()
	return clean(raw)
}

// photoID is under what a photo is kept: it can be guessed by nobody who does not know the page's name of it and whose it is.
func (k *call) photoID(name string) string { return keyed("photo", k.id, k.who.Key, name) }

// putPhoto keeps a photo under the page's own name for it, once.
func (c *Chat) putPhoto(k *call) error {
	name := k.r.PathValue("name")
	if !clientID.MatchString(name) {
		return refuse(http.StatusBadRequest, "malformed")
	}
	id := k.photoID(name)
	told := map[string]any{"url": photoPath(k.id, id)}
	if _, found, err := c.Documents.Kept(k.r.Context(), k.id, kindPhoto, id); found || err != nil {
		if err != nil {
			return err
		}
		return answer(k.w, told)
	}
	room, err := c.desk.admit(throttle.Address(k.r))
	if err != nil {
		return err
	}
	defer room.leave()
	if err := c.mayPut(k); err != nil {
		return err
	}
	made, err := c.receive(k, room)
	if err != nil {
		return err
	}
	err = c.Documents.Keep(k.r.Context(), desk.Document{
		Shop: k.id, Kind: kindPhoto, ID: id, Buyer: k.who.Buyer.ID, At: c.Clock(), Until: c.Clock().Add(min(keptUnnamed, c.KeepPhotos)), Body: made.body,
	})
	if err != nil && !isConflict(err) { // the same was sent twice at once
		return err
	}
	return answer(k.w, told)
}

func (c *Chat) mayPut(k *call) error {
	if err := take(c.held.photos, k.id+" "+k.who.Key); err != nil {
		return err
	}
	if err := take(c.held.photosOfAddress, throttle.Address(k.r)); err != nil {
		return err
	}
	return c.held.takeOfShop(k.id, k.shop.Rate)
}

// receive reads a photo and makes a clean picture of it. Nothing of what was sent is kept.
func (c *Chat) receive(k *call, room *sheet) (picture, error) {
	size := k.r.ContentLength
	if size < 0 {
		return picture{}, refuse(http.StatusLengthRequired, "malformed")
	}
	if size > mostPhoto {
		return picture{}, refuse(http.StatusRequestEntityTooLarge, "photo-large")
	}
	if err := c.allowTime(k); err != nil {
		return picture{}, err
	}
	k.r.Body = io.NopCloser(io.TeeReader(k.r.Body, room))
	raw, err := readBody(k, size)
	if err != nil {
		return picture{}, err
	}
	ctx, cancel := context.WithTimeout(k.r.Context(), c.TurnTimeout)
	defer cancel()
	return c.desk.develop(ctx, raw)
}

// allowTime gives a photo longer than the server gives a call.
func (c *Chat) allowTime(k *call) error {
	control, until := http.NewResponseController(k.w), time.Now().Add(mostReading)
	if err := supported(control.SetReadDeadline(until)); err != nil {
		return err
	}
	return supported(control.SetWriteDeadline(until.Add(c.TurnTimeout + c.Patience)))
}

// sentPhoto is the address of a photo that this buyer has sent. From now on it is kept as long as the message that names it.
func (c *Chat) sentPhoto(ctx context.Context, k *call, name string) (string, error) {
	id := k.photoID(name)
	d, found, err := c.Documents.Kept(ctx, k.id, kindPhoto, id)
	if err != nil {
		return "", err
	}
	if !found || d.Buyer != k.who.Buyer.ID {
		return "", refuse(http.StatusBadRequest, "no-photo")
	}
	if until := d.At.Add(c.KeepPhotos); d.Until.Before(until) {
		d.Until = until
		if err := c.Documents.Keep(ctx, d); err != nil && !isConflict(err) { // the same message was sent twice at once
			return "", err
		}
	}
	return photoPath(k.id, id), nil
}

// getPhoto shows a photo to the buyer whose it is, and to those who work in the shop. To others there is none.
func (c *Chat) getPhoto(k *call) error {
	if err := take(c.held.reads, throttle.Address(k.r)); err != nil {
		return err
	}
	id := k.r.PathValue("photo")
	if !photoName.MatchString(id) {
		return refuse(http.StatusNotFound, "no-photo")
	}
	d, found, err := c.Documents.Kept(k.r.Context(), k.id, kindPhoto, id)
	if err != nil {
		return err
	}
	if !found || !c.maySee(k, d.Buyer) {
		return refuse(http.StatusNotFound, "no-photo")
	}
	h := k.w.Header()
	h.Set("Content-Type", kindOf(d.Body))
	h.Set("Content-Length", strconv.Itoa(len(d.Body)))
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, max-age=3600")
	_, _ = k.w.Write(d.Body) // whoever has gone needs no picture
	return nil
}

func (c *Chat) maySee(k *call, buyer string) bool {
	if person, ok := page.Who(k.r); ok && person.In(k.id).Covers(desk.Agent) {
		return true
	}
	who, err := c.visitor(k)
	return err == nil && who.Buyer.ID == buyer
}
