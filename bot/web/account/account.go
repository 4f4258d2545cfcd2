// Package account is who may use the pages: people with passwords and roles, their sessions, invitations, and the pages on which they
// sign in and are managed. Accounts and sessions are small documents of a store. It decides nothing about shops, cases and buyers, and makes no
// agents' tokens: those are the API's. It takes them back when the account of who has or gave them ends or shrinks.
package account

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"xiaoer/bot/desk"
)

// Documents is where accounts, sessions and invitations are kept. Errors are desk.ErrNotFound and desk.ErrStale where it says so.
type Documents interface {
	Document(ctx context.Context, shop, kind, id string) (desk.Document, error)
	Documents(ctx context.Context, shop, kind, after string, limit int) ([]desk.Document, error)
	PutDocument(ctx context.Context, d desk.Document, by *desk.Entry) (int64, error)
	DropDocument(ctx context.Context, shop, kind, id string, by *desk.Entry) error
}

// Records is the audit.
type Records interface {
	Note(ctx context.Context, by desk.Entry) error
	Audit(ctx context.Context, shop, before string, limit int) ([]desk.Entry, error)
}

// Store is all of them; every store of the engine is one.
type Store interface {
	Documents
	Records
	Tokens
}

// BookOptions are what a book works with. Only Store is required.
type BookOptions struct {
	Store  Store
	Clock  func() time.Time // default time.Now
	IDs    func() string    // fresh, unique and growing; default UUIDv7
	Logger *slog.Logger     // default: discards
	Cost   Cost             // of a password; default as OWASP wants it
	Shops  func() []string  // all shops that there are, for tokens of who had a role in all; default: those in which accounts have roles
}

// A Book is all accounts, as the store keeps them. It holds nothing itself, so that a command line may change it beside a running server.
type Book struct {
	BookOptions

	hasher *hasher
	lane   *hasher // for browsers that are known, which strangers cannot fill
	nobody string  // the hash that is compared with where there is no account, so that both take equally long
	marks  markSecret
}

// NewBook makes a book.
func NewBook(o BookOptions) (*Book, error) {
	if o.Store == nil {
		return nil, errors.New("accounts need a store")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.IDs == nil {
		o.IDs = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Cost.fill()
	b := &Book{BookOptions: o, hasher: newHasher(o.Cost)}
	o.Cost.AtOnce = 1
	b.lane = newHasher(o.Cost)
	var err error
	b.nobody, err = b.hasher.hash(context.Background(), "nobody has this password")
	return b, err
}

// A Fault is what is wrong with what somebody asked for: Word is the end of a key in the pages' words, Error says it in English for the
// command line.
type Fault struct{ Field, Word string }

func (f *Fault) Error() string {
	if text, ok := faults()[f.Word]; ok {
		return text
	}
	return f.Word
}

func faults() map[string]string {
	return map[string]string{
		"name.bad":         "the name must have up to 100 characters, no control characters or spaces around it, and be no word with a meaning of its own (me, bot, buyer, agent)",
		"name.taken":       "there is an account with this name, or one that looks the same",
		"password.short":   "the password must have at least 10 characters",
		"password.long":    "the password may have up to 256 bytes",
		"password.common":  "the password is too easy to guess",
		"password.name":    "the password must not be or hold the name",
		"password.differ":  "the two passwords are not the same",
		"password.same":    "the new password is the old one",
		"password.current": "the current password is not right",
		"role.bad":         "the role must be agent, editor or admin",
		"role.yours":       "nobody changes their own rights",
		"role.above":       "nobody gives a role above their own, or in a shop that is not theirs",
		"shop.bad":         "there is no such shop",
		"shop.many":        "an account may have roles in up to 50 shops, or in all of them",
		"full":             "there are as many accounts as there may be",
		"invite.gone":      "the invitation is used up, withdrawn or too old",
	}
}

// entry is a line of the audit.
func (b *Book) entry(shop, who, what, on, detail string) desk.Entry {
	return desk.Entry{ID: b.IDs(), Shop: shop, At: b.Clock(), Who: who, What: what, On: on, Detail: detail}
}

// A Deed is what somebody did to an account: what the audit says of it, in each of the shops that it concerns.
type Deed struct {
	Who, What, Detail string
	Shops             []string
	Roles             map[string]desk.Role // where they are given, each shop is told of its own only
}

// entries are the lines of the audit for a deed; one at least.
func (b *Book) entries(d Deed, on string) []desk.Entry {
	if len(d.Shops) == 0 {
		d.Shops = []string{desk.AllShops}
	}
	out := make([]desk.Entry, len(d.Shops))
	for i, shop := range d.Shops {
		detail := d.Detail
		if d.Roles != nil {
			detail = string(d.Roles[shop])
		}
		out[i] = b.entry(shop, d.Who, d.What, on, detail)
	}
	return out
}

// note keeps the lines that did not go along with the document. The deed is done, so that an audit that cannot be written is only logged.
func (b *Book) note(ctx context.Context, entries []desk.Entry) {
	for _, e := range entries {
		if err := b.Store.Note(ctx, e); err != nil {
			b.Logger.Error("write the audit", "shop", e.Shop, "what", e.What, "err", err)
		}
	}
}

const patience = 10 * time.Second // with the store

func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, patience)
}
