package chat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/throttle"
)

// A session is a secret that a buyer's browser keeps: in a cookie, or by the page itself where the browser takes no cookies in frames. It is kept
// nowhere else; what names the buyer is its hash, so that nobody who reads that can write in their name.
const (
	cookieName   = "xiaoer_chat"
	guestMark    = "g"
	signedMark   = "s"
	sessionBytes = 20
	kindVisitor  = "visitor"

	guestsLast = 180 * 24 * time.Hour // since they opened the chat last
	signedLast = 12 * time.Hour       // a session that began with an identity; the site gives another with each of its pages
)

// A visitor is who has a session.
type visitor struct {
	Key    string // of the conversation: a hash
	Buyer  bot.Buyer
	Signed bool        // a site has said who it is
	Orders []bot.Order // that the site passed along

	session string // the document of a signed one
}

func (v *visitor) conversation() string { return bot.ChatID(v.Key) }

// message is the idempotency key of a message: other channels' ids are not among those.
func (v *visitor) message(id string) string { return bot.ChatID(v.Key) + ":" + id }

// lowered is base32 in small letters.
func lowered(raw []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
}

// keyed is a name that cannot be guessed from the parts, nor they from it.
func keyed(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part) // a hash takes everything
	}
	return lowered(h.Sum(nil)[:16])
}

func newSession(mark string) string {
	var raw [sessionBytes]byte
	_, _ = rand.Read(raw[:]) // it never fails
	return mark + lowered(raw[:])
}

// sessionOf is the secret that came with a request, "" for none that could be one. What the page keeps goes before the cookie.
func sessionOf(r *http.Request) string {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		c, err := r.Cookie(cookieName)
		if err != nil {
			return ""
		}
		secret = c.Value
	}
	if len(secret) != 1+32 || (!strings.HasPrefix(secret, guestMark) && !strings.HasPrefix(secret, signedMark)) {
		return ""
	}
	return secret
}

// visitor finds who has the session of a request.
func (c *Chat) visitor(k *call) (visitor, error) {
	secret := sessionOf(k.r)
	switch {
	case secret == "":
		return visitor{}, refuse(http.StatusUnauthorized, "no-session")
	case strings.HasPrefix(secret, guestMark):
		return guestOf(k.id, secret), nil
	}
	return c.signedVisitor(k, secret)
}

// guestOf is who has a guest's secret.
func guestOf(shop, secret string) visitor {
	key := keyed("guest", shop, secret)
	return visitor{Key: key, Buyer: bot.Buyer{ID: "guest-" + key}}
}

// A signed is the document of a session that began with an identity.
type signed struct {
	Buyer  bot.Buyer   `json:"buyer"`
	Orders []bot.Order `json:"orders,omitempty"`
}

func documentOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:16])
}

func (c *Chat) signedVisitor(k *call, secret string) (visitor, error) {
	id := documentOf(secret)
	d, found, err := c.Documents.Kept(k.r.Context(), k.id, kindVisitor, id)
	if err != nil {
		return visitor{}, err
	}
	if !found {
		return visitor{}, refuse(http.StatusUnauthorized, "no-session")
	}
	var s signed
	if err := json.Unmarshal(d.Body, &s); err != nil {
		return visitor{}, fmt.Errorf("read a session: %w", err)
	}
	return visitor{Key: keyed("buyer", k.id, s.Buyer.ID), Buyer: s.Buyer, Signed: true, Orders: s.Orders, session: id}, nil
}

