package account

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/throttle"
)

const (
	sessionKind = "session"
	touchEvery  = time.Minute // how exactly it is kept when a session was last used

	accountValue = "account" // the id of the account
	sessionValue = "session" // the id of the session in the account
)

// manager makes the one that knows a kind of cookie. One that is for https only has a name that browsers take from no other host and no other
// path, so that nobody near can plant it.
func (a *Accounts) manager(secure bool) *scs.SessionManager {
	m := &scs.SessionManager{ // the library's own New would start a store in memory, and a goroutine that never ends
		Lifetime: a.Lifetime, IdleTimeout: a.Idle, Store: &sessionStore{book: a.Book}, Codec: plainCodec{}, HashTokenInStore: true,
		Cookie: scs.SessionCookie{Name: "xiaoer_session", SameSite: http.SameSiteLaxMode, HttpOnly: true, Path: "/", Persist: true},
	}
	if secure {
		m.Cookie.Name, m.Cookie.Secure = "__Host-xiaoer_session", true
	}
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { a.Site.Error(w, r, err) }
	return m
}

// by is the manager of a request's cookie.
func (a *Accounts) by(r *http.Request) *scs.SessionManager {
	if a.https || throttle.HTTPS(r) {
		return a.secure
	}
	return a.plain
}

// plainCodec keeps a session as JSON; its values are texts.
type plainCodec struct{}

type plainSession struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

func (plainCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	s := plainSession{deadline, map[string]string{}}
	for k, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("a session holds texts only, and %s is none", k)
		}
		s.Values[k] = text
	}
	return json.Marshal(s)
}

func (plainCodec) Decode(raw []byte) (time.Time, map[string]any, error) {
	var s plainSession
	if err := json.Unmarshal(raw, &s); err != nil {
		return time.Time{}, nil, fmt.Errorf("read a session: %w", err)
	}
	values := map[string]any{}
	for k, v := range s.Values {
		values[k] = v
	}
	return s.Deadline, values, nil
}

// A sessionStore keeps sessions as documents, under the hash of what the browser holds.
type sessionStore struct{ book *Book }

// keyOf is what a session is kept under.
func keyOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// FindCtx gives what is kept of a session whose time is not over.
func (s *sessionStore) FindCtx(ctx context.Context, key string) ([]byte, bool, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	d, err := s.book.Store.Document(ctx, desk.AllShops, sessionKind, key)
	switch {
	case errors.Is(err, desk.ErrNotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("find a session: %w", err)
	case !s.book.Clock().Before(d.Until):
		return nil, false, nil
	}
	return d.Body, true, nil
}

// CommitCtx keeps a session. When only its end moves a little nothing is written: pages are looked at more often than that is worth.
func (s *sessionStore) CommitCtx(ctx context.Context, key string, body []byte, until time.Time) error {
	ctx, cancel := inTime(ctx)
	defer cancel()
	d, err := s.book.Store.Document(ctx, desk.AllShops, sessionKind, key)
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return fmt.Errorf("find a session: %w", err)
	}
	if d.Version > 0 && bytes.Equal(d.Body, body) && until.Sub(d.Until) < touchEvery {
		return nil
	}
	d.Shop, d.Kind, d.ID = desk.AllShops, sessionKind, key
	d.At, d.Until, d.Body = s.book.Clock().Truncate(time.Millisecond), until, body
	_, err = s.book.Store.PutDocument(ctx, d, nil)
	if errors.Is(err, desk.ErrStale) {
		return nil // another request of the same browser has just done so
	}
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// DeleteCtx forgets a session.
func (s *sessionStore) DeleteCtx(ctx context.Context, key string) error {
	ctx, cancel := inTime(ctx)
	defer cancel()
	err := s.book.Store.DropDocument(ctx, desk.AllShops, sessionKind, key, nil)
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return fmt.Errorf("forget a session: %w", err)
	}
	return nil
}

// Find, Commit and Delete are there because the library asks for them; it uses those with a context.
func (s *sessionStore) Find(key string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), key)
}

// Commit is CommitCtx without an end.
func (s *sessionStore) Commit(key string, body []byte, until time.Time) error {
	return s.CommitCtx(context.Background(), key, body, until)
}

// Delete is DeleteCtx without an end.
func (s *sessionStore) Delete(key string) error { return s.DeleteCtx(context.Background(), key) }

