package desk

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A Role says what an agent may do in a shop. Each role may do what those before it may.
type Role string

// The roles.
const (
	Agent  Role = "agent"  // take cases, answer, close
	Editor Role = "editor" // and pause rules, reassign others' cases
	Admin  Role = "admin"  // and give out tokens, export and erase a buyer's data, send dead letters again
)

// Roles lists the roles, the least first.
func Roles() []Role { return []Role{Agent, Editor, Admin} }

// Covers is whether a role may do what another may.
func (r Role) Covers(needed Role) bool {
	all := Roles()
	return slices.Contains(all, r) && slices.Index(all, r) >= slices.Index(all, needed)
}

// AllShops stands for every shop in a grant.
const AllShops = "*"

// In is the role of a person in a shop, "" for none.
func (p Person) In(shop string) Role {
	one, all := p.Roles[shop], p.Roles[AllShops]
	if all != "" && (one == "" || all.Covers(one)) {
		return all
	}
	return one
}

// A Grant is a token of one agent for one shop or for all. The token itself is kept nowhere, only its hash.
type Grant struct {
	ID    string    `json:"id"`
	Shop  string    `json:"shop"` // or AllShops
	Agent string    `json:"agent"`
	Role  Role      `json:"role"`
	Hash  string    `json:"-"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

const (
	tokenMark  = "xot_" // so that scanners for leaked secrets can know it
	tokenBytes = 25
)

// NewToken makes a token from a source of randomness.
func NewToken(random io.Reader) (string, error) {
	raw := make([]byte, tokenBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return tokenMark + strings.ToLower(base32.StdEncoding.EncodeToString(raw)), nil
}

// Hash is what is kept of a token. The token has 200 random bits, so a fast hash is enough.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
