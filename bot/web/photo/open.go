package photo

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot/web/throttle"
)

const (
	root      = "/photos/"
	nameBytes = 20
)

// Take reads a picture from a request's body (see Receive) and keeps it for an hour as an open one in a buyer's name. It gives its path. The same
// picture under the same key has the same path, so that a form which is sent twice is the same; the key must be one that nobody can guess.
func (a *Album) Take(w http.ResponseWriter, r *http.Request, from, shop, buyer, key string) (path string, err error) {
	picture, err := a.Receive(w, r, from)
	if err != nil {
		return "", err
	}
	p := Photo{Shop: shop, Kind: Open, ID: nameOf(picture, shop, buyer, key), Buyer: buyer}
	if err := a.Add(r.Context(), p, picture); err != nil {
		return "", err
	}
	return root + url.PathEscape(shop) + "/" + p.ID, nil
}

// nameOf is a name that nobody can guess who knows not both the picture and the key.
func nameOf(picture []byte, of ...string) string {
	sum := sha256.New()
	for _, part := range of {
		_, _ = fmt.Fprintf(sum, "%d %s ", len(part), part) // a hash takes whatever it is given
	}
	_, _ = sum.Write(picture)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum.Sum(nil)[:nameBytes]))
}

// Send keeps the open photos of these addresses as long as the message that names them. It refuses ("no-photo") an address that Take did not
// give for this shop and buyer, or that is over.
func (a *Album) Send(ctx context.Context, shop, buyer string, addresses ...string) error {
	for _, address := range addresses {
		id := strings.TrimPrefix(a.Local(address, shop), root+shop+"/")
		if id == "" {
			return refuse(http.StatusBadRequest, "no-photo")
		}
		if err := a.Use(ctx, Photo{Shop: shop, Kind: Open, ID: id, Buyer: buyer}); err != nil {
			return err
		}
	}
	return nil
}

// Address is the whole address of a path that Take gave, as a channel needs it. Where nobody has said how the server is reached from outside, it
// is as this request has reached it.
func (a *Album) Address(r *http.Request, path string) string {
	switch {
	case a.Public != "":
		return a.Public + path
	case throttle.HTTPS(r):
		return "https://" + r.Host + path
	default:
		return "http://" + r.Host + path
	}
}

var openName = regexp.MustCompile(`^[a-z2-7]{32}$`)

// Local is the path of an open photo of a shop on this very server, by its address, "" for any other address. A page shows it by that, however
// the reader has reached the server.
func (a *Album) Local(address, shop string) string {
	at := strings.TrimPrefix(address, a.Public)
	if u, err := url.Parse(address); a.Public == "" && err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		at = strings.TrimPrefix(address, u.Scheme+"://"+u.Host) // by whatever name the server was reached
	}
	if id, ok := strings.CutPrefix(at, root+url.PathEscape(shop)+"/"); ok && openName.MatchString(id) {
		return at
	}
	return ""
}

// getOpen shows an open photo to whoever knows its address.
func (a *Album) getOpen(w http.ResponseWriter, r *http.Request) {
	err := a.showOpen(w, r)
	if err == nil {
		return
	}
	refused, ok := errors.AsType[*Refused](err)
	if !ok {
		refused = &Refused{http.StatusServiceUnavailable, "busy", time.Second}
	}
	if refused.After > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((refused.After+time.Second-1)/time.Second)))
	}
	http.Error(w, http.StatusText(refused.Status), refused.Status)
}

func (a *Album) showOpen(w http.ResponseWriter, r *http.Request) error {
	if wait := a.reads.Take(throttle.Address(r)); wait > 0 {
		return &Refused{http.StatusTooManyRequests, "too-many", wait}
	}
	p := Photo{Shop: r.PathValue("shop"), Kind: Open, ID: r.PathValue("photo")}
	if !openName.MatchString(p.ID) {
		return refuse(http.StatusNotFound, "no-photo")
	}
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin") // a platform's page may show it, too
	w.Header().Set("X-Robots-Tag", "noindex")
	return a.Show(w, r, p, func(string) bool { return true })
}
