package account

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"xiaoer/bot/desk"
)

// Cost is what one password costs to check. Zero values take what OWASP's cheat sheet on storing passwords asks for at least.
type Cost struct {
	Memory uint32 // KiB; default 19 MiB
	Rounds uint32 // default 2
	AtOnce int    // how many are checked at once, so that a flood cannot eat the machine; default 2
	Queue  int    // how many may wait for that; default 20
}

func (c *Cost) fill() {
	if c.Memory == 0 {
		c.Memory = 19 << 10
	}
	if c.Rounds == 0 {
		c.Rounds = 2
	}
	if c.AtOnce <= 0 {
		c.AtOnce = 2
	}
	if c.Queue <= 0 {
		c.Queue = 20
	}
}

// errBusy is for passwords that nobody can check now.
var errBusy error = refusal("busy")

// A refusal is an error whose reason pages know.
type refusal string

func (r refusal) Error() string   { return "refused: " + string(r) }
func (r refusal) Refusal() string { return string(r) }

// A hasher makes and checks hashes of passwords, few at a time.
type hasher struct {
	params argon2id.Params
	seats  chan struct{}
	queue  chan struct{}
}

func newHasher(c Cost) *hasher {
	return &hasher{
		params: argon2id.Params{Memory: c.Memory, Iterations: c.Rounds, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		seats:  make(chan struct{}, c.AtOnce),
		queue:  make(chan struct{}, c.AtOnce+c.Queue),
	}
}

// enter waits for a seat; whoever finds the queue full is sent away.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, errBusy
	}
	select {
	case h.seats <- struct{}{}:
		return func() { <-h.seats; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, errBusy
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, &h.params)
}

// check compares a password with a hash. Old says that the hash was made at another cost and should be made anew.
func (h *hasher) check(ctx context.Context, password, hash string) (ok, old bool, err error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	ok, params, err := argon2id.CheckHash(password, hash)
	if err != nil {
		return false, false, errors.New("the kept hash of a password cannot be read")
	}
	return ok, params.Memory != h.params.Memory || params.Iterations != h.params.Iterations, nil
}

// Bounds of a password. There is no rule about kinds of letters: those make passwords worse.
const (
	shortest = 10 // runes
	longest  = 256
	differ   = 5 // different runes at least
)

// judge says what is wrong with a password for somebody of this name; nil where it will do.
func judge(name, password string) error {
	id, lower := desk.AccountID(name), strings.ToLower(password)
	fault := func(word string) error { return &Fault{Field: "password", Word: word} }
	different := map[rune]bool{}
	for _, r := range lower {
		different[r] = true
	}
	switch {
	case utf8.RuneCountInString(password) < shortest:
		return fault("password.short")
	case len(password) > longest:
		return fault("password.long")
	case len(different) < differ, common(lower):
		return fault("password.common")
	case utf8.RuneCountInString(id) >= 4 && strings.Contains(lower, id), lower == id+id:
		return fault("password.name")
	}
	return nil
}

// common is whether a password is one of those that are tried first, or a run along the keyboard or the alphabet.
func common(lower string) bool {
	for _, known := range []string{
		"password", "passw0rd", "qwertyuiop", "qwerty", "iloveyou", "letmein", "welcome", "administrator", "xiaoer", "woaini", "changeme",
	} {
		if rest := strings.Trim(strings.Replace(lower, known, "", 1), "0123456789!@#.-_ "); strings.Contains(lower, known) && rest == "" {
			return true
		}
	}
	for _, run := range []string{
		"01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "qwertyuiopasdfghjklzxcvbnm",
	} {
		if strings.Contains(run, lower) {
			return true
		}
	}
	return false
}