// postSession gives the buyer a session: the one that they have, where nothing speaks against it. Who was signed in and is no more is told so, and
// not made a guest unasked. A page that says "guest" has nobody signed in, so that who was is not shown to whoever sits there now.
func (c *Chat) postSession(k *call) error {
	var wants struct {
		Identity string `json:"identity"`
		Guest    bool   `json:"guest"`
		Bearer   bool   `json:"bearer"` // the browser takes no cookies here: the page keeps the session
	}
	if err := readJSON(k, &wants); err != nil {
		return err
	}
	if err := take(c.held.reads, throttle.Address(k.r)); err != nil {
		return err
	}
	now, err := c.visitor(k)
	has := err == nil
	if p, _ := problemOf(err); err != nil && p.status != http.StatusUnauthorized {
		return err
	}
	secret := sessionOf(k.r)
	if !has && strings.HasPrefix(secret, signedMark) && wants.Identity == "" && !wants.Guest {
		return err // it has ended: whom the site had named is not made a guest without a word
	}
	switch {
	case wants.Identity != "":
		if !now.Signed {
			if err := take(c.held.sessions, throttle.Address(k.r)); err != nil {
				return err
			}
		}
		secret, now, err = c.identify(k, wants.Identity, secret, now)
		if err != nil {
			return err
		}
	case !has || wants.Guest && now.Signed:
		if has {
			if err := c.Documents.Forget(k.r.Context(), k.id, kindVisitor, now.session); err != nil {
				return err
			}
		}
		secret = newSession(guestMark)
		now = guestOf(k.id, secret)
	}
	if err := c.held.meet(k, &now); err != nil {
		return err
	}
	c.setCookie(k, secret, now.Signed)
	out := map[string]any{"visitor": now.Key, "signed": now.Signed, "name": now.Buyer.Name}
	keeps := wants.Bearer || k.r.Header.Get("Authorization") != ""
	if keeps && secret != sessionOf(k.r) { // who has a session is not told its secret again
		out["token"] = secret
	}
	return answer(k.w, out)
}

// identify begins a session of a buyer whom the site has named, or goes on with the one that they have.
func (c *Chat) identify(k *call, token, secret string, now visitor) (string, visitor, error) {
	told, err := readIdentity(token, k.shop.Secrets, c.Clock())
	if err != nil {
		return "", visitor{}, err
	}
	if !now.Signed || now.Buyer.ID != told.Buyer.ID {
		if now.Signed {
			if err := c.Documents.Forget(k.r.Context(), k.id, kindVisitor, now.session); err != nil {
				return "", visitor{}, err
			}
		}
		secret, now = newSession(signedMark), visitor{}
	}
	body, err := json.Marshal(signed{told.Buyer, told.Orders})
	if err != nil {
		return "", visitor{}, fmt.Errorf("write a session: %w", err)
	}
	d := desk.Document{
		Shop: k.id, Kind: kindVisitor, ID: documentOf(secret), Buyer: told.Buyer.ID, Body: body, At: c.Clock(), Until: c.Clock().Add(signedLast),
	}
	if now.Signed {
		before, _, err := c.Documents.Kept(k.r.Context(), k.id, kindVisitor, now.session)
		if err != nil {
			return "", visitor{}, err
		}
		d.Version = before.Version
	}
	if err := c.Documents.Keep(k.r.Context(), d); err != nil && !isConflict(err) { // another page of the same buyer was quicker
		return "", visitor{}, err
	}
	return secret, visitor{Key: keyed("buyer", k.id, told.Buyer.ID), Buyer: told.Buyer, Signed: true, Orders: told.Orders, session: d.ID}, nil
}

// setCookie keeps a session in the browser: for the chat of this shop only, and in a frame for this site only (Partitioned). A signed one ends with
// the browser.
func (c *Chat) setCookie(k *call, secret string, isSigned bool) {
	cookie := &http.Cookie{Name: cookieName, Value: secret, Path: "/chat/" + k.id, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if c.Secure || throttle.HTTPS(k.r) {
		cookie.Secure, cookie.Partitioned, cookie.SameSite = true, true, http.SameSiteNoneMode
	}
	if !isSigned {
		cookie.MaxAge = int(guestsLast / time.Second)
	}
	http.SetCookie(k.w, cookie)
}
