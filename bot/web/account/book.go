package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"xiaoer/bot/desk"
)

// Bounds of what is kept.
const (
	mostAccounts = 5000
	mostShops    = 50 // in which one account has a role
	mostSessions = 20 // of one account; the oldest gives way
	pageSize     = 200
	tries        = 10 // to change an account that others change too
)

// Find gives the account of a name, or desk.ErrNotFound.
func (b *Book) Find(ctx context.Context, name string) (desk.Account, error) {
	a, _, err := b.find(ctx, desk.AccountID(name))
	return a, err
}

func (b *Book) find(ctx context.Context, id string) (desk.Account, int64, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	d, err := b.Store.Document(ctx, desk.AllShops, desk.AccountKind, id)
	if err != nil {
		return desk.Account{}, 0, fmt.Errorf("find an account: %w", err)
	}
	a, err := read(d)
	return a, d.Version, err
}

func read(d desk.Document) (desk.Account, error) {
	var a desk.Account
	if err := json.Unmarshal(d.Body, &a); err != nil {
		return desk.Account{}, fmt.Errorf("read an account: %w", err)
	}
	if a.Roles == nil {
		a.Roles = map[string]desk.Role{}
	}
	return a, nil
}

// List gives all accounts by name.
func (b *Book) List(ctx context.Context) ([]desk.Account, error) {
	var out []desk.Account
	err := b.each(ctx, desk.AccountKind, func(d desk.Document) error {
		a, err := read(d)
		out = append(out, a)
		return err
	})
	return out, err
}

