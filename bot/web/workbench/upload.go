package workbench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
)

// Bounds of the photos that agents send.
const (
	mostUpload   = 8 << 20 // bytes of one photo; scripts make larger ones smaller
	mostFormText = 64 << 10
	mostForm     = desk.MostPictures*mostUpload + 2*mostFormText
	mostParts    = 40
	mostForms    = 4 // with photos that are read at once: each holds one photo in memory
	uploadTime   = 90 * time.Second
	photosAtOnce = 40 // of one agent in a shop, then …
	photosLater  = .2 // … so many a second

	mostUploaders = 10_000 // that are remembered
)

// postPhoto keeps one photo that an agent is about to send, and says under which address. The agent's script sends it as it is chosen.
func (w *workbench) postPhoto(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	key := r.URL.Query().Get("key")
	if key == "" || len(key) > mostWords {
		return &page.Problem{Status: http.StatusBadRequest}
	}
	c, err := w.openCase(ctx, who, r.PathValue("case"))
	if err != nil {
		return w.refuse(rw, r, who, err)
	}
	path, err := w.take(rw, r, who, &c, key)
	if err != nil {
		return w.refusePhoto(rw, r, err)
	}
	return w.tell(rw, http.StatusOK, map[string]any{"path": path})
}

// openCase is a case in which something can still be said.
func (w *workbench) openCase(ctx context.Context, who visitor, id string) (desk.Case, error) {
	ctx, cancel := w.within(ctx)
	defer cancel()
	c, _, err := w.Desk.Case(ctx, who.shop, id)
	if err == nil && c.State == desk.Closed {
		err = closedCase{}
	}
	return c, err
}

// A closedCase refuses what is to be said in a case that is over.
type closedCase struct{}

func (closedCase) Error() string { return "the case is closed" }

// Refusal is its word.
func (closedCase) Refusal() string { return "closed" }

// take keeps the photo that is the body of a request, for the buyer of a case.
func (w *workbench) take(rw http.ResponseWriter, r *http.Request, who visitor, c *desk.Case, key string) (string, error) {
	from := c.Shop + " " + who.Name
	if wait := w.uploads.Take(from); wait > 0 {
		return "", &photo.Refused{Status: http.StatusTooManyRequests, Code: "too-many", After: wait}
	}
	return w.Photos.Take(rw, r, from, c.Shop, c.Buyer, c.ID+" "+key)
}

// refusePhoto tells a script why a photo was not kept.
func (w *workbench) refusePhoto(rw http.ResponseWriter, r *http.Request, err error) error {
	refused, ok := errors.AsType[*photo.Refused](err)
	if !ok {
		return err
	}
	detail := w.pages.Words(page.Language(r), "refused."+refused.Code)
	return w.tell(rw, refused.Status, map[string]any{"refused": refused.Code, "detail": detail})
}

// A written is the form of a reply: its fields, and the paths of the photos that came with it.
type written struct {
	url.Values

	photos  []string
	refused *photo.Refused // why one of them was not kept; those before it are
}

// written reads the form of a reply. Without a script it brings its photos along.
func (w *workbench) written(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) (written, error) {
	kind, with, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		form, err := page.Form(rw, r)
		return written{Values: form}, err
	}
	c, err := w.openCase(ctx, who, r.PathValue("case"))
	if err != nil {
		return written{}, err
	}
	if r.ContentLength > mostForm {
		return written{}, &page.Problem{Status: http.StatusRequestEntityTooLarge}
	}
	select {
	case w.forms <- struct{}{}:
		defer func() { <-w.forms }()
	default:
		return written{}, &page.Problem{Status: http.StatusServiceUnavailable}
	}
	if err := allowTime(rw); err != nil {
		return written{}, err
	}
	out := written{Values: url.Values{}}
	in := multipart.NewReader(http.MaxBytesReader(rw, r.Body, mostForm), with["boundary"])
	for room, n := mostFormText, 0; ; n++ {
		part, err := in.NextRawPart()
		if err == io.EOF { //nolint:errorlint // the reader gives nothing else at the end
			return out, nil
		}
		if err != nil || n == mostParts {
			return written{}, formProblem(err)
		}
		if part.FileName() == "" && part.FormName() != "photos" {
			if room, err = out.field(part, room); err != nil {
				return written{}, err
			}
			continue
		}
		if out.refused != nil {
			continue // the rest is read and thrown away
		}
		if err := w.photo(rw, r, who, &c, part, &out); err != nil {
			return written{}, err
		}
	}
}

// field reads a field of a form, of which there is so much room for texts left.
func (f *written) field(part *multipart.Part, room int) (left int, err error) {
	raw, err := io.ReadAll(io.LimitReader(part, int64(room)+1))
	name := part.FormName()
	switch {
	case err != nil:
		return 0, formProblem(err)
	case !utf8.Valid(raw), bytes.ContainsRune(raw, 0), !utf8.ValidString(name):
		return 0, &page.Problem{Status: http.StatusBadRequest}
	case len(raw) > room:
		return 0, &page.Problem{Status: http.StatusRequestEntityTooLarge}
	}
	f.Add(name, string(raw))
	return room - len(raw), nil
}

// photo keeps a photo of a form. What the file is called is nobody's business.
func (w *workbench) photo(rw http.ResponseWriter, r *http.Request, who visitor, c *desk.Case, part *multipart.Part, to *written) error {
	raw, err := io.ReadAll(io.LimitReader(part, mostUpload+1))
	if err != nil {
		return formProblem(err)
	}
	if len(raw) == 0 { // no file was chosen
		return nil
	}
	if len(to.photos) == desk.MostPictures {
		to.refused = &photo.Refused{Status: http.StatusRequestEntityTooLarge, Code: "photo-many"}
		return nil
	}
	one := r.Clone(r.Context())
	one.Body, one.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	path, err := w.take(rw, one, who, c, to.Get("key"))
	if err == nil {
		to.photos = append(to.photos, path)
	}
	if errors.As(err, &to.refused) {
		return nil
	}
	return err
}

// formProblem is what is wrong with a form that cannot be read.
func formProblem(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return &page.Problem{Status: http.StatusRequestEntityTooLarge}
	}
	return &page.Problem{Status: http.StatusBadRequest}
}

// allowTime gives a form with photos longer than the server gives others.
func allowTime(rw http.ResponseWriter) error {
	control, until := http.NewResponseController(rw), time.Now().Add(uploadTime)
	for _, allow := range []func(time.Time) error{control.SetReadDeadline, control.SetWriteDeadline} {
		if err := allow(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
	}
	return nil
}
