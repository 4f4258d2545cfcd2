package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"xiaoer/bot/desk"
)

// A browser in which somebody has signed in holds a mark that says so. Its tries are counted apart from strangers', so that nobody who knows a
// name keeps its owner out. A mark opens nothing: the password is asked for all the same, and tries with one mark are few.
const (
	knownFor     = 90 * 24 * time.Hour // since somebody signed in there
	mostKnown    = 5                   // people who share a browser
	longestKnown = 1 << 10             // bytes of a cookie that are looked at

	secretKind   = "secret"
	secretOfMark = "known-browsers"
)

// A markSecret is what marks are signed with. It is made once for all processes that share a store, and kept there.
type markSecret struct {
	mu  sync.Mutex
	key []byte
}

// markKey gives the secret, and makes it where there is none.
func (b *Book) markKey(ctx context.Context) ([]byte, error) {
	b.marks.mu.Lock()
	defer b.marks.mu.Unlock()
	if b.marks.key != nil {
		return b.marks.key, nil
	}
	ctx, cancel := inTime(ctx)
	defer cancel()
	key, err := b.findKey(ctx)
	if errors.Is(err, desk.ErrNotFound) {
		key = make([]byte, sha256.Size)
		_, _ = rand.Read(key) // it never fails
		d := desk.Document{Shop: desk.AllShops, Kind: secretKind, ID: secretOfMark, At: b.Clock().Truncate(time.Millisecond), Body: key}
		if _, err = b.Store.PutDocument(ctx, d, nil); errors.Is(err, desk.ErrStale) {
			key, err = b.findKey(ctx) // another process has just made one
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret of known browsers: %w", err)
	}
	b.marks.key = key
	return key, nil
}

func (b *Book) findKey(ctx context.Context) ([]byte, error) {
	d, err := b.Store.Document(ctx, desk.AllShops, secretKind, secretOfMark)
	if err == nil && len(d.Body) != sha256.Size {
		return nil, errors.New("it has not the length that it was made with")
	}
	return d.Body, err
}

// A mark is "NUMBER.END.SIGNATURE": a random number by which its tries are counted, and when it ends. Whose it is only the signature says.
func mark(key []byte, number, end, id string) string {
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte("known browser\n" + number + "." + end + "\n" + id))
	return number + "." + end + "." + base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}

// newMark signs a mark for an account.
func newMark(key []byte, id string, until time.Time) string {
	var number [12]byte
	_, _ = rand.Read(number[:]) // it never fails
	return mark(key, base64.RawURLEncoding.EncodeToString(number[:]), strconv.FormatInt(until.Unix(), 36), id)
}

// markOf is the number of a mark that was made for an account and holds; "" for any other text.
func markOf(key []byte, text, id string, now time.Time) string {
	number, rest, _ := strings.Cut(text, ".")
	end, _, _ := strings.Cut(rest, ".")
	until, err := strconv.ParseInt(end, 36, 64)
	if err != nil || !now.Before(time.Unix(until, 0)) || !hmac.Equal([]byte(mark(key, number, end, id)), []byte(text)) {
		return ""
	}
	return number
}

// knownCookie is under which name a browser holds its marks. Where they are for https only no neighbour can plant them.
func (a *Accounts) knownCookie(r *http.Request) string {
	if a.by(r) == a.secure {
		return "__Host-xiaoer_known"
	}
	return "xiaoer_known"
}

// marksIn are the marks that a request brings, not looked at yet.
func (a *Accounts) marksIn(r *http.Request) []string {
	cookie, err := r.Cookie(a.knownCookie(r))
	if err != nil || cookie.Value == "" || len(cookie.Value) > longestKnown {
		return nil
	}
	all := strings.Split(cookie.Value, "~")
	return all[:min(len(all), mostKnown)]
}

// known is the number of the mark that says that this account was signed in to in the browser before, "" where none does.
func (a *Accounts) known(r *http.Request, id string) (string, error) {
	marks := a.marksIn(r)
	if len(marks) == 0 {
		return "", nil
	}
	key, err := a.Book.markKey(r.Context())
	if err != nil {
		return "", err
	}
	now := a.Book.Clock()
	for _, text := range marks {
		if number := markOf(key, text, id, now); number != "" {
			return number, nil
		}
	}
	return "", nil
}

// remember leaves a mark in the browser for who has just given the right password, in place of an older one. Signing in does not depend on it.
func (a *Accounts) remember(w http.ResponseWriter, r *http.Request, name string) {
	key, err := a.Book.markKey(r.Context())
	if err != nil {
		a.Book.Logger.Warn("mark a browser as known", "err", err)
		return
	}
	id, now := desk.AccountID(name), a.Book.Clock()
	others := slices.DeleteFunc(a.marksIn(r), func(text string) bool { return markOf(key, text, id, now) != "" })
	marks := append([]string{newMark(key, id, now.Add(knownFor))}, others...)
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // it is secure wherever the pages are reached by https, as the session is
		Name: a.knownCookie(r), Value: strings.Join(marks[:min(len(marks), mostKnown)], "~"), Path: "/", MaxAge: int(knownFor / time.Second),
		HttpOnly: true, Secure: a.by(r) == a.secure, SameSite: http.SameSiteStrictMode,
	})
}