// dropSessions forgets sessions that their account knows no more. They are worthless already, so that what cannot be forgotten now is left
// to the sweep.
func (b *Book) dropSessions(ctx context.Context, all []desk.Session) {
	store := &sessionStore{book: b}
	for _, s := range all {
		if err := store.DeleteCtx(ctx, s.Key); err != nil {
			b.Logger.Warn("forget a session", "err", err)
			return
		}
	}
}

// signed finds the account and the session of a context into which a manager has loaded one. A session holds only while its account
// knows it: so it ends with the account, with its password, and when it is revoked, whatever else is kept.
func (a *Accounts) signed(ctx context.Context, m *scs.SessionManager) (desk.Account, desk.Session, bool, error) {
	id, name := m.GetString(ctx, sessionValue), m.GetString(ctx, accountValue)
	if id == "" || name == "" {
		return desk.Account{}, desk.Session{}, false, nil
	}
	found, err := a.Book.Find(ctx, name)
	if errors.Is(err, desk.ErrNotFound) {
		return desk.Account{}, desk.Session{}, false, nil
	}
	if err != nil {
		return desk.Account{}, desk.Session{}, false, err
	}
	at := slices.IndexFunc(found.Sessions, func(s desk.Session) bool { return s.ID == id })
	if at < 0 || found.Off {
		return desk.Account{}, desk.Session{}, false, nil
	}
	return found, found.Sessions[at], true, nil
}

// SignIn opens a session for an account in the browser that sent a request, and ends the one that the browser had before: what it holds
// after is new. It must be called within Wrap, before anything is sent.
func (a *Accounts) SignIn(r *http.Request, name string) error {
	m, ctx := a.by(r), r.Context()
	if err := a.end(ctx, m, ""); err != nil {
		return err
	}
	s := desk.Session{ID: freshID(), Browser: cut(r.UserAgent(), 200), From: throttle.Address(r), At: a.Book.Clock().UTC()}
	m.Put(ctx, accountValue, desk.AccountID(name))
	m.Put(ctx, sessionValue, s.ID)
	token, _, err := m.Commit(ctx)
	if err != nil {
		return err
	}
	s.Key = keyOf(token)
	var over []desk.Session
	_, err = a.Book.Change(ctx, name, func(found *desk.Account) (Deed, error) {
		if found.Off {
			return Deed{}, desk.ErrNotFound
		}
		over = nil
		found.Sessions = append(found.Sessions, s)
		if more := len(found.Sessions) - mostSessions; more > 0 {
			over, found.Sessions = slices.Clone(found.Sessions[:more]), slices.Clone(found.Sessions[more:])
		}
		found.Last = s.At
		return Deed{Who: found.Name, What: "login", Shops: found.Shops()}, nil
	})
	if err != nil {
		return errors.Join(err, m.Destroy(ctx))
	}
	a.Book.dropSessions(ctx, over)
	return nil
}

// end ends the session of a context; what, if anything, is what the audit says.
func (a *Accounts) end(ctx context.Context, m *scs.SessionManager, what string) error {
	found, s, ok, err := a.signed(ctx, m)
	if err != nil {
		return err
	}
	if ok {
		if err := a.Book.endSessions(ctx, found.Name, found.Name, what, func(one desk.Session) bool { return one.ID == s.ID }); err != nil {
			return err
		}
	}
	return m.Destroy(ctx)
}

// endSessions ends some sessions of an account.
func (b *Book) endSessions(ctx context.Context, name, by, what string, which func(desk.Session) bool) error {
	var ended []desk.Session
	_, err := b.Change(ctx, name, func(a *desk.Account) (Deed, error) {
		ended = nil
		a.Sessions = slices.DeleteFunc(a.Sessions, func(s desk.Session) bool {
			if which(s) {
				ended = append(ended, s)
				return true
			}
			return false
		})
		if len(ended) == 0 {
			return Deed{}, nil
		}
		return Deed{Who: by, What: what, Shops: a.Shops()}, nil
	})
	if errors.Is(err, desk.ErrNotFound) {
		return nil
	}
	b.dropSessions(ctx, ended)
	return err
}

func freshID() string {
	var raw [9]byte
	_, _ = rand.Read(raw[:]) // it never fails
	return hex.EncodeToString(raw[:])
}

func cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
