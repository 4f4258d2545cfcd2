package desk

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What is answered where a document cannot be had or kept; stores answer with the same.
var (
	// ErrNotFound means that nothing is kept under this name, or no longer.
	ErrNotFound = errors.New("not found")
	// ErrStale means that another has changed it since it was read.
	ErrStale = errors.New("another turn was committed first")
)

// AccountKind is the kind of the documents in which accounts are kept, of AllShops, each under its AccountID.
const AccountKind = "account"

// An Account is a person who signs in with a password. In a shop the person is known by the name, as agents with tokens are.
type Account struct {
	Name     string          `json:"name"`
	Roles    map[string]Role `json:"roles"` // by shop; AllShops is every shop
	Password string          `json:"password"`
	Off      bool            `json:"off,omitempty"` // may not sign in for now
	Lang     string          `json:"lang,omitempty"`
	Made     time.Time       `json:"made"`
	By       string          `json:"by"`
	Changed  time.Time       `json:"changed"`           // the password
	Last     time.Time       `json:"last,omitzero"`     // time of signing in
	Sessions []Session       `json:"sessions,omitzero"` // those that hold: one that is not here is worth nothing
}

// A Session is one browser in which a person has signed in.
type Session struct {
	ID      string    `json:"id"`      // may be shown; it opens nothing
	Key     string    `json:"key"`     // the document in which the rest is kept: the hash of what the browser holds
	Browser string    `json:"browser"` // as it calls itself
	From    string    `json:"from"`    // the address from which it was opened
	At      time.Time `json:"at"`
}

// Person is whom the account stands for.
func (a *Account) Person() Person { return Person{Name: a.Name, Roles: a.Roles} }

// Shops are the shops in which the account has a role, sorted; AllShops may be among them.
func (a *Account) Shops() []string {
	out := make([]string, 0, len(a.Roles))
	for shop := range a.Roles {
		out = append(out, shop)
	}
	slices.Sort(out)
	return out
}

// AccountID is what an account is kept under: names that look the same, or differ in capital letters, are one. The id of an id is
// itself.
func AccountID(name string) string {
	for range 4 { // small letters may fall apart anew, and do so once
		next := strings.TrimSpace(norm.NFKC.String(strings.ToLower(name)))
		if next == name {
			break
		}
		name = next
	}
	return name
}

const longestName = 100 // runes

// NameProblem says what is wrong with a name for a person, "" where nothing is. Some words mean something else in lists and histories.
func NameProblem(name string) string {
	id := AccountID(name)
	switch {
	case name == "":
		return "must not be empty"
	case !utf8.ValidString(name), utf8.RuneCountInString(name) > longestName, len(id) > 4*longestName:
		return "may have up to 100 characters"
	case strings.TrimSpace(name) != name, strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "must not have control characters, or spaces at its ends"
	case slices.Contains([]string{"me", "bot", "buyer", "agent", "*"}, id), strings.HasPrefix(id, "cli:"):
		return "has another meaning in lists and histories; take another name"
	}
	return ""
}