// each goes through all documents of a kind.
func (b *Book) each(ctx context.Context, kind string, take func(desk.Document) error) error {
	ctx, cancel := inTime(ctx)
	defer cancel()
	for after := ""; ; {
		page, err := b.Store.Documents(ctx, desk.AllShops, kind, after, pageSize)
		if err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		for _, d := range page {
			if err := take(d); err != nil {
				return err
			}
			after = d.ID
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// put keeps an account in the place of a version, with the lines of the audit.
func (b *Book) put(ctx context.Context, a desk.Account, version int64, entries []desk.Entry) error {
	ctx, cancel := inTime(ctx)
	defer cancel()
	raw, err := json.Marshal(a) //nolint:gosec // of the password there is a hash only, and this is where it is kept
	if err != nil {
		return err
	}
	d := desk.Document{
		Shop: desk.AllShops, Kind: desk.AccountKind, ID: desk.AccountID(a.Name), Version: version, At: b.Clock().Truncate(time.Millisecond), Body: raw,
	}
	var first *desk.Entry
	if len(entries) > 0 {
		first = &entries[0]
	}
	if _, err := b.Store.PutDocument(ctx, d, first); err != nil {
		return fmt.Errorf("keep an account: %w", err)
	}
	if len(entries) > 1 {
		b.note(ctx, entries[1:])
	}
	return nil
}

// Change reads an account, lets do change it, and keeps it as it is then, again if somebody else was faster. A deed without What goes
// unrecorded.
func (b *Book) Change(ctx context.Context, name string, do func(*desk.Account) (Deed, error)) (desk.Account, error) {
	for n := 1; ; n++ {
		a, version, err := b.find(ctx, desk.AccountID(name))
		if err != nil {
			return desk.Account{}, err
		}
		deed, err := do(&a)
		if err != nil {
			return desk.Account{}, err
		}
		var entries []desk.Entry
		if deed.What != "" {
			entries = b.entries(deed, a.Name)
		}
		err = b.put(ctx, a, version, entries)
		if errors.Is(err, desk.ErrStale) && n < tries {
			continue
		}
		return a, err
	}
}

// Add makes an account.
func (b *Book) Add(ctx context.Context, name, password string, roles map[string]desk.Role, by string) error {
	if desk.NameProblem(name) != "" {
		return &Fault{Field: "name", Word: "name.bad"}
	}
	if err := judgeRoles(roles); err != nil {
		return err
	}
	if err := judge(name, password); err != nil {
		return err
	}
	if err := b.room(ctx); err != nil {
		return err
	}
	hash, err := b.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	now := b.Clock().UTC()
	a := desk.Account{Name: name, Roles: roles, Password: hash, Made: now, By: by, Changed: now}
	err = b.put(ctx, a, 0, b.entries(Deed{Who: by, What: "account", Roles: roles, Shops: a.Shops()}, name))
	if errors.Is(err, desk.ErrStale) {
		return &Fault{Field: "name", Word: "name.taken"}
	}
	return err
}

// room refuses more accounts than there may be.
func (b *Book) room(ctx context.Context) error {
	n := 0
	err := b.each(ctx, desk.AccountKind, func(desk.Document) error { n++; return nil })
	if err == nil && n >= mostAccounts {
		return &Fault{Word: "full"}
	}
	return err
}

func judgeRoles(roles map[string]desk.Role) error {
	if len(roles) > mostShops {
		return &Fault{Field: "shop", Word: "shop.many"}
	}
	for shop, role := range roles {
		if shop == "" {
			return &Fault{Field: "shop", Word: "shop.bad"}
		}
		if !slices.Contains(desk.Roles(), role) {
			return &Fault{Field: "role", Word: "role.bad"}
		}
	}
	return nil
}

// SetPassword gives an account another password and ends all its sessions.
func (b *Book) SetPassword(ctx context.Context, name, password, by string) error {
	if err := judge(name, password); err != nil {
		return err
	}
	hash, err := b.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	var ended []desk.Session
	_, err = b.Change(ctx, name, func(a *desk.Account) (Deed, error) {
		ended, a.Sessions = a.Sessions, nil
		a.Password, a.Changed = hash, b.Clock().UTC()
		return Deed{Who: by, What: "password", Shops: a.Shops()}, nil
	})
	b.dropSessions(ctx, ended)
	return err
}

// SetRole gives an account a role in a shop, or takes it with "". The audit of that shop says so. Tokens that the person could not have now
// are taken back.
func (b *Book) SetRole(ctx context.Context, name, shop string, role desk.Role, by string) error {
	now, err := b.Change(ctx, name, func(a *desk.Account) (Deed, error) {
		detail := "none"
		if role == "" {
			delete(a.Roles, shop)
		} else {
			a.Roles[shop], detail = role, string(role)
		}
		return Deed{Who: by, What: "role", Detail: detail, Shops: []string{shop}}, judgeRoles(a.Roles)
	})
	if err != nil {
		return err
	}
	return b.disarm(ctx, now.Name, []string{shop}, now.Roles, by)
}

// Switch lets nobody sign in to an account, or lets them again. Sessions end when it is switched off, and
// tokens that the person has or gave in the account's shops are taken back for good.
func (b *Book) Switch(ctx context.Context, name string, off bool, by string) error {
	var ended []desk.Session
	now, err := b.Change(ctx, name, func(a *desk.Account) (Deed, error) {
		ended, a.Off = nil, off
		what := "switch on"
		if off {
			what, ended, a.Sessions = "switch off", a.Sessions, nil
		}
		return Deed{Who: by, What: what, Shops: a.Shops()}, nil
	})
	b.dropSessions(ctx, ended)
	if err != nil || !off {
		return err
	}
	return b.disarm(ctx, now.Name, now.Shops(), nil, by)
}

// Remove forgets an account, or is desk.ErrNotFound. Its sessions are worthless from then on, and so are tokens that the person has or
// gave in the account's shops.
func (b *Book) Remove(ctx context.Context, name, by string) error {
	a, err := b.Find(ctx, name)
	if err != nil {
		return err
	}
	shops, err := b.everywhere(ctx, a.Shops()) // while the account is there to say which
	if err == nil {
		err = b.disarm(ctx, a.Name, shops, nil, by) // before, so that one who failed half way may try again
	}
	if err != nil {
		return err
	}
	if err := b.drop(ctx, a, by); err != nil {
		return err
	}
	b.dropSessions(ctx, a.Sessions)
	return b.disarm(ctx, a.Name, shops, nil, by) // what was made meanwhile
}

func (b *Book) drop(ctx context.Context, a desk.Account, by string) error {
	ctx, cancel := inTime(ctx)
	defer cancel()
	entries := b.entries(Deed{Who: by, What: "account gone", Shops: a.Shops()}, a.Name)
	if err := b.Store.DropDocument(ctx, desk.AllShops, desk.AccountKind, desk.AccountID(a.Name), &entries[0]); err != nil {
		return fmt.Errorf("forget an account: %w", err)
	}
	b.note(ctx, entries[1:])
	return nil
}

// Check is whether a password is that of a name. Whatever is wrong, the same work is done, and it is not said what it was.
func (b *Book) Check(ctx context.Context, name, password string) (a desk.Account, ok bool, err error) {
	return b.check(ctx, b.hasher, name, password)
}

func (b *Book) check(ctx context.Context, by *hasher, name, password string) (a desk.Account, ok bool, err error) {
	a, err = b.Find(ctx, name)
	known := err == nil
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return desk.Account{}, false, err
	}
	hash := a.Password
	if !known || hash == "" {
		known, hash = false, b.nobody
	}
	right, old, err := by.check(ctx, password, hash)
	if err != nil || !right || !known || a.Off {
		return desk.Account{}, false, err
	}
	if old {
		b.rehash(ctx, a, password)
	}
	return a, true, nil
}

// rehash keeps a password at the cost that is asked for now. If that fails the old one goes on.
func (b *Book) rehash(ctx context.Context, of desk.Account, password string) {
	hash, err := b.hasher.hash(ctx, password)
	if err == nil {
		_, err = b.Change(ctx, of.Name, func(a *desk.Account) (Deed, error) {
			if a.Password == of.Password {
				a.Password = hash
			}
			return Deed{}, nil
		})
	}
	if err != nil {
		b.Logger.Warn("keep a password at its new cost", "err", err)
	}
}
